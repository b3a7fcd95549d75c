"""The clocks of a complaint, to the minute: 24 hours for an answer, 72 for the end, told of before."""

from datetime import timedelta

import pytest

from app.domain import complaints
from app.domain.complaints import Entry, Ticket, TicketUrgent, Told
from app.domain.merchants import Role
from app.kernel.db import execute, reading, transaction
from app.kernel.outbox import OutboxRow
from miniprogram_api.presenters.complaints import present_inbox_ticket
from tests.builders.complaints import a_ticket
from tests.builders.merchants import a_clerk
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(database):
    return a_shop()


def hours(count, minutes=0):
    return NOON + timedelta(hours=count, minutes=minutes)


def ending(shop, *, at):
    """Which clocks of this shop's are to be told of at that instant."""
    due = complaints.list_ending(at=at, limit=10_000)
    return [(bool(d.of_answer), bool(d.of_settlement)) for d in due if d.merchant_id == shop.id]


def alarmed(shop, *, at):
    ticket = reading().query(Ticket).filter_by(merchant_id=shop.id).one()
    with transaction():
        return complaints.note_alarm(merchant_id=shop.id, ticket_id=ticket.id, at=at)


def told_to(shop):
    rows = reading().query(OutboxRow).filter_by(merchant_id=shop.id, event=TicketUrgent.__name__)
    return [row.payload["member_id"] for row in rows]


def replied(shop, number, *, at):
    with transaction():
        complaints.reply(
            merchant_id=shop.id, number=number, text="马上处理", actor="staff:7", at=at
        )


def resolved(shop, number, *, at):
    with transaction():
        complaints.resolve(
            merchant_id=shop.id, number=number, resolution="已补", actor="staff:7", at=at
        )


def from_wechat(shop, *, at_once, entries=(), state="PENDING", at=NOON, awaits_us=True):
    with transaction():
        return complaints.absorb(
            merchant_id=shop.id,
            channel_id=shop.channel.id,
            told=Told(
                platform_id="2000009",
                state=state,
                problem="OTHERS",
                phone=None,
                payment_number=None,
                asked_fen=None,
                is_refunded=False,
                awaits_us=awaits_us,
                answer_at_once=at_once,
                with_platform=False,
                times=1,
                opened_at=NOON,
            ),
            history=[
                Entry(log_id=f"l{n}", kind=kind, operator="投诉人", text="?", at=when)
                for n, (kind, when) in enumerate(entries)
            ],
            at=at,
        )


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (hours(0), []),
        (hours(20) - MINUTE, []),
        (hours(20), [(True, False)]),
        (hours(24), [(True, False)]),
        (hours(68) - MINUTE, [(True, False)]),
        (hours(68), [(True, True)]),
        (hours(90), [(True, True)]),
    ],
)
def test_nobody_has_done_anything(shop, at, due):
    a_ticket(shop, a_buyer(shop))

    assert ending(shop, at=at) == due


@pytest.mark.parametrize(
    ("at", "due"),
    [(hours(20), []), (hours(67, 59), []), (hours(68), [(False, True)])],
)
def test_an_answer_stops_its_clock_and_not_the_other(shop, at, due):
    number = a_ticket(shop, a_buyer(shop))
    replied(shop, number, at=hours(1))

    assert ending(shop, at=at) == due


def test_what_is_settled_has_no_clock(shop):
    number = a_ticket(shop, a_buyer(shop))
    resolved(shop, number, at=hours(1))

    assert ending(shop, at=hours(100)) == []


def test_a_later_question_has_a_clock_and_an_alarm_of_its_own(shop):
    buyer = a_buyer(shop)
    number = a_ticket(shop, buyer)
    assert alarmed(shop, at=hours(20))
    replied(shop, number, at=hours(21))
    with transaction():
        complaints.say(
            merchant_id=shop.id, member_id=buyer.id, number=number, text="?", at=hours(30)
        )

    assert ending(shop, at=hours(50) - MINUTE) == []
    assert ending(shop, at=hours(50)) == [(True, False)]


@pytest.mark.parametrize(
    ("at", "is_late"),
    [
        (hours(24), True),
        (hours(24) - MINUTE, False),
    ],
)
def test_the_inbox_calls_late_what_is_late(shop, at, is_late):
    number = a_ticket(shop, a_buyer(shop))

    found = complaints.get_ticket(merchant_id=shop.id, number=number)
    shown = present_inbox_ticket(found, [], phone=None, evidence=None, at=at)
    assert (shown.is_late, shown.urgent_at) == (is_late, hours(24))


