"""A monthly card from its order to its last period; pausing, skipping, choosing, giving back."""

from datetime import date

import pytest

from app.domain import ledger, points, subscriptions
from app.domain.ledger import AccountKind, Asset, house
from app.domain.subscriptions import CardState, ParcelFilter, ParcelState, PeriodState
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_order,
    a_shop,
    an_order,
    order_id_of,
    vouchers_of,
)
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    a_monthly_shop,
    a_place,
    a_sample,
    an_address,
    card_of,
    later,
    opened,
    order_of_card,
    view_of,
)

pytestmark = pytest.mark.usefixtures("database")

# Bought on Friday 15 May 2026, 20:00 in Shanghai: the second period begins on 15 June.
FIRST_LOCK, SECOND_LOCK = later(5), later(26)
MAY, JUNE = date(2026, 5, 15), date(2026, 6, 15)


@pytest.fixture
def shop():
    return a_monthly_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def card(shop, buyer):
    """With an address, bought at noon."""
    an_address(shop, buyer)
    return a_monthly_card(shop, buyer)


def do(verb, shop, buyer, number, *, at=NOON, **more):
    with transaction():
        verb(merchant_id=shop.id, member_id=buyer.id, number=number, at=at, **more)


def refused(verb, *args, **more):
    with pytest.raises(DomainError) as refusal:
        do(verb, *args, **more)
    return refusal.value.code


def days_of(shop, buyer, number):
    return [each.starts_on for each in view_of(shop, buyer, number).periods]


def balance(shop, kind):
    return ledger.balance_of(merchant_id=shop.id, account=house(kind, Asset.CNY))


def test_a_paid_order_becomes_a_card_with_its_calendar(shop, buyer, card):
    seen = view_of(shop, buyer, card)

    assert (seen.title, seen.state, seen.paid_fen) == ("焕颜月卡", CardState.ACTIVE, 100_00)
    assert [each.starts_on for each in seen.periods] == [
        date(2026, 5, 15),
        date(2026, 6, 15),
        date(2026, 7, 15),
    ]
    assert sum(each.amount_fen for each in seen.periods) == 100_00
    assert seen.next_period.n == 1
    assert seen.next_period.is_open_to_change
    assert seen.address.phone == "138****8000"
    assert ledger.verify() == []


def test_nothing_begins_before_its_time(shop, card):
    assert opened(shop, card, at=later(4)) == 0


def test_a_period_brings_a_parcel_a_voucher_and_points_once(shop, buyer, card):
    assert opened(shop, card, at=FIRST_LOCK) == 1
    assert opened(shop, card, at=FIRST_LOCK) == 0

    seen = view_of(shop, buyer, card, at=FIRST_LOCK)
    assert [each.state for each in seen.periods] == [
        PeriodState.OPENED,
        PeriodState.WAITING,
        PeriodState.WAITING,
    ]
    (parcel,) = seen.parcels
    assert (parcel.name, parcel.quantity, parcel.state) == ("面霜小样", 1, ParcelState.TO_SEND)
    (voucher,) = vouchers_of(shop, buyer, at=FIRST_LOCK)
    assert voucher.card_title == "焕颜月卡·第1期"
    held = points.balance(merchant_id=shop.id, member_id=buyer.id, at=FIRST_LOCK)
    assert held.spendable == 10
    assert ledger.verify() == []


def test_what_was_missed_begins_together_later_and_the_card_is_done(shop, buyer, card):
    assert opened(shop, card, at=later(80)) == 3

    assert view_of(shop, buyer, card, at=later(80)).state is CardState.DONE
    held = points.balance(merchant_id=shop.id, member_id=buyer.id, at=later(80))
    assert held.spendable == 30
    assert refused(subscriptions.pause, shop, buyer, card) == "no_period_ahead"


def test_a_period_waits_for_an_address_and_asks_for_it_once(shop, buyer):
    card = a_monthly_card(shop, buyer)
    assert opened(shop, card, at=FIRST_LOCK) == 0
    with transaction():
        due = subscriptions.list_due(at=FIRST_LOCK, limit=10_000)
    assert card not in {each.subscription_id for each in due}

    address = an_address(shop, buyer)
    do(subscriptions.send_to, shop, buyer, card, address_id=address, at=FIRST_LOCK)

    assert opened(shop, card, at=FIRST_LOCK) == 1


