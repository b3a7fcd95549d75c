"""Messages to people. WeChat knows no request number, so each is sent at most once.

The row that says "sending" is committed before the call. Whoever dies after that leaves it to be
seen as unknown; nobody sends again. A refusal sent nothing, so the next way is tried.

Whoever is handed the same row meanwhile finds "sending", and the row is done for him. Should the
platform then ask for patience, the sender opens the row again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from app.domain import following, merchants, messaging, orders, redemption
from app.domain.messaging import Channel, Envelope
from app.gateways import App
from app.gateways.errcodes import needs_a_person
from app.gateways.errors import GatewayError, OutcomeUnknown
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.money import yuan
from jobs import posting, ways
from jobs.sweeping import until_done

# Far longer than a call takes: who has not come back by then will not.
LOST_AFTER = timedelta(minutes=10)
LOST_PER_STEP = 500

log = structlog.get_logger("jobs")


@dataclass(frozen=True, kw_only=True)
class News:
    """Who should hear what."""

    person: ways.Person
    event_key: str
    message: str
    words: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class _Letter:
    """A message that is ours alone to send, and the keys of the app that it goes through."""

    wish: messaging.Wish
    app: App
    envelope: Envelope


def push_order_paid(task: outbox.Task) -> None:
    """Tell the buyer that the vouchers are in the wallet."""
    push(task, _order_paid)


def push_redeemed(task: outbox.Task) -> None:
    """Tell the holder what was used where, and what it earned."""
    push(task, _redeemed)


def settle_lost_messages(*, at: datetime) -> int:
    """Messages whose sender died in between are unknown from now on; how many."""
    before = at - LOST_AFTER
    return until_done(
        lambda: messaging.mark_lost(before=before, at=at, limit=LOST_PER_STEP), full=LOST_PER_STEP
    )


def _order_paid(task: outbox.Task) -> News:
    order_id = task.payload["order_id"]
    paid = orders.notice_words(merchant_id=task.merchant_id, order_id=order_id)
    return News(
        person=ways.Person(
            merchant_id=task.merchant_id,
            member_id=paid.member_id,
            appid=paid.appid,
            order_id=order_id,
            order_key=order_key(paid.number),
        ),
        event_key=order_key(paid.number),
        message="order_paid",
        words={
            "title": paid.title,
            "total": f"{yuan(paid.total_fen)}元",
            "number": paid.number,
            "paid_at": time_in_shop(task.merchant_id, paid.paid_at),
            "hint": paid.delivered,
        },
    )


def _redeemed(task: outbox.Task) -> News:
    used = redemption.notice_words(
        merchant_id=task.merchant_id, redemption_number=task.payload["redemption_number"]
    )
    return News(
        person=ways.Person(
            merchant_id=task.merchant_id,
            member_id=used.member_id,
            appid=used.appid,
            order_id=used.order_id,
            order_key=order_key(used.order_number),
        ),
        event_key=f"redemption:{used.number}",
        message="voucher_redeemed",
        words={
            "voucher": used.benefit_name,
            "store": used.store_name,
            "number": used.number,
            "redeemed_at": time_in_shop(task.merchant_id, used.redeemed_at),
            "points": str(used.points),
        },
    )


def order_key(number: str | None) -> str:
    """The event of an order's payment; empty for what no order is about."""
    return f"order:{number}" if number else ""


def push(task: outbox.Task, news_of: Callable[[outbox.Task], News]) -> None:
    """Send one message, at most once, by the first way that is open; and finish the task."""
    with transaction():
        letter = _claim(news_of(task), at=clock.now())
        if letter is None:
            outbox.finish(task, at=clock.now())
    while letter:
        letter = _send(task, letter)


def _claim(news: News, *, at: datetime) -> _Letter | None:
    """None when there is no way to this person, no leave to write, or it was written before."""
    wish = messaging.Wish(
        merchant_id=news.person.merchant_id,
        member_id=news.person.member_id,
        event_key=news.event_key,
        message=news.message,
        words=news.words,
        ways=ways.find(news.person, at=at),
    )
    return _letter(wish, messaging.claim(wish, at=at), at=at)


def _letter(wish: messaging.Wish, envelope: Envelope | None, *, at: datetime) -> _Letter | None:
    if envelope is None:
        return None
    way = envelope.way
    if way.channel == Channel.KF:
        following.spend_kf(merchant_id=wish.merchant_id, appid=way.appid, openid=way.openid, at=at)
    keys = merchants.get_app(merchant_id=wish.merchant_id, appid=way.appid)
    return _Letter(wish=wish, app=App(appid=keys.appid, secret=keys.secret), envelope=envelope)


def _send(task: outbox.Task, letter: _Letter) -> _Letter | None:
    """Send it, and write down what became of it; the next letter when nothing was sent."""
    try:
        platform_id = posting.post(letter.app, letter.envelope)
    except OutcomeUnknown as failure:
        _lost(task, letter.envelope, failure)
        return None
    except GatewayError as failure:
        return _turned_away(task, letter, failure)
    at = clock.now()
    with transaction():
        messaging.mark_sent(
            merchant_id=task.merchant_id,
            sent_id=letter.envelope.sent_id,
            platform_id=platform_id,
            at=at,
        )
        outbox.finish(task, at=at)
    return None


def _lost(task: outbox.Task, envelope: Envelope, failure: OutcomeUnknown) -> None:
    """It may have been sent. Only what WeChat itself sends once may be tried again."""
    _tell(task, envelope, failure)
    at = clock.now()
    with transaction():
        may_repeat = messaging.mark_unknown(
            merchant_id=task.merchant_id,
            sent_id=envelope.sent_id,
            appid=envelope.way.appid,
            at=at,
        )
        if may_repeat:
            outbox.reopen(task)
        else:
            outbox.finish(task, at=at)
    if may_repeat:
        raise failure


def _turned_away(task: outbox.Task, letter: _Letter, failure: GatewayError) -> _Letter | None:
    """Nothing was sent: later, if that helps, or by the next way."""
    at, envelope = clock.now(), letter.envelope
    if failure.retryable:
        with transaction():
            messaging.release(merchant_id=task.merchant_id, sent_id=envelope.sent_id, at=at)
            outbox.reopen(task)
        raise failure
    _tell(task, envelope, failure)
    with transaction():
        if envelope.way.channel == Channel.KF:
            following.close_kf(
                merchant_id=task.merchant_id,
                appid=envelope.way.appid,
                openid=envelope.way.openid,
            )
        again = messaging.turned_away(letter.wish, envelope, reason=failure.code, at=at)
        if again is None:
            outbox.finish(task, at=at)
        return _letter(letter.wish, again, at=at)


def _tell(task: outbox.Task, envelope: Envelope, failure: GatewayError) -> None:
    tell = log.error if needs_a_person(failure.code) else log.warning
    tell(
        "message not sent",
        job=task.job,
        task=task.id,
        channel=envelope.way.channel.value,
        reason=failure.code,
    )


def time_in_shop(merchant_id: int, at: datetime) -> str:
    """As the platform's fields of time want it."""
    there = at.astimezone(ZoneInfo(merchants.profile(merchant_id=merchant_id).zone))
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}"