@pytest.mark.parametrize(
    ("entries", "answer_by"),
    [
        ([("USER_CREATE_COMPLAINT", hours(0))], hours(24)),
        ([("USER_CREATE_COMPLAINT", hours(0)), ("USER_RESPONSE", hours(3, 7))], hours(27, 7)),
        ([("USER_CREATE_COMPLAINT", hours(0)), ("MERCHANT_RESPONSE", hours(3))], hours(24)),
        (
            [("USER_CREATE_COMPLAINT", hours(0)), ("USER_APPLY_PLATFORM_SERVICE", hours(9))],
            hours(33),
        ),
    ],
)
def test_wechats_clock_runs_from_the_customers_last_word(shop, entries, answer_by):
    number = from_wechat(shop, at_once=False, entries=entries, at=hours(10))

    found = complaints.get_ticket(merchant_id=shop.id, number=number)
    assert (found.answer_by, found.settle_by) == (answer_by, hours(72))


def test_complaining_again_begins_both_clocks_anew(shop):
    entries = [("USER_CREATE_COMPLAINT", hours(0)), ("USER_CONTINUE_COMPLAINT", hours(100))]
    number = from_wechat(shop, at_once=False, entries=entries, at=hours(101))

    found = complaints.get_ticket(merchant_id=shop.id, number=number)
    assert (found.answer_by, found.settle_by) == (hours(124), hours(172))


def test_who_sits_there_and_waits_is_told_of_at_once_and_comes_first(shop):
    late = a_ticket(shop, a_buyer(shop), at=hours(-23))
    waiting = from_wechat(shop, at_once=True)

    assert ending(shop, at=hours(0)) == [(True, False), (True, False)]
    page = complaints.inbox(merchant_id=shop.id, tab=complaints.Tab.OPEN, cursor=None, limit=9)
    assert [item.number for item in page.items] == [waiting, late]
    assert page.items[0].waits_now
    from_wechat(shop, at_once=True, state="PROCESSING", awaits_us=False, at=hours(1))
    page = complaints.inbox(merchant_id=shop.id, tab=complaints.Tab.OPEN, cursor=None, limit=9)
    assert [item.number for item in page.items] == [late, waiting]


def test_every_manager_whom_we_know_is_told_and_nobody_else(shop):
    boss, manager, clerk = a_buyer(shop), a_buyer(shop), a_buyer(shop)
    a_clerk(shop.store, role=Role.OWNER, user_id=boss.user_id)
    a_clerk(shop.store, role=Role.MANAGER, user_id=manager.user_id)
    a_clerk(shop.store, user_id=clerk.user_id)
    a_ticket(shop, a_buyer(shop))

    assert alarmed(shop, at=hours(20))
    assert not alarmed(shop, at=hours(21))

    assert sorted(told_to(shop)) == sorted([boss.id, manager.id])


def test_the_figures_count_what_is_late(shop):
    before = complaints.figures(at=hours(25))
    a_ticket(shop, a_buyer(shop))
    after = complaints.figures(at=hours(25))

    assert (after.open - before.open, after.late_answers - before.late_answers) == (1, 1)
    assert after.late_settlements == before.late_settlements


def test_a_word_said_in_the_app_keeps_its_clock_whatever_wechat_tells(shop):
    buyer = a_buyer(shop)
    asked = [("USER_CREATE_COMPLAINT", NOON), ("MERCHANT_RESPONSE", hours(1))]
    told = {"at_once": False, "entries": asked, "state": "PROCESSING", "awaits_us": False}
    number = from_wechat(shop, **told)
    ticket = reading().query(Ticket).filter_by(merchant_id=shop.id).one()
    with transaction():
        execute(
            "UPDATE complaint_tickets SET member_id = %(who)s WHERE merchant_id = %(m)s",
            {"who": buyer.id, "m": shop.id},
        )
        complaints.say(
            merchant_id=shop.id, member_id=buyer.id, number=number, text="还在吗", at=hours(2)
        )

    from_wechat(shop, **told, at=hours(3))
    found = complaints.get_ticket(merchant_id=shop.id, number=number)
    assert (found.awaits_us, found.answer_by) == (True, hours(26))

    told["entries"] = [*asked, ("MERCHANT_RESPONSE", hours(4))]
    from_wechat(shop, **told, at=hours(5))
    found = complaints.get_ticket(merchant_id=shop.id, number=number)
    assert (found.id, found.awaits_us, found.answer_by) == (ticket.id, False, None)
