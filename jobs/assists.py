"""What follows from friends' help: people are told, cards in chats change, tasks end in time."""

from collections.abc import Callable
from datetime import datetime

import structlog

from app.domain import assist, merchants
from app.domain.assist import AssistWords, Due
from app.gateways import App, gateways
from app.gateways.errors import Refused
from app.kernel import clock, outbox
from app.kernel.db import transaction
from jobs import ways
from jobs.messages import News, order_key, push, time_in_shop
from jobs.sweeping import ROWS_PER_PASS, each

# What cannot be shown any more is nobody's fault: the card is a day old, or says "full".
OVER = {"activity_over", "activity_full"}

log = structlog.get_logger("jobs")


def tell_unlocked(task: outbox.Task) -> None:
    """The voucher is unlocked: its owner and his helpers hear it, each once."""
    push(task, _news("assist_unlocked", _unlocked))


def tell_short(task: outbox.Task) -> None:
    """One friend is missing, if he still is."""
    _tell_while_open(task, "assist_short")


def tell_hurry(task: outbox.Task) -> None:
    """Little time is left, if the task is not over."""
    _tell_while_open(task, "assist_hurry")


def tell_over(task: outbox.Task) -> None:
    """It was not unlocked; what came in its place."""
    push(task, _news("assist_over", _over))


def show_progress(task: outbox.Task) -> None:
    """Change the card in every chat to which the task was shared. The same twice is one state."""
    with transaction():
        seen = assist.progress(merchant_id=task.merchant_id, task_id=task.payload["task_id"])
        keys = merchants.get_app(merchant_id=task.merchant_id, appid=seen.appid)
    at = clock.now()
    if seen.activity_id and seen.activity_ends_at and at < seen.activity_ends_at:
        _show(App(appid=keys.appid, secret=keys.secret), seen.activity_id, seen)
    with transaction():
        outbox.finish(task, at=at)


def close_assists(*, at: datetime) -> int:
    """End tasks whose time is over or whose campaign was killed; how many were looked at."""
    return each(lambda: assist.list_due(at=at, limit=ROWS_PER_PASS), _close_at(at))


def remind_of_assists(*, at: datetime) -> int:
    """Have owners reminded whose tasks soon end; how many were looked at."""
    return each(lambda: assist.list_to_hurry(at=at, limit=ROWS_PER_PASS), _hurry_at(at))


def _close_at(at: datetime) -> Callable[[Due], None]:
    def close(due: Due) -> None:
        with transaction():
            assist.close(merchant_id=due.merchant_id, task_id=due.task_id, at=at)

    return close


def _hurry_at(at: datetime) -> Callable[[Due], None]:
    def hurry(due: Due) -> None:
        with transaction():
            assist.hurry(merchant_id=due.merchant_id, task_id=due.task_id, at=at)

    return hurry


def _show(app: App, activity_id: str, seen: assist.Progress) -> None:
    try:
        gateways().social(app).show_progress(
            activity_id=activity_id, joined=seen.counted, needed=seen.helpers_needed
        )
    except Refused as refusal:
        tell = log.info if refusal.code in OVER else log.error
        tell("card not changed", reason=refusal.code)


def _tell_while_open(task: outbox.Task, message: str) -> None:
    """What was true when it was written down may be over when it is told."""
    with transaction():
        found = assist.notice_words(merchant_id=task.merchant_id, task_id=task.payload["task_id"])
        if found.state != assist.TaskState.OPEN:
            outbox.finish(task, at=clock.now())
            return
    push(task, _news(message, _waiting))


def _news(
    message: str, words_of: Callable[[AssistWords, outbox.Task], dict[str, str]]
) -> Callable[[outbox.Task], News]:
    def news(task: outbox.Task) -> News:
        found = assist.notice_words(merchant_id=task.merchant_id, task_id=task.payload["task_id"])
        return News(
            person=ways.Person(
                merchant_id=task.merchant_id,
                member_id=task.payload["member_id"],
                appid=found.appid,
                order_id=found.order_id,
                order_key=order_key(found.order_number),
            ),
            event_key=f"assist:{found.task_number}",
            message=message,
            words={
                "voucher": found.voucher,
                "number": found.task_number,
                **words_of(found, task),
            },
        )

    return news


def _unlocked(found: AssistWords, task: outbox.Task) -> dict[str, str]:
    is_owner = task.payload["member_id"] == found.sharer_id
    return {
        "at": time_in_shop(task.merchant_id, task.published_at),
        "hint": "好友助力成功，券可以使用了" if is_owner else "您助力的好友已解锁，谢谢您",
    }


def _waiting(found: AssistWords, task: outbox.Task) -> dict[str, str]:
    return {
        "ends_at": time_in_shop(task.merchant_id, found.ends_at),
        "progress": f"{found.counted}/{found.helpers_needed}",
    }


def _over(found: AssistWords, task: outbox.Task) -> dict[str, str]:
    return {
        "at": time_in_shop(task.merchant_id, task.published_at),
        "hint": "已为您换成一张小额券" if found.has_fallback else "本次助力未完成，券已失效",
    }
