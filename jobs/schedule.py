"""What is swept, and how often. A sweep looks for what is due now, so a missed turn costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask
from redis import Redis

from app.kernel import clock
from app.kernel.errors import NotFound
from jobs import (
    aftersales,
    approvals,
    assists,
    audit,
    bag_comparison,
    bookings,
    card_bag,
    complaints,
    gifts,
    housekeeping,
    membership,
    messages,
    notices,
    numbers,
    orders,
    parcels,
    points,
    pools,
    promotions,
    queues,
    reconciliation,
    refunds,
    shares,
    shipping,
    stored_value,
    transfers,
    works,
)
from jobs import vouchers as voucher_jobs
from jobs.loop import Loop
from jobs.queues import BULK, MONEY

LOOK_EVERY_SECONDS = 0.5


class Run(Protocol):
    def __call__(self, *, at: datetime) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """`run` answers how many things it touched."""

    name: str
    every: timedelta
    run: Run
    queue: str = BULK


SWEEPS = (
    Sweep(
        name="reconcile_payments",
        every=timedelta(seconds=20),
        run=reconciliation.reconcile_payments,
        queue=MONEY,
    ),
    Sweep(
        name="close_unpaid_orders",
        every=timedelta(seconds=30),
        run=orders.close_unpaid_orders,
        queue=MONEY,
    ),
    Sweep(
        name="report_shipping",
        every=timedelta(seconds=30),
        run=shipping.report_shipping,
        queue=MONEY,
    ),
    Sweep(name="open_refunds", every=timedelta(seconds=60), run=refunds.open_refunds, queue=MONEY),
    Sweep(
        name="open_transfers",
        every=timedelta(seconds=60),
        run=transfers.open_transfers,
        queue=MONEY,
    ),
    Sweep(
        name="advance_returns",
        every=timedelta(seconds=30),
        run=aftersales.advance_returns,
        queue=MONEY,
    ),
    Sweep(name="refund_expired", every=timedelta(minutes=5), run=aftersales.refund_expired),
    Sweep(
        name="apply_kept_notices",
        every=timedelta(seconds=60),
        run=notices.apply_kept_notices,
        queue=MONEY,
    ),
    Sweep(name="seal_audit", every=timedelta(seconds=10), run=audit.seal_audit),
    Sweep(
        name="settle_lost_messages", every=timedelta(minutes=1), run=messages.settle_lost_messages
    ),
    Sweep(name="open_periods", every=timedelta(minutes=5), run=parcels.open_periods),
    Sweep(name="remind_of_periods", every=timedelta(minutes=10), run=parcels.remind_of_periods),
    Sweep(name="earn_fees", every=timedelta(minutes=10), run=membership.earn_fees),
    Sweep(name="evaluate_tiers", every=timedelta(minutes=5), run=membership.evaluate_tiers),
    Sweep(name="grant_packs", every=timedelta(minutes=10), run=membership.grant_packs),
    Sweep(
        name="warn_of_downgrades", every=timedelta(minutes=10), run=membership.warn_of_downgrades
    ),
    Sweep(
        name="admit_parked_value",
        every=timedelta(minutes=10),
        run=stored_value.admit_parked_value,
        queue=MONEY,
    ),
    Sweep(name="expire_points", every=timedelta(minutes=10), run=points.expire_points),
    Sweep(name="mature_points", every=timedelta(minutes=10), run=points.mature_points),
    Sweep(name="remind_of_points", every=timedelta(hours=1), run=points.remind_of_points),
    Sweep(name="return_gifts", every=timedelta(minutes=1), run=gifts.return_gifts),
    Sweep(name="remind_of_gifts", every=timedelta(minutes=1), run=gifts.remind_of_gifts),
    Sweep(name="close_assists", every=timedelta(seconds=30), run=assists.close_assists),
    Sweep(name="remind_of_assists", every=timedelta(minutes=1), run=assists.remind_of_assists),
    Sweep(name="expire_vouchers", every=timedelta(minutes=5), run=voucher_jobs.expire_vouchers),
    # A sale ends by its own window; what is turned here is the next window, so a minute is soon.
    Sweep(name="turn_campaigns", every=timedelta(minutes=1), run=promotions.turn_campaigns),
    Sweep(name="grant_campaigns", every=timedelta(minutes=2), run=promotions.grant_campaigns),
    Sweep(name="fill_code_pools", every=timedelta(minutes=1), run=pools.fill_code_pools),
    Sweep(name="settle_bookings", every=timedelta(minutes=1), run=bookings.settle_bookings),
    Sweep(name="expire_shares", every=timedelta(minutes=1), run=shares.expire_shares),
    # It knows itself which statements are out and not compared yet.
    Sweep(name="compare_bills", every=timedelta(minutes=15), run=reconciliation.compare_bills),
    Sweep(name="follow_vouchers", every=timedelta(minutes=1), run=card_bag.follow_vouchers),
    # It knows itself which bags were not compared this night.
    Sweep(name="compare_bags", every=timedelta(hours=1), run=bag_comparison.compare_bags),
    # Notices get lost; whoever misses a complaint for a day pays for it.
    Sweep(name="poll_complaints", every=timedelta(minutes=10), run=complaints.poll_complaints),
    Sweep(name="fetch_complaint_photos", every=timedelta(minutes=1), run=complaints.fetch_photos),
    Sweep(name="watch_complaints", every=timedelta(minutes=5), run=complaints.watch_complaints),
    Sweep(name="expire_approvals", every=timedelta(minutes=5), run=approvals.expire_approvals),
    # It knows itself whose yesterday is over and not added up.
    Sweep(name="count_days", every=timedelta(minutes=10), run=numbers.count_days),
    Sweep(name="forget_works", every=timedelta(hours=1), run=works.forget_works),
    Sweep(name="forget_old", every=timedelta(hours=1), run=housekeeping.forget_old),
)


def find(name: str) -> Sweep:
    """Raises NotFound."""
    for sweep in SWEEPS:
        if sweep.name == name:
            return sweep
    raise NotFound("There is no sweep of this name.", name=name)


def schedule_once(*, redis: Redis) -> list[str]:
    """Queue what is due; the names. A mark that lasts one interval keeps several schedulers apart."""
    due = [sweep for sweep in SWEEPS if _take_turn(redis, sweep)]
    for sweep in due:
        queues.put(
            "jobs.running.run_sweep",
            sweep.name,
            queue=sweep.queue,
            redis=redis,
            good_for=sweep.every,
            label=sweep.name,
        )
    return [sweep.name for sweep in due]


def schedule(*, app: Flask, redis: Redis) -> Loop:
    """The process around `schedule_once`."""
    return Loop("schedule", _step(redis), app=app, redis=redis)


def _step(redis: Redis) -> Callable[[], float]:
    def step() -> float:
        schedule_once(redis=redis)
        return LOOK_EVERY_SECONDS

    return step


def _take_turn(redis: Redis, sweep: Sweep) -> bool:
    now = clock.now().isoformat(timespec="seconds")
    return bool(redis.set(f"kabao:swept:{sweep.name}", now, nx=True, px=sweep.every))
