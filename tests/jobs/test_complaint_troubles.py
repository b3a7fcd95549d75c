"""Complaints when something goes wrong: lost pictures, old ones, repeated notices, late managers."""

from datetime import timedelta

import pytest

from app.domain import aftersales, messaging
from app.domain import complaints as tickets
from app.domain.complaints import MissingPhoto, TicketLine, TicketUrgent
from app.domain.complaints.rules import PHOTO_RETRIES
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import execute, transaction
from app.kernel.outbox import OutboxRow
from jobs import complaints, reconciliation, refunds
from tests.builders.merchants import a_clerk, a_store
from tests.jobs.conftest import eventually
from tests.jobs.quarrelling import (
    PNG,
    STAFF,
    at_wechat,
    complain,
    go_on,
    in_house,
    lines_of,
    poll,
    pulled,
    ticket_of,
    told_by_notice,
)
from tests.jobs.test_money import SOON, handed_out_again
from tests.simulator.world import APP, TEMPLATE

IMAGES = "/v3/merchant-service/images/"
SCOPE = "/v3/merchant-service/complaints-v2"


def photos(shop):
    return [(row.state.value, row.tries) for row in shop.rows(MissingPhoto)]


def kept(shop):
    return sum(len(line.photos) for line in shop.rows(TicketLine))


def a_lost_picture(shop, *, status=503, images=(PNG,)):
    for _ in images:
        shop.fault("status", status=status, scope=IMAGES)
    number = complain(shop, images=list(images))
    poll(shop)
    return number


def test_a_picture_that_was_not_to_be_had_comes_later(desk):
    a_lost_picture(desk)
    assert (photos(desk), kept(desk)) == ([("waiting", 1)], 0)

    assert desk.sweep(complaints.fetch_photos) == 0
    assert desk.sweep(complaints.fetch_photos, after=PHOTO_RETRIES[0]) == 1
    assert desk.sweep(complaints.fetch_photos, after=PHOTO_RETRIES[0]) == 0

    assert (photos(desk), kept(desk)) == ([], 1)


def test_the_words_count_without_their_picture_and_are_not_read_twice(desk):
    number = a_lost_picture(desk)

    pulled(desk, number)

    assert [text for _, _, text in lines_of(desk)] == ["券不能用"]
    assert photos(desk) == [("waiting", 1)]


def test_a_picture_that_never_comes_is_given_up_for_all_to_see(desk):
    a_lost_picture(desk)
    after = timedelta(0)
    for wait in PHOTO_RETRIES:
        after += wait
        desk.fault("status", status=503, scope=IMAGES)
        assert desk.sweep(complaints.fetch_photos, after=after + timedelta(minutes=1)) == 1

    assert photos(desk) == [("given_up", 1 + len(PHOTO_RETRIES))]
    assert desk.sweep(complaints.fetch_photos, after=after + timedelta(days=30)) == 0
    with desk.house.app.app_context(), transaction():
        (line,) = tickets.lines_of(merchant_id=desk.merchant.id, ticket_id=ticket_of(desk).id)
    assert (line.photos, line.photos_to_come, line.photos_given_up) == ([], 0, 1)


def test_a_picture_that_wechat_refuses_is_given_up_at_once(desk):
    a_lost_picture(desk, status=404)

    assert photos(desk) == [("given_up", 1)]


def test_two_sweeps_at_once_keep_a_picture_once(desk):
    a_lost_picture(desk)

    desk.sweep_twice_at_once(complaints.fetch_photos, after=PHOTO_RETRIES[0])

    assert (photos(desk), kept(desk)) == ([], 1)


def test_one_notice_told_five_times_makes_one_ticket(desk):
    number = complain(desk)
    for _ in range(5):
        told_by_notice(desk, number)

    rows = desk.run("complaints.learn")

    assert all(row.done_at for row in rows)
    assert [text for _, _, text in lines_of(desk)] == ["券不能用"]


def test_an_old_notice_does_not_open_what_is_settled(desk):
    number = complain(desk)
    go_on(desk, number, "confirm")
    poll(desk)

    told_by_notice(desk, number)
    desk.run("complaints.learn")

    assert ticket_of(desk).state == "resolved"


def test_a_notice_of_a_complaint_that_wechat_does_not_know_makes_no_ticket(desk):
    told_by_notice(desk, "200000000000000000")

    (row,) = desk.run("complaints.learn")

    assert not row.done_at
    assert desk.rows(TicketLine) == []


