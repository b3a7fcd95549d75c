"""WeChat Pay's notices: money came, a refund or a transfer came to its end.

A notice is kept and applied in one commit; WeChat's 204 then means "done". What cannot be applied
is kept with the reason and answered FAIL, so that WeChat repeats it and a person hears of it.
A forged or stale one is counted and leaves no trace.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from apiflask import APIBlueprint
from flask import Response, request

from app.domain import merchants
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.transfers import TransferNotice
from app.gateways.wechat_pay import PaymentNotice, RefundNotice
from app.kernel import clock, numbers
from app.kernel.db import hot_transaction
from app.web import applying, payouts, tills
from wechat_handlers import keeping

bp = APIBlueprint("wechat_pay", __name__, enable_openapi=False)

PAYMENTS, REFUNDS, TRANSFERS = "payments", "refunds", "transfers"

Told = TypeVar("Told", PaymentNotice, RefundNotice, TransferNotice)


@bp.post(tills.PAYMENTS_DOOR.format(channel="<channel>"))
def paid(channel: str) -> Response:
    """Money came."""
    keys = _channel_behind(channel)
    return _receive(
        PAYMENTS,
        keys,
        read=tills.till(keys).read_payment_notice,
        apply=lambda notice, at: applying.confirm_paid(keys, notice, at=at),
    )


@bp.post(tills.REFUNDS_DOOR.format(channel="<channel>"))
def refunded(channel: str) -> Response:
    """A refund came to its end."""
    keys = _channel_behind(channel)
    return _receive(
        REFUNDS,
        keys,
        read=tills.till(keys).read_refund_notice,
        apply=lambda notice, at: applying.settle_refund(keys, notice, at=at),
    )


@bp.post(tills.TRANSFERS_DOOR.format(channel="<channel>"))
def transferred(channel: str) -> Response:
    """A transfer came to its end."""
    keys = _channel_behind(channel)
    return _receive(
        TRANSFERS,
        keys,
        read=lambda headers, body: payouts.read(keys, headers, body, received_at=clock.now()),
        apply=lambda notice, at: payouts.settle_notice(keys, notice, at=at),
    )


def _receive(
    door: str,
    keys: merchants.ChannelSecrets,
    *,
    read: Callable[[dict[str, str], bytes], Told],
    apply: Callable[[Told, datetime], object],
) -> Response:
    try:
        told = read(dict(request.headers), request.get_data())
    except (ForgedNotice, StaleNotice) as refusal:
        return keeping.fail(refusal.code, door=door, status=401)
    return keeping.receive(
        keys,
        door=door,
        reference=told.reference,
        apply=lambda at: apply(told, at),
        within=hot_transaction,
    )


def _channel_behind(number: str) -> merchants.ChannelSecrets:
    """Raises NotFound, which WeChat takes for "come again"."""
    merchant_id = numbers.merchant_of(number, numbers.Kind.PAY_CHANNEL)
    return tills.channel_behind(number, merchant_id=merchant_id)
