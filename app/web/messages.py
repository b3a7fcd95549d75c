"""What people write to one another is judged by WeChat before anybody else reads it."""

from app.domain import gifting, merchants
from app.domain.gifting import MessageRefused
from app.gateways import App, gateways
from app.kernel.db import transaction
from app.web import auth


def check_message(text: str | None, *, member: auth.MemberOnLine) -> None:
    """Raises MessageRefused unless WeChat lets it pass, and GatewayError when it cannot say.

    The platform judges only what is written in a mini-program by somebody who is there.
    """
    if not text:
        return
    gifting.check_message(text)
    if member.is_web:
        raise MessageRefused("请在小程序里填写祝福语")
    with transaction():
        keys = merchants.get_app(merchant_id=member.merchant_id, appid=member.appid)
    check = gateways().content(App(appid=keys.appid, secret=keys.secret))
    if not check.check_text(openid=auth.openid_of(member), text=text).may_be_shown:
        raise MessageRefused("祝福语未通过内容安全检查，请换一句")
