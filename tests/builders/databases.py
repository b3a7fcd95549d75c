"""A database of one's own, on the server of these tests."""

import time
from contextlib import contextmanager

import psycopg
from psycopg import errors, sql

PATIENCE_SECONDS = 30


@contextmanager
def a_database(server_url, name):
    """It is there, empty, and goes away again. `server_url` leads to another one on the server."""
    named = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(named))
    try:
        yield
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            _drop(admin, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))


def _drop(admin, statement):
    """An autovacuum at work belongs to the server's owner, and may not be sent away: it ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            admin.execute(statement)
        except errors.InsufficientPrivilege:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return
