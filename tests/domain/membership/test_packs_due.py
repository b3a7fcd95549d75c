"""Whom the sweep finds for a pack: nobody for one that is over, the others page by page."""

import pytest

from app.domain import membership
from app.domain.catalog import Conditions, Fixed
from app.domain.membership import Occasion
from tests.builders.membership import a_ladder, a_pack, grow, tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.transactions import joined
from tests.domain.membership.test_packs import DAY, set_birthday


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def member(shop):
    return a_buyer(shop)


@pytest.mark.parametrize("occasion", [Occasion.MONTHLY, Occasion.BIRTHDAY])
def test_a_pack_whose_dates_are_over_is_due_to_nobody(shop, member, occasion):
    days = Fixed(starts_on=NOON.date(), ends_on=(NOON + DAY).date())
    pack = a_pack(shop.merchant, conditions=Conditions(validity=days))
    tiers_in(shop.merchant, a_ladder(silver={"packs": {occasion.value: pack}}))
    grow(member)
    set_birthday(member, NOON.month, (NOON + 2 * DAY).day)
    set_birthday(other := a_buyer(shop), NOON.month, NOON.day)
    grow(other, source="order:2")

    assert {one.member_id for one in due_packs(shop, occasion, at=NOON)} >= {other.id}
    assert due_packs(shop, occasion, at=NOON + 2 * DAY) == []


def test_packs_that_are_due_come_page_by_page(shop, member):
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"monthly": a_pack(shop.merchant)}}))
    people = [member, a_buyer(shop), a_buyer(shop)]
    for number, each in enumerate(people):
        grow(each, source=f"order:{number}")

    first = due_packs(shop, Occasion.MONTHLY, at=NOON, limit=2)
    rest = due_packs(shop, Occasion.MONTHLY, at=NOON, limit=2, after=first[-1])

    assert [one.member_id for one in (*first, *rest)] == [each.id for each in people]


def due_packs(shop, occasion, *, at, after=None, limit=100):
    with joined():
        return membership.list_packs_due(
            merchant_id=shop.id, occasion=occasion, after=after, at=at, limit=limit
        )
