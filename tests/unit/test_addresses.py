"""Where the servers are: one of each, or two of which one leads."""

import ssl

import pytest
from redis.connection import SSLConnection
from redis.sentinel import SentinelConnectionPool, SentinelManagedSSLConnection
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
        ("postgresql://one:1,two:2/db", {"host": "one,two", "port": "1,2", "dbname": "db"}),
        (
            "postgresql://u:p@[::1]:1,[fe80::2],three/db?application_name=a@b,c",
            {
                "host": "::1,fe80::2,three",
                "port": "1,,",
                "dbname": "db",
                "user": "u",
                "password": "p",
                "application_name": "a@b,c",
            },
        ),
        (
            "postgresql://kabao:s3cret,Pw@h/db",
            {"host": "h", "dbname": "db", "user": "kabao", "password": "s3cret,Pw"},
        ),
        (
            "postgresql://u:p,w@one:1,two:2/db",
            {"host": "one,two", "port": "1,2", "dbname": "db", "user": "u", "password": "p,w"},
        ),
        (
            "postgresql://u,v:p@h:1/db",
            {"host": "h", "port": 1, "dbname": "db", "user": "u,v", "password": "p"},
        ),
        (
            "postgresql://u:p,w/x@h/db",
            {"host": "h", "dbname": "db", "user": "u", "password": "p,w/x"},
        ),
        (
            "postgresql://u:1,w?x@h/db",
            {"host": "h", "dbname": "db", "user": "u", "password": "1,w?x"},
        ),
        ("postgresql://u@[::1]:1/db", {"host": "::1", "port": 1, "dbname": "db", "user": "u"}),
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


def test_sentinels_and_their_servers_are_spoken_to_over_tls():
    link = valkey.link("sentinels://:pw@[::1],two:2/0?ssl_ca_certs=/etc/ca.pem", socket_timeout=0.5)
    pool = link.connection_pool
    (asked, _) = [each.connection_pool for each in pool.sentinel_manager.sentinels]
    assert pool.connection_class is SentinelManagedSSLConnection
    assert asked.connection_class is SSLConnection
    assert asked.connection_kwargs["host"] == "::1"
    for each in (pool, asked):
        assert each.connection_kwargs["ssl_ca_certs"] == "/etc/ca.pem"
        # Whom it speaks to is looked at, unless somebody says otherwise; nobody can here.
        spoken = each.connection_class(**dict(each.connection_kwargs))
        assert (spoken.cert_reqs, spoken.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    "address", ["sentinel://one/0?ssl_ca_certs=/etc/ca.pem", "sentinels://one/0?ssl_cert_reqs=none"]
)
def test_words_that_would_be_left_out_are_refused(address):
    with pytest.raises(ValueError, match="nobody understands"):
        valkey.link(address)


def test_an_address_of_one_server_is_as_ever():
    link = valkey.link("redis://:pw@h:7/2")
    assert not isinstance(link.connection_pool, SentinelConnectionPool)
    assert link.connection_pool.connection_kwargs["port"] == 7
