"""Complaints at the pretend WeChat Pay: heard, answered once, watched, whatever gets lost."""

import base64
from datetime import timedelta

import pytest

from app.domain import complaints as tickets
from app.domain.complaints import TicketLine
from app.kernel import clock, inbox
from app.kernel.db import execute, transaction
from app.kernel.outbox import OutboxRow
from app.web import complaints as desks
from app.web import tills
from jobs import complaints, notices
from tests.jobs.quarrelling import (
    PNG,
    answer,
    at_wechat,
    complain,
    everything,
    go_on,
    lines_of,
    poll,
    pulled,
    said_there,
    settle,
    ticket_of,
    told_by_notice,
)
from tests.jobs.test_money import handed_out_again


def test_a_complaint_is_found_by_asking_with_its_order_and_sealed_phone(desk):
    complain(desk, problem_type="REFUND", refund_fen=1200)

    assert poll(desk) == 1
    once = everything(desk)
    poll(desk)

    assert everything(desk) == once
    ticket = ticket_of(desk)
    assert (ticket.source, ticket.kind, ticket.state) == ("wechat_pay", "refund", "open")
    assert ticket.payment_number == desk.placed.payment_number
    assert ticket.asked_fen == 1200
    assert b"13800000001" not in ticket.phone_sealed
    assert ticket.answer_by - ticket.opened_at == tickets.ANSWER_WITHIN
    assert ticket.settle_by - ticket.opened_at == tickets.SETTLE_WITHIN
    assert lines_of(desk) == [("member", "user_create_complaint", "券不能用")]


def test_a_ticket_knows_whose_order_it_is_about(desk):
    complain(desk)
    poll(desk)

    with desk.house.app.app_context(), transaction():
        found = tickets.get_ticket(
            merchant_id=desk.merchant.id, number=ticket_of(desk).number, member_id=desk.buyer.id
        )
    assert found.order_number == desk.placed.order_number
    assert tickets.masked_phone(found, merchant_id=desk.merchant.id) == "138****0001"


def test_a_settled_complaint_is_not_asked_about_again(desk):
    number = complain(desk)
    go_on(desk, number, "revoke")

    assert poll(desk) == 1
    assert poll(desk) == 0
    assert ticket_of(desk).state == "resolved"


def test_pictures_of_a_complaint_are_kept_drawn_anew(desk):
    complain(desk, images=[PNG])
    poll(desk)

    (line,) = desk.rows(TicketLine)
    (key,) = line.photos
    assert key.split("/")[1] == desks.PHOTOS
    assert desk.gateways.files.get(key).startswith(b"\x89PNG")


def test_a_notice_and_asking_make_one_ticket(desk):
    number = complain(desk)
    told_by_notice(desk, number)

    desk.run("complaints.learn")
    poll(desk)
    go_on(desk, number, "reply", text="还是不行")
    poll(desk)

    assert [text for _, _, text in lines_of(desk)] == ["券不能用", "还是不行"]


def test_an_answer_arrives_at_wechat_and_stops_the_clock(desk):
    complain(desk)
    poll(desk)
    answer(desk)
    assert ticket_of(desk).answer_by

    (task,) = desk.run("complaints.send_answer")

    assert task.done_at
    assert said_there(desk) == ["已与您联系"]
    ticket = ticket_of(desk)
    assert (ticket.state, ticket.awaits_us, ticket.answer_by) == ("processing", False, None)
    line = desk.rows(TicketLine)[-1]
    assert (line.delivery, line.body["response_content"]) == ("sent", "已与您联系")
    assert line.body["complainted_mchid"]


def test_our_own_answer_comes_back_and_is_recognised(desk):
    complain(desk)
    poll(desk)
    answer(desk)
    desk.run("complaints.send_answer")

    poll(desk)
    pulled(desk, ticket_of(desk).platform_id)

    assert [text for _, _, text in lines_of(desk)] == ["券不能用", "已与您联系"]
    assert desk.rows(TicketLine)[-1].log_id


def test_an_answer_with_a_photo_shows_it_there(desk):
    complain(desk)
    poll(desk)
    with desk.house.app.app_context():
        key = desks.keep_photo(
            base64.b64decode(PNG), merchant_id=desk.merchant.id, folder="complaint-staff-1"
        )
    answer(desk, photos=[key])

    desk.run("complaints.send_answer")

    (media_id,) = at_wechat(desk)["history"][-1]["images"]
    assert desk.rows(TicketLine)[-1].body["response_images"] == [media_id]


