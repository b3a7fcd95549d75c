"""`python -m bench.upgrades`: what an upgrade costs a shop that goes on selling.

First the locks: a shop of a million vouchers; each migration is taken back and done again while hot
work goes on, and what that work waited is told. Then two versions: the one before the newest change
of the schema and this one serve the same customers. Some fifteen minutes; `--quick` less than two.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from app.config import Settings
from app.factory import create_app
from app.kernel.db import db
from app.migrations.run import upgrade
from bench import versions
from bench.migrating import Measured, measure
from bench.seeding import Size, a_key, seed
from deploy.local.servers import HOME, NotStarted, leave_tidily, postgres

VOUCHERS, QUICK_VOUCHERS, QUICK_LATEST = 1_000_000, 2_000, 4
# What a session of the app waits for a lock before it answers "busy".
LONGEST_WAIT_S = 3.0
LONGEST_MINUTES = 25
# Earlier ones were never run by a shop that was open.
HELD_SINCE = "2026_11_25"


def main() -> None:
    asked = _arguments()
    leave_tidily()
    began = time.monotonic()
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(60 * LONGEST_MINUTES)
    broken = []
    try:
        if asked.what in (None, "locks"):
            broken += _locks(
                asked.vouchers or (QUICK_VOUCHERS if asked.quick else VOUCHERS),
                latest=QUICK_LATEST if asked.quick else None,
            )
        if asked.what in (None, "versions"):
            broken += versions.run(HOME / "versions", since=asked.since)
    except NotStarted as problem:
        sys.exit(str(problem))
    print(f"\ntook {time.monotonic() - began:.0f} s; {len(broken)} promises broken")
    for each in broken:
        print(f"  BROKEN  {each}")
    sys.exit(bool(broken))


def _give_up(_number: int, _frame: object) -> NoReturn:
    sys.exit(f"not done after {LONGEST_MINUTES} minutes: this machine has other things to do")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.upgrades", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("locks", "versions"), help="only one of them")
    parser.add_argument("--quick", action="store_true", help="a small shop, the newest migrations")
    parser.add_argument("--vouchers", type=int, help="how large the shop is")
    parser.add_argument("--since", metavar="COMMIT", help="the version before, as git names it")
    return parser.parse_args()


def _locks(vouchers: int, *, latest: int | None) -> list[str]:
    """Promises that were broken, a sentence each."""
    folder = HOME / "upgrades"
    with postgres(folder, throwaway=True, durable=True) as address:
        began = time.monotonic()
        _fill(address, vouchers)
        print(f"seeded {vouchers} vouchers; {time.monotonic() - began:.0f} s\n", flush=True)
        print(f"{'migration':38}{'seconds':>8}{'tries':>6}{'longest wait':>14}{'busy':>6}  locked")
        found = []
        for measured in measure(address, latest=latest):
            print(line(measured), flush=True)
            found.append(measured)
    _keep(folder, vouchers, found)
    return broken(found)


def _fill(address: str, vouchers: int) -> None:
    upgrade(address)
    app = create_app(
        Settings(
            database_url=address,
            redis_url="redis://127.0.0.1:1/0",
            master_key=a_key(),
            public_url="https://card.example.com",
        )
    )
    seed(app, address.replace("+psycopg", ""), Size(vouchers=vouchers))
    with app.app_context():
        db.engine.dispose()


def line(measured: Measured) -> str:
    met = measured.met
    wait = f"{met.longest_s:.3f} {met.slowest}"
    held = ", ".join(
        f"{table} {seconds:.2f} ({who})"
        for (table, who), seconds in sorted(met.held.items(), key=lambda each: -each[1])[:3]
    )
    return (
        f"{measured.name:38}{measured.seconds:8.2f}{measured.tries:6}{wait:>14}"
        f"{met.turned_away:6}  {held if measured.is_through else 'DID NOT GET THROUGH'}"
    )


def broken(found: Sequence[Measured]) -> list[str]:
    """What an open shop waited too long for, a sentence each."""
    return [
        f"{each.name}: {each.met.slowest} waited {each.met.longest_s:.1f} s, "
        f"{each.met.turned_away} were turned away"
        f"{'' if each.is_through else ', and it did not get through'}"
        for each in found
        if each.name >= HELD_SINCE
        and (each.met.longest_s > LONGEST_WAIT_S or each.met.turned_away or not each.is_through)
    ]


def _keep(folder: Path, vouchers: int, found: Sequence[Measured]) -> None:
    path = folder / f"locks-{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    conditions = {"vouchers": vouchers, "cores": os.cpu_count(), "durable": True}
    told = {"conditions": conditions, "migrations": [each.as_words() for each in found]}
    path.write_text(json.dumps(told, indent=2))
    print(f"\nkept in {os.path.relpath(path, Path.cwd())}")


if __name__ == "__main__":
    main()
