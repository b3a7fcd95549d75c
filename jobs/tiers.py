"""Members hear of their tier: that it rose, and that it will end."""

from datetime import datetime

from app.domain import membership
from app.kernel import outbox
from jobs import ways
from jobs.messages import News, push, time_in_shop


def tell_raised(task: outbox.Task) -> None:
    """He reached a tier."""
    push(task, _raised)


def tell_ending(task: outbox.Task) -> None:
    """He will lose one."""
    push(task, _ending)


def _raised(task: outbox.Task) -> News:
    member_id, step = task.payload["member_id"], task.payload["step"]
    found = membership.raise_words(merchant_id=task.merchant_id, member_id=member_id, step=step)
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=member_id),
        event_key=f"tier:{member_id}:{step}",
        message="tier_raised",
        words={
            "tier": found.tier,
            "hint": found.hint,
            "at": time_in_shop(task.merchant_id, found.at),
        },
    )


def _ending(task: outbox.Task) -> News:
    member_id, ends_at = task.payload["member_id"], task.payload["ends_at"]
    return News(
        person=ways.Person(merchant_id=task.merchant_id, member_id=member_id),
        event_key=f"tier:{member_id}:{ends_at}",
        message="tier_ending",
        words={
            "tier": membership.ending_words(merchant_id=task.merchant_id, member_id=member_id),
            "hint": "达到条件即可续期",
            "ends_at": time_in_shop(task.merchant_id, datetime.fromisoformat(ends_at)),
        },
    )
