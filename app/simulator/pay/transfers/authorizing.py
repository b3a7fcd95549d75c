"""How an authorization begins and ends, and the notices that tell it."""

from typing import Any

from app.simulator.pay.transfers.life import NotTransferred
from app.simulator.pay.transfers.state import Authorization, Transfers
from app.simulator.pay.transfers.views import authorization_view
from app.simulator.people import User
from app.simulator.world import World

WAITING, EFFECTIVE, CLOSED = "WAIT_USER_CONFIRM", "TAKING_EFFECT", "CLOSED"
SUMMARIES = {"CONFIRMED": "用户确认免确认收款授权", "CLOSED": "免确认收款授权关闭"}


def authorize(world: World, *, user: User, params: dict[str, Any]) -> bool:
    """wx.requestMerchantTransfer with an authorization's package; False when it is none."""
    with world.lock:
        known = world.part(Transfers).authorizations.values()
        package = params.get("package")
        found = next((each for each in known if each.package == package), None)
        if found is None:
            return False
        _check(found, user=user, params=params)
        found.state, found.authorized_at = EFFECTIVE, world.clock.now()
    _tell(world, found, what="CONFIRMED")
    return True


def end_authorization(world: World, authorization: Authorization, *, reason: str) -> None:
    """Close an authorization, by the merchant or by the person; once more is as good."""
    with world.lock:
        if authorization.state == CLOSED:
            return
        authorization.state, authorization.close_reason = CLOSED, reason
        authorization.closed_at = world.clock.now()
    _tell(world, authorization, what="CLOSED")


def _check(found: Authorization, *, user: User, params: dict[str, Any]) -> None:
    appid = found.asked["appid"]
    if (params.get("mchId"), params.get("appId")) != (found.merchant.mchid, appid):
        raise NotTransferred("商户号或appId与授权单不一致")
    if user.openids.get(appid) != found.asked["openid"]:
        raise NotTransferred("收款账号与授权单不一致")
    if found.state != WAITING:
        raise NotTransferred("授权单已确认或已关闭")


def _tell(world: World, authorization: Authorization, *, what: str) -> None:
    url = authorization.asked.get("authorization_notify_url")
    if url:
        world.notices.send(
            merchant=authorization.merchant,
            url=url,
            event_type=f"MCHTRANSFER.AUTHORIZATION.{what}",
            # The platform's page does not say; chosen as for the transfers themselves.
            original_type="mch_payment",
            summary=SUMMARIES[what],
            resource={
                "mchid": authorization.merchant.mchid,
                **authorization_view(authorization),
            },
        )
