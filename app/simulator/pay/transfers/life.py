"""How a transfer goes on: confirmed on the phone, taken back, or forgotten for a day."""

from typing import Any

from app.simulator.pay.balances import Balances
from app.simulator.pay.transfers.state import CONFIRM_SECONDS, OPEN, Bill, Transfers
from app.simulator.pay.transfers.views import bill_notice
from app.simulator.people import User
from app.simulator.world import World


class NotTransferred(Exception):
    """The text after `requestMerchantTransfer:fail`."""


def await_confirmation(world: World, bill: Bill) -> None:
    """Close the transfer when nobody confirms it within 24 hours; chosen, the pages are unsure."""
    due = bill.made_at + CONFIRM_SECONDS
    world.timetable.at(due, lambda: close_when_late(world, bill))


def close_when_late(world: World, bill: Bill) -> None:
    """End a transfer that waited for 24 hours."""
    if world.clock.now() - bill.made_at >= CONFIRM_SECONDS:
        end(world, bill, ("WAIT_USER_CONFIRM",), state="FAIL", fail_reason="OVERDUE_CLOSE")


def confirm(world: World, *, user: User, params: dict[str, Any]) -> Bill:
    """wx.requestMerchantTransfer({mchId, appId, package}): the money is on its way."""
    bill = world.part(Transfers).with_package(str(params.get("package", "")))
    if bill is None or params.get("mchId") != bill.merchant.mchid:
        raise NotTransferred("商户号或package不正确")
    appid = bill.asked["appid"]
    if params.get("appId") != appid:
        raise NotTransferred("appId与转账单不一致")
    if user.openids.get(appid) != bill.asked["openid"]:
        raise NotTransferred("收款账号与转账单不一致")
    close_when_late(world, bill)
    with world.lock:
        if bill.state != "WAIT_USER_CONFIRM":
            raise NotTransferred("转账单已确认、已撤销或已过期")
        go_on(world, bill, state="TRANSFERING")
    return bill


def go_on(world: World, bill: Bill, *, state: str) -> None:
    """PROCESSING, TRANSFERING or CANCELING, which end in a while; hold the lock."""
    bill.state, bill.updated_at = state, world.clock.now()
    reason = world.part(Transfers).fails.get(bill.number, "")
    ends = "FAIL" if reason else "SUCCESS"
    outcome = "CANCELLED" if state == "CANCELING" else ends
    due = bill.updated_at + world.settings.refund_seconds
    reason = reason if outcome == "FAIL" else ""
    world.timetable.at(due, lambda: end(world, bill, (state,), state=outcome, fail_reason=reason))


def end(
    world: World, bill: Bill, froms: tuple[str, ...], *, state: str, fail_reason: str = ""
) -> bool:
    """End a transfer that is in one of `froms` and tell the merchant; False when it is not."""
    with world.lock:
        if bill.state not in froms:
            return False
        bill.state, bill.fail_reason = state, fail_reason
        bill.updated_at = world.clock.now()
        if state != "SUCCESS":
            world.part(Balances).put(bill.merchant.mchid, bill.fen)
        told = bill_notice(bill)
    if bill.asked.get("notify_url"):
        world.notices.send(
            merchant=bill.merchant,
            url=bill.asked["notify_url"],
            event_type="MCHTRANSFER.BILL.FINISHED",
            original_type="mch_payment",
            summary="商家转账单据终态通知",
            resource=told,
        )
    return True


def may_cancel(bill: Bill) -> bool:
    """Whether nobody confirmed yet."""
    return bill.state in OPEN
