"""Points are spent, taken back and expired at the same time, and never made up."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest

from app.domain import ledger, points
from app.domain.ledger import AccountKind, Asset, Posting, house
from app.domain.points import member_points
from app.domain.points import statements as point_statements
from app.kernel.db import db, execute, fetch_one, transaction
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_shop,
    a_voucher,
    vouchers_of,
)
from tests.builders.points import expire_due
from tests.builders.redemption import LATER, a_redemption
from tests.builders.together import one_behind_the_other
from tests.races.calls import (
    balance,
    earned,
    earning,
    redeeming_of,
    reversing_of,
    spending,
    taking_back,
)
from tests.races.racing import (
    MEETING_SECONDS,
    count,
    pair,
    storm,
    tally,
    told,
    value,
    without,
)


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def test_a_balance_for_ten_is_spent_ten_times_by_32_at_once(app, shop, buyer):
    earned(shop, buyer, 30, 30, 40)

    results = storm(app, [spending(shop, buyer, 10, cause=f"spend:{n}") for n in range(32)])

    assert tally(results) == {"done": 10, "not_enough_points": 22}
    assert balance(shop, buyer) == (0, 0)
    assert value(shop, "sum(remaining)", "point_lots") == 0


def test_one_cause_is_spent_once_by_32_at_once(app, shop, buyer):
    earned(shop, buyer, 1000)

    results = storm(app, [spending(shop, buyer, 10, cause="spend:1")] * 32)

    assert tally(results) == {"done": 1, "already_posted": 31}
    assert balance(shop, buyer) == (990, 0)


def test_spending_against_taking_back_never_goes_below_nothing(app, shop, buyer):
    earned(shop, buyer, 160)
    calls = [
        call
        for n in range(16)
        for call in (
            spending(shop, buyer, 10, cause=f"spend:{n}"),
            taking_back(shop, buyer, 10, cause=f"back:{n}"),
        )
    ]

    results = storm(app, calls)

    spent = sum(each is None for each in results)
    became_debt = sum(each for each in results if isinstance(each, int))
    spendable, debt = balance(shop, buyer)
    assert set(tally(results)) <= {"done", "not_enough_points"}
    assert (spendable, debt) == (0, became_debt)
    # 160 were earned and 160 taken back: whatever was spent besides is owed.
    assert debt == 10 * spent


@pytest.mark.parametrize("spends_first", [True, False])
def test_a_reversal_and_a_spending_one_behind_the_other(app, shop, buyer, spends_first):
    verdict = a_redemption(shop, a_voucher(shop, buyer=buyer))
    spend, reverse = spending(shop, buyer, 20, cause="spend:1"), reversing_of(shop, verdict)
    db.session.rollback()
    calls = (spend, reverse) if spends_first else (reverse, spend)

    both = one_behind_the_other(app, *calls)

    assert both.waited
    if spends_first:
        assert both.second.points_debt == 20
        assert balance(shop, buyer) == (0, 20)
    else:
        assert told(both.second) == "not_enough_points"
        assert balance(shop, buyer) == (0, 0)


def test_expiry_against_spending_takes_each_point_once(app, shop, buyer):
    earned(shop, buyer, 100, expires_at=NOON + timedelta(days=1))
    expire = partial(expire_due, at=NOON + timedelta(days=2), limit=5000)
    calls = [spending(shop, buyer, 10, cause=f"spend:{n}") for n in range(31)]

    results = storm(app, [*calls[:5], *[expire] * 4, *calls[5:]])

    spent = 10 * sum(each is None for each in results)
    expired = value(
        shop,
        "coalesce(sum(amount), 0)",
        "ledger_postings",
        "entry_id IN (SELECT id FROM ledger_entries WHERE merchant_id = :m "
        "AND cause LIKE 'expiry:%')",
    )
    assert set(tally(results)) <= {"done", "not_enough_points"}
    assert spent + expired == 100


def test_many_sweeps_at_once_expire_each_members_points_once(app, shop):
    people = [a_buyer(shop) for _ in range(10)]
    for each in people:
        earned(shop, each, 10, 20, expires_at=NOON + timedelta(days=1))
    expire = partial(expire_due, at=NOON + timedelta(days=2), limit=5000)

    results = storm(app, [expire] * 36)

    assert {type(each) for each in results} == {int}
    assert [balance(shop, each) for each in people] == [(0, 0)] * 10
    assert count(shop, "ledger_entries", "cause LIKE 'expiry:%'") == 10


def test_a_debt_is_repaid_once_by_earnings_at_the_same_time(app, shop, buyer):
    owing(shop, buyer, 40)

    storm(app, [earning(shop, buyer, 10, cause=f"gift:{n}") for n in range(32)])

    assert balance(shop, buyer) == (320 - 40, 0)


def test_a_debt_is_repaid_once_by_redemptions_at_the_same_time(app, shop, buyer):
    owing(shop, buyer, 40)
    for _ in range(16):
        a_voucher(shop, buyer=buyer)
    calls = [redeeming_of(shop, voucher) for voucher in vouchers_of(shop, buyer, at=LATER)]

    results = storm(app, calls)

    assert tally(results) == {"done": 32}
    assert balance(shop, buyer) == (32 * 24 - 40, 0)


def owing(shop, buyer, amount):
    """Everything spent, and then taken back."""
    earned(shop, buyer, amount)
    with transaction():
        spending(shop, buyer, amount, cause="spend:all")()
    with transaction():
        taking_back(shop, buyer, amount, cause="back:all")()
    assert balance(shop, buyer) == (0, amount)


# The ledger itself.


def test_crossed_postings_between_two_members_never_deadlock(app, shop):
    one, other = a_buyer(shop), a_buyer(shop)
    for member in (one, other):
        with transaction():
            moving(shop, house(AccountKind.POINTS_ISSUED, Asset.POINT), member_points(member.id))()
    a, b = member_points(one.id), member_points(other.id)
    calls = [
        moving(shop, *ends, amount=1, cause=f"cross:{n}")
        for n, ends in enumerate([(a, b), (b, a)] * 20)
    ]

    results = storm(app, calls)

    assert tally(results) == {"done": 40}
    assert [ledger.balance_of(merchant_id=shop.id, account=name) for name in (a, b)] == [100, 100]
    for member in (one, other):
        with transaction():
            moving(shop, member_points(member.id), house(AccountKind.POINTS_SPENT, Asset.POINT))()


def moving(shop, source, destination, *, amount=100, cause=None):
    return partial(
        ledger.post,
        merchant_id=shop.id,
        cause=cause or f"move:{source}:{destination}",
        postings=[Posting(source=source, destination=destination, amount=amount)],
        at=NOON,
    )


# Controls: the same without its guard.


class _Kept:
    def __init__(self, balance):
        self.balance = balance


def test_reading_a_balance_before_writing_it_spends_the_same_points_twice(unguarded):
    shop = a_shop()
    buyer = a_buyer(shop)
    earned(shop, buyer, 10)
    meeting = Barrier(2)
    where = {"m": shop.id, "o": buyer.id}

    def naive():
        query = (
            "SELECT balance FROM ledger_accounts "
            "WHERE merchant_id = %(m)s AND kind = 'points' AND owner = %(o)s"
        )
        kept = fetch_one(_Kept, query, where)
        meeting.wait(MEETING_SECONDS)
        if kept.balance < 10:
            return "not enough"
        execute(
            "UPDATE ledger_accounts SET balance = %(n)s "
            "WHERE merchant_id = %(m)s AND kind = 'points' AND owner = %(o)s",
            where | {"n": kept.balance - 10},
        )
        return "spent"

    assert pair(unguarded, naive, naive) == ["spent", "spent"]


def test_locking_accounts_in_the_order_of_the_posting_deadlocks(unguarded):
    shop = a_shop()
    one, other = a_buyer(shop), a_buyer(shop)
    for member in (one, other):
        earned(shop, member, 10)
    meeting = Barrier(2)

    def naive(first, second):
        points.lots.lock_account(shop.id, first.id)
        meeting.wait(MEETING_SECONDS)
        points.lots.lock_account(shop.id, second.id)

    results = pair(unguarded, partial(naive, one, other), partial(naive, other, one))

    assert tally(results) == {"done": 1, "busy": 1}


def test_without_the_lock_a_debt_is_repaid_twice(unguarded, monkeypatch):
    shop = a_shop()
    buyer = a_buyer(shop)
    owing(shop, buyer, 10)
    monkeypatch.setattr(
        point_statements,
        "LOCK_ACCOUNT",
        without(point_statements.LOCK_ACCOUNT, "FOR NO KEY UPDATE"),
    )
    meeting = Barrier(2)
    look = points.actions._debt

    def look_and_meet(*who):
        owed = look(*who)
        meeting.wait(MEETING_SECONDS)
        return owed

    monkeypatch.setattr(points.actions, "_debt", look_and_meet)
    pair(unguarded, *[earning(shop, buyer, 10, cause=f"gift:{n}") for n in range(2)])

    # Twenty were earned, ten were owed, and none is left.
    assert balance(shop, buyer) == (0, -10)
