"""From which chat a page was opened: the phone brings it sealed, and only we can open it."""

from app.domain import merchants
from app.gateways import App, gateways
from app.gateways.social import Sealed, read_group
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web import auth
from app.web.words import Asked, Sealed64, SealedData, WechatCode


class FromGroup(Asked):
    """What wx.getGroupEnterInfo gave, after the wx.login() that this code is of."""

    code: WechatCode
    encrypted_data: SealedData
    iv: Sealed64


def group_of(told: FromGroup, *, member: auth.MemberOnLine) -> str:
    """The chat's id, the same each time in this app.

    Raises Invalid for another person's code, and GatewayError.
    """
    return open_group(
        told,
        merchant_id=member.merchant_id,
        appid=member.appid,
        openid=auth.openid_of(member),
    )


def open_group(told: FromGroup, *, merchant_id: int, appid: str, openid: str | None) -> str:
    """The same for whoever is known by his openid.

    Raises Invalid for another person's code, NotFound without that app, and GatewayError.
    """
    with transaction():
        keys = merchants.get_app(merchant_id=merchant_id, appid=appid)
    app = App(appid=keys.appid, secret=keys.secret)
    known = gateways().mini_program(app).sign_in(told.code)
    if known.openid != openid:
        raise Invalid("The code is of somebody else.", group=["code"])
    sealed = Sealed(encrypted_data=told.encrypted_data, iv=told.iv)
    return read_group(sealed, session_key=known.session_key, appid=app.appid)