def test_a_complaint_older_than_wechats_list_is_still_asked_about(desk, monkeypatch):
    number = complain(desk)
    poll(desk)
    with desk.house.app.app_context(), transaction():
        execute(
            "UPDATE complaint_tickets SET opened_at = opened_at - interval '40 days' "
            "WHERE merchant_id = %(m)s",
            {"m": desk.merchant.id},
        )
    monkeypatch.setattr(complaints.desks, "desk", an_empty_list(complaints.desks.desk))
    go_on(desk, number, "reply", text="还在等")

    assert poll(desk) == 1

    assert lines_of(desk)[-1][2] == "还在等"


def an_empty_list(desk_of):
    """WeChat's list goes back a month; its other answers do not change."""

    def made(keys):
        place = desk_of(keys)
        place.list_of_days = lambda **_days: []
        return place

    return made


@pytest.fixture
def boss(desk):
    """The buyer owns the shop, and allowed one message."""
    with desk.house.app.app_context():
        store = a_store(merchant=desk.merchant, at=clock.now())
        a_clerk(store, role=Role.OWNER, user_id=desk.buyer.user_id, at=clock.now())
        with transaction():
            messaging.add_template(
                merchant_id=desk.merchant.id,
                appid=APP.appid,
                message="complaint_waits",
                template_id=TEMPLATE,
                fields={"thing1": "kind", "amount2": "=1元", "time3": "ends_at"},
                page="pages/index/index",
                at=clock.now(),
            )
    desk.allow_message()
    return desk


def test_a_manager_hears_of_it_once_before_the_clock_ends(boss):
    complain(boss)
    poll(boss)
    for _ in range(2):
        boss.sweep(complaints.watch_complaints, after=timedelta(hours=20, minutes=1))

    (row,) = boss.run("complaint_news.tell_manager")
    handed_out_again(boss, row)
    boss.run("complaint_news.tell_manager")

    (message,) = boss.messages()
    assert "其他投诉" in str(message)


def test_a_manager_hears_nothing_of_what_was_settled_meanwhile(boss):
    number = complain(boss)
    poll(boss)
    boss.sweep(complaints.watch_complaints, after=timedelta(hours=20, minutes=1))
    go_on(boss, number, "confirm")
    poll(boss)

    (row,) = boss.run("complaint_news.tell_manager")

    assert row.done_at
    assert boss.messages() == []


def test_who_waits_right_now_makes_the_alarm_ring_at_once(boss):
    complain(boss, needs_immediate_service=True)
    poll(boss)

    assert boss.sweep(complaints.watch_complaints) == 1

    assert len(boss.rows(OutboxRow, event=TicketUrgent.__name__)) == 1


def a_refund_in_the_ticket(shop):
    """The money of its order goes back; the return's number."""
    shop.sweep(reconciliation.reconcile_payments, after=SOON)
    with shop.house.app.app_context(), transaction():
        made = aftersales.ask_for_buyer(
            merchant_id=shop.merchant.id,
            wanted=aftersales.Wanted(order_number=shop.placed.order_number, reason="同意退款"),
            actor=STAFF,
            at=clock.now(),
        )
    in_house(shop, tickets.note_refund, refund=made)
    return made


def test_a_wish_for_money_back_is_agreed_to_at_wechat_and_ends_with_the_refund(desk):
    complain(desk, problem_type="REFUND")
    poll(desk)
    a_refund_in_the_ticket(desk)

    (task,) = desk.run("complaints.send_answer")
    assert task.done_at
    assert at_wechat(desk)["history"][-1]["operate_type"] == "MERCHANT_APPROVE_REFUND"
    assert not ticket_of(desk).awaits_us
    desk.run("aftersales.go_on")
    desk.run("refunds.send_refund")
    eventually(lambda: at_wechat(desk)["complaint_state"] == "PROCESSED")
    desk.sweep(refunds.open_refunds, after=timedelta(minutes=11))
    poll(desk)

    assert ticket_of(desk).state == "resolved"
    assert [action for _, action, _ in lines_of(desk)].count("approve") == 1


def test_an_agreement_whose_answer_was_lost_is_not_said_again(desk):
    complain(desk, problem_type="REFUND")
    poll(desk)
    a_refund_in_the_ticket(desk)
    desk.fault("reset", scope=SCOPE)

    (task,) = desk.run("complaints.send_answer")
    assert task.done_at is None
    handed_out_again(desk, task)
    (task,) = desk.run("complaints.send_answer")

    assert task.done_at
    kinds = [each["operate_type"] for each in at_wechat(desk)["history"]]
    assert kinds.count("MERCHANT_APPROVE_REFUND") == 1
    assert desk.rows(TicketLine)[-1].delivery == "sent"
