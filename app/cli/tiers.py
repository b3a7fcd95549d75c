"""A merchant's tiers: looked at, tried, published."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import members, membership, merchants
from app.domain.membership import RuleSet
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import NotFound

ACTOR = "system"

tiers_group = AppGroup("tiers", help="Tiers of members: rules, a dry run, one member's way.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@tiers_group.command("show")
@click.argument("merchant")
@with_appcontext
def show(merchant: str) -> None:
    """The rules in force, as JSON that `publish` takes."""
    with transaction():
        book = membership.in_force(merchant_id=merchants.merchant_id_of(merchant))
    if book is None:
        raise NotFound("There are no tiers here.")
    _tell(book.rules.to_json())


@tiers_group.command("dry-run")
@click.argument("merchant")
@click.argument("rules", type=_FILE)
@with_appcontext
def dry_run(merchant: str, rules: Path) -> None:
    """Who would move by the rules of a JSON file, and what it would cost."""
    with transaction():
        told = membership.dry_run(
            merchant_id=merchants.merchant_id_of(merchant), rules=_read(rules), at=clock.now()
        )
    _tell(asdict(told))


@tiers_group.command("publish")
@click.argument("merchant")
@click.argument("rules", type=_FILE)
@with_appcontext
def publish(merchant: str, rules: Path) -> None:
    """The rules of a JSON file hold from now on; the next sweep looks at everybody."""
    with transaction():
        book = membership.publish_rules(
            merchant_id=merchants.merchant_id_of(merchant),
            rules=_read(rules),
            actor=ACTOR,
            at=clock.now(),
        )
    _tell({"revision": book.revision})


@tiers_group.command("of")
@click.argument("member")
@with_appcontext
def of(member: str) -> None:
    """A member's tier (U…), and every change of it with its reason: JSON, a line each."""
    merchant_id = numbers.merchant_of(member, numbers.Kind.MEMBER)
    with transaction():
        member_id = members.find_member_id(merchant_id=merchant_id, number=member)
        if member_id is None:
            raise NotFound("There is no such member.", number=member[:40])
        which = {"merchant_id": merchant_id, "member_id": member_id}
        tier = membership.tier_of(**which, at=clock.now())
        moves = membership.list_moves(**which)
    _tell(asdict(tier) if tier else None)
    for move in moves:
        click.echo(json.dumps(asdict(move), default=str, ensure_ascii=False))


def _read(path: Path) -> RuleSet:
    return membership.parse(json.loads(path.read_text(encoding="utf-8")))


def _tell(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


COMMANDS = (tiers_group,)
