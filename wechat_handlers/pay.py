"""WeChat Pay's notices: money came, a refund or a transfer came to its end.

A notice is kept and applied in one commit; WeChat's 204 then means "done". What cannot be applied
is kept with the reason and answered FAIL, so that WeChat repeats it and a person hears of it.
A forged or stale one is counted and leaves no trace.
"""

from collections.abc import Callable
from typing import TypeVar

import orjson
from apiflask import APIBlueprint
from flask import Response, request

from app.domain import merchants
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.transfers import TransferNotice
from app.gateways.wechat_pay import PaymentNotice, RefundNotice
from app.kernel import clock, inbox, numbers
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import Busy, DomainError
from app.web import applying, metrics, payouts, tills
from app.web.answers import answer, nothing
from app.web.errors import AWAY, Problem
from app.web.logs import log

bp = APIBlueprint("wechat_pay", __name__, enable_openapi=False)

PAYMENTS, REFUNDS, TRANSFERS = "payments", "refunds", "transfers"
SIGNED = "wechatpay-"

Told = TypeVar("Told", PaymentNotice, RefundNotice, TransferNotice)


@bp.post(tills.PAYMENTS_DOOR.format(channel="<channel>"))
def paid(channel: str) -> Response:
    """Money came."""
    keys = _channel_behind(channel)
    return _receive(
        PAYMENTS,
        keys,
        read=tills.till(keys).read_payment_notice,
        apply=lambda notice: applying.confirm_paid(keys, notice, at=clock.now()),
    )


@bp.post(tills.REFUNDS_DOOR.format(channel="<channel>"))
def refunded(channel: str) -> Response:
    """A refund came to its end."""
    keys = _channel_behind(channel)
    return _receive(
        REFUNDS,
        keys,
        read=tills.till(keys).read_refund_notice,
        apply=lambda notice: applying.settle_refund(keys, notice, at=clock.now()),
    )


@bp.post(tills.TRANSFERS_DOOR.format(channel="<channel>"))
def transferred(channel: str) -> Response:
    """A transfer came to its end."""
    keys = _channel_behind(channel)
    return _receive(
        TRANSFERS,
        keys,
        read=lambda headers, body: payouts.read(keys, headers, body, received_at=clock.now()),
        apply=lambda notice: payouts.settle_notice(keys, notice, at=clock.now()),
    )


def _receive(
    door: str,
    keys: merchants.ChannelSecrets,
    *,
    read: Callable[[dict[str, str], bytes], Told],
    apply: Callable[[Told], object],
) -> Response:
    try:
        told = read(dict(request.headers), request.get_data())
    except (ForgedNotice, StaleNotice) as refusal:
        return _fail(door, refusal.code, status=401)
    notice = _as_received(door, keys, told.reference)
    try:
        _keep_and_apply(notice, lambda: apply(told))
    except Busy as busy:
        return _fail(door, busy.code, status=500)
    except DomainError as refusal:
        _keep_unapplied(notice, failure=refusal.code)
        return _fail(door, refusal.code, status=500)
    except AWAY:
        raise
    except Exception as trouble:
        # A mistake of ours must not lose what WeChat said and will not say for ever.
        _keep_unapplied(notice, failure=type(trouble).__name__)
        raise
    metrics.NOTICES.labels(door, "applied").inc()
    return nothing()


def _keep_and_apply(notice: inbox.Notice, apply: Callable[[], object]) -> None:
    # WeChat repeats a notice until we answer 204, so the second one must be quiet.
    with hot_transaction():
        if inbox.keep_applied(notice, at=clock.now()):
            apply()


def _keep_unapplied(notice: inbox.Notice, *, failure: str) -> None:
    with transaction():
        inbox.keep_unapplied(notice, failure=failure, at=clock.now())


def _channel_behind(number: str) -> merchants.ChannelSecrets:
    """Raises NotFound, which WeChat takes for "come again"."""
    merchant_id = numbers.merchant_of(number, numbers.Kind.PAY_CHANNEL)
    return tills.channel_behind(number, merchant_id=merchant_id)


def _as_received(door: str, keys: merchants.ChannelSecrets, reference: str) -> inbox.Notice:
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


def _fail(door: str, reason: str, *, status: int) -> Response:
    metrics.NOTICES.labels(door, reason).inc()
    log.warning("notice refused", door=door, reason=reason)
    message = "The notice was not accepted."
    return answer(Problem(code="FAIL", message=message, details={"reason": reason}), status)
