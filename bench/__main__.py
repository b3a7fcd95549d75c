"""`python -m bench`: the hot operations, then the panel's pages in a small shop and in a large one.

All of it takes a quarter of an hour; `--quick` less than a minute, without the pages.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench import counting, pages, profiling, report
from bench.generator import Generator
from bench.inside import Caller, waiting_bills
from bench.measuring import CONNECTIONS, Meter, WentWrong
from bench.operations import Operations, Plan
from bench.requests import Requests
from bench.serving import THREADS, WORKERS
from bench.stage import Stage, set_up
from bench.world import Scale
from deploy.local.servers import NotStarted, leave_tidily

# Each clerk stays below the limit of 120 attempts a minute; each member comes rarely.
SCALE = Scale(members=4000, clerks=600, gifts=2600, helps=2400)
FULL = Plan(
    rounds=5,
    counts={
        "redeem": 1600,
        "sale": 800,
        "wallet": 2400,
        "claim": 400,
        "help": 384,
        "empty": 4800,
    },
    warm_up=400,
)
QUICK_SCALE = Scale(members=600, clerks=200, gifts=400, helps=400)
QUICK = Plan(
    rounds=1,
    counts={
        "redeem": 480,
        "sale": 320,
        "wallet": 640,
        "claim": 160,
        "help": 160,
        "empty": 1600,
    },
    warm_up=100,
)
NAMES = ("wallet", "redeem", "sale", "claim", "help")
SWEEP = (1, 2, 4)
PROFILE_TURNS, A_TURN = 6, 80


def main() -> None:
    asked = _arguments()
    leave_tidily()
    began = time.monotonic()
    scale, plan = (QUICK_SCALE, QUICK) if asked.quick or asked.profile else (SCALE, FULL)
    try:
        if asked.what == "pages":
            pages.run(quick=asked.quick, only=asked.only)
            return
        with set_up(scale) as stage:
            print(f"seeded {scale.vouchers} vouchers; {time.monotonic() - began:.0f} s", flush=True)
            requests = Requests(stage.world, stage.keys, scale)
            if asked.profile:
                _profile(stage, requests)
            elif asked.threads:
                _sweep(stage, requests, plan)
            else:
                _measure(stage, requests, plan)
        if not (asked.quick or asked.profile or asked.threads):
            pages.run(quick=False, only=())
    except (NotStarted, WentWrong) as problem:
        sys.exit(str(problem))
    print(f"took {time.monotonic() - began:.0f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("pages",), help="only the panel's pages")
    parser.add_argument("--quick", action="store_true", help="a smoke test: one short round")
    parser.add_argument(
        "--only",
        type=_names,
        default=(),
        metavar="PAGE,…",
        help="of the pages, those whose name begins so",
    )
    parser.add_argument("--profile", action="store_true", help="where the time goes in Python")
    parser.add_argument("--threads", action="store_true", help="other numbers of threads a worker")
    asked = parser.parse_args()
    if asked.only and asked.what != "pages":
        parser.error("--only is about pages")
    return asked


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _measure(stage: Stage, requests: Requests, plan: Plan) -> None:
    with _operations(stage, requests, plan) as operations:
        outcomes: dict[str, Any] = {}
        for name in NAMES:
            measured = operations.measure(name)
            report.show(measured)
            outcomes |= measured
    with stage.inside() as app:
        trips = counting.count(stage, requests, app)
    report.show_trips(trips)
    path = report.keep(stage.folder, _conditions(stage, plan), outcomes, trips)
    print(f"\nkept in {os.path.relpath(path, Path.cwd())}")


def _sweep(stage: Stage, requests: Requests, plan: Plan) -> None:
    with _operations(stage, requests, plan) as operations:
        report.show_sweep(operations.sweep(SWEEP))


@contextmanager
def _operations(stage: Stage, requests: Requests, plan: Plan) -> Iterator[Operations]:
    generator = Generator()
    try:
        yield Operations(stage, Meter(generator), requests, plan)
    finally:
        generator.close()


def _conditions(stage: Stage, plan: Plan) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "connections": CONNECTIONS,
        "workers": WORKERS,
        "blocking_threads": THREADS,
        "vouchers": stage.scale.vouchers,
        "members": stage.scale.members,
        "clerks": stage.scale.clerks,
        "rounds": plan.rounds,
        "operations_a_round": plan.counts,
    }


def _profile(stage: Stage, requests: Requests) -> None:
    makers: dict[str, Callable[..., list[bytes]]] = {
        "wallet": requests.wallets,
        "redeem": requests.redemptions,
        "claim": requests.claims,
        "help": requests.helps,
        "place": requests.orders,
        "notice": partial(_some_notices, stage, requests),
    }
    for name, make in makers.items():
        with stage.inside() as app:
            found, cpu_ms = _profile_one(Caller(app), make)
        profiling.show(name, found, cpu_ms=cpu_ms)


def _some_notices(
    stage: Stage, requests: Requests, _start: int, count: int, *, bare: bool
) -> list[bytes]:
    return requests.notices(waiting_bills(stage)[:count], bare=bare)


def _profile_one(
    caller: Caller, make: Callable[..., list[bytes]]
) -> tuple[profiling.Profile, float]:
    """Undisturbed, for the milliseconds a request, and watched, for the shares, by turns.

    The first turn only warms up. Requests are made just before, since codes grow old.
    """
    found, undisturbed_s = profiling.Profile(), 0.0
    for turn in range(PROFILE_TURNS + 1):
        sent = make(2 * turn * A_TURN, 2 * A_TURN, bare=False)
        plain, watched = sent[:A_TURN], sent[A_TURN:]
        began = time.process_time()
        for request in plain:
            caller.send(request)
        undisturbed_s += (time.process_time() - began) if turn else 0.0
        profiling.watch(found if turn else profiling.Profile(), caller, watched)
    return found, 1000 * undisturbed_s / (PROFILE_TURNS * A_TURN)


if __name__ == "__main__":
    main()
