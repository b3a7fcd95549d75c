"""When somebody closes his account, nobody spends what is his, and he spends nobody's."""

import pytest

from app.domain import family
from app.domain.family import NoFamily
from app.kernel.db import transaction
from tests.builders.family import a_family, family_of, spends
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import a_top_up, captured, has


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def owner(shop):
    member = a_buyer(shop)
    a_top_up(shop, member)
    return member


def forgotten(shop, member):
    with transaction():
        family.forget_person(merchant_id=shop.id, member_ids=[member.id], at=NOON)


def test_the_family_of_an_owner_who_left_is_over_and_his_value_stays(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    order_id = spends(shop, member, 6_000)

    for _ in range(2):
        forgotten(shop, owner)

    with pytest.raises(NoFamily):
        spends(shop, member, 100)
    with pytest.raises(NoFamily):
        family_of(shop, member)
    # What was held before still pays for its order.
    captured(shop, order_id)
    assert has(shop, owner) == (95_000, 19_000)


def test_the_place_of_a_member_who_left_is_free_and_the_others_go_on(shop, owner):
    (one, _), (other, _) = a_family(shop, owner, caps=[10_000, 10_000])

    forgotten(shop, one)

    with pytest.raises(NoFamily):
        spends(shop, one, 100)
    assert [seat.state for seat in family_of(shop, owner).seats] == ["active"]
    spends(shop, other, 100)
