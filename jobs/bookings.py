"""What follows from bookings: seats move on, evenings end, guests are told."""

from datetime import datetime

from app.domain import bookings
from app.domain.bookings import BookingWords, DueBooking
from app.kernel import outbox
from app.kernel.db import transaction
from jobs import ways
from jobs.messages import News, order_key, push, time_in_shop
from jobs.sweeping import ROWS_PER_PASS, each


def settle_bookings(*, at: datetime) -> int:
    """End what ends by itself: offers nobody took, evenings over or called off; how many."""

    def settle(due: DueBooking) -> None:
        with transaction():
            bookings.settle(due, at=at)

    return each(lambda: bookings.list_due(at=at, limit=ROWS_PER_PASS), settle)


def tell_offered(task: outbox.Task) -> None:
    """A seat waits for his word."""
    push(task, _offered)


def tell_called_off(task: outbox.Task) -> None:
    """The evening does not take place; his voucher is back."""
    push(task, _called_off)


def _offered(task: outbox.Task) -> News:
    told = _words(task)
    until = told.offered_until or told.starts_at
    return _news(task, told, "seat_offered", ends_at=time_in_shop(task.merchant_id, until))


def _called_off(task: outbox.Task) -> News:
    return _news(task, _words(task), "session_called_off", hint="券已退回卡包")


def _words(task: outbox.Task) -> BookingWords:
    number = task.payload["booking_number"]
    return bookings.notice_words(merchant_id=task.merchant_id, booking_number=number)


def _news(task: outbox.Task, told: BookingWords, message: str, **more: str) -> News:
    person = ways.Person(
        merchant_id=task.merchant_id,
        member_id=told.member_id,
        appid=told.appid,
        order_id=told.order_id,
        order_key=order_key(told.order_number),
    )
    words = {
        "session": told.title,
        "starts_at": time_in_shop(task.merchant_id, told.starts_at),
        "number": told.number,
    }
    return News(
        person=person,
        event_key=f"booking:{told.number}",
        message=message,
        words=words | more,
    )
