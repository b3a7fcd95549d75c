"""`flask value …`: the merchant's rules for stored value, freezing, corrections by two people."""

import json
from dataclasses import asdict

import click
from flask.cli import AppGroup

from app.domain import members, merchants, stored_value
from app.domain.stored_value import LotKind
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

group = AppGroup("value", help="Stored value: rules, freezing, corrections, custody figures.")
_BY = click.option("--by", required=True, help="Who does it: a name, kept in the audit.")
_REASON = click.option("--reason", required=True)


@group.command("rule")
@click.argument("merchant")
@click.option("--confirm-above", required=True, type=click.IntRange(min=0), help="Fen, an order.")
@click.option("--day-above", type=click.IntRange(min=0), help="Fen a day; the same when not said.")
@_BY
def rule(merchant: str, confirm_above: int, day_above: int | None, by: str) -> None:
    """Above so much a spending of stored value is confirmed once more."""
    with transaction():
        stored_value.set_spend_limits(
            merchant_id=merchants.merchant_id_of(merchant),
            order_fen=confirm_above,
            day_fen=confirm_above if day_above is None else day_above,
            actor=_actor(by),
            at=clock.now(),
        )


@group.command("show")
@click.argument("merchant")
@click.argument("member")
def show(merchant: str, member: str) -> None:
    """What a member (U…) has, as JSON."""
    with transaction():
        found = stored_value.balance(**_who(merchant, member))
    click.echo(json.dumps(asdict(found)))


@group.command("freeze")
@click.argument("merchant")
@click.argument("member")
@_REASON
@_BY
def freeze(merchant: str, member: str, reason: str, by: str) -> None:
    """Nothing is spent of it until it is let go."""
    with transaction():
        stored_value.freeze(
            **_who(merchant, member), reason=reason, actor=_actor(by), at=clock.now()
        )


@group.command("unfreeze")
@click.argument("merchant")
@click.argument("member")
@_REASON
@_BY
def unfreeze(merchant: str, member: str, reason: str, by: str) -> None:
    """Let it go again."""
    with transaction():
        stored_value.unfreeze(
            **_who(merchant, member), reason=reason, actor=_actor(by), at=clock.now()
        )


@group.command("propose")
@click.argument("merchant")
@click.argument("member")
@click.argument("change", type=int)
@click.option("--kind", type=click.Choice([kind.value for kind in LotKind]), default="bonus")
@_REASON
@_BY
def propose(*, merchant: str, member: str, change: int, kind: str, reason: str, by: str) -> None:
    """Propose a correction by CHANGE fen (after -- when below zero); somebody else approves it."""
    with transaction():
        stored_value.propose_adjustment(
            **_who(merchant, member),
            kind=LotKind(kind),
            change_fen=change,
            reason=reason,
            by=_actor(by),
            at=clock.now(),
        )


@group.command("approve")
@click.argument("merchant")
@click.argument("member")
@_BY
def approve(merchant: str, member: str, by: str) -> None:
    """Book what was proposed for this member; prints the change in fen."""
    with transaction():
        change = stored_value.approve_adjustment(
            **_who(merchant, member), by=_actor(by), at=clock.now()
        )
    click.echo(change)


@group.command("reject")
@click.argument("merchant")
@click.argument("member")
@_BY
def reject(merchant: str, member: str, by: str) -> None:
    """Do not book what was proposed for this member."""
    with transaction():
        stored_value.reject_adjustment(**_who(merchant, member), by=_actor(by), at=clock.now())


@group.command("list")
@click.argument("merchant")
def list_adjustments(merchant: str) -> None:
    """Corrections that wait for a second person: JSON, a line each."""
    with transaction():
        waiting = stored_value.list_adjustments(merchant_id=merchants.merchant_id_of(merchant))
    for each in waiting.items:
        click.echo(json.dumps(asdict(each), default=str, ensure_ascii=False))


@group.command("custody")
@click.argument("merchant")
def custody(merchant: str) -> None:
    """What the merchant owes to holders of stored value, as JSON: the figures of the custody report."""
    with transaction():
        found = stored_value.custody(merchant_id=merchants.merchant_id_of(merchant))
    click.echo(json.dumps(asdict(found)))


def _who(merchant: str, member: str) -> dict[str, int]:
    merchant_id = merchants.merchant_id_of(merchant)
    member_id = members.find_member_id(merchant_id=merchant_id, number=member)
    if member_id is None:
        raise NotFound("There is no such member.", number=member[:40])
    return {"merchant_id": merchant_id, "member_id": member_id}


def _actor(by: str) -> str:
    return f"cli:{by}"


COMMANDS = (group,)
