from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import keyring, money, numbers, paging
from app.kernel.errors import Invalid, NotFound
from app.kernel.numbers import Kind
from tests.keys import MASTER_KEY


@pytest.fixture
def another_key():
    """Changes the master key, and puts the tests' own back."""
    yield lambda: keyring.install(b"x" * 32)
    keyring.install(MASTER_KEY)


@given(
    st.integers(min_value=0, max_value=10**12),
    st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=50),
)
def test_a_split_adds_up_and_is_never_a_unit_off(total, weights):
    shares = money.split(total, weights)

    assert sum(shares) == total
    whole = sum(weights) or len(weights)
    for share, weight in zip(shares, weights if any(weights) else [1] * len(weights), strict=True):
        assert abs(share * whole - total * weight) < whole


def test_a_split_by_hand():
    # 100 by 1:1:1 is 33.33 each: the first gets the unit left over.
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]
    # 10 by 5:3:1 is 5.56, 3.33, 1.11: one unit is left, for the first.
    assert money.split(10, [5, 3, 1]) == [6, 3, 1]
    assert money.split(7, [0, 0]) == [4, 3]
    with pytest.raises(ValueError, match="split"):
        money.split(5, [])
    with pytest.raises(ValueError, match="split"):
        money.split(-1, [1])


def test_money_in_words():
    assert [money.yuan(fen) for fen in (0, 5, 1234, -50)] == ["0.00", "0.05", "12.34", "-0.50"]
    assert money.part(1_000, bp=250) == 25


@given(st.integers(min_value=1, max_value=28_000_000), st.sampled_from(list(Kind)))
def test_a_number_leads_to_its_merchant(merchant_id, kind):
    number = numbers.new(kind, merchant_id=merchant_id)

    assert len(number) == 17
    assert numbers.merchant_of(number, kind) == merchant_id


def test_two_numbers_of_one_merchant_look_unrelated():
    tags = {number[1:6] for number in numbers.bulk(Kind.ORDER, merchant_id=5, count=200)}
    assert len(tags) > 190
    assert numbers.for_merchant(5) == numbers.for_merchant(5)


@pytest.mark.parametrize(
    "text", ["", "O", "V" + "2" * 16, "O" + "0" * 16, "O" + "2" * 17, "订单" * 9]
)
def test_what_is_no_number_is_not_found(text):
    with pytest.raises(NotFound):
        numbers.merchant_of(text, Kind.ORDER)


def test_a_secret_opens_only_with_its_key_and_context(another_key):
    sealed = keyring.seal("13800000001", context="phone:1")

    assert keyring.unseal(sealed, context="phone:1") == "13800000001"
    with pytest.raises(keyring.CannotOpen):
        keyring.unseal(sealed, context="phone:2")
    another_key()
    with pytest.raises(keyring.CannotOpen):
        keyring.unseal(sealed, context="phone:1")


def test_a_page_continues_where_it_ended():
    page = paging.cut([9, 8, 7], limit=2, key=lambda row: row)
    assert (page.items, paging.after(page.next_cursor)) == ([9, 8], 8)
    assert paging.cut([9], limit=2, key=lambda row: row).next_cursor is None


@pytest.mark.parametrize(
    "cursor", ["x", "é", "MA", "LTE", "dHJ1ZQ", "WzFd", "W1tbW1tbW1tb", "=" * 9]
)
def test_a_foreign_cursor_is_refused(cursor):
    with pytest.raises(Invalid):
        paging.after(cursor)
    with pytest.raises(Invalid):
        paging.after_moment(cursor)


def test_a_moment_and_an_id_continue_a_page():
    at = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
    cursor = paging.cursor_after(paging.moment_key(at, 7))
    assert paging.after_moment(cursor) == (at, 7)
    assert paging.after_moment(None) == (None, None)


def test_a_moment_that_no_calendar_knows_is_refused():
    with pytest.raises(Invalid):
        paging.after_moment(paging.cursor_after((2**62, 7)))
