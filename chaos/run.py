"""One run: blow after blow while the clients go on, rests in between, and the reckoning."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chaos import books, judging, misdeeds
from chaos.faults import Fault, Missed
from chaos.journal import Reader
from chaos.judging import Judgement
from chaos.stage import Stage
from chaos.verifying import LOOKS_EVERY_S, Verifier, drained, jobs_waiting
from chaos.watching import Watch
from deploy.local import children

RECOVERS_WITHIN_S = 150.0
TRIES = 10
BETWEEN_TRIES_S = 1.0
MOST_WAITING, FEW_WAITING, CATCHES_UP_WITHIN_S = 1000, 200, 120.0


class NotKept(RuntimeError):
    """A promise was broken; the message says which."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`seconds`: no blow after that; `operations`: acknowledged ones, unless the time is over."""

    faults: tuple[Fault, ...]
    rounds: int
    crowds: int
    people: int
    operations: int
    seconds: float
    drain_s: float
    again_s: int


@dataclass(frozen=True)
class Blow:
    """One fault. `recovery_s` until one operation of every kind was begun and acknowledged."""

    fault: Fault
    recovery_s: float | None
    broken: tuple[str, ...]


@dataclass
class Outcome:
    """Seconds of real time."""

    blows: list[Blow] = field(default_factory=list)
    rests_s: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    by_kind: Mapping[str, int] = field(default_factory=dict)
    deaths: Mapping[str, int] = field(default_factory=dict)
    judgement: Judgement | None = None
    controls: dict[str, bool] = field(default_factory=dict)
    undisturbed_s: float = 0.0
    busy_s: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


class Run:
    """Everything on one stage, once; with a misdeed, a promise is broken before the reckoning."""

    def __init__(
        self,
        stage: Stage,
        plan: Plan,
        *,
        began: float,
        say: Callable[[str], None],
        misdeed: str | None = None,
    ) -> None:
        self._stage, self._plan, self._say, self._began = stage, plan, say, began
        self._misdeed = misdeed
        self._watch = Watch(Reader(stage.journals))
        self._verifier = Verifier(stage.house)
        self.outcome = Outcome()

    def play(self) -> Outcome:
        opened = time.monotonic()
        self.outcome.undisturbed_s = self._recovery(since=time.time()) or 0.0
        for number in range(self._plan.rounds):
            for fault in self._plan.faults:
                if not self._time_is_over():
                    self._strike(fault)
            if number + 1 < self._plan.rounds and not self._time_is_over():
                self._rest()
                self._go_on()
        while self._watch.total < self._plan.operations and not self._time_is_over():
            self._let_work_catch_up()
            time.sleep(1)
        self.outcome.busy_s = time.monotonic() - opened - sum(self.outcome.rests_s)
        self._rest()
        if self._misdeed:
            with self._stage.postgres.connect() as connection:
                misdeeds.do(connection, self._misdeed)
        self._reckon()
        return self.outcome

    def _time_is_over(self) -> bool:
        return time.monotonic() - self._began > self._plan.seconds

    def _strike(self, fault: Fault) -> None:
        self._let_work_catch_up()
        struck_at = self._hit(fault)
        recovery_s = self._recovery(since=struck_at)
        broken = self._verifier.while_busy()
        if recovery_s is None:
            missing = ", ".join(self._watch.missing(since=struck_at))
            broken.append(f"no {missing} within {RECOVERS_WITHIN_S:.0f} s")
        self.outcome.blows.append(Blow(fault, recovery_s, tuple(broken)))
        self.outcome.troubles += [f"after {fault.name}: {each}" for each in broken]
        took = "never" if recovery_s is None else f"{recovery_s:.1f} s"
        self._say(f"{fault.name}: {took}; {self._watch.total} acknowledged" + _list(broken))

    def _let_work_catch_up(self) -> None:
        """On a slow machine people come faster than their work is done; then they wait outside."""
        if jobs_waiting(self._stage.postgres) < MOST_WAITING:
            return
        for crowd in self._stage.crowds:
            crowd.pause()
        children.until(
            lambda: jobs_waiting(self._stage.postgres) < FEW_WAITING,
            within=CATCHES_UP_WITHIN_S,
            every=LOOKS_EVERY_S,
        )
        self._go_on()

    def _hit(self, fault: Fault) -> float:
        """When it was struck, by this machine's clock. Raises NotKept when there is nothing to hit."""
        for _ in range(TRIES):
            struck_at = time.time()
            try:
                fault.strike(self._stage)
            except Missed:
                time.sleep(BETWEEN_TRIES_S)
            else:
                return struck_at
        raise NotKept(f"{fault.name}: there was nothing to strike, {TRIES} times")

    def _recovery(self, *, since: float) -> float | None:
        return self._watch.full_round(since=since, within=RECOVERS_WITHIN_S)

    def _rest(self) -> None:
        """Nobody comes any more, everything is done, and every promise is looked at."""
        began = time.monotonic()
        for crowd in self._stage.crowds:
            crowd.pause()
        left = drained(self._stage.postgres, within=self._plan.drain_s)
        broken = [f"still to do: {count} {what}" for what, count in left.items()]
        broken += self._verifier.at_rest()
        self.outcome.rests_s.append(time.monotonic() - began)
        self.outcome.troubles += [f"at rest: {each}" for each in broken]
        self._say(f"at rest after {self.outcome.rests_s[-1]:.1f} s" + _list(broken))

    def _go_on(self) -> None:
        for crowd in self._stage.crowds:
            crowd.go_on()

    def _reckon(self) -> None:
        """The clients' log against both sides' books, and whether the judge sees what it must."""
        self._watch.look()
        attempts = list(self._watch.reader.attempts.values())
        bill = books.bill_of_wechat(self._stage.house.wechat_port)
        with self._stage.postgres.connect() as connection:
            found = judging.judge(attempts, books.read(connection, wechat=bill))
            for name in misdeeds.MISDEEDS if self._misdeed is None else ():
                with connection.transaction(force_rollback=True):
                    if not misdeeds.do(connection, name):
                        raise NotKept(f"the control {name!r} found nothing to spoil")
                    spoilt = judging.judge(attempts, books.read(connection, wechat=bill))
                self.outcome.controls[name] = len(spoilt.troubles) > len(found.troubles)
        missed = [name for name, was_seen in self.outcome.controls.items() if not was_seen]
        self.outcome.troubles += found.troubles
        self.outcome.troubles += [f"the judge does not see: {name}" for name in missed]
        self.outcome.judgement = found
        self.outcome.by_kind = dict(self._watch.acknowledged)
        self.outcome.deaths = dict(self._stage.deaths)


def _list(broken: list[str]) -> str:
    return "".join(f"\n    BROKEN {each}" for each in broken[:5])
