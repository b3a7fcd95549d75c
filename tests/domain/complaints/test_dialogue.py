"""A complaint told in the app: whose it may be, its clocks, its end, and what was thought of it."""

from datetime import timedelta

import pytest

from app.domain import complaints
from app.domain.complaints import AlreadyRated, GoodwillGrant, NotSettledYet, TicketClosed, talking
from app.kernel.db import reading, transaction
from app.kernel.errors import Invalid, NotFound
from miniprogram_api.presenters.complaints import present_page, present_ticket
from tests.builders.complaints import a_present, a_rule, a_ticket, granted
from tests.builders.gifting import a_claim, a_gift
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, a_voucher

LATER = NOON + timedelta(hours=1)
CLERK = "staff:7"


@pytest.fixture
def shop(database):
    return a_shop()


def look(shop, number, **more):
    return complaints.get_ticket(merchant_id=shop.id, number=number, **more)


def dialogue(shop, number):
    lines = complaints.lines_of(merchant_id=shop.id, ticket_id=look(shop, number).id)
    return [(line.who, line.action, line.text) for line in lines]


def replied(shop, number, text="马上处理", *, at=LATER):
    with transaction():
        complaints.reply(merchant_id=shop.id, number=number, text=text, actor=CLERK, at=at)


def resolved(shop, number, *, at=LATER):
    with transaction():
        complaints.resolve(
            merchant_id=shop.id, number=number, resolution="已补券", actor=CLERK, at=at
        )


def said(shop, buyer, number, text="还在吗", *, at=LATER):
    with transaction():
        complaints.say(merchant_id=shop.id, member_id=buyer.id, number=number, text=text, at=at)


def rated(shop, buyer, number, stars=5):
    with transaction():
        complaints.rate(
            merchant_id=shop.id, member_id=buyer.id, number=number, stars=stars, text="", at=LATER
        )


def test_a_ticket_names_the_order_behind_its_voucher(shop):
    buyer = a_buyer(shop)
    voucher = a_voucher(shop, buyer=buyer)

    ticket = look(shop, a_ticket(shop, buyer, voucher_number=voucher.number))

    assert ticket.voucher_number == voucher.number
    assert ticket.order_number
    assert (ticket.state, ticket.awaits_us) == ("open", True)
    assert ticket.answer_by == NOON + timedelta(hours=24)
    assert ticket.settle_by == NOON + timedelta(hours=72)


def test_nobody_complains_of_what_is_not_his(shop):
    placed, stranger = a_paid_order(shop), a_buyer(shop)
    voucher = a_voucher(shop)

    for about in ({"order_number": placed.order_number}, {"voucher_number": voucher.number}):
        with pytest.raises(NotFound):
            a_ticket(shop, stranger, **about)


def test_a_voucher_of_another_order_is_refused(shop):
    buyer = a_buyer(shop)
    voucher, placed = a_voucher(shop, buyer=buyer), a_paid_order(shop, buyer=buyer)

    with pytest.raises(Invalid):
        a_ticket(shop, buyer, order_number=placed.order_number, voucher_number=voucher.number)


def test_an_answer_stops_the_clock_and_a_question_starts_it_again(shop):
    buyer = a_buyer(shop)
    number = a_ticket(shop, buyer)

    replied(shop, number)
    assert (look(shop, number).state, look(shop, number).answer_by) == ("processing", None)
    said(shop, buyer, number, at=LATER)

    assert look(shop, number).answer_by == LATER + timedelta(hours=24)
    assert dialogue(shop, number) == [
        ("member", "open", "券不能用"),
        ("staff", "reply", "马上处理"),
        ("member", "say", "还在吗"),
    ]


def test_asking_twice_does_not_move_the_clock(shop):
    buyer = a_buyer(shop)
    number = a_ticket(shop, buyer)

    said(shop, buyer, number, at=LATER)

    assert look(shop, number).answer_by == NOON + timedelta(hours=24)


