"""A server dies under load: nothing that was acknowledged is lost, and writes go on elsewhere."""

import time

import psycopg
import pytest
from redis.exceptions import RedisError
from sqlalchemy import create_engine

from app import valkey
from app.config import database_address
from deploy.failover.load import clients, through_sql
from deploy.failover.pair import Agent, forced_write, pair
from deploy.failover.trio import trio
from deploy.local.children import until

pytestmark = pytest.mark.timeout(300)
RESUMED_WITHIN_S = 60
HANGS_S = 2.0


@pytest.fixture
def postgres_pair(tmp_path):
    with pair(tmp_path / "pair") as both:
        engine = create_engine(database_address(both.address), pool_size=8, max_overflow=0)
        with psycopg.connect(both.address) as connection:
            connection.execute("CREATE TABLE told (number bigint PRIMARY KEY)")
        yield both, engine
        engine.dispose()


def kept(both):
    with psycopg.connect(both.address) as connection:
        return {number for (number,) in connection.execute("SELECT number FROM told")}


def test_the_primary_dies_and_no_acknowledged_write_with_it(postgres_pair):
    both, engine = postgres_pair
    old = both.leader
    with Agent(both).watching() as agent, clients(through_sql(engine), count=4) as log:
        assert until(lambda: len(log.acknowledged) > 100, within=RESUMED_WITHIN_S)
        old.kill()
        killed = time.monotonic()
        assert until(lambda: log.seconds_without(killed) is not None, within=RESUMED_WITHIN_S), (
            agent.refused
        )
    assert agent.refused is None
    assert both.leader is not old
    assert log.numbers - kept(both) == set()
    old_one_comes_back_as_it_was(both, old)


def old_one_comes_back_as_it_was(both, old):
    """It takes no writes, and one that is forced on it is not acknowledged."""
    old.start()
    with psycopg.connect(both.address) as connection:
        assert connection.info.port == both.leader.port
    assert forced_write(old, patience_s=HANGS_S) == "waits"


def test_a_standby_that_does_not_keep_step_does_not_lead(postgres_pair):
    both, _ = postgres_pair
    old = both.leader
    both.standby.stop()
    old.lead(standbys="")
    with Agent(both).watching() as agent:
        time.sleep(1)
        old.kill()
        assert until(lambda: agent.refused is not None, within=10)
    assert both.leader is old


def test_sentinels_name_another_valkey_and_the_link_follows(tmp_path):
    with trio(tmp_path / "trio") as all_five:
        first, second = all_five.ports
        link = valkey.link(all_five.address, socket_timeout=0.5, socket_connect_timeout=0.5)
        link.set("a", "1")
        assert all_five.primary() == first
        all_five.kill(first)
        assert until(lambda: writes(link), within=RESUMED_WITHIN_S)
        # One of them may learn it from the others a moment later.
        assert until(lambda: all_five.primary() == second, within=RESUMED_WITHIN_S)
        # The old one comes back as it was, and is made to follow.
        all_five.start(first)
        assert until(lambda: all_five.role(first) == "slave", within=RESUMED_WITHIN_S)
        assert writes(link)
        link.close()


def writes(link):
    try:
        return bool(link.set("a", "2"))
    except RedisError:
        return False
