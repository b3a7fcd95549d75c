"""`python -m chaos`: the house under load while everything fails, and what the clients were told.

All of it takes less than 25 minutes; `--quick` less than a minute, with four faults. It ends with 1
when a promise is broken, or when too little was seen.
"""

import argparse
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from chaos import faults, misdeeds, report
from chaos.run import NotKept, Outcome, Plan, Run
from chaos.stage import set_up
from deploy.local.servers import HOME, NotStarted, leave_tidily

FULL = Plan(
    faults=faults.FAULTS,
    rounds=5,
    crowds=2,
    people=4,
    operations=20_000,
    seconds=17 * 60,
    drain_s=300,
    # As in production.
    again_s=60,
)
QUICK = Plan(
    faults=tuple(faults.named(faults.QUICK)),
    rounds=1,
    crowds=1,
    people=3,
    operations=100,
    seconds=480,
    drain_s=240,
    again_s=15,
)
LIMIT_S = {False: 25 * 60, True: 10 * 60}
KEPT = HOME / "chaos-broken"


def main() -> None:
    asked = _arguments()
    leave_tidily()
    plan = QUICK if asked.quick else _shorter(FULL, asked.rounds or FULL.rounds)
    _end_after(LIMIT_S[asked.quick])
    began = time.monotonic()
    try:
        outcome = _play(plan, began=began, misdeed=asked.misdeed)
    except (NotStarted, NotKept) as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("stopped")
    report.show(outcome)
    too_little = [] if asked.misdeed else _too_little(outcome, plan)
    for trouble in too_little:
        print(f"TOO LITTLE  {trouble}")
    print(f"took {time.monotonic() - began:.0f} s")
    sys.exit(1 if outcome.troubles or too_little else 0)


def _play(plan: Plan, *, began: float, misdeed: str | None) -> Outcome:
    with set_up(crowds=plan.crowds, people=plan.people, again_s=plan.again_s) as stage:
        _say(f"everything runs after {time.monotonic() - began:.0f} s")
        run = Run(stage, plan, began=began, say=_say, misdeed=misdeed)
        try:
            outcome = run.play()
        except Exception:
            _keep(stage.folder)
            raise
        if outcome.troubles and misdeed is None:
            _keep(stage.folder)
    return outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four faults, in a minute")
    parser.add_argument(
        "--rounds", type=int, help="so many rounds of all faults, with as much less of the rest"
    )
    parser.add_argument(
        "--break",
        dest="misdeed",
        choices=sorted(misdeeds.MISDEEDS),
        help="break a promise by hand before the reckoning, which must then fail",
    )
    return parser.parse_args()


def _shorter(plan: Plan, rounds: int) -> Plan:
    return replace(plan, rounds=rounds, operations=plan.operations * rounds // plan.rounds)


def _too_little(outcome: Outcome, plan: Plan) -> list[str]:
    """A run that saw less than it should proves less than it says."""
    found = []
    if outcome.total < plan.operations:
        found.append(f"{outcome.total} operations of {plan.operations}")
    for fault in plan.faults:
        times = sum(blow.fault is fault for blow in outcome.blows)
        if times < plan.rounds:
            found.append(f"{fault.name}: {times} times of {plan.rounds}")
    return found


def _keep(folder: Path) -> None:
    """What the clients wrote and what the processes said, for whoever has to find out."""
    shutil.rmtree(KEPT, ignore_errors=True)
    for part in ("journals", "logs"):
        shutil.copytree(folder / part, KEPT / part, dirs_exist_ok=True)
    print(f"the clients' and the processes' logs are in {KEPT}")


def _end_after(seconds: int) -> None:
    def end(_number: int, _frame: object) -> NoReturn:
        raise NotKept(f"it did not come to its end within {seconds} s")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
