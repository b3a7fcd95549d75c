"""How shares and returns end, after a while, and the notices to the merchants who receive."""

from app.simulator.clock import beijing
from app.simulator.pay.balances import Balances
from app.simulator.pay.sharing.funds import give_back
from app.simulator.pay.sharing.state import Funds, Return, Share, Sharing, SharingOrder
from app.simulator.pay.sharing.views import return_notice, share_notice
from app.simulator.world import World

# What a person may receive by profit sharing in a calendar month: 200 000 yuan.
PERSON_MONTH_FEN = 20_000_000


def decide(world: World, sharing: SharingOrder, *, funds: Funds) -> None:
    """Let every share of a request end in a while."""
    due = sharing.made_at + world.settings.refund_seconds
    world.timetable.at(due, lambda: _settle(world, sharing, funds))


def decide_return(world: World, back: Return) -> None:
    """Let a return end in a while."""
    due = back.made_at + world.settings.refund_seconds
    world.timetable.at(due, lambda: _settle_return(world, back))


def _settle(world: World, sharing: SharingOrder, funds: Funds) -> None:
    with world.lock:
        for share in sharing.shares:
            share.fail_reason = _fail_reason(world, sharing, share)
            share.result = "CLOSED" if share.fail_reason else "SUCCESS"
            share.finished_at = world.clock.now()
            _move(world, sharing, share, funds=funds)
    for share in sharing.shares:
        if share.result == "SUCCESS" and not sharing.is_unfreezing:
            _tell_share(world, sharing, share)


def _fail_reason(world: World, sharing: SharingOrder, share: Share) -> str:
    if sharing.is_unfreezing:
        return ""
    if share.type != "MERCHANT_ID" and _this_month(world, share) > PERSON_MONTH_FEN:
        return "RECEIVER_RECEIPT_LIMIT"
    return world.part(Sharing).fails.get(share.account, "")


def _this_month(world: World, share: Share) -> int:
    month = f"{beijing(share.made_at):%Y-%m}"
    earlier = (each for order in world.part(Sharing).orders.values() for each in order.shares)
    return share.fen + sum(
        each.fen
        for each in earlier
        if each.account == share.account
        and each.result == "SUCCESS"
        and f"{beijing(each.made_at):%Y-%m}" == month
    )


def _move(world: World, sharing: SharingOrder, share: Share, *, funds: Funds) -> None:
    if share.result == "CLOSED":
        give_back(world, funds, fen=share.fen)
    elif share.type == "MERCHANT_ID" and not sharing.is_unfreezing:
        world.part(Balances).put(share.account, share.fen)


def _settle_return(world: World, back: Return) -> None:
    with world.lock:
        balances = world.part(Balances)
        back.fail_reason = world.part(Sharing).returns_fail.get(back.from_mchid, "")
        if not balances.has(back.from_mchid, back.fen):
            back.fail_reason = "BALANCE_NOT_ENOUGH"
        back.result = "FAILED" if back.fail_reason else "SUCCESS"
        back.finished_at = world.clock.now()
        if back.result == "SUCCESS":
            balances.take(back.from_mchid, back.fen)
            balances.put(back.sharing.order.payee_mchid, back.fen)
    if back.result == "SUCCESS":
        _tell_return(world, back)


def _tell_share(world: World, sharing: SharingOrder, share: Share) -> None:
    merchant = world.merchants.get(share.account)
    url = _url(world, share.account)
    if merchant and url:
        world.notices.send(
            merchant=merchant,
            url=url,
            event_type="PROFITSHARING.SUCCESS",
            original_type="profitsharing",
            summary="分账成功",
            resource=share_notice(sharing, share),
        )


def _tell_return(world: World, back: Return) -> None:
    merchant = world.merchants.get(back.from_mchid)
    url = _url(world, back.from_mchid)
    if merchant and url:
        world.notices.send(
            merchant=merchant,
            url=url,
            event_type="PROFITSHARING.RETURN",
            original_type="profitsharing",
            summary="分账回退成功",
            resource=return_notice(back),
        )


def _url(world: World, mchid: str) -> str:
    merchant = world.merchants.get(mchid)
    said = merchant.sharing_notify_url if merchant else ""
    return world.part(Sharing).notify_urls.get(mchid, said)
