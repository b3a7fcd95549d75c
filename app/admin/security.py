"""My account: password, second factor, browsers, proving who I am, seeing as a lesser role."""

from typing import Any

from flask import Blueprint, Response, request, session
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from app.admin import attempts, door, pages, words
from app.admin.entering import a_picture, standing
from app.admin.forms import Form, Needed
from app.admin.needs import anybody, needs
from app.admin.words import LOCALE_COOKIE, LOCALES
from app.domain import accounts
from app.domain.accounts import TicketKind
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import Invalid, NotFound

bp = Blueprint("security", __name__)
SECRET = "totp"  # noqa: S105 - the name of a place
_CODES_MADE = _("备用码已生成；没有看到时，请重新生成")


class ChangePassword(Form):
    password = PasswordField(_("新密码"), validators=[Needed(), Length(max=200)])
    again = PasswordField(_("再次输入新密码"), validators=[Needed(), Length(max=200)])


class AddPassword(ChangePassword):
    login = StringField(_("登录名"), validators=[Needed(), Length(max=40)])


class SecondFactor(Form):
    digits = StringField(_("6 位动态验证码"), validators=[Needed(), Length(max=12)])


class Prove(Form):
    password = PasswordField(_("密码"), validators=[Needed(), Length(max=200)])
    digits = StringField(_("动态验证码"), validators=[Length(max=20)])


@bp.get("/<merchant>/me")
@needs(Role.CLERK)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _account(_password_form())


@bp.post("/<merchant>/me/password")
@needs(Role.CLERK, is_dear=True)
def change_password(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Another password; the first one, of who came with the phone alone until now."""
    form = _password_form()
    if form.validate():
        if form.password.data != form.again.data:
            form.again.errors = [_("两次输入的密码不一致")]
        elif form.does(lambda: _set_password(form)):
            return pages.go("security.show", words=_("密码已保存，其他设备已退出"))
    return _account(form, status=422)


@bp.get("/<merchant>/me/second-factor")
@needs(Role.CLERK)
def second_factor(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    if not door.here().staff.has_password:
        return pages.go("security.show", words=_("请先设置登录名和密码"))
    return _second_factor(SecondFactor())


@bp.post("/<merchant>/me/second-factor")
@needs(Role.CLERK, is_dear=True)
def begin_second_factor(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The recovery codes are shown on the answer to this, and never again."""
    form, codes = SecondFactor(), list[str]()
    if form.validate() and form.does(lambda: codes.extend(_begin(form.digits.data))):
        session.pop(SECRET, None)
        attempts.shown_once("security.show", str(_CODES_MADE))
        return door.remember(pages.page("recovery_codes.html", codes=codes), _mark())
    return _second_factor(form, status=422)


@bp.post("/<merchant>/me/recovery-codes")
@needs(Role.CLERK, is_dear=True)
def renew_codes(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        codes = accounts.renew_codes(
            merchant_id=here.merchant_id, staff_id=here.staff.staff_id, at=clock.now()
        )
    attempts.shown_once("security.show", str(_CODES_MADE))
    return pages.page("recovery_codes.html", codes=codes)


@bp.route("/<merchant>/me/prove", methods=["GET", "POST"])
@needs(Role.CLERK)
def prove(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Once more: who are you? Whoever has no password asks his phone."""
    here, form = door.here(), Prove()
    if not here.staff.has_password:
        return _prove_by_phone()
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
            return door.remember(pages.leave_to(request.args.get("next")), tried.mark)
        form.refusals = [words.refusal(tried.refusal)]
    status = 200 if request.method == "GET" else 422
    return pages.page("prove.html", status=status, form=form)


@bp.post("/<merchant>/me/link")
@needs(Role.CLERK, is_dear=True)
def link(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """A picture that joins the WeChat account of the phone that scans it to this person."""
    return pages.page("link_wechat.html", **a_picture(TicketKind.LINK))


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
    response = pages.go("entering.sign_in", words=_("已退出"))
    # The till keeps its page and a signing key in the browser; the next person shall not have them.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


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


def _prove_by_phone() -> Response:
    """A picture on demand; the page asks again until the phone said yes."""
    here = door.here()
    if pages.is_fragment():
        if here.staff.is_sure(clock.now()):
            return pages.leave_to(request.args.get("next"))
        again = pages.to("security.prove", next=request.args.get("next"))
        return pages.page("_wechat_standing.html", is_good=standing().is_good, again=again)
    known: dict[str, Any] = a_picture(TicketKind.PROVE) if request.method == "POST" else {}
    return pages.page("prove.html", form=Prove(formdata=None), **known)


def _password_form() -> ChangePassword:
    return ChangePassword() if door.here().staff.has_password else AddPassword()


def _account(form: ChangePassword, *, status: int = 200) -> Response:
    here = door.here()
    with hot_transaction(merchant=here.merchant_id):
        browsers = accounts.list_sessions(
            merchant_id=here.merchant_id, staff_id=here.staff.staff_id, at=clock.now()
        )
    return pages.page("me.html", status=status, form=form, browsers=browsers)


def _second_factor(form: SecondFactor, *, status: int = 200) -> Response:
    here = door.here()
    secret = _pending_secret() or accounts.new_secret()
    session[SECRET] = accounts.pending(
        secret, merchant_id=here.merchant_id, session_id=here.staff.session_id
    )
    login = here.staff.login or here.staff.name
    said = accounts.address_of(secret, login=login, shop=here.shop.name)
    drawn = pages.drawn(said)
    return pages.page("second_factor.html", status=status, form=form, picture=drawn, secret=secret)


def _begin(digits: str) -> list[str]:
    here = door.here()
    secret = _pending_secret()
    if secret is None:
        raise accounts.CodeWrong("页面已过期，请重新扫码")
    with transaction(merchant=here.merchant_id):
        return list(
            accounts.begin(
                merchant_id=here.merchant_id,
                signed=here.staff,
                secret=secret,
                digits=digits.replace(" ", ""),
                at=clock.now(),
            )
        )


def _pending_secret() -> str | None:
    """What this session's page shows; sealed, since the cookie itself can be read."""
    here = door.here()
    return accounts.pending_secret(
        session.get(SECRET, ""), merchant_id=here.merchant_id, session_id=here.staff.session_id
    )


def _mark() -> str:
    here = door.here()
    return accounts.mark_for(merchant_id=here.merchant_id, staff_id=here.staff.staff_id)


def _set_password(form: ChangePassword) -> None:
    here, at = door.here(), clock.now()
    who: dict[str, Any] = {"merchant_id": here.merchant_id, "signed": here.staff}
    with transaction(merchant=here.merchant_id):
        if isinstance(form, AddPassword):
            accounts.add_password(**who, login=form.login.data, password=form.password.data, at=at)
        else:
            accounts.change_password(**who, password=form.password.data, at=at)
