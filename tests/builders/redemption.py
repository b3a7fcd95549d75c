"""Scans at the counter."""

from datetime import timedelta

from app.domain import redemption
from app.domain.merchants import Role
from app.domain.redemption import Scan
from tests.builders.moments import NOON
from tests.builders.orders import a_key, clerk_of, shown
from tests.builders.transactions import joined

LATER = NOON + timedelta(hours=1)


def a_scan(shop, voucher, *, at=LATER, code=None, **changes):
    said = {
        "merchant_id": shop.id,
        "acceptor_merchant_id": shop.id,
        "code_text": code or shown(shop, voucher, at=at).digits,
        "actor": clerk_of(shop),
        "store_id": shop.store.id,
        "store_name": shop.store.name,
        "spend_fen": None,
    }
    return Scan(**said | changes)


def a_scan_key(shop, **more):
    return a_key(merchant_id=shop.id, actor=clerk_of(shop), operation="redeem", **more)


def a_redemption(shop, voucher, *, at=LATER, key=None, **changes):
    with joined():
        return redemption.redeem(
            a_scan(shop, voucher, at=at, **changes), key=key or a_scan_key(shop), at=at
        )


def a_use_undone(shop, voucher, *, at=LATER):
    """Used and made usable again by a manager; the number of the redemption."""
    number = a_redemption(shop, voucher, at=at).number
    with joined():
        redemption.reverse(
            merchant_id=shop.id,
            number=number,
            reason="点错了",
            actor=clerk_of(shop),
            role=Role.MANAGER,
            at=at,
        )
    return number
