"""`flask jobs …`: the three processes beside the web server, and a look at them."""

import json
from datetime import UTC, datetime, timedelta
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app import valkey
from app.kernel import clock, outbox
from app.kernel.db import transaction
from jobs import loop, outside, queues, running
from jobs import relay as relaying
from jobs import schedule as scheduling
from jobs import worker as working

group = AppGroup("jobs", help="Relay, worker and scheduler; how they are doing.")
TIMEOUT_SECONDS = 5.0


def register(app: Flask) -> None:
    """Add the commands to an application."""
    app.cli.add_command(group)


@group.command()
def relay() -> None:
    """Hand out the outbox's work to the queues, until stopped."""
    again_after = timedelta(seconds=outside.settings().outbox_again_seconds)
    relaying.relay(app=_app(), redis=_patient_redis(), again_after=again_after).run()


@group.command()
@click.option("--queue", "names", multiple=True, type=click.Choice(queues.IN_ORDER))
@click.option("--burst", is_flag=True, help="Stop when the queues are empty.")
def work(names: tuple[str, ...], *, burst: bool) -> None:
    """Work on the queues (all, in order of haste, unless some are named), until stopped."""
    working.work(app=_app(), redis=_patient_redis(), queues=names or queues.IN_ORDER, burst=burst)


@group.command()
def schedule() -> None:
    """Queue the sweeps when they are due, until stopped."""
    scheduling.schedule(app=_app(), redis=_patient_redis()).run()


@group.command()
@click.argument("name", type=click.Choice([sweep.name for sweep in scheduling.SWEEPS]))
@click.option("--at", "told", help="As if it were then: 2026-11-22T10:00:00+08:00. Default: now.")
def sweep(name: str, told: str | None) -> None:
    """Do one sweep, here. Again for the same time, it finds nothing more to do."""
    at = _instant(told) if told else clock.now()
    if at > clock.now() and outside.settings().is_production:
        raise click.BadParameter("the future is for rehearsals, and this is production")
    click.echo(f"{name}: {running.sweep(name, at=at)}")


@group.command()
def reconcile() -> None:
    """Ask WeChat about waiting payments and open refunds, and compare its statements, now."""
    for name in ("reconcile_payments", "open_refunds", "compare_bills"):
        touched = scheduling.find(name).run(at=clock.now())
        click.echo(f"{name}: {touched}")


@group.command()
def status() -> None:
    """What waits, since when, what was given up, and who shows signs of life. As JSON."""
    redis = outside.redis()
    with transaction():
        backlog = outbox.backlog()
    told = {
        "waiting": backlog.waiting,
        "oldest_at": backlog.oldest_at.isoformat() if backlog.oldest_at else None,
        "failed": backlog.failed,
        "queued": {name: redis.llen(f"rq:queue:{name}") for name in queues.IN_ORDER},
        "alive": {name: loop.last_beat(redis, name) for name in ("relay", "schedule")},
    }
    click.echo(json.dumps(told))


def _instant(told: str) -> datetime:
    try:
        found = datetime.fromisoformat(told)
    except ValueError as refusal:
        raise click.BadParameter("no instant, as 2026-11-22T10:00:00+08:00 is one") from refusal
    if found.tzinfo is None:
        raise click.BadParameter("say the offset too, as in 2026-11-22T10:00:00+08:00")
    return found.astimezone(UTC)


def _app() -> Flask:
    # A process outlives the context of its command, and so must not keep the proxy.
    return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - as Flask documents it


def _patient_redis() -> Redis:
    """A connection of the process's own: requests must not wait for Redis, processes may."""
    return valkey.link(
        outside.settings().redis_url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
