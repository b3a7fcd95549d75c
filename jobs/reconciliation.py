"""Money that came without a notice, and the daily comparison with WeChat's own books."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import structlog

from app.domain import orders, payments
from app.gateways.wechat_pay import BillKind, BillLine, WechatPay
from app.kernel import clock
from app.kernel.db import transaction
from app.web import tills
from jobs import outside
from jobs.sweeping import ROWS_PER_PASS, each

# How long to wait after the first, second … look at a payment that is still unpaid.
LOOK_AGAIN = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)

# WeChat's day, and the hour at which yesterday's statement is there for sure.
BEIJING = ZoneInfo("Asia/Shanghai")
STATEMENT_IS_OUT = time(10, 30)
DAYS_LOOKED_BACK = 7
COMPARED_IS_KNOWN_FOR = timedelta(days=30)

log = structlog.get_logger("jobs")


@dataclass(frozen=True)
class _Statement:
    """What WeChat wrote about one channel and one Beijing day."""

    merchant_id: int
    channel_id: int
    day: date

    @property
    def mark(self) -> str:
        return f"kabao:compared:{self.merchant_id}:{self.channel_id}:{self.day}"


def reconcile_payments(*, at: datetime) -> int:
    """Ask WeChat about every payment that should have come by now."""
    return each(lambda: payments.list_due_looks(at=at, limit=ROWS_PER_PASS), _look)


def confirm_if_paid(till: WechatPay, *, merchant_id: int, channel_id: int, number: str) -> bool:
    """Write down what WeChat says it received; False when it received nothing."""
    found = till.look_up(number=number)
    if found is None or found.state not in tills.MONEY_CAME:
        return False
    at = clock.now()
    fact = tills.fact_of(found, merchant_id=merchant_id, channel_id=channel_id, fallback_at=at)
    with transaction():
        outcome = orders.confirm_paid(fact, at=at)
    if outcome is orders.Outcome.RETURNED:
        # A refund by hand may have been of a part only: a person has to look.
        log.error("money was returned by hand", payment=number)
    return True


def _look(waiting: payments.WaitingPayment) -> None:
    distance = LOOK_AGAIN[min(waiting.looks, len(LOOK_AGAIN) - 1)]
    # Noted before asking: a payment whose look always fails must not crowd out the others.
    with transaction():
        payments.note_look(
            merchant_id=waiting.merchant_id,
            payment_id=waiting.payment_id,
            next_at=clock.now() + distance,
        )
    till = outside.till(merchant_id=waiting.merchant_id, channel_id=waiting.channel_id)
    confirm_if_paid(
        till,
        merchant_id=waiting.merchant_id,
        channel_id=waiting.channel_id,
        number=waiting.number,
    )


def compare_bills(*, at: datetime) -> int:
    """Hold our books against WeChat's statement, for each channel and day not compared yet."""
    return each(lambda: _not_compared(at), _compare)


def days_with_statement(*, at: datetime) -> list[date]:
    """The Beijing days of the last week whose statement WeChat has written, newest first."""
    there = at.astimezone(BEIJING)
    newest = 1 if there.time() >= STATEMENT_IS_OUT else 2
    return [there.date() - timedelta(days=ago) for ago in range(newest, DAYS_LOOKED_BACK + 1)]


def _not_compared(at: datetime) -> list[_Statement]:
    return [one for day in days_with_statement(at=at) for one in _not_compared_of(day)]


def _not_compared_of(day: date) -> list[_Statement]:
    asked = [
        _Statement(channel.merchant_id, channel.channel_id, day)
        for channel in payments.list_channels_to_compare(**_bounds(day))
    ]
    known = cast("list[object]", outside.redis().mget([one.mark for one in asked]) if asked else [])
    return [one for one, is_compared in zip(asked, known, strict=True) if not is_compared]


def _compare(statement: _Statement) -> None:
    till = outside.till(merchant_id=statement.merchant_id, channel_id=statement.channel_id)
    theirs = _their_lines(till.download_trade_bill(day=statement.day))
    with transaction():
        found = _record(statement, theirs)
    if found:
        log.error("bill differs", merchant=statement.merchant_id, day=str(statement.day), new=found)
    # Only a note against needless work: when it is lost, comparing again finds nothing new.
    outside.redis().set(statement.mark, 1, ex=COMPARED_IS_KNOWN_FOR)


def _record(statement: _Statement, theirs: list[payments.TheirLine]) -> int:
    ours = payments.list_money_of(
        merchant_id=statement.merchant_id,
        channel_id=statement.channel_id,
        **_bounds(statement.day),
    )
    return payments.record_differences(
        merchant_id=statement.merchant_id,
        channel_id=statement.channel_id,
        day=statement.day,
        differences=payments.compare(ours, theirs),
        at=clock.now(),
    )


def _their_lines(statement: list[BillLine]) -> list[payments.TheirLine]:
    return [
        payments.TheirLine(
            kind=line.kind.value,
            number=line.refund_number or line.payment_number,
            amount_fen=line.amount_fen,
        )
        for line in statement
        if line.kind is not BillKind.REVOKED
    ]


def _bounds(day: date) -> dict[str, datetime]:
    begins = datetime.combine(day, time(), tzinfo=BEIJING)
    return {"starts_at": begins, "ends_at": begins + timedelta(days=1)}
