"""My account: password, second factor, browsers, proving who I am, seeing as a lesser role."""

from flask import Blueprint, Response, request, session
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from app.admin import door, pages, words
from app.admin.entering import SCANNED
from app.admin.forms import Form, Needed
from app.admin.needs import anybody, needs
from app.admin.words import LOCALE_COOKIE, LOCALES
from app.domain import accounts
from app.domain.accounts import TicketKind
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import looking, transaction
from app.kernel.errors import Invalid, NotFound

bp = Blueprint("security", __name__)
SECRET = "totp"  # noqa: S105 - the name of a place


class ChangePassword(Form):
    password = PasswordField(_("新密码"), validators=[Needed(), Length(max=200)])
    again = PasswordField(_("再次输入新密码"), validators=[Needed(), Length(max=200)])


class SecondFactor(Form):
    digits = StringField(_("6 位动态验证码"), validators=[Needed(), Length(max=12)])


class Prove(Form):
    password = PasswordField(_("密码"), validators=[Needed(), Length(max=200)])
    digits = StringField(_("动态验证码"), validators=[Length(max=20)])


@bp.get("/<merchant>/me")
@needs(Role.CLERK)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _account(ChangePassword())


@bp.post("/<merchant>/me/password")
@needs(Role.CLERK, is_dear=True)
def change_password(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = ChangePassword()
    if form.validate():
        if form.password.data != form.again.data:
            form.again.errors = [_("两次输入的密码不一致")]
        elif form.does(lambda: _change(form.password.data)):
            return pages.go("security.show", words=_("密码已更改，其他设备已退出"))
    return _account(form, status=422)


@bp.get("/<merchant>/me/second-factor")
@needs(Role.CLERK)
def second_factor(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _second_factor(SecondFactor())


@bp.post("/<merchant>/me/second-factor")
@needs(Role.CLERK)
def begin_second_factor(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The recovery codes are shown on the answer to this, and never again."""
    form, here, codes = SecondFactor(), door.here(), list[str]()
    if here.staff.has_second_factor and not here.staff.is_sure(clock.now()):
        raise accounts.ConfirmFirst("请先验证身份")
    if form.validate() and form.does(lambda: codes.extend(_begin(form.digits.data))):
        session.pop(SECRET, None)
        return pages.page("recovery_codes.html", codes=codes)
    return _second_factor(form, status=422)


@bp.post("/<merchant>/me/recovery-codes")
@needs(Role.CLERK, is_dear=True)
def renew_codes(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        codes = accounts.renew_codes(
            merchant_id=here.merchant_id, staff_id=here.staff.staff_id, at=clock.now()
        )
    return pages.page("recovery_codes.html", codes=codes)


@bp.route("/<merchant>/me/prove", methods=["GET", "POST"])
@needs(Role.CLERK)
def prove(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Once more: who are you? Whoever came by WeChat scans again."""
    here, form = door.here(), Prove()
    if request.method == "POST" and form.validate():
        with transaction(merchant=here.merchant_id):
            tried = accounts.prove(
                merchant_id=here.merchant_id,
                signed=here.staff,
                password=form.password.data,
                digits=form.digits.data or None,
                at=clock.now(),
            )
        if tried.refusal is None:
            return pages.leave_to(request.args.get("next"))
        form.refusals = [words.refusal(tried.refusal)]
    status = 200 if request.method == "GET" else 422
    return pages.page("prove.html", status=status, form=form)


@bp.post("/<merchant>/me/link")
@needs(Role.CLERK, is_dear=True)
def link(merchant: str) -> Response:
    """A picture that joins the WeChat account of the phone that scans it to this person."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        ticket = accounts.offer(
            merchant_id=here.merchant_id,
            kind=TicketKind.LINK,
            staff_id=here.staff.staff_id,
            at=clock.now(),
        )
    said = SCANNED.format(merchant=merchant, token=ticket.token)
    drawn = pages.drawn(said)
    return pages.page("link_wechat.html", picture=drawn, digits=ticket.digits)


@bp.post("/<merchant>/me/browsers/<int:session_id>/end")
@needs(Role.CLERK)
def end_browser(merchant: str, session_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        ended = accounts.sign_out(
            merchant_id=here.merchant_id,
            staff_id=here.staff.staff_id,
            session_id=session_id,
            at=clock.now(),
        )
    if not ended:
        raise NotFound("There is no such browser.")
    return pages.go("security.show", words=_("该设备已退出"))


@bp.post("/<merchant>/me/sign-out")
@needs(Role.CLERK)
def sign_out(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        accounts.sign_out(
            merchant_id=here.merchant_id,
            staff_id=here.staff.staff_id,
            session_id=here.staff.session_id,
            at=clock.now(),
        )
    door.forget()
    return pages.go("entering.sign_in", words=_("已退出"))


@bp.post("/<merchant>/me/view-as")
@needs(Role.CLERK)
def view_as(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The panel as a lesser role sees it; an empty word ends it."""
    here, wanted = door.here(), request.form.get("role", "")
    if wanted and wanted not in set(Role):
        raise Invalid("没有这个角色")
    with transaction(merchant=here.merchant_id):
        accounts.view_as(
            merchant_id=here.merchant_id,
            signed=here.staff,
            role=Role(wanted) if wanted else None,
            at=clock.now(),
        )
    return pages.go("overview.show")


@bp.post("/<merchant>/locale")
@anybody
def choose_locale(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    wanted = request.form.get("locale", "")
    response = pages.leave_to(request.form.get("_page"))
    if wanted in LOCALES:
        response.set_cookie(
            LOCALE_COOKIE, wanted, max_age=31_536_000, path="/admin", samesite="Lax", httponly=True
        )
    return response


def _account(form: ChangePassword, *, status: int = 200) -> Response:
    here = door.here()
    with looking():
        browsers = accounts.list_sessions(
            merchant_id=here.merchant_id, staff_id=here.staff.staff_id, at=clock.now()
        )
    return pages.page("me.html", status=status, form=form, browsers=browsers)


def _second_factor(form: SecondFactor, *, status: int = 200) -> Response:
    here = door.here()
    secret = session.setdefault(SECRET, accounts.new_secret())
    login = here.staff.login or here.staff.name
    said = accounts.address_of(secret, login=login, shop=here.shop.name)
    drawn = pages.drawn(said)
    return pages.page("second_factor.html", status=status, form=form, picture=drawn, secret=secret)


def _begin(digits: str) -> list[str]:
    here = door.here()
    if SECRET not in session:
        raise accounts.CodeWrong("页面已过期，请重新扫码")
    with transaction(merchant=here.merchant_id):
        return list(
            accounts.begin(
                merchant_id=here.merchant_id,
                staff_id=here.staff.staff_id,
                secret=session[SECRET],
                digits=digits.replace(" ", ""),
                at=clock.now(),
            )
        )


def _change(password: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        accounts.change_password(
            merchant_id=here.merchant_id, signed=here.staff, password=password, at=clock.now()
        )
