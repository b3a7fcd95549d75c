"""Processes die in the worst moment, by SIGKILL: what was promised is done, and nothing twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests
from redis import Redis

from app.domain import messaging, payments
from app.domain.orders import OrderPaid
from app.kernel import outbox
from app.kernel.outbox import OutboxRow
from app.simulator import create_simulator, start
from app.web import tills
from jobs import reconciliation
from tests.builders.leftovers import empty_outbox
from tests.jobs.conftest import House, eventually
from tests.jobs.shop import Shop
from tests.jobs.test_money import a_late_payment
from tests.races.racing import count
from tests.races.web import ROOT, Street, environment, start_servers
from tests.simulator.world import FRESH

pytestmark = pytest.mark.timeout(120)

ORDERS, REFUNDS = 4, 2
SEND = "/cgi-bin/message/subscribe/send"
REFUND = "/v3/refund/domestic/refunds"
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi", "jobs")


@pytest.fixture
def house(app):
    redis = Redis.from_url(app.extensions["settings"].redis_url)
    redis.flushdb()
    with app.app_context():
        empty_outbox()
    yield House(app, redis)
    redis.flushdb()
    redis.close()


@pytest.fixture
def shop(house, tmp_path):
    """A shop with a WeChat of its own, whose notices get lost."""
    kept = house.app.extensions["gateways"]
    wechat = start(create_simulator(FRESH.settings))
    yield Shop(house, wechat, tmp_path)
    wechat.close()
    house.app.extensions["gateways"] = kept


@pytest.fixture
def process(settings, shop):
    """Start a process of ours: `process("relay")`, `process("work")`."""
    running = []
    env = environment(settings, WECHAT_URL=shop.wechat.url, WECHAT_PAY_URL=shop.wechat.url)

    def begin(*words):
        command = [*FLASK, *words] if words[0] != sys.executable else words
        running.append(
            subprocess.Popen(
                command, cwd=ROOT, env=env, start_new_session=True, stdout=subprocess.DEVNULL
            )
        )
        return running[-1]

    yield begin
    for each in running:
        kill_all_of(each.pid)
        each.wait()


def kill_all_of(session):
    """RQ's work horse leads a process group of its own, within the session of its worker."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                os.kill(int(folder.name), signal.SIGKILL)
        except ProcessLookupError:
            continue