def test_an_answer_whose_answer_was_lost_is_not_said_again(desk):
    complain(desk)
    poll(desk)
    answer(desk)
    desk.fault("reset", scope="/v3/merchant-service/complaints-v2")

    (task,) = desk.run("complaints.send_answer")
    assert (task.done_at, task.failed_at) == (None, None)
    handed_out_again(desk, task)
    (task,) = desk.run("complaints.send_answer")

    assert task.done_at
    assert said_there(desk) == ["已与您联系"]
    assert desk.rows(TicketLine)[-1].delivery == "sent"


def test_an_answer_that_never_arrived_is_said_again_once(desk):
    complain(desk)
    poll(desk)
    answer(desk)
    desk.fault("status", status=503, scope="/v3/merchant-service/complaints-v2")

    (task,) = desk.run("complaints.send_answer")
    handed_out_again(desk, task)
    desk.run("complaints.send_answer")

    assert said_there(desk) == ["已与您联系"]


def test_the_end_waits_for_the_answer_before_it(desk):
    complain(desk)
    poll(desk)
    answer(desk)
    settle(desk)
    desk.fault("status", status=503, scope="/v3/merchant-service/complaints-v2")

    tasks = desk.run("complaints.send_answer")
    for task in tasks:
        handed_out_again(desk, task)
    for _ in range(2):
        desk.run("complaints.send_answer")

    assert at_wechat(desk)["complaint_state"] == "PROCESSED"
    assert said_there(desk) == ["已与您联系"]
    assert (ticket_of(desk).state, ticket_of(desk).resolution) == ("resolved", "已补发")


def test_one_that_was_settled_there_already_counts_as_settled(desk):
    number = complain(desk)
    poll(desk)
    settle(desk)
    go_on(desk, number, "confirm")

    (task,) = desk.run("complaints.send_answer")

    assert task.done_at
    assert ticket_of(desk).state == "resolved"


def test_what_wechat_refuses_is_shown_to_a_person(desk):
    complain(desk)
    poll(desk)
    answer(desk)
    scope = "/v3/merchant-service/complaints-v2"
    desk.fault("status", status=400, code="PARAM_ERROR", scope=scope)

    (task,) = desk.run("complaints.send_answer")

    assert task.done_at
    assert desk.rows(TicketLine)[-1].delivery == "refused"
    assert ticket_of(desk).answer_by, "nobody has answered yet"


def test_who_complains_again_opens_the_ticket_and_its_clocks_again(desk):
    number = complain(desk)
    poll(desk)
    settle(desk)
    desk.run("complaints.send_answer")
    with desk.house.app.app_context(), transaction():
        # As if the first time were long ago: WeChat's clock counts whole seconds.
        execute(
            "UPDATE complaint_tickets SET settle_by = settle_by - interval '1 hour' WHERE merchant_id = %(id)s",
            {"id": desk.merchant.id},
        )
    first = ticket_of(desk).settle_by

    go_on(desk, number, "again", text="又不能用了")
    poll(desk)

    ticket = ticket_of(desk)
    assert (ticket.state, ticket.times, ticket.resolved_at) == ("open", 2, None)
    assert ticket.settle_by > first


def test_each_clock_is_told_of_once_before_it_ends(desk):
    complain(desk)
    poll(desk)
    watch = complaints.watch_complaints

    assert desk.sweep(watch, after=timedelta(hours=19)) == 0
    assert desk.sweep(watch, after=timedelta(hours=20, minutes=1)) == 1
    assert desk.sweep(watch, after=timedelta(hours=20, minutes=1)) == 0
    assert ticket_of(desk).settle_alarm_at is None
    assert desk.sweep(watch, after=timedelta(hours=68, minutes=1)) == 1
    assert desk.sweep(watch, after=timedelta(hours=80)) == 0


def test_a_notice_that_was_kept_is_applied_later(desk, client_of_door):
    number = complain(desk)
    headers, body = client_of_door(number)
    kept = inbox.Notice(
        merchant_id=desk.merchant.id,
        source=f"wechat_pay.complaints.{desk.channel_number}",
        reference="kept-1",
        headers=headers,
        body=body,
    )
    with desk.house.app.app_context(), transaction():
        inbox.keep_unapplied(kept, failure="busy", at=clock.now())

    desk.sweep(notices.apply_kept_notices, after=timedelta(minutes=2))
    desk.run("complaints.learn")

    assert ticket_of(desk).platform_id == number
    (row,) = desk.rows(OutboxRow, job="complaints.learn")
    assert row.done_at


@pytest.fixture
def client_of_door():
    import json

    from tests.api.calling import a_notice

    def made(number):
        said = {"complaint_id": number, "action_type": "CREATE_COMPLAINT"}
        headers, body = a_notice(said, event="COMPLAINT.CREATE", about="complaint")
        return json.dumps(dict(headers)), body.decode() if isinstance(body, bytes) else body

    tills.forget()
    return made
