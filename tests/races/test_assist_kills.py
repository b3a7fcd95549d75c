"""A worker dies between the unlock and its message: nothing is lost, and nothing said twice."""

import os
import signal

import pytest

from app.domain.assist import AssistTask
from app.domain.messaging import SentMessage
from app.kernel.db import execute, transaction
from tests.jobs.conftest import eventually
from tests.jobs.test_assists import allow, help_twice, sent, told
from tests.races.test_kills import SEND, horse_of, house, process, shop, waiting

# Fixtures of the neighbours.
__all__ = ["house", "process", "shop", "told"]

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def only_the_unlock(shop, told):
    """One message is asked about; another one would use up its grant."""
    with shop.house.app.app_context(), transaction():
        execute(
            """DELETE FROM message_templates
            WHERE merchant_id = %(m)s AND message <> 'assist_unlocked'""",
            {"m": shop.merchant.id},
        )
    allow(shop)
    help_twice(shop, told)


def test_queues_emptied_between_the_unlock_and_its_message_lose_nothing(
    shop, only_the_unlock, house, process
):
    process("relay")
    eventually(lambda: house.redis.keys("rq:queue:*"), seconds=60)
    house.redis.flushdb()
    process("work")

    eventually(lambda: not waiting(shop), seconds=60)

    assert [row.state.value for row in shop.rows(AssistTask)] == ["unlocked"]
    assert sent(shop, "assist_unlocked").count((shop.buyer.id, "sent")) == 1
    assert len(sent(shop, "assist_unlocked")) == 3
    assert len(shop.messages()) == 1


def test_a_horse_killed_while_wechat_takes_the_news_sends_it_once(shop, only_the_unlock, process):
    shop.fault("slow", scope=SEND, seconds=3)
    process("relay")
    worker = process("work")

    eventually(lambda: shop.ask("GET", "/_sim/faults") == [], seconds=60)
    os.kill(horse_of(worker), signal.SIGKILL)

    eventually(lambda: not waiting(shop), seconds=60)
    eventually(shop.messages, seconds=10)
    assert len(shop.messages()) == 1
    owners = [row for row in shop.rows(SentMessage) if row.member_id == shop.buyer.id]
    # Nobody knows whether it arrived, and nobody tries again.
    assert [row.state.value for row in owners if row.message == "assist_unlocked"] == ["sending"]
