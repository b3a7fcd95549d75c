"""A database of one's own, on the server of these tests."""

import time
from contextlib import contextmanager

import psycopg
from psycopg import errors, sql

PATIENCE_SECONDS = 30


@contextmanager
def a_database(server_url, name, *, like="template1"):
    """It is there, a copy of `like`, and goes away again. `server_url` leads to another one."""
    named, copied = sql.Identifier(name), sql.Identifier(like)
    with psycopg.connect(server_url, autocommit=True) as admin:
        # By its files: that is half the work of copying it page by page through the log.
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(named, copied)
        )
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
