"""Notices and what may go wrong with them, read with the unmodified wechatpayv3."""

import base64
import itertools
import json
import time

import pytest

from tests.simulator.test_refunds import ask
from tests.simulator.world import FRESH, MERCHANT, eventually


def attempts(sim, count, event="TRANSACTION.SUCCESS"):
    def look():
        notices = sim.notices(event)
        return notices and len(notices[0]["attempts"]) >= count and notices[0]["attempts"]

    return eventually(look)


def status(sim):
    return sim.notices()[0]["status"]


def test_a_payment_is_told_with_a_notice_that_wechatpayv3_accepts(sim):
    number = sim.paid_order(attach="member-1")

    [(headers, body)] = sim.receiver.wait_for(1)
    told = sim.wxpay().callback(headers, body)

    assert told["event_type"] == "TRANSACTION.SUCCESS"
    assert told["resource_type"] == "encrypt-resource"
    assert told["resource"]["out_trade_no"] == number
    assert told["resource"]["trade_state"] == "SUCCESS"
    assert told["resource"]["attach"] == "member-1"
    assert told["resource"]["payer"] == {"openid": sim.openid}
    assert headers["Wechatpay-Serial"] == FRESH.settings.public_key_id
    assert len(json.loads(body)["resource"]["nonce"]) == 12
    eventually(lambda: status(sim) == "acknowledged")


def test_a_refund_is_told_with_its_own_words(sim):
    number = sim.paid_order()
    sim.receiver.wait_for(1)

    ask(sim, number)

    headers, body = sim.receiver.wait_for(2)[1]
    told = sim.wxpay().callback(headers, body)
    assert told["event_type"] == "REFUND.SUCCESS"
    assert told["resource"]["refund_status"] == "SUCCESS"
    assert told["resource"]["out_refund_no"] == "R-1"
    assert "status" not in told["resource"]


def test_a_notice_that_is_not_acknowledged_climbs_the_ladder(sim):
    sim.receiver.answers = [500, 302, 201, 200]

    sim.paid_order()

    tried = attempts(sim, 4)
    assert [each["status"] for each in tried] == [500, 302, 201, 200]
    gaps = [b["sent_at"] - a["sent_at"] for a, b in itertools.pairwise(tried)]
    assert gaps[0] >= 15 * 0.002
    assert gaps[2] >= 30 * 0.002
    bodies = [json.loads(body) for _, body in sim.receiver.got]
    assert len({each["id"] for each in bodies}) == 1
    eventually(lambda: status(sim) == "acknowledged")


def test_after_fifteen_more_tries_the_platform_gives_up(sim):
    sim.receiver.answers = [500] * 100
    sim.paid_order()
    sim.receiver.wait_for(1)

    for day in range(1, 40):
        sim.move_clock(day * 86_400)
        eventually(lambda day=day: len(sim.receiver.got) >= min(day, 16))
        if status(sim) == "given_up":
            break

    eventually(lambda: status(sim) == "given_up")
    assert len(sim.receiver.got) == 16


def test_nobody_at_home_is_a_failed_try(sim):
    sim.paid_order(notify_url="http://127.0.0.1:9/nobody")
    assert attempts(sim, 2)[0]["status"] == 0


def test_an_answer_that_takes_too_long_is_a_failed_try(sim, monkeypatch):
    monkeypatch.setattr("app.simulator.post.TIMEOUT_SECONDS", 0.05)
    sim.receiver.slow_seconds = 0.2
    sim.paid_order()

    first = attempts(sim, 1)[0]
    sim.receiver.slow_seconds = 0

    assert first["status"] == 0
    eventually(lambda: status(sim) == "acknowledged")


def test_a_notice_is_sent_again_by_hand(sim):
    sim.paid_order()
    sim.receiver.wait_for(1)

    sim.post(f"/_sim/notices/{sim.notices()[0]['id']}/resend")

    assert len(sim.receiver.wait_for(2)) == 2


