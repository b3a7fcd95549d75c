"""Messages that must wait, go one after the other, be mended by a person, and betray nobody."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.domain.messaging import Channel
from app.kernel.outbox import OutboxRow
from jobs import posting, running
from tests.jobs.reaching import (
    CARD_SEND,
    OA_SEND,
    TEXT,
    attempts,
    by_card,
    follower,
    say_by,
    waits,
)
from tests.jobs.test_messages import JOB, SEND, a_paid_order, remaining, said
from tests.simulator.world import APP, OFFICIAL


@pytest.mark.parametrize(
    ("code", "at_least", "at_most"),
    [
        ("-1", 5, 10),
        ("44990", 5, 10),
        ("44991", 50, 60),
        ("45011", 50, 60),
        ("43108", 5, 10),
        ("40164", 500, 600),
        ("45009", 0, 25 * 3600),
    ],
)
def test_what_is_refused_for_now_waits_as_long_as_it_says_and_goes_the_same_way(
    shop, code, at_least, at_most
):
    say_by(shop, Channel.OA_TEMPLATE)
    follower(shop)
    shop.allow_message()
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code=code)

    shop.run(JOB)
    assert timedelta(seconds=at_least) < waits(shop) <= timedelta(seconds=at_most)
    assert said(shop) == [("waiting", None)]
    assert remaining(shop) == 1
    (task,) = shop.run(JOB)

    assert task.done_at
    assert attempts(shop) == ("subscribe", [])
    assert shop.asked(OA_SEND) == 0


def test_what_must_wait_is_not_lost_by_a_second_worker_with_the_same_row(shop, monkeypatch):
    shop.allow_message()
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code="-1")
    send = posting.POSTS[Channel.SUBSCRIBE]

    def while_another_looks(app, envelope):
        monkeypatch.setitem(posting.POSTS, Channel.SUBSCRIBE, send)
        shop.run(JOB)
        return send(app, envelope)

    monkeypatch.setitem(posting.POSTS, Channel.SUBSCRIBE, while_another_looks)
    shop.run(JOB)
    assert said(shop) == [("waiting", None)]
    assert waits(shop) > timedelta(seconds=5)
    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("sent", None)]
    assert len(shop.messages()) == 1


def test_a_stale_token_is_renewed_once_and_the_message_goes(shop):
    shop.allow_message()
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code="40001")

    (task,) = shop.run(JOB)

    assert task.done_at
    assert said(shop) == [("sent", None)]
    assert (shop.asked(SEND), shop.asked("/cgi-bin/stable_token")) == (2, 2)


@pytest.mark.parametrize(("code", "level"), [("40037", "error"), ("40003", "warning")])
def test_what_is_ours_to_mend_is_said_loudly(shop, capsys, code, level):
    shop.allow_message()
    a_paid_order(shop)
    shop.fault("error", scope=SEND, code=code)

    shop.run(JOB)

    (line,) = [line for line in capsys.readouterr().out.splitlines() if "message not sent" in line]
    assert f'"level":"{level}"' in line
    assert f'"reason":"{code}"' in line


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset_before"},
        {"kind": "reset"},
        {"kind": "status", "status": 502},
        {"kind": "status", "status": 403},
        {"kind": "error", "code": "-1"},
        {"kind": "error", "code": "40001", "count": 2},
        {"kind": "error", "code": "47003"},
        {"kind": "error", "code": "43101"},
        {"kind": "error", "code": "40125", "scope": "/cgi-bin/stable_token"},
        {"kind": "reset", "scope": "/cgi-bin/stable_token"},
    ],
    ids=str,
)
def test_no_failure_says_a_secret_a_token_or_whom_it_was_for(shop, capfd, caplog, fault):
    caplog.set_level("DEBUG")
    say_by(shop, Channel.OA_TEMPLATE)
    by_card(shop)
    openid = follower(shop, says="在吗")
    shop.allow_message()
    a_paid_order(shop)
    for scope in (CARD_SEND, SEND, OA_SEND, TEXT):
        shop.fault(**{"scope": scope, **fault})

    for _ in range(6):
        shop.run(JOB)

    out, err = capfd.readouterr()
    told = out + err + caplog.text
    assert "message not sent" in told or "job refused" in told
    answers = str(
        [each for each in shop.ask("GET", "/_sim/requests") if "stable_token" in each["target"]]
    )
    tokens = re.findall(r"[\w-]{100,}", answers)
    for secret in (APP.secret, OFFICIAL.secret, openid, shop.openid, *tokens, "access_token="):
        assert secret not in told
    # This is how the tokens of those who got one are known.
    assert tokens or "token" in str(fault)


def test_two_messages_to_one_person_go_one_after_the_other(shop, monkeypatch):
    shop.allow_message(times=2)
    a_paid_order(shop)
    a_paid_order(shop)
    at_once, most = [], []
    send = posting.POSTS[Channel.SUBSCRIBE]

    def watched(app, envelope):
        at_once.append(envelope)
        time.sleep(0.2)
        most.append(len(at_once))
        at_once.pop()
        return send(app, envelope)

    monkeypatch.setitem(posting.POSTS, Channel.SUBSCRIBE, watched)
    rows = [[row.merchant_id, row.id] for row in shop.rows(OutboxRow, job=JOB)]

    def work(row):
        with shop.house.app.app_context():
            running.run_batch(JOB, [row])

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, rows))

    assert said(shop) == [("sent", None)] * 2
    assert most == [1, 1]
