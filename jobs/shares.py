"""What follows from shares: who has them is told, and what nobody took goes back."""

from datetime import datetime

from app.domain import sharing
from app.domain.sharing import ShareWords
from app.kernel import outbox
from jobs import ways
from jobs.messages import News, order_key, push, time_in_shop
from jobs.sweeping import until_done

SHARES_PER_STEP = 100


def tell_owner_claimed(task: outbox.Task) -> None:
    """A friend took it."""
    push(task, _claimed)


def tell_friend_taken_back(task: outbox.Task) -> None:
    """What he had not used is the owner's again."""
    push(task, _taken_back)


def expire_shares(*, at: datetime) -> int:
    """Give back what was offered and no friend came for; how many shares."""
    return until_done(
        lambda: sharing.expire_due(at=at, limit=SHARES_PER_STEP), full=SHARES_PER_STEP
    )


def _claimed(task: outbox.Task) -> News:
    share = _words(task)
    return _news(
        task, share, "share_claimed", to=share.owner_id, friend=share.friend, at=share.claimed_at
    )


def _taken_back(task: outbox.Task) -> News:
    share = _words(task)
    return _news(
        task, share, "share_taken_back", to=share.friend_id, friend=share.owner, at=share.over_at
    )


def _words(task: outbox.Task) -> ShareWords:
    return sharing.notice_words(
        merchant_id=task.merchant_id, share_number=task.payload["share_number"]
    )


def _news(
    task: outbox.Task,
    share: ShareWords,
    message: str,
    *,
    to: int | None,
    friend: str,
    at: datetime | None,
) -> News:
    """The order only says in which app its buyer is at home, and so perhaps his friend."""
    if to is None or at is None:
        raise RuntimeError(f"share {share.number} has nobody to tell about {message}")
    return News(
        person=ways.Person(
            merchant_id=task.merchant_id,
            member_id=to,
            appid=share.appid,
            order_id=share.order_id,
            order_key=order_key(share.order_number),
        ),
        event_key=f"share:{share.number}",
        message=message,
        words={
            "card": share.title,
            "friend": friend,
            "at": time_in_shop(task.merchant_id, at),
            "number": share.number,
        },
    )