def test_duplicates_come_together_and_are_all_true(sim):
    sim.fault("duplicate", times=3)

    sim.paid_order()

    got = sim.receiver.wait_for(4)
    told = [sim.wxpay().callback(headers, body) for headers, body in got]
    assert len({each["id"] for each in told}) == 1
    kinds = sorted(each["kind"] for each in attempts(sim, 4))
    assert kinds == ["duplicate", "duplicate", "duplicate", "true"]


def test_a_late_notice_comes_late_and_a_lost_one_never(sim):
    sim.fault("delay", seconds=0.3)
    began = time.monotonic()
    sim.paid_order()
    sim.receiver.wait_for(1)
    assert time.monotonic() - began >= 0.3

    sim.fault("lose")
    number = sim.paid_order()

    assert sim.notices()[1]["status"] == "lost"
    found = json.loads(sim.wxpay().query(out_trade_no=number)[1])
    assert found["trade_state"] == "SUCCESS"


@pytest.mark.parametrize("kind", ["forge", "signtest", "wrong_key"])
def test_what_the_platform_did_not_make_is_not_accepted_and_the_true_one_follows(sim, kind):
    sim.fault(kind)

    sim.paid_order()

    (false_headers, false_body), (headers, body) = sim.receiver.wait_for(2)
    wxpay = sim.wxpay()
    assert wxpay.callback(false_headers, false_body) is None
    assert wxpay.callback(headers, body)["event_type"] == "TRANSACTION.SUCCESS"
    assert [each["kind"] for each in attempts(sim, 2)] == [kind, "true"]


def test_a_probe_is_marked_as_the_platform_marks_it(sim):
    sim.fault("signtest")
    sim.paid_order()
    headers, _ = sim.receiver.wait_for(1)[0]
    assert headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")


def test_a_foreign_serial_is_not_ours(sim):
    sim.fault("foreign_serial")
    sim.paid_order()
    headers, _ = sim.receiver.wait_for(1)[0]
    assert headers["Wechatpay-Serial"] != FRESH.settings.public_key_id


def test_an_old_notice_is_truly_signed_and_too_old(sim):
    sim.fault("old_timestamp")
    sim.paid_order()
    headers, body = sim.receiver.wait_for(1)[0]
    assert time.time() - int(headers["Wechatpay-Timestamp"]) > 300
    assert sim.wxpay().callback(headers, body)


def test_a_replayed_notice_is_the_same_byte_for_byte(sim):
    sim.fault("replay", seconds=0.05)
    sim.paid_order()
    (first_headers, first), (second_headers, second) = sim.receiver.wait_for(2)
    assert first == second
    assert first_headers["Wechatpay-Signature"] == second_headers["Wechatpay-Signature"]


def test_a_wrong_amount_is_truly_signed(sim):
    sim.fault("wrong_amount", scope="TRANSACTION.")
    sim.paid_order()
    (false_headers, false_body), (headers, body) = sim.receiver.wait_for(2)
    amounts = [
        sim.wxpay().callback(*each)["resource"]["amount"]["total"]
        for each in ((false_headers, false_body), (headers, body))
    ]
    assert amounts == [3501, 3500]


def test_a_fault_strikes_only_what_it_is_for_and_as_often_as_it_says(sim):
    sim.fault("lose", scope="REFUND.", count=1)
    number = sim.paid_order()
    sim.receiver.wait_for(1)

    ask(sim, number, number="R-1")
    [lost] = eventually(lambda: sim.notices("REFUND.SUCCESS"))
    ask(sim, number, number="R-2")

    assert lost["status"] == "lost"
    sim.receiver.wait_for(2)
    assert sim.get("/_sim/faults") == []


def test_the_seal_carries_its_tag_at_the_end(sim):
    sim.paid_order()
    _, body = sim.receiver.wait_for(1)[0]
    resource = json.loads(body)["resource"]
    sealed = base64.b64decode(resource["ciphertext"])
    plain = sim.wxpay()._core.decrypt_callback(*sim.receiver.got[0])
    assert len(sealed) == len(plain.encode()) + 16
    assert resource["original_type"] == "transaction"
    assert json.loads(plain)["mchid"] == MERCHANT.mchid
