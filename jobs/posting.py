"""Handing one message to the gateway of its way."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import cast

from redis.exceptions import LockError, RedisError

from app.domain.messaging import Channel, Envelope, Receipt
from app.gateways import App, gateways
from app.gateways.service_card import Paid
from jobs import outside

# Longer than a call takes, and as long as anybody waits: then he asks at the same time, and is
# told to come again.
HELD_SECONDS = 15
WAIT_SECONDS = 5

Post = Callable[[App, Envelope], str | None]


def post(app: App, envelope: Envelope) -> str | None:
    """Send it; the platform's number of the message where it tells one. Raises GatewayError.

    WeChat refuses whoever writes to a person while somebody else does, so one goes after the
    other. Without Redis nobody waits for anybody.
    """
    with _alone_with(envelope):
        return POSTS[envelope.way.channel](app, envelope)


@contextmanager
def _alone_with(envelope: Envelope) -> Iterator[None]:
    who = f"{envelope.way.appid}:{envelope.way.openid}".encode()
    lock = outside.redis().lock(
        f"kabao:writing_to:{hashlib.sha256(who).hexdigest()[:24]}",
        timeout=HELD_SECONDS,
        blocking_timeout=WAIT_SECONDS,
    )
    held = False
    with suppress(RedisError):
        held = lock.acquire()
    try:
        yield
    finally:
        if held:
            with suppress(LockError, RedisError):
                lock.release()


def _subscribe(app: App, envelope: Envelope) -> str | None:
    return (
        gateways()
        .mini_program(app)
        .send(
            openid=envelope.way.openid,
            template_id=envelope.template_id,
            data=envelope.data,
            page=envelope.page,
        )
    )


def _service_card(app: App, envelope: Envelope) -> str:
    receipt = cast("Receipt", envelope.way.receipt)
    gateways().service_card(app).show(
        openid=envelope.way.openid,
        kind=envelope.template_id,
        paid=Paid(
            transaction_id=receipt.transaction_id,
            paid_fen=receipt.paid_fen,
            paid_at=receipt.paid_at,
        ),
        data=envelope.data,
        page=envelope.page,
    )
    # WeChat gives a card no number; what becomes of it is told by that of its payment.
    return receipt.transaction_id


def _oa_template(app: App, envelope: Envelope) -> str | None:
    return (
        gateways()
        .official_account(app)
        .send_template(
            openid=envelope.way.openid,
            template_id=envelope.template_id,
            data=envelope.data,
            page=envelope.page,
            reference=envelope.reference,
        )
    )


def _oa_subscribe(app: App, envelope: Envelope) -> str | None:
    return (
        gateways()
        .official_account(app)
        .send_subscribed(
            openid=envelope.way.openid,
            template_id=envelope.template_id,
            data=envelope.data,
            page=envelope.page,
        )
    )


def _kf(app: App, envelope: Envelope) -> str | None:
    return (
        gateways()
        .official_account(app)
        .send_text(openid=envelope.way.openid, text=envelope.data["text"])
    )


POSTS: dict[Channel, Post] = {
    Channel.SUBSCRIBE: _subscribe,
    Channel.SERVICE_CARD: _service_card,
    Channel.OA_TEMPLATE: _oa_template,
    Channel.OA_SUBSCRIBE: _oa_subscribe,
    Channel.KF: _kf,
}
