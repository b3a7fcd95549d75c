"""What a shop is about to publish is judged by WeChat first, in the name of whoever publishes."""

from flask_babel import lazy_gettext as _

from app.admin import door
from app.domain import members, merchants
from app.domain.merchants import AppKind
from app.gateways import App, gateways
from app.gateways.errors import Refused
from app.kernel.db import transaction
from app.kernel.errors import DomainError


class NotJudged(DomainError):
    """The platform judges only the words of somebody who was in the mini-program lately."""

    code = "not_judged"


def may_be_shown(text: str) -> bool:
    """Whether the platform lets this text pass. Raises NotJudged, GatewayError."""
    app, openid = _author()
    try:
        return gateways().content(app).check_text(openid=openid, text=text).may_be_shown
    except Refused as refusal:
        if refusal.code != "not_here_lately":
            raise
        raise NotJudged(
            str(_("微信需要确认你是小程序的用户：请用微信打开一次本店小程序，两小时内再发布"))
        ) from refusal


def _author() -> tuple[App, str]:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        user_id = merchants.get_staff(
            merchant_id=here.merchant_id, number=here.staff.number
        ).user_id
        for appid in merchants.list_appids(merchant_id=here.merchant_id, kind=AppKind.MINI_PROGRAM):
            openid = user_id and members.find_openid_of_user(user_id=user_id, appid=appid)
            if openid:
                keys = merchants.get_app(merchant_id=here.merchant_id, appid=appid)
                return App(appid=keys.appid, secret=keys.secret), openid
    raise NotJudged(str(_("发布前微信要检查文案：请先在“我的账号”里绑定微信")))
