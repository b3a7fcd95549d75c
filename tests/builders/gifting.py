"""Gifts, by the real verbs."""

from datetime import timedelta

from app.domain import gifting
from app.domain.gifting import Friend, Wanted, Wrapping
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_key, a_paid_order, epoch_of, vouchers_of
from tests.builders.transactions import joined

GIVEN_AT = NOON + timedelta(hours=1)


def a_wallet(shop, *, owner=None, orders=1):
    """Somebody with bought vouchers, two for each order: (member, vouchers)."""
    owner = owner or a_buyer(shop)
    for _ in range(orders):
        a_paid_order(shop, buyer=owner)
    return owner, vouchers_of(shop, owner, at=GIVEN_AT)


def a_gift(shop, *, giver, vouchers=(), card=None, at=GIVEN_AT, key=None, **wrapping):
    """The gift's number."""
    with joined():
        return gifting.give(
            merchant_id=shop.id,
            member_id=giver.id,
            wanted=Wanted(vouchers=[each.number for each in vouchers], card=card),
            wrapping=Wrapping(**wrapping),
            key=key or a_key(merchant_id=shop.id, actor=f"member:{giver.id}", operation="give"),
            at=at,
        )


def token_of(shop, number):
    return gifting.link_token(merchant_id=shop.id, number=number)


def a_friend(shop, member):
    return Friend(merchant_id=shop.id, member_id=member.id, epoch=epoch_of(member))


def a_claim(shop, number, member, *, at=GIVEN_AT + timedelta(minutes=5)):
    with joined():
        return gifting.claim(a_friend(shop, member), token=token_of(shop, number), at=at)
