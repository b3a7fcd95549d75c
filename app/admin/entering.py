"""The door: name and password with six digits, a scan with WeChat, an invitation."""

from typing import Any

from flask import Blueprint, Response, redirect, request, session
from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from app.admin import door, pages, words
from app.admin.forms import Form, Needed
from app.admin.needs import anybody
from app.domain import accounts, merchants
from app.domain.accounts import TicketKind
from app.domain.risk import Action, Per
from app.kernel import clock
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import NotFound
from app.web import client, limits

bp = Blueprint("entering", __name__)
TICKET = "ticket"
# What the merchant's own mini-program page understands when it scans.
SCANNED = "kabao-panel:{merchant}:{token}"


class SignIn(Form):
    login = StringField(_("登录名"), validators=[Needed(), Length(max=80)])
    password = PasswordField(_("密码"), validators=[Needed(), Length(max=200)])
    digits = StringField(_("动态验证码"), validators=[Length(max=20)])


class Accept(Form):
    login = StringField(_("登录名"), validators=[Needed(), Length(max=40)])
    password = PasswordField(_("密码"), validators=[Needed(), Length(max=200)])
    again = PasswordField(_("再次输入密码"), validators=[Needed(), Length(max=200)])


class WhichShop(Form):
    number = StringField(_("商户号"), validators=[Needed(), Length(max=40)])


@bp.route("/", methods=["GET"])
@anybody
def which_shop() -> Response:
    """Without a shop in the address: ask which one, or go to the one that is open here."""
    known = list(session.get(door.BROWSERS, {}))
    wanted = request.args.get("number", "").strip()
    if wanted:
        try:
            merchants.merchant_id_of(wanted)
        except NotFound:
            return pages.page("which_shop.html", status=404, known=known, wanted=wanted)
        return redirect(f"/admin/{wanted}/", 303)  # type: ignore[return-value]  # werkzeug's own Response
    return pages.page("which_shop.html", known=known, wanted="")


@bp.route("/<merchant>/sign-in", methods=["GET", "POST"])
@anybody
def sign_in(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = SignIn()
    if request.method == "POST" and form.validate():
        limits.check(Action.PANEL_SIGN_IN, merchant_id=door.shop().id, who=_whose_tries())
        tried = _try(form)
        if tried.token:
            door.keep(tried.token)
            return door.remember(pages.leave_to(request.args.get("next")), tried.mark)
        form.refusals = [words.refusal(tried.refusal)] if tried.refusal else []
        return pages.page(
            "sign_in.html", status=tried.refusal.status if tried.refusal else 401, form=form
        )
    return pages.page("sign_in.html", form=form)


@bp.route("/<merchant>/sign-in/wechat", methods=["GET", "POST"])
@anybody
def by_wechat(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """A picture for the phone of somebody who works here, and two digits to type there."""
    if request.method == "GET":
        return pages.page("sign_in_wechat.html", picture=None)
    return pages.page("sign_in_wechat.html", **a_picture(TicketKind.SIGN_IN))


@bp.route("/<merchant>/sign-in/wechat/standing", methods=["POST"])
@anybody
def wechat_standing(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The page asks every two seconds whether a phone said yes."""
    if TICKET not in session:
        return pages.page("_wechat_standing.html", is_good=False)
    token, browser_key = session[TICKET]
    merchant_id, at = door.shop().id, clock.now()
    with transaction(merchant=merchant_id):
        opened = accounts.take(
            merchant_id=merchant_id,
            token=token,
            browser_key=browser_key,
            browser=door.browser(),
            at=at,
        )
    if opened is None:
        return pages.page("_wechat_standing.html", is_good=standing().is_good)
    door.keep(opened)
    return pages.leave_to(None)


@bp.route("/<merchant>/invitations", methods=["GET", "POST"])
@anybody
def accept(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The link of an invitation. Its token stands behind the `#`, which no server sees."""
    form = Accept()
    if request.method == "GET":
        return pages.page("accept.html", form=form)
    limits.check(
        Action.ACCEPT_INVITATION, merchant_id=door.shop().id, who={Per.IP: client.address()}
    )
    if form.validate():
        if form.password.data != form.again.data:
            form.again.errors = [_("两次输入的密码不一致")]
        elif form.does(lambda: door.keep(_accept(form))):
            return pages.go("security.second_factor", words=_("欢迎加入"))
    return pages.page("accept.html", status=422, form=form)


def a_picture(kind: TicketKind) -> dict[str, Any]:
    """For the page that shows it; its key stays in this browser. Raises TooOften."""
    merchant_id = door.shop().id
    limits.check(Action.PANEL_PICTURE, merchant_id=merchant_id, who={Per.IP: client.address()})
    with transaction(merchant=merchant_id):
        ticket = accounts.offer(
            merchant_id=merchant_id,
            kind=kind,
            browser=door.browser(),
            signed=None if kind == TicketKind.SIGN_IN else door.here().staff,
            at=clock.now(),
        )
    session[TICKET] = [ticket.token, ticket.browser]
    said = SCANNED.format(merchant=door.shop().number, token=ticket.token)
    return {"picture": pages.drawn(said), "digits": ticket.digits}


def standing() -> accounts.Standing:
    """How this browser's picture stands."""
    token, browser_key = session.get(TICKET) or ("", "")
    with hot_transaction(merchant=door.shop().id):
        return accounts.standing(
            merchant_id=door.shop().id, token=token, browser_key=browser_key, at=clock.now()
        )


def _whose_tries() -> dict[Per, str]:
    """A browser that is known here is counted by itself, not with the whole network."""
    if accounts.is_known(door.mark(), merchant_id=door.shop().id):
        return {Per.DEVICE: door.mark()}
    return {Per.IP: client.address()}


def _try(form: SignIn) -> accounts.Tried:
    with transaction(merchant=door.shop().id):
        return accounts.sign_in(
            merchant_id=door.shop().id,
            login=form.login.data,
            password=form.password.data,
            digits=form.digits.data or None,
            browser=door.browser(),
            mark=door.mark(),
            at=clock.now(),
        )


def _accept(form: Accept) -> str:
    with transaction(merchant=door.shop().id):
        return accounts.accept(
            merchant_id=door.shop().id,
            token=request.form.get("token", "")[:100],
            login=form.login.data,
            password=form.password.data,
            browser=door.browser(),
            at=clock.now(),
        )
