"""Several calls at the very same time, each in a thread and a session of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from app.kernel.db import db, transaction


def together(app: Flask, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned or raised, in order, each in its own committed transaction."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                db.engine.connect().close()
                barrier.wait(timeout=30)
                with transaction():
                    return call()
            except Exception as refused:  # noqa: BLE001 - the test looks at what was raised
                return refused
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))
