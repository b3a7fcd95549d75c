"""`python -m attack`: the house attacked over the wire, as strangers do it.

All of it takes some twenty minutes; `--quick` about one, with a part of each attack. It ends with 1
when an attack succeeded or could not be tried to its end.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from attack import (
    assigning,
    bombs,
    clocks,
    forging,
    guessing,
    lines,
    pictures,
    replaying,
    scripts,
    sheets,
    strangers,
    suites,
    supply,
    ways_out,
    wire,
)
from attack.stage import Stage, set_up
from attack.tally import Tally, table
from deploy.local.servers import NotStarted, leave_tidily

Attack = Callable[[Stage, Tally], None]
ATTACKS: Mapping[str, Attack] = {
    "strangers": strangers.run,
    "replay": replaying.run,
    "assigning": assigning.run,
    "guessing": guessing.run,
    "bombs": bombs.run,
    "pictures": pictures.run,
    "forging": forging.run,
    "ways out": ways_out.run,
    "sheets": sheets.run,
    "scripts": scripts.run,
    "clocks": clocks.run,
    "lines": lines.run,
    "wire": wire.run,
}
SUPPLY = "supply chain"


def main() -> int:
    """0 when all held, 1 when something was broken or could not be tried to its end."""
    asked = _arguments()
    leave_tidily()
    began = time.monotonic()
    try:
        with set_up(is_quick=asked.quick) as stage:
            print(f"the house stands after {time.monotonic() - began:.0f} s", file=sys.stderr)
            tallies = [
                _try(name, partial(ATTACKS[name], stage), stage)
                for name in ATTACKS
                if name in (asked.only or ATTACKS)
            ]
        if not asked.only:
            tallies.append(_try(SUPPLY, partial(_supply, asked.advisories)))
        if not (asked.only or asked.quick):
            tallies += suites.run()
    except NotStarted as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    print(table(tallies))
    print(f"took {time.monotonic() - began:.0f} s")
    return 0 if all(each.has_held for each in tallies) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="attack", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a part of each attack")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), metavar="NAME,…", help=", ".join(ATTACKS)
    )
    parser.add_argument(
        "--advisories",
        action="append",
        default=[],
        metavar="FILE",
        help="known weaknesses of libraries, as osv.dev publishes them: a file, folder, zip, address",
    )
    asked = parser.parse_args()
    unknown = set(asked.only or ()) - ATTACKS.keys()
    if unknown:
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    return asked


def _supply(databases: Sequence[str], tally: Tally) -> None:
    supply.run(tally, databases)


def _try(name: str, attack: Callable[[Tally], None], stage: Stage | None = None) -> Tally:
    tally, began = Tally(name), time.monotonic()
    print(f"  {name} …", file=sys.stderr, flush=True)
    if stage is not None:
        stage.forget_counts()
    try:
        attack(tally)
    except Exception as failure:  # noqa: BLE001 - an attack that fails must not hide the others
        tally.failure = "".join(traceback.format_exception(failure, limit=-4))
    tally.seconds = time.monotonic() - began
    return tally


if __name__ == "__main__":
    sys.exit(main())
