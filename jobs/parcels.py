"""Monthly cards: periods begin, people are told, and WeChat hears of each parcel."""

from collections.abc import Callable
from datetime import datetime

from app.domain import shipping, subscriptions
from app.domain.subscriptions import CardWords, Closing, Due
from app.kernel import clock, outbox
from app.kernel.db import transaction
from jobs import ways
from jobs.messages import News, order_key, push, time_in_shop
from jobs.sweeping import ROWS_PER_PASS, each


def open_periods(*, at: datetime) -> int:
    """Begin the periods whose time has come; how many cards were looked at."""
    return each(lambda: subscriptions.list_due(at=at, limit=ROWS_PER_PASS), _open_at(at))


def remind_of_periods(*, at: datetime) -> int:
    """Tell members what is fixed soon, once for each period; how many were looked at."""
    return each(lambda: subscriptions.list_closing(at=at, limit=ROWS_PER_PASS), _remind_at(at))


def tell_closing(task: outbox.Task) -> None:
    """What it brings and where to can still be changed, for some days."""
    push(task, _closing)


def tell_ready(task: outbox.Task) -> None:
    """The period has begun: what it brings is being packed, or is in the wallet."""
    push(task, _of_period("period_ready"))


def ask_for_address(task: outbox.Task) -> None:
    """The parcel is to be packed, and nobody knows where to send it."""
    push(task, _of_period("period_address"))


def tell_sent(task: outbox.Task) -> None:
    """The parcel is on its way."""
    push(task, _sent)


def report_parcel(task: outbox.Task) -> None:
    """WeChat hears of it. The report's own row says what is still to do, so this is done."""
    number, at = task.payload["parcel_number"], clock.now()
    with transaction():
        parcel = subscriptions.sent_parcel(merchant_id=task.merchant_id, number=number)
        shipping.add_parcel(
            merchant_id=task.merchant_id,
            order_id=parcel.order_id,
            reference=number,
            item=parcel.goods,
            parcel=shipping.Parcel(
                company=parcel.company,
                tracking_number=parcel.tracking_number,
                contact=parcel.contact,
            ),
            is_last=parcel.is_last,
            at=at,
        )
        outbox.finish(task, at=at)


def close_parcels(task: outbox.Task) -> None:
    """Perhaps nothing more is to come of this order: then what was sent was all."""
    which = {"merchant_id": task.merchant_id, "order_id": task.payload["order_id"]}
    with transaction():
        if subscriptions.is_all_sent(**which):
            shipping.close_parcels(**which, at=clock.now())
        outbox.finish(task, at=clock.now())


def _open_at(at: datetime) -> Callable[[Due], None]:
    def begin(due: Due) -> None:
        with transaction():
            subscriptions.open_periods(
                merchant_id=due.merchant_id, subscription_id=due.subscription_id, at=at
            )

    return begin


def _remind_at(at: datetime) -> Callable[[Closing], None]:
    def remind(due: Closing) -> None:
        with transaction():
            subscriptions.remind(merchant_id=due.merchant_id, period_id=due.period_id, at=at)

    return remind


def _closing(task: outbox.Task) -> News:
    found = subscriptions.notice_words(
        merchant_id=task.merchant_id,
        number=task.payload["subscription_number"],
        period=task.payload["period"],
    )
    locks_at = datetime.fromisoformat(task.payload["locks_at"])
    return News(
        person=_person(task.merchant_id, found),
        # A period that was moved is told of anew.
        event_key=f"period:{found.number}:{found.period}:{task.payload['locks_at']}",
        message="period_closing",
        words={
            "card": found.title,
            "period": f"第{found.period}期",
            "goods": found.goods,
            "locks_at": time_in_shop(task.merchant_id, locks_at),
            "number": found.number,
        },
    )


def _of_period(message: str) -> Callable[[outbox.Task], News]:
    def news(task: outbox.Task) -> News:
        found = subscriptions.notice_words(
            merchant_id=task.merchant_id,
            number=task.payload["subscription_number"],
            period=task.payload["period"],
        )
        return News(
            person=_person(task.merchant_id, found),
            event_key=f"period:{found.number}:{found.period}",
            message=message,
            words={
                "card": found.title,
                "period": f"第{found.period}期",
                "goods": found.goods,
                "starts_on": _day(found),
                "number": found.number,
            },
        )

    return news


def _sent(task: outbox.Task) -> News:
    found = subscriptions.sent_parcel(
        merchant_id=task.merchant_id, number=task.payload["parcel_number"]
    )
    return News(
        person=_person(task.merchant_id, found),
        event_key=f"parcel:{found.number}:{found.tracking_number}",
        message="parcel_sent",
        words={
            "card": found.title,
            "period": f"第{found.period}期",
            "goods": found.goods,
            "company": found.company,
            "tracking": found.tracking_number,
            "number": found.number,
        },
    )


def _person(merchant_id: int, found: CardWords | subscriptions.SentParcel) -> ways.Person:
    return ways.Person(
        merchant_id=merchant_id,
        member_id=found.member_id,
        appid=found.appid,
        order_id=found.order_id,
        order_key=order_key(found.order_number),
    )


def _day(found: CardWords) -> str:
    day = found.starts_on
    return f"{day.year}年{day.month}月{day.day}日"
