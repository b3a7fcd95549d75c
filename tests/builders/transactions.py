"""Builders call real verbs, which want a transaction; a test may have opened one already."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.kernel.db import db, transaction


@contextmanager
def joined() -> Iterator[None]:
    """The open transaction, or one of our own."""
    if db.session().info.get("open"):
        yield
        return
    with transaction():
        yield
