"""Commands for every day: schema, merchants, books, audit chain, work that was given up."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.domain import aftersales, ledger, merchants, payments, proofs
from app.kernel import audit, clock, inbox, outbox
from app.kernel.db import reading, transaction
from app.migrations import run

LINES_PER_STEP = 500
LONGEST_WHY = 200
# What stays here for good although somebody asked for its erasure, when its job is let be.
ERASURES = {
    "members.forget_person": "birthday, addresses, phones, names, family and complaints' words and "
    "photos of a closed account",
    "members.forget_picture": "every picture that somebody showed of himself",
}

ledger_group = AppGroup("ledger", help="The books.")
vouchers_group = AppGroup("vouchers", help="Who holds what, and why.")
audit_group = AppGroup("audit", help="The chain of who did what.")
outbox_group = AppGroup("outbox", help="Work that was given up.")
money_group = AppGroup("money", help="Money that waits for a person.")


@click.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema. Safe to repeat."""
    run.upgrade(current_app.extensions["settings"].database_url)
    click.echo("the schema is up to date")


@click.command()
@click.argument("name")
@click.option("--zone", default="Asia/Shanghai", show_default=True, help="For business days.")
@with_appcontext
def add_merchant(name: str, zone: str) -> None:
    """Open the books of a merchant; prints its number."""
    with transaction():
        merchant = merchants.add_merchant(name=name, zone=zone, at=clock.now())
    click.echo(merchant.number)


@ledger_group.command("verify")
def verify_ledger() -> None:
    """Add everything up again; prints each trouble, and fails when there is one."""
    with transaction():
        troubles = ledger.verify()
    _report(troubles, clean="the books add up")


@vouchers_group.command("verify")
def verify_vouchers() -> None:
    """Follow every voucher through its story; prints each trouble, and fails when there is one."""
    with transaction():
        troubles = proofs.verify()
    _report(troubles, clean="every voucher is where it should be")


@audit_group.command("verify")
def verify_audit() -> None:
    """Walk every merchant's chain; prints each broken one, and fails when there is one."""
    troubles = []
    for merchant_id in _merchant_ids():
        with transaction():
            troubles += audit.verify(merchant_id=merchant_id)
    _report(troubles, clean="every chain is whole")


@audit_group.command("seal")
def seal_audit() -> None:
    """Chain what is not chained yet, up to now."""
    at, sealed = clock.now(), 0
    for merchant_id in _merchant_ids():
        lines = LINES_PER_STEP
        while lines == LINES_PER_STEP:
            with transaction():
                lines = audit.seal(merchant_id=merchant_id, before=at, limit=LINES_PER_STEP)
            sealed += lines
    click.echo(f"sealed {sealed} lines" if sealed else "every line was sealed already")


@outbox_group.command("failed")
@click.option("--limit", default=100, show_default=True)
def failed(limit: int) -> None:
    """What was given up, one line of JSON each, the oldest first."""
    with transaction():
        rows = outbox.list_given_up(limit=limit)
    for row in rows:
        click.echo(json.dumps({**vars(row), "failed_at": row.failed_at.isoformat()}))


@outbox_group.command("revive")
@click.argument("merchant_id", type=int)
@click.argument("task_id", type=int)
def revive(merchant_id: int, task_id: int) -> None:
    """Try one given-up row again, from the first attempt."""
    with transaction():
        revived = outbox.revive(merchant_id=merchant_id, task_id=task_id, at=clock.now())
    _report([] if revived else ["no such row is given up"], clean="it is due again")


@outbox_group.command("dismiss")
@click.argument("merchant_id", type=int)
@click.argument("task_id", type=int)
@click.option("--why", required=True, help="For the log, such as: 模板已下线.")
@click.option("--erased-by-hand", is_flag=True, help="What the job was to erase is erased.")
def dismiss(merchant_id: int, task_id: int, why: str, *, erased_by_hand: bool) -> None:
    """Let one given-up row be: nobody will do it, and nobody is reminded of it any more.

    A row that was to erase what a person asked to have erased needs a word of its own.
    """
    if not 0 < len(why.strip()) <= LONGEST_WHY:
        raise click.BadParameter(
            f"say why, in {LONGEST_WHY} characters at most", param_hint="--why"
        )
    at = clock.now()
    with transaction():
        row = outbox.find_given_up(merchant_id=merchant_id, task_id=task_id)
        if row and row.job in ERASURES and not erased_by_hand:
            raise click.ClickException(
                f"{row.job} erases what a person asked to have erased. Dismissed, this stays: "
                f"{ERASURES[row.job]}. `flask outbox revive {merchant_id} {task_id}` tries it "
                "again; --erased-by-hand says that you have done it yourself."
            )
        dismissed = outbox.dismiss(merchant_id=merchant_id, task_id=task_id, at=at)
        if dismissed:
            audit.record(
                merchant_id=merchant_id,
                actor="cli",
                action="operations.dismiss",
                subject=f"job:{task_id}",
                details={"why": why.strip()} | ({"erased_by_hand": True} if erased_by_hand else {}),
                at=at,
            )
    _report([] if dismissed else ["no such row is given up"], clean="it is settled")


@money_group.command("open")
@click.option("--limit", default=100, show_default=True, help="Of each kind.")
def open_money(limit: int) -> None:
    """Returns and refunds that got stuck, bill lines that differ, notices not applied: JSON, a line each."""
    at = clock.now()
    with transaction():
        found: dict[str, Sequence[object]] = {
            "return": aftersales.list_stuck(at=at, limit=limit),
            "refund": payments.list_stuck_refunds(
                asked_before=at - proofs.REFUND_TAKES, limit=limit
            ),
            "bill_line": payments.list_open_differences(limit=limit),
            "notice": [
                _without_words(kept) for kept in inbox.list_unapplied(before=at, limit=limit)
            ],
        }
    for kind, rows in found.items():
        for row in rows:
            click.echo(json.dumps({"kind_of_trouble": kind, **vars(row)}, default=str))


def _without_words(kept: inbox.Kept) -> inbox.Kept:
    """What WeChat wrote stays in the database."""
    return replace(kept, headers="", body="")


def _merchant_ids() -> list[int]:
    with transaction():
        return list(
            reading().scalars(select(merchants.Merchant.id).order_by(merchants.Merchant.id))
        )


def _report(troubles: list[str], *, clean: str) -> None:
    for trouble in troubles:
        click.echo(trouble)
    if troubles:
        sys.exit(1)
    click.echo(clean)


COMMANDS = (
    upgrade,
    add_merchant,
    ledger_group,
    vouchers_group,
    audit_group,
    outbox_group,
    money_group,
)
