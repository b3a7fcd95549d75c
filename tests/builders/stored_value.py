"""Stored value: top-ups and orders that use it, by the real verbs."""

from app.domain import ledger, stored_value
from app.domain.ledger import AccountKind, house
from tests.builders.moments import NOON
from tests.builders.orders import a_paid_order, an_order, order_id_of
from tests.builders.transactions import joined


def a_top_up(shop, member, *, paid=100_000, bonus=20_000, at=NOON, **more):
    """The order of a top-up, as if such an offer had been bought. Gives the order's id."""
    order_id, number = a_bought_order(shop, member)
    with joined():
        stored_value.top_up(
            merchant_id=shop.id,
            member_id=member.id,
            order_id=order_id,
            order_number=number,
            paid_fen=paid,
            bonus_fen=bonus,
            at=at,
            **more,
        )
    return order_id


def a_bought_order(shop, member):
    placed = a_paid_order(shop, buyer=member)
    return order_id_of(shop, placed.order_number), placed.order_number


def an_open_order(shop, member):
    """An order's id that stored value may be held for."""
    placed = an_order(shop, buyer=member)
    return order_id_of(shop, placed.order_number)


def held(shop, member, amount, *, order_id=None, spender=None, at=NOON, confirmed=True, **more):
    order_id = order_id or an_open_order(shop, spender or member)
    with joined():
        stored_value.hold(
            merchant_id=shop.id,
            member_id=member.id,
            spender_id=(spender or member).id,
            order_id=order_id,
            amount_fen=amount,
            at=at,
            confirmed=confirmed,
            **more,
        )
    return order_id


def captured(shop, order_id, *, at=NOON):
    with joined():
        return stored_value.capture(merchant_id=shop.id, order_id=order_id, at=at)


def released(shop, order_id, *, at=NOON):
    with joined():
        return stored_value.release(merchant_id=shop.id, order_id=order_id, at=at)


def given_back(shop, order_id, amount, *, cause="return:1", at=NOON):
    with joined():
        return stored_value.give_back(
            merchant_id=shop.id, order_id=order_id, amount_fen=amount, cause=cause, at=at
        )


def refunded(shop, order_id, *, cause="return:t", at=NOON, **more):
    with joined():
        return stored_value.refund_topup(
            merchant_id=shop.id, order_id=order_id, cause=cause, at=at, **more
        )


def spent(shop, member, amount, **more):
    order_id = held(shop, member, amount, **more)
    captured(shop, order_id)
    return order_id


def has(shop, member):
    """Paid and bonus fen that he can spend."""
    found = stored_value.balance(merchant_id=shop.id, member_id=member.id)
    return found.paid_fen, found.bonus_fen


def in_house(shop, kind):
    return ledger.balance_of(merchant_id=shop.id, account=house(AccountKind(kind)))


def a_gift_card(shop, buyer, *, face=50_000, is_named=False, at=NOON, **more):
    """Its number and the token of its link."""
    order_id, _ = a_bought_order(shop, buyer)
    with joined():
        number = stored_value.issue_gift_card(
            merchant_id=shop.id,
            member_id=buyer.id,
            order_id=order_id,
            face_fen=face,
            is_named=is_named,
            at=at,
            **more,
        )
        token = stored_value.gift_card_link(merchant_id=shop.id, member_id=buyer.id, number=number)
    return number, token, order_id


def claimed_card(shop, member, token, *, at=NOON):
    with joined():
        return stored_value.claim_gift_card(
            merchant_id=shop.id, member_id=member.id, token=token, at=at
        )
