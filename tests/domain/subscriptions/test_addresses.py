"""A member's address book: sealed, masked, kept as long as a card needs it."""

from datetime import timedelta

import pytest

from app.domain import subscriptions
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_shop,
    an_address,
    order_of_card,
    view_of,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop():
    return a_monthly_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def card(shop, buyer):
    an_address(shop, buyer)
    return a_monthly_card(shop, buyer)


def test_the_address_book_shows_little_and_keeps_everything_sealed(shop, buyer):
    first = an_address(shop, buyer)
    second = an_address(shop, buyer, county="静安区", prefer=True)
    found = subscriptions.list_addresses(merchant_id=shop.id, member_id=buyer.id)
    assert [(each.id, each.is_default) for each in found] == [(second, True), (first, False)]
    assert (found[0].name, found[0].street) == ("王**", "漕溪****")


def test_an_address_that_a_card_needs_is_not_thrown_away(shop, buyer, card):
    (known,) = subscriptions.list_addresses(merchant_id=shop.id, member_id=buyer.id)
    which = {"merchant_id": shop.id, "member_id": buyer.id, "address_id": known.id, "at": NOON}
    with pytest.raises(DomainError) as refusal, transaction():
        subscriptions.remove_address(**which)
    assert refusal.value.code == "address_in_use"

    with transaction():
        subscriptions.stop(merchant_id=shop.id, order_id=order_of_card(shop, card), at=NOON)
        subscriptions.remove_address(**which)
    assert subscriptions.list_addresses(merchant_id=shop.id, member_id=buyer.id) == []
    assert view_of(shop, buyer, card).address is None


@pytest.mark.parametrize(
    "changes", [{"phone": "abc"}, {"name": ""}, {"street": "x" * 101}, {"city": "a\nb"}]
)
def test_an_address_that_no_courier_can_read_is_refused(shop, buyer, changes):
    with pytest.raises(DomainError) as refusal:
        an_address(shop, buyer, **changes)
    assert refusal.value.code == "invalid"


def test_twenty_addresses_are_enough(shop, buyer):
    for _ in range(20):
        an_address(shop, buyer)
    with pytest.raises(DomainError) as refusal:
        an_address(shop, buyer, at=NOON + timedelta(days=1))
    assert refusal.value.code == "too_many_addresses"
