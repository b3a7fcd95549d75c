"""`flask verify all`: every promise at once, for the night, after a restore, after a bad day."""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from sqlalchemy import select

from app.domain import ledger, merchants, proofs
from app.kernel import audit, clock
from app.kernel.db import execute, reading, transaction
from app.kernel.promises import Finding

TROUBLES_SHOWN = 10

verify_group = AppGroup("verify", help="Whether every promise is kept.")


@verify_group.command("all")
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    default=900,
    show_default=True,
    help="Seconds for which work may be under way.",
)
@click.option(
    "--metrics",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the outcome there too, for the node exporter's textfile collector.",
)
@with_appcontext
def verify_all(patience: int, metrics: Path | None) -> None:
    """The books, every voucher, the log's chain, and that nothing stands still; 1 if one is broken."""
    findings = []
    for finding in _findings(timedelta(seconds=patience)):
        _tell(finding)
        findings.append(finding)
    broken = sum(bool(finding.troubles) for finding in findings)
    click.echo(f"{len(findings)} promises, {broken} broken")
    if metrics:
        _write(metrics, findings)
    if broken:
        sys.exit(1)


def _findings(patience: timedelta) -> Iterator[Finding]:
    yield from _one_by_one(proofs.unfinished(at=clock.now(), patience=patience))
    yield from _one_by_one(ledger.findings())
    yield from _one_by_one(proofs.findings())
    began, troubles = time.perf_counter(), []
    for merchant_id in _merchant_ids():
        with transaction():
            troubles += audit.verify(merchant_id=merchant_id)
    yield Finding(
        "the chain of what was done is whole", tuple(troubles), time.perf_counter() - began
    )


def _one_by_one(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Each in a transaction of its own, so that no table is held while the others are read.

    Each promise is one statement, so it sees one moment: work that goes on makes no false alarm.
    """
    while True:
        with transaction():
            # A web request may not take long; this may.
            execute("SET LOCAL statement_timeout = 0", {})
            found = next(findings, None)
        if found is None:
            return
        yield found


def _merchant_ids() -> list[int]:
    with transaction():
        return list(
            reading().scalars(select(merchants.Merchant.id).order_by(merchants.Merchant.id))
        )


def _write(path: Path, findings: list[Finding]) -> None:
    figures = CollectorRegistry()
    troubles = Gauge("kabao_promise_troubles", "What breaks it", ["promise"], registry=figures)
    seconds = Gauge("kabao_promise_seconds", "How long it took", ["promise"], registry=figures)
    for finding in findings:
        # Two proofs of one promise are one promise.
        troubles.labels(finding.promise).inc(len(finding.troubles))
        seconds.labels(finding.promise).inc(finding.seconds)
    ended = Gauge("kabao_verify_ended_timestamp_seconds", "When it ended", registry=figures)
    ended.set(clock.now().timestamp())
    # Into another file first, and then in one step: a collector never reads the half of it.
    write_to_textfile(str(path), figures)


def _tell(finding: Finding) -> None:
    word = "BROKEN" if finding.troubles else "kept"
    click.echo(f"{word:6}  {finding.seconds:6.2f} s  {finding.promise}")
    for trouble in finding.troubles[:TROUBLES_SHOWN]:
        click.echo(f"          {trouble}")
    if len(finding.troubles) > TROUBLES_SHOWN:
        click.echo(f"          and {len(finding.troubles) - TROUBLES_SHOWN} more")


COMMANDS = (verify_group,)
