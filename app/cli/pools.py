"""Third-party codes and private evenings: stocked and put on from the command line."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.domain import bookings, merchants, pools
from app.domain.bookings import Plan
from app.kernel import clock, numbers
from app.kernel.db import transaction

ACTOR = "system"
CODES_PER_STEP = 10_000

pools_group = AppGroup("pools", help="Codes of third parties.")
sessions_group = AppGroup("sessions", help="Dated sessions that vouchers book seats at.")


@pools_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_pools(merchant: str) -> None:
    """What is left of each pool, and who waits: JSON, a line each, the low ones marked."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        found = pools.list_pools(merchant_id=merchant_id, at=clock.now())
    for pool in found:
        _tell({**asdict(pool), "is_low": pool.is_low})


@pools_group.command("import")
@click.argument("benefit")
@click.argument("codes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--really", is_flag=True, help="Without this it is a dry run.")
@with_appcontext
def import_codes(benefit: str, codes: Path, *, really: bool) -> None:
    """Put a file of codes, one a line, into a benefit's pool; lines left out are told."""
    merchant_id = numbers.merchant_of(benefit, numbers.Kind.BENEFIT)
    lines = codes.read_text(encoding="utf-8-sig").splitlines()
    for start in range(0, len(lines), CODES_PER_STEP):
        with transaction():
            done = pools.import_codes(
                merchant_id=merchant_id,
                benefit_number=benefit,
                lines=lines[start : start + CODES_PER_STEP],
                is_dry_run=not really,
                actor=ACTOR,
                at=clock.now(),
            )
        for refusal in done.refused:
            _tell({**asdict(refusal), "line": start + refusal.line})
        click.echo(f"{done.added} codes {'would be ' if done.is_dry_run else ''}added")


@pools_group.command("watch")
@click.argument("benefit")
@click.argument("low_at", type=int)
@with_appcontext
def watch(benefit: str, low_at: int) -> None:
    """Ring when fewer than LOW_AT codes are left."""
    with transaction():
        pools.watch(
            merchant_id=numbers.merchant_of(benefit, numbers.Kind.BENEFIT),
            benefit_number=benefit,
            low_at=low_at,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo("watched")


@sessions_group.command("add")
@click.argument("benefit")
@click.option("--title", required=True)
@click.option("--starts", required=True, help="With its zone: 2026-12-24T20:00+08:00.")
@click.option("--ends", required=True)
@click.option("--seats", required=True, type=int)
@click.option("--store", help="S…; without, at every store.")
@click.option("--changes-until", help="A day before it starts unless said.")
@click.option("--hold-hours", default=4, show_default=True, help="A seat is kept so long.")
@with_appcontext
def add_session(  # noqa: PLR0917 - one argument for each option
    benefit: str,
    title: str,
    starts: str,
    ends: str,
    seats: int,
    store: str | None,
    changes_until: str | None,
    hold_hours: int,
) -> None:
    """Put on a session for vouchers of a booking benefit."""
    merchant_id = numbers.merchant_of(benefit, numbers.Kind.BENEFIT)
    with transaction():
        plan = Plan(
            title=title,
            starts_at=_instant(starts),
            ends_at=_instant(ends),
            capacity=seats,
            store_id=_store_id(merchant_id, store),
            changes_until=_instant(changes_until) if changes_until else None,
            hold_hours=hold_hours,
        )
        number = bookings.add_session(
            merchant_id=merchant_id, benefit_number=benefit, plan=plan, actor=ACTOR, at=clock.now()
        )
    click.echo(number)


@sessions_group.command("list")
@click.argument("merchant")
@with_appcontext
def list_sessions(merchant: str) -> None:
    """The next hundred sessions that are not over: JSON, a line each."""
    with transaction():
        merchant_id = merchants.merchant_id_of(merchant)
        found = bookings.page_sessions(merchant_id=merchant_id, since=clock.now())
    for seating in found.items:
        _tell(asdict(seating))


@sessions_group.command("guests")
@click.argument("session")
@with_appcontext
def guests(session: str) -> None:
    """Who comes, who waits, and who was there: JSON, a line each."""
    with transaction():
        _, found = bookings.list_guests(merchant_id=_whose(session), session_number=session)
    for guest in found:
        _tell(asdict(guest))


@sessions_group.command("report")
@click.argument("session")
@with_appcontext
def report(session: str) -> None:
    """Who was asked in early, who came, and what they spent that evening: one line of JSON."""
    with transaction():
        found = bookings.report(merchant_id=_whose(session), session_number=session)
    told = asdict(found)
    _tell(
        {
            "seating": told["seating"],
            **told["seats"],
            **told["spend"],
            "came_bp": found.seats.came_bp,
        }
    )


@sessions_group.command("resize")
@click.argument("session")
@click.argument("seats", type=int)
@with_appcontext
def resize(session: str, seats: int) -> None:
    """More seats (they go to whoever waits, in order), or fewer."""
    with transaction():
        offered = bookings.set_capacity(
            merchant_id=_whose(session),
            session_number=session,
            capacity=seats,
            actor=ACTOR,
            at=clock.now(),
        )
    click.echo(f"{offered} seats offered to those who waited")


@sessions_group.command("call-off")
@click.argument("session")
@with_appcontext
def call_off(session: str) -> None:
    """The session does not take place; a sweep gives the vouchers back and tells the guests."""
    with transaction():
        bookings.call_off(
            merchant_id=_whose(session), session_number=session, actor=ACTOR, at=clock.now()
        )
    click.echo("called off")


def _whose(session: str) -> int:
    return numbers.merchant_of(session, numbers.Kind.SESSION)


def _store_id(merchant_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    return merchants.get_store(merchant_id=merchant_id, number=number).id


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as unreadable:
        raise click.BadParameter(f"{text} is no instant") from unreadable
    if found.tzinfo is None:
        raise click.BadParameter("say the zone too, as in 2026-12-24T20:00+08:00")
    return found


def _tell(row: dict[str, object]) -> None:
    click.echo(json.dumps(row, default=str, ensure_ascii=False))


COMMANDS = (pools_group, sessions_group)
