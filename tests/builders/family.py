"""Families that spend one member's stored value, by the real verbs."""

from app.domain import family, stored_value
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer
from tests.builders.stored_value import an_open_order
from tests.builders.transactions import joined


def a_family(shop, owner, *, caps=(), whole=None, at=NOON):
    """A card with a member for each cap (fen). Gives [(member, seat number), …]."""
    with joined():
        family.open_card(merchant_id=shop.id, member_id=owner.id, monthly_cap_fen=whole, at=at)
    return [a_relative(shop, owner, cap=cap, at=at) for cap in caps]


def an_invitation(shop, owner, *, cap=10_000, name="妈妈", at=NOON):
    with joined():
        return family.invite(
            merchant_id=shop.id, member_id=owner.id, name=name, monthly_cap_fen=cap, at=at
        )


def a_relative(shop, owner, *, cap=10_000, member=None, at=NOON):
    member = member or a_buyer(shop)
    invited = an_invitation(shop, owner, cap=cap, at=at)
    taken(shop, member, invited.token, at=at)
    return member, invited.number


def taken(shop, member, token, *, at=NOON):
    with joined():
        return family.join(merchant_id=shop.id, member_id=member.id, token=token, at=at)


def spends(shop, member, amount, *, order_id=None, at=NOON):
    """What an order does with a family card: ask for leave, and hold the owner's value."""
    order_id = order_id or an_open_order(shop, member)
    with joined():
        spend(shop, member, amount, order_id=order_id, at=at)
    return order_id


def spend(shop, member, amount, *, order_id, at=NOON):
    owner_id = family.allow(merchant_id=shop.id, member_id=member.id, amount_fen=amount, at=at)
    stored_value.hold(
        merchant_id=shop.id,
        member_id=owner_id,
        spender_id=member.id,
        order_id=order_id,
        amount_fen=amount,
        confirmed=True,
        at=at,
    )


def family_of(shop, member, *, at=NOON):
    return family.get_family(merchant_id=shop.id, member_id=member.id, at=at)
