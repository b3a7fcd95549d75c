"""Calls to let go at once: each is a verb with everything it needs, so that no clock runs before."""

from datetime import timedelta
from functools import partial

from app.domain import orders, points, redemption, vouchers
from app.domain.merchants import Role
from app.domain.orders import CloseReason
from app.domain.vouchers import Move
from app.kernel.db import db, transaction
from tests.builders.moments import NOON
from tests.builders.orders import clerk_of, order_id_of
from tests.builders.redemption import LATER, a_scan, a_scan_key

SOON = LATER + timedelta(minutes=5)
YEAR = timedelta(days=365)


def redeeming_of(shop, voucher, *, key=None, at=LATER):
    scan = a_scan(shop, voucher, at=at)
    db.session.rollback()
    return partial(redemption.redeem, scan, key=key or a_scan_key(shop), at=at)


def reversing_of(shop, verdict):
    return partial(
        redemption.reverse,
        merchant_id=shop.id,
        number=verdict.number,
        reason="扫错券",
        actor=clerk_of(shop),
        role=Role.MANAGER,
        at=SOON,
    )


def freezing_of(shop, voucher):
    return partial(
        vouchers.move,
        merchant_id=shop.id,
        voucher_id=voucher.id,
        what=Move.FREEZE,
        actor="system",
        at=LATER,
    )


def closing_of(shop, number):
    return partial(
        orders.close,
        merchant_id=shop.id,
        order_id=order_id_of(shop, number),
        reason=CloseReason.TIMEOUT,
        at=NOON,
    )


def earning(shop, buyer, amount, *, cause, expires_at=NOON + YEAR):
    return partial(
        points.earn,
        merchant_id=shop.id,
        member_id=buyer.id,
        points=amount,
        cause=cause,
        reason="gift",
        expires_at=expires_at,
        at=NOON,
    )


def spending(shop, buyer, amount, *, cause):
    return partial(
        points.spend, merchant_id=shop.id, member_id=buyer.id, points=amount, cause=cause, at=NOON
    )


def earned(shop, buyer, *amounts, **more):
    for number, amount in enumerate(amounts):
        with transaction():
            earning(shop, buyer, amount, cause=f"earn:{buyer.id}:{number}", **more)()


def taking_back(shop, buyer, amount, *, cause, earned_by="nothing"):
    return partial(
        points.take_back,
        merchant_id=shop.id,
        member_id=buyer.id,
        points=amount,
        earned_by=earned_by,
        cause=cause,
        at=NOON,
    )


def balance(shop, buyer):
    found = points.balance(merchant_id=shop.id, member_id=buyer.id, at=NOON)
    db.session.rollback()
    return found.spendable, found.debt
