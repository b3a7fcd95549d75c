"""A notice of WeChat Pay that is kept and applied in one commit, whatever door it came to."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import orjson
from flask import Response, request

from app.domain import merchants
from app.kernel import clock, inbox
from app.kernel.db import transaction
from app.kernel.errors import Busy, DomainError
from app.web import metrics
from app.web.answers import answer, nothing
from app.web.errors import AWAY, Problem
from app.web.logs import log

SIGNED = "wechatpay-"
Apply = Callable[[datetime], object]
Within = Callable[[], AbstractContextManager[None]]


def receive(
    keys: merchants.ChannelSecrets,
    *,
    door: str,
    reference: str,
    apply: Apply,
    within: Within = transaction,
) -> Response:
    """204 once it is kept and applied, by `apply` inside the transaction; again is harmless.

    `within`: the kind of transaction that `apply` needs. What cannot be applied is kept with the reason and answered FAIL, so that WeChat repeats it.
    """
    notice = _as_received(keys, door, reference)
    try:
        _keep_and_apply(notice, apply, within)
    except Busy as busy:
        return fail(busy.code, door=door, status=500)
    except DomainError as refusal:
        _keep_unapplied(notice, failure=refusal.code)
        return fail(refusal.code, door=door, status=500)
    except AWAY:
        raise
    except Exception as trouble:
        # A mistake of ours must not lose what WeChat said and will not say for ever.
        _keep_unapplied(notice, failure=type(trouble).__name__)
        raise
    metrics.NOTICES.labels(door, "applied").inc()
    return nothing()


def fail(reason: str, *, door: str, status: int) -> Response:
    """WeChat's own shape of no; the reason is told and counted."""
    metrics.NOTICES.labels(door, reason).inc()
    log.warning("notice refused", door=door, reason=reason)
    message = "The notice was not accepted."
    return answer(Problem(code="FAIL", message=message, details={"reason": reason}), status)


def _keep_and_apply(notice: inbox.Notice, apply: Apply, within: Within) -> None:
    # WeChat repeats a notice until we answer 204, so the second one must be quiet.
    at = clock.now()
    with within():
        if inbox.keep_applied(notice, at=at):
            apply(at)


def _keep_unapplied(notice: inbox.Notice, *, failure: str) -> None:
    with transaction():
        inbox.keep_unapplied(notice, failure=failure, at=clock.now())


def _as_received(keys: merchants.ChannelSecrets, door: str, reference: str) -> inbox.Notice:
    """Word for word, still sealed: what is in it can be opened again with the channel's key."""
    signed = {
        name: value for name, value in request.headers.items() if name.lower().startswith(SIGNED)
    }
    return inbox.Notice(
        merchant_id=keys.merchant_id,
        source=f"wechat_pay.{door}.{keys.number}",
        reference=reference,
        headers=orjson.dumps(signed).decode(),
        body=request.get_data().decode(),
    )
