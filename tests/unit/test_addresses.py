"""Where the servers are: one of each, or two of which one leads."""

import pytest
from redis.sentinel import SentinelConnectionPool
from sqlalchemy.engine import make_url

from app import valkey
from app.config import database_address


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("postgresql://u:p@h/db", {"host": "h", "dbname": "db", "user": "u", "password": "p"}),
        ("postgres://u@h:1/db", {"host": "h", "port": 1, "dbname": "db", "user": "u"}),
        (
            "postgresql://u:p%2C@one:1,two:2/db?target_session_attrs=read-write",
            {
                "host": "one,two",
                "port": "1,2",
                "dbname": "db",
                "user": "u",
                "password": "p,",
                "target_session_attrs": "read-write",
            },
        ),
    ],
)
def test_the_driver_is_told_each_word_of_a_database_address(told, words):
    url = make_url(database_address(told))
    assert url.drivername == "postgresql+psycopg"
    assert url.get_dialect()().create_connect_args(url)[1] == words


def test_an_address_of_sentinels_leads_to_whom_they_name():
    link = valkey.link("sentinel://:p%40w@one:1,two/3?group=shop", socket_timeout=0.5)
    pool = link.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.service_name == "shop"
    assert pool.connection_kwargs["password"] == "p@w"
    assert pool.connection_kwargs["db"] == 3
    asked = [each.connection_pool.connection_kwargs for each in pool.sentinel_manager.sentinels]
    assert [(each["host"], each["port"]) for each in asked] == [("one", 1), ("two", 26379)]
    assert {each["socket_timeout"] for each in asked} == {0.5}


def test_an_address_of_one_server_is_as_ever():
    link = valkey.link("redis://:pw@h:7/2")
    assert not isinstance(link.connection_pool, SentinelConnectionPool)
    assert link.connection_pool.connection_kwargs["port"] == 7
