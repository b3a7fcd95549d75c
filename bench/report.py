"""The figures as a table for people and as JSON for programs."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.counting import Trips
from bench.measuring import Figures
from bench.operations import Outcome

HEAD = (
    f"{'':18}{'req/s':>8}{'p50':>8}{'p95':>8}{'p99':>8}"
    f"{'web':>9}{'database':>9}{'backgr.':>9}{'redis':>8}{'load gen':>9}"
)


def show(outcomes: Mapping[str, Outcome]) -> None:
    """One operation; latency in ms, CPU in ms per operation."""
    for name, outcome in outcomes.items():
        print(f"\n{name}\n{HEAD}")
        for side, figures in outcome.figures.items():
            print(_line(side, figures))
        spread = outcome.ratios()
        print(
            f"  ours costs {median(spread):.2f} x the bare statement in CPU of web and database"
            f" ({min(spread):.2f} to {max(spread):.2f})"
        )
    told = ", ".join(f"{what} {count:g}" for what, count in outcome.rows.items())
    print(f"  rows, the same on both sides: {told or 'none'}", flush=True)


def show_trips(trips: Mapping[str, Trips]) -> None:
    print("\nround trips to PostgreSQL, BEGIN and COMMIT included (the floor: 1)")
    for name, one in trips.items():
        print(f"  {name}: {one.cold}; {one.warm} with a session that was asked for just now")


def show_sweep(sweep: Mapping[str, Mapping[int, Figures]]) -> None:
    for name, by_threads in sweep.items():
        print(f"\n{name}, ours, by blocking threads of each of the two workers\n{HEAD}")
        for threads, figures in by_threads.items():
            print(_line(str(threads), figures))


def keep(
    folder: Path,
    conditions: Mapping[str, object],
    outcomes: Mapping[str, Outcome],
    trips: Mapping[str, Trips],
) -> Path:
    told = {
        "conditions": conditions,
        "operations": {
            name: {
                "figures": {side: asdict(each) for side, each in outcome.figures.items()},
                "rounds": {
                    side: [asdict(one) for one in each] for side, each in outcome.rounds.items()
                },
                "cpu_ours_to_bare": median(outcome.ratios()),
                "rows_per_operation": outcome.rows,
            }
            for name, outcome in outcomes.items()
        },
        "round_trips": {name: asdict(each) for name, each in trips.items()},
    }
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%SZ}.json"
    path.write_text(json.dumps(told, indent=2))
    return path


def _line(side: str, f: Figures) -> str:
    return (
        f"  {side:16}{f.per_second:8.0f}{f.p50_ms:8.1f}{f.p95_ms:8.1f}{f.p99_ms:8.1f}"
        f"{f.web_ms:9.3f}{f.database_ms:9.3f}{f.background_ms:9.3f}{f.redis_ms:8.3f}"
        f"{f.load_ms:9.3f}"
    )
