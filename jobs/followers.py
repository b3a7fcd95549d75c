"""Who somebody is that follows: asked after the answer to WeChat, which must be quick."""

from app.domain import following, members, merchants
from app.gateways import App, gateways
from app.kernel import clock, outbox
from app.kernel.db import transaction


def learn_who(task: outbox.Task) -> None:
    """Ask WeChat for the follower's unionid; who comes by two of our apps becomes one member."""
    with transaction():
        follower = following.get_follower(
            merchant_id=task.merchant_id, follower_id=task.payload["follower_id"]
        )
        keys = merchants.get_app(merchant_id=task.merchant_id, appid=follower.appid)
    desk = gateways().official_desk(App(appid=keys.appid, secret=keys.secret))
    unionid = desk.unionid(follower.openid)
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at) and unionid is not None:
            members.join(
                merchant_id=task.merchant_id,
                appid=follower.appid,
                openid=follower.openid,
                unionid=unionid,
                at=at,
            )
