"""WeChat tells of one complaint by notice and by list at once, and staff answers meanwhile."""

from datetime import timedelta
from functools import partial

from app.domain import complaints
from app.domain.complaints import Entry, Told
from tests.builders.moments import NOON
from tests.races.racing import count, pair, storm, value


def told(platform_id, *, state="PENDING", awaits_us=True):
    return Told(
        platform_id=platform_id,
        state=state,
        problem="OTHERS",
        phone="13800000001",
        payment_number=None,
        asked_fen=None,
        is_refunded=False,
        awaits_us=awaits_us,
        answer_at_once=False,
        with_platform=False,
        times=1,
        opened_at=NOON,
    )


def entries(count):
    kinds = ["USER_CREATE_COMPLAINT"] + ["USER_RESPONSE"] * (count - 1)
    return [
        Entry(
            log_id=f"log-{number}",
            kind=kind,
            operator="投诉人",
            text=f"第{number}句",
            at=NOON + timedelta(minutes=number),
        )
        for number, kind in enumerate(kinds)
    ]


def absorbing(shop, *, steps, **more):
    return partial(
        complaints.absorb,
        merchant_id=shop.id,
        channel_id=shop.channel.id,
        told=told("2000001", **more),
        history=entries(steps),
        at=NOON,
    )


def test_of_forty_tellers_one_ticket_and_each_entry_once(app, shop):
    results = storm(app, [absorbing(shop, steps=1 + number % 4) for number in range(40)])

    assert len(set(results)) == 1
    assert count(shop, "complaint_tickets") == 1
    assert count(shop, "complaint_lines") == 4


def test_an_older_look_does_not_take_back_what_a_newer_one_told(app, shop):
    pair(app, absorbing(shop, steps=3, state="PROCESSED", awaits_us=False))
    pair(app, absorbing(shop, steps=2))

    assert value(shop, "state", "complaint_tickets") == "resolved"
