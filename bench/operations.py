"""The hot operations, each driven against ours, the floor, an empty route and PostgreSQL alone."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from bench import rows
from bench.inside import unpaid
from bench.measuring import CONNECTIONS, Figures, Meter, middle, together
from bench.plain import Pgbench
from bench.requests import Requests
from bench.serving import Server
from bench.stage import Stage

CREATED, OK, NO_CONTENT = 201, 200, 204
SALE = ("place", "notice")
SALE_TOGETHER = "place + notice"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many operations a round, how many rounds, and how many before anything is measured."""

    rounds: int
    counts: dict[str, int]
    warm_up: int


@dataclass(frozen=True)
class Outcome:
    """Figures by who was measured, and the rows an operation wrote."""

    figures: dict[str, Figures]
    rounds: dict[str, list[Figures]]
    rows: dict[str, float]

    def ratios(self) -> list[float]:
        """CPU of web and database, ours to the floor, round by round."""
        pairs = zip(self.rounds["ours"], self.rounds["bare"], strict=True)
        return [ours.cost_ms / bare.cost_ms for ours, bare in pairs]


class Operations:
    def __init__(self, stage: Stage, meter: Meter, requests: Requests, plan: Plan) -> None:
        self._stage, self._meter, self._requests, self._plan = stage, meter, requests, plan
        self._pgbench = Pgbench(stage.folder, stage.plain, stage.world, stage.scale)
        # Each side has its own database, so both walk through the same customers and vouchers.
        self._next: dict[tuple[str, str], int] = defaultdict(int)

    def measure(self, name: str) -> dict[str, Outcome]:
        """All rounds of one operation; a sale gives its two requests and their sum."""
        before = {side: rows.written(self._stage.database(side)) for side in ("ours", "bare")}
        with ExitStack() as running:
            servers = {
                "ours": running.enter_context(self._stage.serve_ours()),
                "bare": running.enter_context(self._stage.serve_bare()),
            }
            found = self._rounds(name, servers)
        alike = {
            side: rows.per_operation(
                before[side], rows.written(self._stage.database(side)), self._next[side, name]
            )
            for side in ("ours", "bare")
        }
        rows.require_alike(alike["ours"], alike["bare"])
        return {
            what: Outcome(_middles(rounds), rounds, alike["ours"]) for what, rounds in found.items()
        }

    def _rounds(self, name: str, servers: dict[str, Server]) -> dict[str, dict[str, list[Figures]]]:
        found: dict[str, dict[str, list[Figures]]] = defaultdict(lambda: defaultdict(list))
        for side in ("ours", "bare"):
            for _ in self._slices(name, side, servers[side], self._plan.warm_up):
                pass
        for number in range(self._plan.rounds):
            # Whoever comes first would always find the machine as the last one left it.
            sides = ("ours", "bare") if number % 2 == 0 else ("bare", "ours")
            for side in sides:
                for what, figures in self._slices(
                    name, side, servers[side], self._plan.counts[name]
                ):
                    found[what][side].append(figures)
            found[_main(name)]["empty"].append(self._empty(servers["bare"]))
            found[_main(name)]["PostgreSQL"].append(self._alone(name))
        return found

    def _slices(
        self, name: str, side: str, server: Server, count: int
    ) -> Iterator[tuple[str, Figures]]:
        start, is_bare = self._next[side, name], side == "bare"
        self._next[side, name] += count
        if name == "sale":
            yield from self._sale(server, start, count, is_bare=is_bare)
            return
        makers = {
            "wallet": (self._requests.wallets, OK),
            "redeem": (self._requests.redemptions, CREATED),
            "claim": (self._requests.claims, OK),
            "help": (self._requests.helps, OK),
        }
        make, expect = makers[name]
        requests = make(start, count, bare=is_bare)
        yield name, self._meter.load(server.port, server.pid, requests, expect=expect)

    def _sale(
        self, server: Server, start: int, count: int, *, is_bare: bool
    ) -> Iterator[tuple[str, Figures]]:
        """First all orders; then the notices, which can only be signed once the bills exist."""
        orders = self._requests.orders(start, count, bare=is_bare)
        placed = self._meter.load(server.port, server.pid, orders, expect=CREATED)
        bills = unpaid(self._stage.database("bare" if is_bare else "ours"))
        notices = self._requests.notices(bills, bare=is_bare)
        noticed = self._meter.load(server.port, server.pid, notices, expect=NO_CONTENT)
        yield from zip(SALE, (placed, noticed), strict=True)
        yield SALE_TOGETHER, together(placed, noticed)

    def _empty(self, server: Server) -> Figures:
        requests = self._requests.empty(self._plan.counts["empty"])
        return self._meter.load(server.port, server.pid, requests, expect=OK)

    def _alone(self, name: str) -> Figures:
        count = self._plan.counts[name] // CONNECTIONS * CONNECTIONS
        start = self._next["plain", name]
        self._next["plain", name] += count

        def run() -> tuple[list[float], float, float]:
            done = self._pgbench.run(name, start=start, count=count, clients=CONNECTIONS)
            return done.latencies, done.wall_s, done.cpu_s

        return self._meter.around(run)

    def sweep(self, threads: tuple[int, ...]) -> dict[str, dict[int, Figures]]:
        """Ours with other numbers of blocking threads per worker: one short slice of each."""
        found: dict[str, dict[int, list[Figures]]] = defaultdict(lambda: defaultdict(list))
        for number, _ in itertools.product(threads, range(2)):
            with self._stage.serve_ours(threads=number) as server:
                for name in ("redeem", "wallet"):
                    for _ in self._slices(name, "ours", server, self._plan.warm_up):
                        pass
                    half = self._plan.counts[name] // 2
                    for what, figures in self._slices(name, "ours", server, half):
                        found[what][number].append(figures)
        return {
            name: {number: middle(rounds) for number, rounds in by_number.items()}
            for name, by_number in found.items()
        }


def _main(name: str) -> str:
    return SALE_TOGETHER if name == "sale" else name


def _middles(rounds: dict[str, list[Figures]]) -> dict[str, Figures]:
    return {side: middle(each) for side, each in rounds.items()}
