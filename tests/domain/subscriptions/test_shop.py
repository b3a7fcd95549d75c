"""What the shop does with a card: pause, remind, pack late, send by the table, give money back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain import aftersales, ledger, subscriptions
from app.domain.aftersales import ReturnState
from app.domain.ledger import AccountKind, Asset, house
from app.domain.subscriptions import (
    REMIND_BEFORE,
    CardState,
    ParcelState,
    PeriodState,
)
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    a_monthly_shop,
    a_place,
    a_sample,
    an_address,
    later,
    opened,
    order_of_card,
    view_of,
)

pytestmark = pytest.mark.usefixtures("database")

# Bought on 15 May 2026, 20:00 in Shanghai: fixed on the 20th, and on 10 June for the second.
FIRST_LOCK, SECOND_LOCK = later(5), later(26)
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


def do(verb, shop, number, *, at=NOON, **more):
    with transaction():
        return verb(merchant_id=shop.id, number=number, at=at, **more)


def refused(verb, *args, **more):
    with pytest.raises(DomainError) as refusal:
        do(verb, *args, **more)
    return refusal.value


def by_shop(verb, shop, number, *, at=NOON):
    do(verb, shop, number, at=at, reason="顾客投诉处理中", actor=BOSS)


def parcels_of(shop, buyer, card):
    return view_of(shop, buyer, card).parcels


# The shop pauses


def test_what_the_shop_has_paused_only_the_shop_lets_go_on(shop, buyer, card):
    by_shop(subscriptions.pause_for_shop, shop, card)
    by_shop(subscriptions.pause_for_shop, shop, card)
    assert view_of(shop, buyer, card).is_paused_by_shop
    assert opened(shop, card, at=FIRST_LOCK) == 0
    code = refused(subscriptions.resume, shop, card, member_id=buyer.id).code
    assert code == "card_paused_by_shop"

    by_shop(subscriptions.resume_for_shop, shop, card, at=FIRST_LOCK)

    seen = view_of(shop, buyer, card)
    assert (seen.state, seen.is_paused_by_shop) == (CardState.ACTIVE, False)
    assert [each.starts_on.month for each in seen.periods] == [6, 7, 8]


def test_the_shop_holds_a_card_that_its_owner_has_paused(shop, buyer, card):
    do(subscriptions.pause, shop, card, member_id=buyer.id)
    by_shop(subscriptions.pause_for_shop, shop, card)
    code = refused(subscriptions.resume, shop, card, member_id=buyer.id).code
    assert code == "card_paused_by_shop"


def test_the_shop_may_hold_a_period_that_is_about_to_begin(shop, card):
    by_shop(subscriptions.pause_for_shop, shop, card, at=FIRST_LOCK)
    assert opened(shop, card, at=FIRST_LOCK) == 0


def test_the_shop_cannot_pause_what_is_over_or_unknown(shop, card):
    opened(shop, card, at=later(80))
    reason = {"reason": "x", "actor": BOSS}
    assert refused(subscriptions.pause_for_shop, shop, card, **reason).code == "no_period_ahead"
    assert refused(subscriptions.resume_for_shop, shop, card, **reason).code == "card_not_paused"
    assert refused(subscriptions.pause_for_shop, shop, "7X", **reason).code == "not_found"


def test_cards_in_lines_say_what_is_to_come(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    which = {"merchant_id": shop.id, "cursor": None, "limit": 10}
    (line,) = subscriptions.list_cards(**which, state=CardState.ACTIVE).items
    assert (line.number, line.member_number, line.periods, line.periods_left) == (
        card,
        buyer.number,
        3,
        2,
    )
    assert not subscriptions.list_cards(**which, state=CardState.PAUSED).items


# Skipping


def test_so_many_months_may_be_left_out_and_no_more(buyer, shop):
    shop.offer = a_monthly_offer(shop, skip_limit=2)
    an_address(shop, buyer)
    card = a_monthly_card(shop, buyer)
    skip = {"member_id": buyer.id, "period": 1}
    for month in (5, 6):
        do(subscriptions.skip, shop, card, **skip, starts_on=date(2026, month, 15))

    refusal = refused(subscriptions.skip, shop, card, **skip, starts_on=date(2026, 7, 15))

    assert (refusal.code, refusal.details) == ("skip_limit_reached", {"limit": 2})
    assert view_of(shop, buyer, card).skips_left == 0
    assert view_of(shop, buyer, card).periods[0].starts_on == date(2026, 7, 15)


# The reminder


def reminded(shop, *, at):
    """How many periods of this shop the sweep told of."""
    with transaction():
        found = subscriptions.list_closing(at=at, limit=10_000)
        return sum(
            subscriptions.remind(merchant_id=each.merchant_id, period_id=each.period_id, at=at)
            for each in found
            if each.merchant_id == shop.id
        )


LOCK = datetime(2026, 6, 9, 16, tzinfo=UTC)
"""The second period begins on 15 June in Shanghai, and is fixed five days before."""


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (LOCK - REMIND_BEFORE - timedelta(seconds=1), 0),
        (LOCK - REMIND_BEFORE, 1),
        (LOCK - timedelta(seconds=1), 1),
        (LOCK, 0),
    ],
)
def test_the_reminder_comes_once_in_the_days_before_the_lock(shop, card, at, told):
    opened(shop, card, at=FIRST_LOCK)
    assert reminded(shop, at=at) == told
    assert reminded(shop, at=at) == 0


def test_who_bought_just_before_the_lock_is_not_reminded(shop, buyer):
    shop.offer = a_monthly_offer(shop, lock_days=2)
    an_address(shop, buyer)
    a_monthly_card(shop, buyer)
    assert reminded(shop, at=later(1)) == 0


def test_a_period_that_moved_is_told_of_again_and_a_paused_one_never(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    before = LOCK - timedelta(days=1)
    june = {"member_id": buyer.id, "period": 2, "starts_on": date(2026, 6, 15)}
    assert reminded(shop, at=before) == 1
    do(subscriptions.skip, shop, card, **june, at=before)
    assert reminded(shop, at=before) == 0
    month_later = datetime(2026, 7, 8, 16, tzinfo=UTC)
    do(subscriptions.pause, shop, card, member_id=buyer.id, at=before)
    assert reminded(shop, at=month_later) == 0
    do(subscriptions.resume, shop, card, member_id=buyer.id, at=before)
    assert reminded(shop, at=month_later) == 1


# Months, as the sweep finds them


def shanghai(*when):
    return datetime(*when, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("bought", "midnights"),
    [
        ((2027, 1, 31, 9), [(2027, 1, 31), (2027, 2, 28), (2027, 3, 31)]),
        ((2028, 1, 31, 9), [(2028, 1, 31), (2028, 2, 29), (2028, 3, 31)]),
        ((2028, 2, 29, 0), [(2028, 2, 29), (2028, 3, 29), (2028, 4, 29)]),
        ((2026, 12, 31, 23, 59, 30), [(2026, 12, 31), (2027, 1, 31), (2027, 2, 28)]),
    ],
)
def test_each_period_begins_at_its_midnight_in_shanghai_and_not_before(
    shop, buyer, bought, midnights
):
    shop.offer = a_monthly_offer(shop, lock_days=0)
    an_address(shop, buyer, at=shanghai(*bought))
    card = a_monthly_card(shop, buyer, at=shanghai(*bought))
    assert opened(shop, card, at=shanghai(*bought)) == 1
    for day in midnights[1:]:
        begins = shanghai(*day)
        assert opened(shop, card, at=begins - timedelta(microseconds=1)) == 0
        assert opened(shop, card, at=begins) == 1
    found = [each.send_on for each in parcels_of(shop, buyer, card)]
    assert found == [date(*day) for day in midnights]


def test_after_two_months_without_a_sweep_all_that_was_due_begins_once_in_order(shop, buyer, card):
    assert opened(shop, card, at=later(65)) == 3
    assert opened(shop, card, at=later(65)) == 0
    seen = view_of(shop, buyer, card, at=later(65))
    assert [each.period for each in seen.parcels] == [1, 2, 3]
    assert ledger.verify() == []


def test_without_an_address_the_later_periods_wait_behind_the_first(shop, buyer):
    mug, cream = (a_sample(shop, name, worth_fen=60_00) for name in ("杯子", "面霜小样"))
    shop.offer = a_monthly_offer(shop, periods=2, items=[a_place(mug, cream)])
    card = a_monthly_card(shop, buyer)
    assert opened(shop, card, at=later(60)) == 0
    assert opened(shop, card, at=later(60)) == 0
    waiting = view_of(shop, buyer, card, at=later(60)).periods
    assert [each.state for each in waiting] == [PeriodState.WAITING] * 2
    with transaction():
        due = subscriptions.list_due(at=later(60), limit=10_000)
    assert shop.id not in {each.merchant_id for each in due}


# Money back for a parcel that never arrives


def lost_parcel(shop, buyer, card):
    """Sent, and come back."""
    opened(shop, card, at=FIRST_LOCK)
    number = parcels_of(shop, buyer, card)[0].number
    said = {"actor": BOSS, "at": FIRST_LOCK}
    do(subscriptions.send, shop, number, company="SF", tracking_number="SF1", **said)
    do(subscriptions.fail, shop, number, reason="地址不详", **said)
    return number


def give_back(shop, number, *, at=FIRST_LOCK):
    return do(aftersales.refund_parcel, shop, number, reason="寄丢了", actor=BOSS, at=at)


def balances(shop):
    return tuple(
        ledger.balance_of(merchant_id=shop.id, account=house(kind, Asset.CNY))
        for kind in (AccountKind.PREPAID, AccountKind.EARNED)
    )


def test_the_part_of_a_lost_parcel_goes_back_and_the_card_goes_on(shop, buyer, card):
    number = lost_parcel(shop, buyer, card)
    assert balances(shop) == (100_00 - 12_82, 12_82)

    made = give_back(shop, number)

    found = aftersales.get_return(merchant_id=shop.id, number=made)
    assert (found.amount_fen, found.state) == (12_82, ReturnState.FROZEN)
    assert "第1期33.34元按市场价分摊，面霜小样×1占12.82元" in str(found.quote)
    assert balances(shop) == (100_00, 0)
    assert parcels_of(shop, buyer, card)[0].state is ParcelState.GIVEN_UP
    assert refused(aftersales.refund_parcel, shop, number, reason="x", actor=BOSS).code == (
        "refund_under_way"
    )
    assert opened(shop, card, at=SECOND_LOCK) == 1
    assert ledger.verify() == []


def test_a_parcel_that_cannot_be_sent_is_given_up_before_it_earned(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    number = parcels_of(shop, buyer, card)[0].number
    assert give_back(shop, number)
    assert balances(shop) == (100_00, 0)
    assert ledger.verify() == []


@pytest.mark.parametrize("state", [ParcelState.SENT, ParcelState.DELIVERED, ParcelState.GIVEN_UP])
def test_what_is_on_its_way_arrived_or_given_up_is_not_given_back(shop, buyer, card, state):
    opened(shop, card, at=FIRST_LOCK)
    number = parcels_of(shop, buyer, card)[0].number
    said = {"actor": BOSS, "at": FIRST_LOCK}
    if state is ParcelState.GIVEN_UP:
        do(subscriptions.give_up, shop, number, reason="x", **said)
    else:
        do(subscriptions.send, shop, number, company="SF", tracking_number="SF1", **said)
    if state is ParcelState.DELIVERED:
        do(subscriptions.deliver, shop, number, **said)

    assert refused(aftersales.refund_parcel, shop, number, reason="x", actor=BOSS).code == (
        "parcel_moved"
    )
    with transaction():
        found = aftersales.list_returns(
            merchant_id=shop.id, member_id=buyer.id, cursor=None, limit=5
        )
    assert not found.items


def test_a_card_given_back_after_a_lost_parcel_gives_no_fen_twice(shop, buyer, card):
    number = lost_parcel(shop, buyer, card)
    give_back(shop, number)
    with transaction():
        stopped = subscriptions.stop(
            merchant_id=shop.id, order_id=order_of_card(shop, card), at=later(6)
        )
    assert stopped.amount_fen == 66_66
