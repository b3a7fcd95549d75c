"""WeChat Pay telling that something happened to a complaint.

A notice only names the complaint: it is kept together with the job that asks what happened. What
was never told is found by asking for the list.
"""

import orjson
from apiflask import APIBlueprint
from flask import Response, request

from app.domain import merchants
from app.gateways.complaints import ComplaintNotice
from app.gateways.errors import ForgedNotice, StaleNotice
from app.kernel import clock, inbox, numbers
from app.kernel.db import transaction
from app.kernel.errors import Busy, DomainError
from app.web import complaints, metrics, tills
from app.web.answers import answer, nothing
from app.web.errors import AWAY, Problem
from app.web.logs import log

bp = APIBlueprint("wechat_complaints", __name__, enable_openapi=False)

COMPLAINTS = "complaints"
SIGNED = "wechatpay-"


@bp.post(complaints.COMPLAINTS_DOOR.format(channel="<channel>"))
def told(channel: str) -> Response:
    """Something happened to a complaint."""
    merchant_id = numbers.merchant_of(channel, numbers.Kind.PAY_CHANNEL)
    keys = tills.channel_behind(channel, merchant_id=merchant_id)
    headers, body = dict(request.headers), request.get_data()
    try:
        said = complaints.read(keys, headers, body, received_at=clock.now())
    except (ForgedNotice, StaleNotice) as refusal:
        return _fail(refusal.code, status=401)
    return _receive(keys, said)


def _receive(keys: merchants.ChannelSecrets, said: ComplaintNotice) -> Response:
    notice = _as_received(keys, said.reference)
    try:
        _keep_and_apply(keys, notice, said)
    except Busy as busy:
        return _fail(busy.code, status=500)
    except DomainError as refusal:
        _keep_unapplied(notice, failure=refusal.code)
        return _fail(refusal.code, status=500)
    except AWAY:
        raise
    except Exception as trouble:
        # A mistake of ours must not lose what WeChat said and will not say for ever.
        _keep_unapplied(notice, failure=type(trouble).__name__)
        raise
    metrics.NOTICES.labels(COMPLAINTS, "applied").inc()
    return nothing()


def _keep_and_apply(
    keys: merchants.ChannelSecrets, notice: inbox.Notice, said: ComplaintNotice
) -> None:
    at = clock.now()
    with transaction():
        if inbox.keep_applied(notice, at=at):
            complaints.apply(keys, said, at=at)


def _keep_unapplied(notice: inbox.Notice, *, failure: str) -> None:
    with transaction():
        inbox.keep_unapplied(notice, failure=failure, at=clock.now())


def _as_received(keys: merchants.ChannelSecrets, reference: str) -> inbox.Notice:
    """Word for word, still sealed: what is in it can be opened again with the channel's key."""
    signed = {
        name: value for name, value in request.headers.items() if name.lower().startswith(SIGNED)
    }
    return inbox.Notice(
        merchant_id=keys.merchant_id,
        source=f"wechat_pay.{COMPLAINTS}.{keys.number}",
        reference=reference,
        headers=orjson.dumps(signed).decode(),
        body=request.get_data().decode(),
    )


def _fail(reason: str, *, status: int) -> Response:
    metrics.NOTICES.labels(COMPLAINTS, reason).inc()
    log.warning("notice refused", door=COMPLAINTS, reason=reason)
    message = "The notice was not accepted."
    return answer(Problem(code="FAIL", message=message, details={"reason": reason}), status)
