"""A phone says yes to a picture on the panel's screen: to sign in there, or to link itself."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import accounts, members, merchants
from app.domain.accounts import TicketKind, TicketOver
from app.gateways.mini_program import SignIn
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import nothing
from app.web.openapi import GUEST, documented
from app.web.words import AppId, Asked, Secret, WechatCode
from miniprogram_api.session import recognise

bp = APIBlueprint("panel_tickets", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Staff")


class ConfirmPanelTicket(Asked):
    """`token` from the picture, and the two `digits` beside it, typed by hand.

    With the code of wx.login() and not with a session: whoever links his WeChat account may not
    work here yet under it, and a session that was left open signs nobody in.
    """

    appid: AppId
    code: WechatCode
    token: Secret
    digits: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]


@bp.post("/panel-tickets/confirm")
@documented(who=GUEST, body=ConfirmPanelTicket, told={204: None}, refuses=[401, 403, 409, 502])
def confirm(merchant: str) -> Response:
    """The browser that shows the picture is let in within two seconds."""
    guest, wanted = auth.guest(merchant), parse.body(ConfirmPanelTicket)
    app, known = recognise(guest, wanted.appid, wanted.code)
    at = clock.now()
    with transaction():
        refusal = accounts.confirm(
            merchant_id=guest.merchant_id,
            token=wanted.token,
            digits=wanted.digits,
            user_id=_user(guest.merchant_id, wanted.token, app, known),
            at=at,
        )
    # A wrong try stays counted, so it is refused after the transaction.
    if refusal:
        raise refusal
    return nothing()


def _user(merchant_id: int, token: str, app: merchants.AppSecrets, known: SignIn) -> int:
    """Who taps. A picture that is over leaves no trace of who tried it. Raises TicketOver."""
    kind = accounts.kind_of(merchant_id=merchant_id, token=token, at=clock.now())
    if kind is None:
        raise TicketOver("二维码已失效，请刷新页面")
    if kind == TicketKind.LINK:
        return members.meet(
            appid=app.appid, openid=known.openid, unionid=known.unionid, at=clock.now()
        )
    for user_id in members.find_user_ids(
        appid=app.appid, openid=known.openid, unionid=known.unionid
    ):
        if merchants.find_staff_of_user(merchant_id=merchant_id, user_id=user_id):
            return user_id
    raise TicketOver("该微信未绑定员工账号")