def test_what_is_settled_takes_no_more_words(shop):
    buyer = a_buyer(shop)
    number = a_ticket(shop, buyer)
    resolved(shop, number)

    for going_on in (
        lambda: said(shop, buyer, number),
        lambda: replied(shop, number),
        lambda: resolved(shop, number),
    ):
        with pytest.raises(TicketClosed):
            going_on()
    assert look(shop, number).resolution == "已补券"


def test_how_it_was_is_said_once_and_after_the_end(shop):
    buyer = a_buyer(shop)
    number = a_ticket(shop, buyer)

    with pytest.raises(NotSettledYet):
        rated(shop, buyer, number)
    resolved(shop, number)
    rated(shop, buyer, number, stars=4)
    with pytest.raises(AlreadyRated):
        rated(shop, buyer, number, stars=1)

    assert look(shop, number).satisfaction == 4


def test_another_members_ticket_is_none(shop):
    number, stranger = a_ticket(shop, a_buyer(shop)), a_buyer(shop)

    with pytest.raises(NotFound):
        said(shop, stranger, number)
    with pytest.raises(NotFound):
        look(shop, number, member_id=stranger.id)


def test_the_inbox_shows_first_what_must_end_first(shop):
    numbers = [a_ticket(shop, a_buyer(shop), at=NOON - timedelta(hours=h)) for h in (1, 3, 2)]
    resolved(shop, numbers[0])

    def inbox(tab, **more):
        return complaints.inbox(merchant_id=shop.id, tab=complaints.Tab(tab), **more)

    first = inbox("open", cursor=None, limit=1)
    second = inbox("open", cursor=first.next_cursor, limit=1)
    assert [first.items[0].number, second.items[0].number] == [numbers[1], numbers[2]]
    assert second.next_cursor is None
    assert [t.number for t in inbox("resolved", cursor=None, limit=9).items] == [numbers[0]]


def test_a_dialogue_has_an_end(shop, monkeypatch):
    monkeypatch.setattr(talking, "MOST_LINES", 2)
    buyer = a_buyer(shop)
    number = a_ticket(shop, buyer)
    said(shop, buyer, number)

    with pytest.raises(complaints.TicketFull):
        said(shop, buyer, number)
    replied(shop, number)


def test_a_friend_does_not_learn_the_number_of_the_buyers_order(shop):
    buyer, friend = a_buyer(shop), a_buyer(shop)
    voucher = a_voucher(shop, buyer=buyer)
    a_claim(shop, a_gift(shop, giver=buyer, vouchers=[voucher]), friend)
    tickets = [a_ticket(shop, who, voucher_number=voucher.number) for who in (buyer, friend)]

    seen = [look(shop, number) for number in tickets]
    assert seen[0].order_number == seen[1].order_number
    assert [present_ticket(one, []).order for one in seen] == [seen[0].order_number, None]
    listed = complaints.list_mine(merchant_id=shop.id, member_id=friend.id, cursor=None, limit=5)
    assert [one.order for one in present_page(listed).items] == [None]


def test_three_years_later_an_unsettled_one_and_its_presents_lose_their_words_too(shop):
    number = a_ticket(shop, a_buyer(shop))
    a_rule(shop)
    granted(a_present(shop, ticket_number=number))
    settled = a_ticket(shop, a_buyer(shop))
    resolved(shop, settled)
    ids = {look(shop, each).id for each in (number, settled)}

    def old(before):
        found = complaints.list_old(before=before, limit=10_000)
        return [each for each in found if each.merchant_id == shop.id]

    assert old(NOON) == []
    (found,) = old(LATER + timedelta(seconds=1))
    assert set(found.ids) == ids
    with transaction():
        complaints.forget(found, at=LATER)
    assert old(LATER + timedelta(seconds=1)) == []
    assert look(shop, settled).resolution is None
    assert reading().query(GoodwillGrant).filter_by(merchant_id=shop.id).one().reason == ""