def horse_of(worker):
    """The process that does the worker's present job, if it has one."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    return int(children[0]) if children else None


def things_to_do(shop):
    """Paid orders whose buyer wants to hear of it, and money that came too late."""
    shop.allow_message(times=ORDERS)
    for _ in range(ORDERS):
        a_paid_order(shop)
    for _ in range(REFUNDS):
        a_late_payment(shop)


def a_paid_order(shop):
    """Its notice was lost; we asked."""
    placed = shop.order()
    assert shop.pay() == "requestPayment:ok"
    with shop.house.app.app_context():
        assert reconciliation.confirm_if_paid(
            tills.till(tills.channel_of(shop.channel_id, merchant_id=shop.merchant.id)),
            merchant_id=shop.merchant.id,
            channel_id=shop.channel_id,
            number=placed.payment_number,
        )


def waiting(shop):
    return [row for row in shop.rows(OutboxRow) if row.done_at is None]


def everything_is_done(shop):
    # A refund follows from late money, so an empty outbox alone is not the end.
    refunds = shop.rows(payments.Refund)
    return len(refunds) == REFUNDS and not waiting(shop)


def done_once(shop):
    jobs = ORDERS * len(outbox.jobs_of(OrderPaid)) + 2 * REFUNDS
    assert [row.failed_at for row in shop.rows(OutboxRow)] == [None] * jobs
    ours = Counter(refund.number for refund in shop.rows(payments.Refund))
    assert Counter(refund["out_refund_no"] for refund in shop.refunds()) == ours
    assert set(ours.values()) == {1}
    sent = [message.state.value for message in shop.rows(messaging.SentMessage)]
    assert (len(shop.messages()), sent) == (ORDERS, ["sent"] * ORDERS)


def test_a_relay_killed_between_handing_out_and_marking_causes_nothing_twice(shop, process):
    things_to_do(shop)

    dead = process(sys.executable, str(Path(__file__).with_name("dying_relay.py")))

    assert dead.wait(60) == -signal.SIGKILL
    assert {row.attempts for row in waiting(shop)} == {0}
    assert shop.house.redis.keys("rq:queue:*")
    process("relay")
    process("work")
    process("work")
    eventually(lambda: everything_is_done(shop), seconds=60)
    done_once(shop)


def test_a_horse_killed_while_wechat_refunds_makes_one_refund(shop, process):
    a_late_payment(shop)
    shop.fault("slow", scope=REFUND, seconds=3)
    process("relay")
    worker = process("work")

    eventually(lambda: shop.ask("GET", "/_sim/faults") == [], seconds=60)
    os.kill(horse_of(worker), signal.SIGKILL)

    eventually(lambda: shop.rows(payments.Refund)[0].state.value != "asked", seconds=60)
    eventually(lambda: not waiting(shop), seconds=60)
    (ours,) = shop.rows(payments.Refund)
    (theirs,) = shop.refunds()
    assert theirs["out_refund_no"] == ours.number
    assert max(row.attempts for row in shop.rows(OutboxRow)) > 1


def test_a_horse_killed_while_wechat_takes_the_message_sends_it_once(shop, process):
    shop.allow_message(times=2)
    a_paid_order(shop)
    shop.fault("slow", scope=SEND, seconds=3)
    process("relay")
    worker = process("work")

    eventually(lambda: shop.ask("GET", "/_sim/faults") == [], seconds=60)
    os.kill(horse_of(worker), signal.SIGKILL)

    eventually(lambda: not waiting(shop), seconds=60)
    eventually(shop.messages, seconds=10)
    assert len(shop.messages()) == 1
    # Nobody knows whether it arrived, and nobody tries again.
    assert [row.state.value for row in shop.rows(messaging.SentMessage)] == ["sending"]


def test_queues_emptied_again_and_again_lose_nothing(shop, house, process):
    things_to_do(shop)
    process("relay")
    eventually(lambda: house.redis.keys("rq:queue:*"), seconds=60)
    house.redis.flushdb()
    process("work")

    def emptied_and_done():
        if everything_is_done(shop):
            return True
        if rounds:
            rounds.pop()
            time.sleep(0.5)
            house.redis.flushdb()
        return False

    rounds = [1, 2, 3, 4]
    eventually(emptied_and_done, seconds=90)
    done_once(shop)


def test_a_server_killed_in_a_storm_of_scans_loses_no_answer_it_gave(
    settings, wechat, committed, tmp_path
):
    from tests.races.test_over_http import a_code, a_key, bought

    servers = start_servers(settings, tmp_path)
    try:
        street = Street(servers, wechat)
        buyers = [street.customer() for _ in range(40)]
        clerks = [street.clerk() for _ in range(4)]
        held = [voucher for buyer in buyers for voucher in bought(street, buyer)]
        # Each code is good for half a minute at least.
        scans = [(each.number, a_code(street.shop, each), a_key()) for each in held]
        answered = storm_and_kill(servers[1], clerks, scans)
        assert 0 < len(answered) < len(scans)
        assert count(street.shop, "redemptions") >= len(answered)

        # The tills ask again, with the same keys, at the server that is left.
        again = {
            voucher: clerks[n % 4].post("/counter/redeem", {"code": code}, key=key, server=0)
            for n, (voucher, code, key) in enumerate(scans)
        }
    finally:
        for server in servers:
            server.kill()

    assert {answer.status_code for answer in again.values()} == {201}
    numbers = {voucher: answer.json()["redemption"] for voucher, answer in again.items()}
    assert len(set(numbers.values())) == len(scans) == count(street.shop, "redemptions")
    assert {voucher: numbers[voucher] for voucher in answered} == answered
    assert all(again[voucher].json()["replayed"] for voucher in answered)


def storm_and_kill(victim, clerks, scans):
    """Half of the scans go to each server; the second is killed when a third is answered."""
    answered, lock, enough = {}, threading.Lock(), threading.Event()

    def scanning(part):
        for n, (voucher, code, key) in enumerate(scans[part::20]):
            try:
                answer = clerks[part % 4].post(
                    "/counter/redeem", {"code": code}, key=key, server=(part + n) % 2
                )
            except requests.RequestException:
                continue
            assert answer.status_code == 201, answer.text
            with lock:
                answered[voucher] = answer.json()["redemption"]
                if len(answered) >= len(scans) // 3:
                    enough.set()

    threads = [threading.Thread(target=scanning, args=(part,)) for part in range(20)]
    for thread in threads:
        thread.start()
    assert enough.wait(30)
    victim.kill()
    for thread in threads:
        thread.join()
    return answered
