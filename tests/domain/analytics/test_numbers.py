"""One small shop, every number of it added up by hand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from app.domain import analytics, redemption
from app.domain.analytics import CHANNEL, COMMUNITY, Cause, rows
from app.domain.ledger import AccountKind, Asset, Posting, house, post
from app.domain.merchants import Role
from app.domain.orders import Source
from app.kernel.db import fetch_all, transaction
from app.kernel.errors import Invalid
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, an_order, clerk_of, vouchers_of
from tests.builders.redemption import a_redemption

pytestmark = pytest.mark.usefixtures("database")
ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
FRIDAY, SATURDAY, SUNDAY = date(2026, 5, 15), date(2026, 5, 16), date(2026, 5, 17)
# 20:00 in Shanghai on Saturday, and on Sunday.
NEXT, LOOKED_AT = NOON + DAY, NOON + 2 * DAY
GROUP = {"source": Source(channel="group_chat", scene="1044"), "chat": "tea-lovers"}
MOMENTS = Source(channel="moments", scene="1154")


class Story:
    """Two lattes cost 49.00, so each voucher is paid with 24.50.

    Friday: Ann buys in the group of tea lovers, Bob through moments; Cid orders and never pays.
    Saturday: Ann buys again in the group, and uses one voucher of her first two.
    """

    def __init__(self):
        self.shop = a_shop()
        self.ann, self.bob, self.cid = (a_buyer(self.shop) for _ in range(3))
        a_paid_order(self.shop, buyer=self.ann, **GROUP)
        a_paid_order(self.shop, buyer=self.bob, source=MOMENTS)
        an_order(self.shop, buyer=self.cid, **GROUP)
        self.first = vouchers_of(self.shop, self.ann)[0]
        a_paid_order(self.shop, buyer=self.ann, at=NEXT, **GROUP)
        self.used = a_redemption(self.shop, self.first, at=NEXT)

    @property
    def id(self):
        return self.shop.id

    def count(self, since=FRIDAY, until=SATURDAY):
        with transaction():
            analytics.count_days(
                merchant_id=self.id, zone=ZONE, since=since, until=until, at=LOOKED_AT
            )

    def count_due(self, due, at=LOOKED_AT):
        for since, until in analytics.weeks_due(due):
            with transaction():
                analytics.count_days(
                    merchant_id=self.id, zone=ZONE, since=since, until=until, at=at
                )

    def look(self, since=FRIDAY, until=SUNDAY, at=LOOKED_AT):
        return analytics.look(merchant_id=self.id, zone=ZONE, since=since, until=until, at=at)


@pytest.fixture
def story():
    return Story()


@pytest.fixture(params=["live", "added up"])
def numbers(story, request):
    """The same numbers, whether the days were added up before or are counted while looking."""
    if request.param == "added up":
        story.count()
    return story.look()


def test_money_and_vouchers_by_day(numbers):
    # Friday: 2 x 49.00 = 98.00, 2 x 2 = 4 vouchers. Saturday: 49.00, 2 vouchers, 1 used.
    friday, saturday, sunday = numbers.days()
    assert (friday.day, friday.received.count, friday.received.amount) == (FRIDAY, 2, 9800)
    assert (friday.sold.count, friday.sold.amount, friday.redeemed.count) == (4, 9800, 0)
    assert (saturday.received.count, saturday.received.amount) == (1, 4900)
    assert (saturday.sold.count, saturday.redeemed.count) == (2, 1)
    assert (sunday.received.amount, sunday.net_fen) == (0, 0)


def test_redemption_by_issue_cohort(numbers):
    # Sold in May: 4 + 2 = 6; used 1; 5 are left. 1 / 6 = 16.66 %.
    (may,) = numbers.cohorts()
    assert (may.month, may.sold, may.redeemed, may.gone_back, may.expired) == (
        "2026-05",
        6,
        1,
        0,
        0,
    )
    assert (may.rest, may.redeemed_bp) == (5, 1666)


def test_repurchase(numbers):
    # Ann and Bob bought for the first time in May; Ann again a day later: 1 / 2 = 50 %.
    (may,) = numbers.repurchases()
    assert (may.month, may.buyers, may.again, may.again_bp) == ("2026-05", 2, 1, 5000)
    new, again = numbers.purchases()
    assert (new.count, new.amount, again.count, again.amount) == (2, 9800, 1, 4900)


def test_conversion_by_channel_and_community(numbers):
    # Group: Ann, Cid, Ann = 3 placed, 2 paid = 66.66 %. Moments: 1 of 1. All: 3 of 4.
    group, moments = numbers.sources(CHANNEL)
    assert (group.name, group.placed, group.bought.count) == ("group_chat", 3, 2)
    assert (group.bought.amount, group.conversion_bp) == (9800, 6666)
    assert (moments.name, moments.placed, moments.conversion_bp) == ("moments", 1, 10_000)
    (community,) = numbers.sources(COMMUNITY)
    assert (community.name, community.placed, community.bought.count) == ("tea-lovers", 3, 2)
    assert (numbers.conversion().placed, numbers.conversion().bought.count) == (4, 3)


def test_what_is_owed(numbers):
    # Paid 3 x 49.00 = 147.00, handed over 24.50: 122.50 are owed. 24.50 gave 24 points.
    owed = numbers.owed()
    assert (owed.prepaid_fen, owed.value_fen, owed.gift_cards_fen) == (12_250, 0, 0)
    assert (owed.money_fen, owed.bonus_fen, owed.points) == (12_250, 0, 24)


def test_what_was_owed_at_the_end_of_friday(numbers, story):
    # 2 x 49.00 = 98.00, and nothing handed over yet.
    friday = story.look(until=FRIDAY)
    assert (friday.owed().money_fen, friday.owed().points) == (9800, 0)


def test_use_by_store(numbers, story):
    assert {store: tally.count for store, tally in numbers.stores().items()} == {
        story.shop.store.id: 1
    }


def test_money_that_goes_back_is_told_apart(story):
    # 24.50 of the 98.00 of Friday go back on Saturday: received stays, returned is 24.50.
    back = Posting(
        source=house(AccountKind.PREPAID, Asset.CNY),
        destination=house(AccountKind.PAYERS, Asset.CNY),
        amount=2450,
    )
    with transaction():
        post(merchant_id=story.id, cause="refund:R1", postings=[back], at=NEXT)
    _friday, saturday, _sunday = story.look().days()
    assert (saturday.received.amount, saturday.returned.amount) == (4900, 2450)
    assert (saturday.net_fen, story.look().owed().prepaid_fen) == (2450, 9800)


def test_a_day_that_is_counted_again_comes_to_the_same(story):
    def kept():
        return fetch_all(
            Row,
            """SELECT figure, slice, day, count, amount FROM day_figures
            WHERE merchant_id = %(m)s ORDER BY 1, 2, 3""",
            {"m": story.id},
        )

    story.count()
    once = kept()
    story.count()
    story.count(since=FRIDAY, until=FRIDAY)
    assert kept() == once
    assert analytics.counted_through(merchant_id=story.id) == SATURDAY


class Row(tuple):
    __slots__ = ()

    def __new__(cls, *columns):
        return super().__new__(cls, columns)


def test_a_use_that_is_taken_back_later_is_gone_once_the_day_is_counted_again(story):
    story.count()
    with transaction():
        redemption.reverse(
            merchant_id=story.id,
            number=story.used.number,
            actor=clerk_of(story.shop),
            reason="点错了",
            role=Role.MANAGER,
            at=NEXT + timedelta(minutes=5),
        )
    story.count()
    numbers = story.look()
    assert numbers.days()[1].redeemed.count == 0
    assert numbers.cohorts()[0].redeemed == 0
    assert numbers.owed().prepaid_fen == 14_700


def test_days_before_the_table_that_nobody_counted_are_said(story):
    numbers = story.look(at=NOON + 30 * DAY, until=date(2026, 6, 14))
    assert numbers.gap_from == FRIDAY
    story.count(until=date(2026, 6, 13))
    assert story.look(at=NOON + 30 * DAY, until=date(2026, 6, 14)).gap_from is None


def test_the_sweep_finds_who_has_days_to_count_and_counts_the_last_week_again(story):
    def due():
        found = analytics.list_due(at=LOOKED_AT, after=story.id - 1, limit=1)
        return found[0] if found and found[0].merchant_id == story.id else None

    first = due()
    assert (first.began, first.through, first.yesterday) == (FRIDAY, None, SATURDAY)
    story.count_due(first)
    assert due() is None
    later = LOOKED_AT + 10 * DAY
    again = analytics.list_due(at=later, after=story.id - 1, limit=1)[0]
    story.count_due(again, at=later)
    assert analytics.counted_through(merchant_id=story.id) == SUNDAY + 9 * DAY
    assert story.look().days()[0].received.amount == 9800


def test_a_long_backlog_is_added_up_a_week_at_a_time_and_goes_on_where_it_broke_off(story):
    def due():
        found = analytics.list_due(at=LOOKED_AT + 100 * DAY, after=story.id - 1, limit=1)
        return list(analytics.weeks_due(found[0]))

    weeks = due()
    assert weeks[0] == (FRIDAY, FRIDAY + 6 * DAY)
    assert all((until - since).days <= 6 for since, until in weeks)
    assert all(one[1] + DAY == next_one[0] for one, next_one in pairwise(weeks))
    assert weeks[-1][1] == SUNDAY + 99 * DAY
    for since, until in weeks[:5]:
        story.count(since=since, until=until)
    # The last week that was added up again, and what is missing.
    assert due() == weeks[4:]


def test_another_shop_has_numbers_of_its_own(story):
    story.count()
    other = a_merchant(name="隔壁")
    numbers = analytics.look(
        merchant_id=other.id, zone=ZONE, since=FRIDAY, until=SUNDAY, at=LOOKED_AT
    )
    assert sum(day.received.amount for day in numbers.days()) == 0
    assert (numbers.cohorts(), numbers.sources(CHANNEL), numbers.owed().money_fen) == ([], [], 0)


# The rows behind them


def unused(story, **more):
    return analytics.list_unused(
        merchant_id=story.id,
        **{"sold_before": LOOKED_AT, "at": LOOKED_AT, "limit": 10, **more},
    )


def test_what_was_sold_and_never_used_and_why(story):
    # Of six one is used. Ann's other one of the same card has a used sister; four are not come for.
    found = unused(story).items
    assert [each.allocated_fen for each in found] == [2450] * 5
    causes = {
        line.cause: line.count
        for line in analytics.list_causes(merchant_id=story.id, sold_before=LOOKED_AT, at=LOOKED_AT)
    }
    assert causes == {Cause.NOT_COME: 4, Cause.PARTLY: 1}
    assert len(unused(story, cause=Cause.PARTLY).items) == 1


def test_what_ends_within_a_week_is_said_before_all_else(story):
    last = max(each.valid_until for each in unused(story).items)
    found = unused(story, at=last - timedelta(days=1)).items
    assert {each.cause for each in found} >= {Cause.ENDING}


def test_what_was_sold_after_the_asked_time_is_left_out(story):
    assert len(unused(story, sold_before=NOON + timedelta(hours=2)).items) == 3


def test_unused_ones_page_after_page(story):
    first = unused(story, limit=2)
    second = unused(story, limit=2, cursor=first.next_cursor)
    third = unused(story, limit=2, cursor=second.next_cursor)
    numbers = [each.number for page in (first, second, third) for each in page.items]
    assert (len(numbers), len(set(numbers)), third.next_cursor) == (5, 5, None)
    with pytest.raises(Invalid):
        unused(story, cursor="nonsense")


def test_a_rare_cause_is_found_a_long_way_down_without_looking_at_all_at_once(story, monkeypatch):
    """The one with a used sister is the oldest of five; two are looked through for each page."""
    monkeypatch.setattr(rows, "SAMPLE", 2)
    cursor, pages = None, []
    while not pages or cursor:
        page = unused(story, cause=Cause.PARTLY, cursor=cursor)
        pages.append(len(page.items))
        cursor = page.next_cursor
    assert (sum(pages), len(pages)) == (1, 3)


def test_what_was_used_by_time_and_store(story):
    def used(**more):
        return analytics.list_used(
            merchant_id=story.id,
            **{"starts_at": NOON, "ends_at": LOOKED_AT, "limit": 1, **more},
        )

    second = vouchers_of(story.shop, story.bob)[0]
    a_redemption(story.shop, second, at=NEXT + timedelta(hours=1))
    page = used()
    assert [each.voucher_number for each in page.items] == [second.number]
    rest = used(cursor=page.next_cursor)
    assert ([each.voucher_number for each in rest.items], rest.next_cursor) == (
        [story.first.number],
        None,
    )
    assert used(store_id=story.shop.store.id + 1).items == []
    assert used(ends_at=NEXT).items == []
