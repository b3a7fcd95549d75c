"""Monthly cards, addresses and parcels, in a house."""

from datetime import timedelta

from app.domain import subscriptions
from app.kernel import clock
from app.kernel.db import db, execute, transaction
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    a_place,
    a_sample,
    an_address,
    card_id_of,
    order_of_card,
)

HOME = {
    "name": "王小明",
    "phone": "13800138000",
    "province": "上海市",
    "city": "上海市",
    "county": "徐汇区",
    "street": "漕溪北路1号2室",
}
# Whatever address the tests before chose for his cards.
_ALL_TO = """
UPDATE subscriptions SET address_id = %(id)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND address_id IS NOT NULL
"""
CHOSEN = {"period": 1, "place": 0}


def a_card(house, *, lock_days=5):
    """The number of a card of our member's, and the number of a sample that it may bring."""
    at = clock.now() - timedelta(minutes=1)
    samples = [a_sample(house, name, worth_fen=60_00) for name in ("面霜小样", "面膜小样")]
    offer = a_monthly_offer(house, items=[a_place(*samples)], lock_days=lock_days)
    number = a_monthly_card(house, house.member.who, at=at, offer=offer)
    other = samples[1].benefit_number
    db.session.rollback()
    return number, other


def first_day(house, number):
    """On which the card's first period begins, as JSON says it."""
    which = {"merchant_id": house.id, "member_id": house.member.who.id, "number": number}
    found = subscriptions.get_own(**which, at=clock.now()).periods[0].starts_on
    db.session.rollback()
    return found.isoformat()


def a_paused_card(house):
    number, _ = a_card(house)
    which = {"merchant_id": house.id, "member_id": house.member.who.id, "number": number}
    with transaction():
        subscriptions.pause(**which, at=clock.now())
    return number


def an_address_of(house):
    """One that our member has, which his cards may use."""
    which = {"merchant_id": house.id, "member_id": house.member.who.id}
    known = subscriptions.list_addresses(**which)
    found = known[0].id if known else an_address(house, house.member.who, at=clock.now())
    db.session.rollback()
    return found


def a_spare_address(house):
    """One that no card uses. All others but one make room, so that the book never gets full."""
    kept = an_address_of(house)
    which = {"merchant_id": house.id, "member_id": house.member.who.id}
    with transaction():
        execute(_ALL_TO, {**which, "id": kept})
        for known in subscriptions.list_addresses(**which):
            if known.id != kept:
                subscriptions.remove_address(**which, address_id=known.id, at=clock.now())
    found = an_address(house, house.member.who, at=clock.now())
    db.session.rollback()
    return found


def a_parcel(house, *, state="to_send"):
    """The number of one that is to be sent, on its way, or lost."""
    at = clock.now()
    address = an_address_of(house)
    number, _ = a_card(house, lock_days=0)
    which = {"merchant_id": house.id}
    mine = {**which, "member_id": house.member.who.id, "number": number}
    with transaction():
        subscriptions.send_to(**mine, address_id=address, at=at)
        opened = {**which, "subscription_id": card_id_of(house, number)}
        assert subscriptions.open_periods(**opened, at=at) == 1
        (parcel,) = subscriptions.get_own(**mine, at=at).parcels
        _carry(house, parcel.number, state, at=at)
        subscriptions.stop(**which, order_id=order_of_card(house, number), at=at)
    return parcel.number


def _carry(house, number, state, *, at):
    which = {"merchant_id": house.id, "number": number, "actor": "system", "at": at}
    if state in {"sent", "failed"}:
        subscriptions.send(**which, company="SF", tracking_number="SF1234567890")
    if state == "failed":
        subscriptions.fail(**which, reason="地址不详")
