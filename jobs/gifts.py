"""What follows from gifts: givers and friends are told, and what nobody took goes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain import gifting
from app.domain.gifting import GiftWords
from app.kernel import outbox
from jobs import ways
from jobs.messages import News, order_key, push, time_in_shop
from jobs.sweeping import until_done

GIFTS_PER_STEP = 200


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """Whom to tell, and the words beside the gift itself and its number."""

    message: str
    to: Callable[[GiftWords], int | None]
    words: Callable[[GiftWords], dict[str, str | datetime]]


def tell_giver_claimed(task: outbox.Task) -> None:
    """A friend took it."""
    push(task, _news(_CLAIMED))


def tell_friend_received(task: outbox.Task) -> None:
    """What he took is in his wallet."""
    push(task, _news(_RECEIVED))


def tell_giver_declined(task: outbox.Task) -> None:
    """A friend did not want it; it is back."""
    push(task, _news(_DECLINED))


def tell_giver_returned(task: outbox.Task) -> None:
    """Nobody took it; it is back."""
    push(task, _news(_RETURNED))


def tell_giver_due(task: outbox.Task) -> None:
    """The day has come for which it was wrapped."""
    push(task, _news(_DUE))


def tell_giver_ending(task: outbox.Task) -> None:
    """It soon goes back."""
    push(task, _news(_ENDING))


def return_gifts(*, at: datetime) -> int:
    """Give back what nobody took in time; how many gifts."""
    return until_done(lambda: gifting.return_due(at=at, limit=GIFTS_PER_STEP), full=GIFTS_PER_STEP)


def remind_of_gifts(*, at: datetime) -> int:
    """Have givers told that the day has come, or that a gift soon goes back; how many."""
    return until_done(lambda: gifting.notify_due(at=at, limit=GIFTS_PER_STEP), full=GIFTS_PER_STEP)


_CLAIMED = _Telling(
    message="gift_claimed",
    to=lambda gift: gift.giver_id,
    words=lambda gift: {"friend": gift.receiver, "at": gift.settled_at or gift.ends_at},
)
_RECEIVED = _Telling(
    message="gift_received",
    to=lambda gift: gift.receiver_id,
    words=lambda gift: {"friend": gift.giver, "at": gift.settled_at or gift.ends_at},
)
_DECLINED = _Telling(
    message="gift_declined",
    to=lambda gift: gift.giver_id,
    words=lambda gift: {"at": gift.settled_at or gift.ends_at},
)
_RETURNED = _Telling(
    message="gift_returned",
    to=lambda gift: gift.giver_id,
    words=lambda gift: {"at": gift.settled_at or gift.ends_at},
)
_DUE = _Telling(
    message="gift_due",
    to=lambda gift: gift.giver_id,
    words=lambda gift: {"ends_at": gift.ends_at},
)
_ENDING = _Telling(
    message="gift_ending",
    to=lambda gift: gift.giver_id,
    words=lambda gift: {"ends_at": gift.ends_at},
)


def _news(telling: _Telling) -> Callable[[outbox.Task], News]:
    def news_of(task: outbox.Task) -> News:
        number = task.payload["gift_number"]
        gift = gifting.notice_words(merchant_id=task.merchant_id, gift_number=number)
        return News(
            person=_person(task.merchant_id, gift, telling),
            event_key=f"gift:{number}",
            message=telling.message,
            words={"gift": gift.what, "number": number} | _in_words(task, telling.words(gift)),
        )

    return news_of


def _person(merchant_id: int, gift: GiftWords, telling: _Telling) -> ways.Person:
    """The order only says in which app its buyer is at home, and so perhaps his friend."""
    member_id = telling.to(gift)
    if member_id is None:
        raise RuntimeError(f"gift {gift.number} has nobody to tell about {telling.message}")
    return ways.Person(
        merchant_id=merchant_id,
        member_id=member_id,
        appid=gift.appid,
        order_id=gift.order_id,
        order_key=order_key(gift.order_number),
    )


def _in_words(task: outbox.Task, said: dict[str, str | datetime]) -> dict[str, str]:
    return {
        word: value if isinstance(value, str) else time_in_shop(task.merchant_id, value)
        for word, value in said.items()
    }
