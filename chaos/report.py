"""The table at the end: each fault, how often, how long until everything worked again."""

from collections import defaultdict
from statistics import median

from chaos.run import Blow, Outcome

TROUBLES_SHOWN = 20


def show(outcome: Outcome) -> None:
    by_fault: dict[str, list[Blow]] = defaultdict(list)
    for blow in outcome.blows:
        by_fault[blow.fault.name].append(blow)
    print(f"\n{'fault':36} {'times':>5} {'recovery, median':>17} {'longest':>9}  promises")
    for name, blows in by_fault.items():
        _line(name, blows)
    _sums(outcome)
    for trouble in outcome.troubles[:TROUBLES_SHOWN]:
        print(f"BROKEN  {trouble}")
    if len(outcome.troubles) > TROUBLES_SHOWN:
        print(f"        and {len(outcome.troubles) - TROUBLES_SHOWN} more")


def _line(name: str, blows: list[Blow]) -> None:
    seconds = [blow.recovery_s for blow in blows if blow.recovery_s is not None]
    broken = sum(bool(blow.broken) for blow in blows)
    longest = f"{max(seconds):.1f} s" if len(seconds) == len(blows) else "never"
    middle = f"{median(seconds):.1f} s" if seconds else "never"
    word = f"broken {broken} times" if broken else "kept"
    print(f"{name:36} {len(blows):5} {middle:>17} {longest:>9}  {word}")


def _sums(outcome: Outcome) -> None:
    each = ", ".join(f"{kind} {count}" for kind, count in sorted(outcome.by_kind.items()))
    deaths = ", ".join(f"{name} {count}" for name, count in sorted(outcome.deaths.items()))
    print(f"\n{outcome.total} operations acknowledged in {outcome.busy_s:.0f} s: {each}")
    print(f"a round of every kind, undisturbed: {outcome.undisturbed_s:.1f} s")
    print(f"started again: {deaths or 'nobody'}")
    print(f"rests until nothing was left to do: {_seconds(outcome.rests_s)}")
    if outcome.judgement:
        compared = ", ".join(f"{n} {what}" for what, n in outcome.judgement.compared.items())
        print(f"the clients' log against the books: {compared}")
    seen = sum(outcome.controls.values())
    print(f"controls, each a promise broken by hand: {seen} of {len(outcome.controls)} seen")


def _seconds(values: list[float]) -> str:
    return ", ".join(f"{value:.0f} s" for value in values)
