"""Measure one slice: so many operations, how fast, and whose CPU they cost."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from statistics import median

from bench import cpu
from bench.generator import Generator, Job

CONNECTIONS = 16


class WentWrong(RuntimeError):
    """An operation was refused, or both sides did not write the same: no figure would be true."""


@dataclass(frozen=True)
class Figures:
    """Milliseconds, but for the rate. CPU is per operation; `load_ms` is the generator's own."""

    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    web_ms: float
    database_ms: float
    background_ms: float
    redis_ms: float
    load_ms: float

    @property
    def cost_ms(self) -> float:
        """Web and database together: what the ratio compares."""
        return self.web_ms + self.database_ms


class Meter:
    """Knows where the servers are, and drives load against a web server."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator
        self._postmaster = cpu.child_named("postgres")
        self._redis = cpu.child_named("valkey")

    def load(self, port: int, pid: int, requests: Sequence[bytes], *, expect: int) -> Figures:
        self._generator.prepare(Job(port=port, requests=requests, connections=CONNECTIONS))
        before = self._sample(pid)
        result = self._generator.go()
        spent = self._sample(pid) - before
        if set(result.statuses) != {expect}:
            odd = {status: text for status, text in result.samples.items() if status != expect}
            raise WentWrong(f"{dict(result.statuses)} where {expect} was expected: {odd}")
        return figures(result.latencies, result.wall_s, result.cpu_s, spent)

    def around(self, run: Callable[[], "tuple[Sequence[float], float, float]"]) -> Figures:
        """The same for load that needs no web server: it tells latencies, wall and own CPU."""
        before = self._sample(None)
        latencies, wall_s, cpu_s = run()
        return figures(latencies, wall_s, cpu_s, self._sample(None) - before)

    def _sample(self, web: int | None) -> cpu.Spent:
        return cpu.sample(web=web, postmaster=self._postmaster, redis=self._redis)


def figures(latencies: Sequence[float], wall_s: float, load_s: float, spent: cpu.Spent) -> Figures:
    count, ordered = len(latencies), sorted(latencies)
    return Figures(
        per_second=count / wall_s,
        p50_ms=1000 * ordered[count // 2],
        p95_ms=1000 * ordered[count * 95 // 100],
        p99_ms=1000 * ordered[count * 99 // 100],
        web_ms=1000 * spent.web / count,
        database_ms=1000 * spent.backends / count,
        background_ms=1000 * spent.background / count,
        redis_ms=1000 * spent.redis / count,
        load_ms=1000 * load_s / count,
    )


def middle(rounds: Sequence[Figures]) -> Figures:
    """The median round, figure by figure."""
    return Figures(
        **{each.name: median(getattr(one, each.name) for one in rounds) for each in fields(Figures)}
    )


def together(first: Figures, second: Figures) -> Figures:
    """Two requests that are one operation."""
    added = {name: value + asdict(second)[name] for name, value in asdict(first).items()}
    rate = 1 / (1 / first.per_second + 1 / second.per_second)
    return Figures(**(added | {"per_second": rate}))
