"""A phone says yes to a picture on the panel's screen: to sign in there, to link or to prove."""

from datetime import datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import accounts, members, merchants
from app.domain.accounts import TicketKind, TicketOver
from app.domain.risk import Action, Per
from app.gateways.mini_program import SignIn
from app.kernel import clock
from app.kernel.db import hot_transaction, looking, transaction
from app.web import auth, client, limits, parse
from app.web.answers import answer, nothing
from app.web.openapi import GUEST, documented
from app.web.words import AppId, Asked, Secret, Told, WechatCode
from miniprogram_api.session import recognise

bp = APIBlueprint("panel_tickets", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Staff")
OVER = "二维码已失效，请刷新页面"


class LookAtPanelTicket(Asked):
    """`token` from the picture."""

    token: Secret


class PanelTicketView(Told):
    """What is asked for, by which browser, from where.

    `kind`: `sign_in`, `link` (this WeChat account becomes `person`'s) or `prove` (`person` may do
    for ten minutes there what touches money and rights).
    """

    kind: str
    agent: str
    address: str
    asked_at: datetime
    person: str | None


class ConfirmPanelTicket(Asked):
    """`token` from the picture, and the two `digits` beside it, typed by hand.

    With the code of wx.login() and not with a session: whoever links his WeChat account may not
    work here yet under it, and a session that was left open signs nobody in.
    """

    appid: AppId
    code: WechatCode
    token: Secret
    digits: Annotated[str, Meta(pattern=r"^[0-9]{2}$", max_length=2)]


@bp.post("/panel-tickets/look")
@documented(who=GUEST, body=LookAtPanelTicket, told={200: PanelTicketView}, refuses=[409])
def look(merchant: str) -> Response:
    """Show this before the digits are asked for: who was sent a stranger's picture sees it here."""
    guest, wanted = auth.guest(merchant), parse.body(LookAtPanelTicket)
    limits.check(Action.SIGN_IN, merchant_id=guest.merchant_id, who={Per.IP: client.address()})
    asked = _look(guest.merchant_id, wanted.token)
    return answer(
        PanelTicketView(
            kind=asked.kind.value,
            agent=asked.agent,
            address=asked.address,
            asked_at=asked.asked_at,
            person=asked.person,
        )
    )


@bp.post("/panel-tickets/confirm")
@documented(who=GUEST, body=ConfirmPanelTicket, told={204: None}, refuses=[401, 403, 409, 502])
def confirm(merchant: str) -> Response:
    """The browser that shows the picture is let in within two seconds."""
    guest, wanted = auth.guest(merchant), parse.body(ConfirmPanelTicket)
    app, known = recognise(guest, wanted.appid, wanted.code)
    user_id = _user(guest.merchant_id, wanted.token, app, known)
    with transaction(merchant=guest.merchant_id):
        refusal = accounts.confirm(
            merchant_id=guest.merchant_id,
            token=wanted.token,
            digits=wanted.digits,
            user_id=user_id,
            at=clock.now(),
        )
    # A wrong try stays counted, so it is refused after the transaction.
    if refusal:
        raise refusal
    return nothing()


def _look(merchant_id: int, token: str) -> accounts.Asked:
    """Raises TicketOver."""
    with hot_transaction(merchant=merchant_id):
        asked = accounts.look(merchant_id=merchant_id, token=token, at=clock.now())
    if asked is None:
        raise TicketOver(OVER)
    return asked


def _user(merchant_id: int, token: str, app: merchants.AppSecrets, known: SignIn) -> int:
    """Who taps. A picture that is over leaves no trace of who tried it. Raises TicketOver."""
    if _look(merchant_id, token).kind == TicketKind.LINK:
        # People belong to no shop.
        with transaction():
            return members.meet(
                appid=app.appid, openid=known.openid, unionid=known.unionid, at=clock.now()
            )
    with looking():
        user_ids = members.find_user_ids(
            appid=app.appid, openid=known.openid, unionid=known.unionid
        )
    with transaction(merchant=merchant_id):
        for user_id in user_ids:
            if merchants.find_staff_of_user(merchant_id=merchant_id, user_id=user_id):
                return user_id
    raise TicketOver("该微信未绑定员工账号")
