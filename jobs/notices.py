"""Genuine notices that could not be applied when they came: read again, and applied now."""

import json
from datetime import datetime, timedelta

from app.domain import merchants
from app.gateways.wechat_pay import WechatPay
from app.kernel import clock, inbox
from app.kernel.db import transaction
from app.web import applying, complaints, coupons, hearing, payouts, tills
from jobs.sweeping import ROWS_PER_PASS, each

# WeChat itself comes again within this time.
TRIED_AFTER = timedelta(minutes=1)


def apply_kept_notices(*, at: datetime) -> int:
    """Apply what was kept unapplied. What still cannot be applied stays for a person to see."""
    return each(lambda: inbox.list_unapplied(before=at - TRIED_AFTER, limit=ROWS_PER_PASS), _apply)


def _apply(kept: inbox.Kept) -> None:
    # Noted before applying: a notice that always fails must not crowd out the others.
    with transaction():
        inbox.note_try(kept, at=clock.now())
    if hearing.is_push(kept):
        _apply_push(kept)
        return
    # The source reads "wechat_pay.payments.W…": what it is about, and whose door it came to.
    _, about, door = kept.source.split(".")
    keys = tills.channel_behind(door, merchant_id=kept.merchant_id)
    if about == "coupons":
        _apply_coupon(kept, keys)
        return
    if about == "complaints":
        _apply_complaint(kept, keys)
        return
    if about == "transfers":
        _apply_transfer(kept, keys)
        return
    apply = {"payments": _apply_payment, "refunds": _apply_refund}[about]
    apply(kept, keys, tills.till(keys))


def _apply_push(kept: inbox.Kept) -> None:
    at = clock.now()
    with transaction():
        if inbox.mark_applied(kept, at=at):
            hearing.apply_kept(kept, at=at)


def _apply_coupon(kept: inbox.Kept, keys: merchants.ChannelSecrets) -> None:
    notice = coupons.read(
        keys, json.loads(kept.headers), kept.body.encode(), received_at=kept.received_at
    )
    at = clock.now()
    with transaction():
        if inbox.mark_applied(kept, at=at):
            coupons.apply(keys, notice, at=at)


def _apply_complaint(kept: inbox.Kept, keys: merchants.ChannelSecrets) -> None:
    notice = complaints.read(
        keys, json.loads(kept.headers), kept.body.encode(), received_at=kept.received_at
    )
    at = clock.now()
    with transaction():
        if inbox.mark_applied(kept, at=at):
            complaints.apply(keys, notice, at=at)


def _apply_transfer(kept: inbox.Kept, keys: merchants.ChannelSecrets) -> None:
    notice = payouts.read(
        keys, json.loads(kept.headers), kept.body.encode(), received_at=kept.received_at
    )
    at = clock.now()
    with transaction():
        if inbox.mark_applied(kept, at=at):
            payouts.settle_notice(keys, notice, at=at)


def _apply_payment(kept: inbox.Kept, keys: merchants.ChannelSecrets, till: WechatPay) -> None:
    notice = till.read_payment_notice(
        json.loads(kept.headers), kept.body.encode(), received_at=kept.received_at
    )
    at = clock.now()
    with transaction():
        if inbox.mark_applied(kept, at=at):
            applying.confirm_paid(keys, notice, at=at)


def _apply_refund(kept: inbox.Kept, keys: merchants.ChannelSecrets, till: WechatPay) -> None:
    notice = till.read_refund_notice(
        json.loads(kept.headers), kept.body.encode(), received_at=kept.received_at
    )
    at = clock.now()
    with transaction():
        if inbox.mark_applied(kept, at=at):
            applying.settle_refund(keys, notice, at=at)
