"""Promises in SQL: a check selects the rows that break one, with a sentence about each."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg

from app.kernel.db import fetch_all


@dataclass(frozen=True)
class Finding:
    """What became of one promise; no troubles is the proof. `seconds` is how long it took."""

    promise: str
    troubles: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class _Trouble:
    sentence: str


def check(
    checks: Mapping[str, str], parameters: Mapping[str, object] | None = None
) -> Iterator[Finding]:
    """Go through them one after another; the database reads the tables, only troubles come out.

    One that cannot be looked at counts as broken, and the others are looked at all the same where
    each has a transaction of its own.
    """
    for promise, sql in checks.items():
        began = time.perf_counter()
        troubles = _troubles(sql, parameters or {})
        yield Finding(promise, troubles, time.perf_counter() - began)


def _troubles(sql: str, parameters: Mapping[str, object]) -> tuple[str, ...]:
    try:
        return tuple(row.sentence for row in fetch_all(_Trouble, sql, parameters))
    except psycopg.Error as trouble:
        return (f"nobody knows, since it could not be looked at: {type(trouble).__name__}",)


def sentences(findings: Iterator[Finding]) -> list[str]:
    """Every trouble, with the promise that it breaks."""
    return [f"{found.promise}: {trouble}" for found in findings for trouble in found.troubles]
