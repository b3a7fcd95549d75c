"""From which chat something was bought: asked after the sale, which waits for nobody."""

from datetime import timedelta

import structlog

from app.domain import members, orders
from app.gateways.errors import GatewayError
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from app.web import chats

CODE_LIVES = timedelta(minutes=5)

log = structlog.get_logger("jobs")


def note_chat(task: outbox.Task) -> None:
    """Keep the id of the chat with its order. Raises GatewayError while asking again may help."""
    group = _group(task)
    at = clock.now()
    with transaction():
        if outbox.finish(task, at=at) and group:
            orders.note_chat(
                merchant_id=task.merchant_id, order_id=task.payload["order_id"], group=group
            )


def _group(task: outbox.Task) -> str | None:
    """None when nobody can say it any more: that is good to know, and no work for a person."""
    if clock.now() >= task.published_at + CODE_LIVES:
        log.warning("group unknown", reason="code_too_old")
        return None
    told = task.payload
    with transaction():
        openid = members.find_openid(
            merchant_id=task.merchant_id, member_id=told["member_id"], appid=told["appid"]
        )
    try:
        return chats.open_group(
            chats.FromGroup(
                code=told["code"], encrypted_data=told["encrypted_data"], iv=told["iv"]
            ),
            merchant_id=task.merchant_id,
            appid=told["appid"],
            openid=openid,
        )
    except (GatewayError, Invalid, NotFound) as unknown:
        if isinstance(unknown, GatewayError) and unknown.retryable:
            raise
        log.warning("group unknown", reason=unknown.code)
        return None
