"""Messages to people. WeChat knows no request number, so each is sent at most once.

The row that says "sending" is committed before the call. Whoever dies after that leaves it to be
seen as unknown; nobody sends again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from app.domain import members, merchants, messaging, orders, redemption
from app.gateways.errors import GatewayError, OutcomeUnknown
from app.gateways.mini_program import MiniProgram
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.money import yuan
from jobs import outside
from jobs.sweeping import until_done

# Far longer than a call takes: who has not come back by then will not.
LOST_AFTER = timedelta(minutes=10)
LOST_PER_STEP = 500

log = structlog.get_logger("jobs")


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """Who should hear what. No app: the person did not come through one."""

    member_id: int
    appid: str | None
    event_key: str
    message: str
    words: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class _Letter:
    """A message that is ours alone to send."""

    sender: MiniProgram
    openid: str
    envelope: messaging.Envelope


def push_order_paid(task: outbox.Task) -> None:
    """Tell the buyer that the vouchers are in the wallet."""
    _push(task, _order_paid)


def push_redeemed(task: outbox.Task) -> None:
    """Tell the holder what was used where, and what it earned."""
    _push(task, _redeemed)


def settle_lost_messages(*, at: datetime) -> int:
    """Messages whose sender died in between are unknown from now on; how many."""
    before = at - LOST_AFTER
    return until_done(
        lambda: messaging.mark_lost(before=before, at=at, limit=LOST_PER_STEP), full=LOST_PER_STEP
    )


def _order_paid(task: outbox.Task) -> _Wish:
    paid = orders.notice_words(merchant_id=task.merchant_id, order_id=task.payload["order_id"])
    return _Wish(
        member_id=paid.member_id,
        appid=paid.appid,
        event_key=f"order:{paid.number}",
        message="order_paid",
        words={
            "title": paid.title,
            "total": f"{yuan(paid.total_fen)}元",
            "number": paid.number,
            "paid_at": _time_in_shop(task.merchant_id, paid.paid_at),
            "hint": f"{paid.voucher_count}张券已放入卡包",
        },
    )


def _redeemed(task: outbox.Task) -> _Wish:
    used = redemption.notice_words(
        merchant_id=task.merchant_id, redemption_number=task.payload["redemption_number"]
    )
    return _Wish(
        member_id=used.member_id,
        appid=used.appid,
        event_key=f"redemption:{used.number}",
        message="voucher_redeemed",
        words={
            "voucher": used.benefit_name,
            "store": used.store_name,
            "number": used.number,
            "redeemed_at": _time_in_shop(task.merchant_id, used.redeemed_at),
            "points": str(used.points),
        },
    )


def _push(task: outbox.Task, wish_of: Callable[[outbox.Task], _Wish]) -> None:
    with transaction():
        letter = _claim(task.merchant_id, wish_of(task))
        if letter is None:
            outbox.finish(task, at=clock.now())
    if letter:
        _send(task, letter)


def _claim(merchant_id: int, wish: _Wish) -> _Letter | None:
    """None when there is no way to this person, no leave to write, or it was written before."""
    if wish.appid is None:
        return None
    openid = members.find_openid(
        merchant_id=merchant_id, member_id=wish.member_id, appid=wish.appid
    )
    if openid is None:
        return None
    sender = outside.mini_program(merchant_id=merchant_id, appid=wish.appid)
    envelope = messaging.claim(
        merchant_id=merchant_id,
        member_id=wish.member_id,
        event_key=wish.event_key,
        message=wish.message,
        appid=wish.appid,
        words=wish.words,
        at=clock.now(),
    )
    return _Letter(sender=sender, openid=openid, envelope=envelope) if envelope else None


def _send(task: outbox.Task, letter: _Letter) -> None:
    envelope = letter.envelope
    try:
        letter.sender.send(
            openid=letter.openid,
            template_id=envelope.template_id,
            data=envelope.data,
            page=envelope.page,
        )
    except GatewayError as failure:
        _not_sent(task, envelope.sent_id, failure)
        return
    at = clock.now()
    with transaction():
        messaging.mark_sent(merchant_id=task.merchant_id, sent_id=envelope.sent_id, at=at)
        outbox.finish(task, at=at)


def _not_sent(task: outbox.Task, sent_id: int, failure: GatewayError) -> None:
    """Only what WeChat never took may be tried again."""
    which = {"merchant_id": task.merchant_id, "sent_id": sent_id}
    at = clock.now()
    if failure.retryable and not isinstance(failure, OutcomeUnknown):
        with transaction():
            messaging.release(**which, at=at)
        raise failure
    log.warning("message not sent", job=task.job, task=task.id, reason=failure.code)
    with transaction():
        if isinstance(failure, OutcomeUnknown):
            messaging.mark_unknown(**which, at=at)
        if not failure.retryable:
            messaging.mark_refused(**which, reason=failure.code, at=at)
        outbox.finish(task, at=at)


def _time_in_shop(merchant_id: int, at: datetime) -> str:
    there = at.astimezone(ZoneInfo(merchants.profile(merchant_id=merchant_id).zone))
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}"
