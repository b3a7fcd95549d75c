"""Tracking numbers by the table, and parcels found by what one knows of them."""

from datetime import date

import pytest

from app.domain import ledger, subscriptions
from app.domain.ledger import AccountKind, Asset, house
from app.domain.subscriptions import LinesRefused, ParcelFilter, ParcelState, TrackingLine
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from tests.builders.orders import a_buyer
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_shop,
    an_address,
    later,
    opened,
    view_of,
)

pytestmark = pytest.mark.usefixtures("database")

BOSS = "staff:1"


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


def parcels_of(shop, buyer, card):
    return view_of(shop, buyer, card).parcels


def earned(shop):
    return ledger.balance_of(merchant_id=shop.id, account=house(AccountKind.EARNED, Asset.CNY))


@pytest.fixture
def packed(shop, buyer, card):
    """The numbers of three parcels to be sent."""
    opened(shop, card, at=later(80))
    return [each.number for each in parcels_of(shop, buyer, card)]


def send_all(shop, lines):
    with transaction():
        return subscriptions.send_all(merchant_id=shop.id, lines=lines, actor=BOSS, at=later(80))


def lines_of(numbers, **changes):
    return [
        TrackingLine(
            line=place, parcel=number, company="SF", tracking_number=changes.get(number, "SF1")
        )
        for place, number in enumerate(numbers, start=2)
    ]


def states(shop, buyer, card):
    return {each.state for each in parcels_of(shop, buyer, card)}


def test_a_table_of_tracking_numbers_may_come_twice(shop, buyer, card, packed):
    for _ in range(2):
        assert send_all(shop, lines_of(packed)) == 3
    assert states(shop, buyer, card) == {ParcelState.SENT}
    assert ledger.verify() == []


def test_bad_lines_are_named_and_nothing_is_written(shop, buyer, card, packed):
    lines = [*lines_of(packed), *lines_of(["EUNKNOWN", packed[0]], **{packed[0]: "SF2"})]
    lines = [*lines, TrackingLine(line=9, parcel=packed[1], company="", tracking_number="SF1")]

    with pytest.raises(DomainError) as refusal:
        send_all(shop, lines)

    told = [(each["line"], each["code"]) for each in refusal.value.details["lines"]]
    assert refusal.value.code == "lines_refused"
    assert told == [(2, "not_found"), (3, "parcel_moved"), (9, "invalid")]
    assert states(shop, buyer, card) == {ParcelState.TO_SEND}
    assert earned(shop) == 0


def test_a_table_is_read_with_its_head_in_any_order():
    text = "\ufefftracking_number, parcel ,company,note\r\nSF1,E1,SF,hello\r\n\r\n"
    (line,) = subscriptions.read_table(text)
    assert (line.line, line.parcel, line.company, line.tracking_number) == (2, "E1", "SF", "SF1")


@pytest.mark.parametrize(
    "text", ["", "parcel,company\nE1,SF\n", "parcel,company,tracking_number\n" + "E,S,1\n" * 501]
)
def test_a_table_without_its_head_or_without_end_is_refused(text):
    with pytest.raises(LinesRefused):
        subscriptions.read_table(text)


def test_parcels_are_found_by_day_benefit_and_card(shop, buyer, card, packed):
    a_monthly_card(shop, buyer, at=later(81))
    which = {"merchant_id": shop.id, "cursor": None, "limit": 10}

    def found(**wanted):
        page = subscriptions.list_parcels(**which, wanted=ParcelFilter(**wanted))
        return [each.number for each in page.items]

    assert found(card_number=card) == packed
    assert found(since=date(2026, 6, 1), until=date(2026, 6, 30)) == packed[1:2]
    assert found(since=date(2026, 6, 15)) == packed[1:]
    assert found(benefit_number="B1") == []


def test_parcels_are_paged_by_the_day_to_send_them_on(shop, packed):
    other = a_buyer(shop)
    an_address(shop, other)
    second = a_monthly_card(shop, other, at=later(10))
    assert opened(shop, second, at=later(80)) == 3
    seen, cursor = [], None
    while not seen or cursor:
        page = subscriptions.list_parcels(merchant_id=shop.id, cursor=cursor, limit=1)
        seen += page.items
        cursor = page.next_cursor
    assert [each.send_on for each in seen] == sorted(each.send_on for each in seen)
    numbers = [each.number for each in seen]
    assert len(numbers) == len(set(numbers)) > len(packed)
    # The second card's came later and go out in between.
    assert numbers[: len(packed)] != packed