def test_a_parcel_keeps_the_address_of_its_moment(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    new = an_address(shop, buyer, province="北京市", city="北京市", county="朝阳区")
    do(subscriptions.send_to, shop, buyer, card, address_id=new, at=FIRST_LOCK)
    opened(shop, card, at=SECOND_LOCK)

    with transaction():
        found = subscriptions.labels(
            merchant_id=shop.id, send_on=None, actor="staff:1", at=SECOND_LOCK
        )
    assert [each.address.region for each in found] == ["上海市徐汇区", "北京市朝阳区"]
    assert "13800138000" not in repr(found)


# Choosing


def test_a_choice_stands_until_the_parcel_is_fixed(buyer, shop):
    cream, mask = (a_sample(shop, name, worth_fen=60_00) for name in ("面霜小样", "面膜小样"))
    shop.offer = a_monthly_offer(shop, items=[a_place(cream, mask, quantity=2)])
    an_address(shop, buyer)
    card = a_monthly_card(shop, buyer)
    wish = {"place": 0, "benefit_number": mask.benefit_number}

    do(subscriptions.choose, shop, buyer, card, period=1, **wish)
    opened(shop, card, at=FIRST_LOCK)
    late = refused(subscriptions.choose, shop, buyer, card, period=1, **wish, at=FIRST_LOCK)
    opened(shop, card, at=SECOND_LOCK)

    assert late == "period_locked"
    seen = view_of(shop, buyer, card, at=SECOND_LOCK).parcels
    assert [(each.name, each.quantity) for each in seen] == [("面膜小样", 2), ("面霜小样", 2)]


def test_only_what_the_plan_offers_there_can_be_chosen(shop, buyer, card):
    stranger = a_sample(shop, "口红小样")
    for place, number in [(0, stranger.benefit_number), (7, stranger.benefit_number), (0, "B1")]:
        wish = {"period": 1, "place": place, "benefit_number": number}
        assert refused(subscriptions.choose, shop, buyer, card, **wish) == "no_such_choice"


# Pausing and skipping


def test_skipping_moves_a_month_to_the_end(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    do(subscriptions.skip, shop, buyer, card, period=2, starts_on=JUNE, at=FIRST_LOCK)

    assert days_of(shop, buyer, card) == [
        date(2026, 5, 15),
        date(2026, 7, 15),
        date(2026, 8, 15),
    ]
    assert opened(shop, card, at=SECOND_LOCK) == 0


def test_the_same_wish_twice_skips_one_month(shop, buyer, card):
    for _ in range(2):
        do(subscriptions.skip, shop, buyer, card, period=1, starts_on=MAY)
    assert days_of(shop, buyer, card)[0] == JUNE
    assert view_of(shop, buyer, card).skips_left == 2
    wish = {"period": 1, "starts_on": date(2026, 7, 15)}
    assert refused(subscriptions.skip, shop, buyer, card, **wish) == "period_locked"


def test_what_is_being_packed_cannot_be_skipped_or_paused(shop, buyer, card):
    for verb, more in [
        (subscriptions.skip, {"period": 1, "starts_on": MAY}),
        (subscriptions.pause, {}),
    ]:
        assert refused(verb, shop, buyer, card, at=FIRST_LOCK, **more) == "period_locked"


def test_a_skip_of_a_period_that_has_begun_does_not_hit_the_next(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    code = refused(subscriptions.skip, shop, buyer, card, period=1, starts_on=MAY, at=later(6))
    assert code == "period_locked"


def test_a_paused_card_loses_nothing(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    do(subscriptions.pause, shop, buyer, card, at=later(6))
    do(subscriptions.pause, shop, buyer, card, at=later(6))
    assert opened(shop, card, at=later(60)) == 0

    do(subscriptions.resume, shop, buyer, card, at=later(60))

    assert days_of(shop, buyer, card) == [
        date(2026, 5, 15),
        date(2026, 8, 15),
        date(2026, 9, 15),
    ]
    assert refused(subscriptions.resume, shop, buyer, card) == "card_not_paused"


def test_a_short_pause_moves_nothing(shop, buyer, card):
    do(subscriptions.pause, shop, buyer, card)
    do(subscriptions.resume, shop, buyer, card, at=later(1))
    assert days_of(shop, buyer, card)[0] == date(2026, 5, 15)


def test_anothers_card_cannot_be_touched(shop, card):
    stranger = a_buyer(shop)
    assert refused(subscriptions.pause, shop, stranger, card) == "not_found"


# The next term


def test_the_next_term_goes_on_after_the_last_month_and_moves_with_it(shop, buyer, card):
    second = a_monthly_card(shop, buyer, at=later(10))
    third = a_monthly_card(shop, buyer, at=later(11))
    assert days_of(shop, buyer, second)[0] == date(2026, 8, 15)
    assert days_of(shop, buyer, third)[0] == date(2026, 11, 15)
    assert view_of(shop, buyer, third).address

    opened(shop, card, at=later(10))
    do(subscriptions.skip, shop, buyer, card, period=2, starts_on=JUNE, at=later(11))

    assert days_of(shop, buyer, second)[0] == date(2026, 9, 15)
    assert days_of(shop, buyer, third)[0] == date(2026, 12, 15)


def test_after_the_last_month_a_new_card_begins_today(shop, buyer, card):
    opened(shop, card, at=later(80))
    again = a_monthly_card(shop, buyer, at=later(100))
    assert days_of(shop, buyer, again)[0] == date(2026, 8, 23)


# Giving back


def test_what_has_not_begun_is_found_with_its_formula(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    which = {"merchant_id": shop.id, "order_id": order_of_card(shop, card), "at": later(6)}
    with transaction():
        looked = subscriptions.unserved(**which)
        stopped = subscriptions.stop(**which)
        again = subscriptions.stop(**which)
        after = subscriptions.unserved(**which)

    assert looked == stopped == again
    assert (looked.periods, looked.amount_fen) == (2, 66_66)
    assert looked.formula == "实付100.00元按3期分摊，剩余2期未开始：33.33元×2期=66.66元"
    assert (after.periods, after.amount_fen) == (0, 0)
    assert opened(shop, card, at=later(80)) == 0
    assert view_of(shop, buyer, card).state is CardState.STOPPED


def test_an_order_without_a_card_leaves_nothing(buyer):
    shop = a_shop()
    placed = a_paid_order(shop, buyer=a_buyer(shop))
    with transaction():
        found = subscriptions.unserved(
            merchant_id=shop.id, order_id=order_id_of(shop, placed.order_number), at=NOON
        )
    assert (found.periods, found.amount_fen) == (0, 0)


def test_a_free_card_works_like_any_other():
    shop = a_monthly_shop(price_fen=0)
    buyer = a_buyer(shop)
    an_address(shop, buyer)
    placed = an_order(shop, buyer=buyer)
    assert opened(shop, card_of(shop, placed.order_number), at=FIRST_LOCK) == 1
    assert ledger.verify() == []


def test_a_card_follows_a_person_who_was_two(shop, buyer, card):
    other = a_buyer(shop)
    with transaction():
        subscriptions.take_over(merchant_id=shop.id, loser_id=buyer.id, winner_id=other.id)
    assert view_of(shop, other, card).address
    found = subscriptions.list_addresses(merchant_id=shop.id, member_id=other.id)
    assert len(found) == 1


# Parcels


def parcel_of(shop, buyer, card, *, at=FIRST_LOCK):
    return view_of(shop, buyer, card, at=at).parcels[0].number


def move(verb, shop, number, *, at=FIRST_LOCK, **more):
    with transaction():
        verb(merchant_id=shop.id, number=number, actor="staff:1", at=at, **more)


def test_a_parcel_earns_its_part_when_it_is_sent_once(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    number = parcel_of(shop, buyer, card)
    sending = {"company": "SF", "tracking_number": "SF1"}

    move(subscriptions.send, shop, number, **sending)
    move(subscriptions.send, shop, number, **sending)

    # 33.34 yuan of this month are divided by what the two things are worth: 20 to 32.
    assert balance(shop, AccountKind.EARNED) == 12_82
    with pytest.raises(DomainError) as refusal:
        move(subscriptions.send, shop, number, company="SF", tracking_number="SF2")
    assert refusal.value.code == "parcel_moved"
    assert ledger.verify() == []


def test_what_came_back_is_sent_again_at_a_cost_to_the_new_address(shop, buyer, card):
    opened(shop, card, at=FIRST_LOCK)
    number = parcel_of(shop, buyer, card)
    move(subscriptions.send, shop, number, company="SF", tracking_number="SF1")
    move(subscriptions.fail, shop, number, reason="地址不详")
    new = an_address(shop, buyer, province="北京市", city="北京市", county="朝阳区")
    do(subscriptions.send_to, shop, buyer, card, address_id=new)

    move(subscriptions.resend, shop, number, cost_fen=8_00)
    move(subscriptions.send, shop, number, company="YTO", tracking_number="YT1")
    move(subscriptions.deliver, shop, number)
    move(subscriptions.deliver, shop, number)

    seen = subscriptions.get_parcel(merchant_id=shop.id, number=number)
    assert (seen.state, seen.attempts, seen.resend_cost_fen) == (ParcelState.DELIVERED, 2, 8_00)
    assert (seen.region, seen.receiver) == ("北京市朝阳区", "王**")
    assert balance(shop, AccountKind.EARNED) == 12_82
    assert ledger.verify() == []


def test_parcels_are_listed_by_state_and_day(shop, buyer, card):
    opened(shop, card, at=later(80))
    which = {"merchant_id": shop.id, "cursor": None, "limit": 2}

    to_send = ParcelFilter(state=ParcelState.TO_SEND)
    page = subscriptions.list_parcels(**which, wanted=to_send)
    day = date(2026, 6, 15)
    june = subscriptions.list_parcels(**which, wanted=ParcelFilter(since=day, until=day))

    assert len(page.items) == 2
    assert page.next_cursor
    assert [each.period for each in june.items] == [2]
    failed = ParcelFilter(state=ParcelState.FAILED)
    assert not subscriptions.list_parcels(**which, wanted=failed).items
