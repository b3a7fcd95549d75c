"""Every guarded route over the wire, with things that exist, as everybody who may not."""

import secrets
from collections.abc import Iterator
from typing import Any

from attack.stage import Stage
from attack.tally import Tally
from tests.walks import houses
from tests.walks.calls import GUEST
from tests.walks.table import WAYS

SHUT = {401, 403, 404}
QUICK_ROUTES = 10
# People of the shop shall see that somebody tried to work where he may not.
NOTED = {"audit"}


def run(stage: Stage, tally: Tally) -> None:
    """Nobody, the tampered, the other shop's people, the neighbour; then the rightful one is served."""
    guarded = [route for route, way in sorted(WAYS.items()) if way.who != GUEST]
    served = 0
    for route in stage.some(guarded, quick=QUICK_ROUTES):
        stage.forget_counts()
        for person in stage.town.rightful(route):
            call = stage.town.call_for(route)
            for who, bearer in _wrong_bearers(stage, route, person):
                _refused(stage, tally, f"{route} as {who}", route, call, bearer=bearer)
            _at_the_other_shop(stage, tally, route, person)
            answer = stage.town.send(route, call, bearer=person.bearer)
            if answer.status_code != call.status:
                raise RuntimeError(f"{route}: the rightful {person.kind} got {answer.status_code}")
            served += 1
    tally.note(f"{served} times the rightful one was served by the same call afterwards")


def _wrong_bearers(stage: Stage, route: str, person: Any) -> Iterator[tuple[str, str | None]]:
    ours, theirs = stage.town.ours, stage.town.theirs
    yield from {"nobody": None, "nothing": "", "a prefix": "kbt_", "a guess": _a_guess()}.items()
    for who in ("member", "worker", "manager", "cashier"):
        yield f"the other shop's {who}", getattr(theirs, who).bearer
    for place, letter in enumerate(houses.tampered(person)):
        yield f"tampered {place}", letter
    if person.kind != "api_key":
        yield "yesterday's", stage.town.make(houses.expired, ours, person).bearer
    if WAYS[route].is_owned:
        yield "the neighbour", ours.neighbour.bearer


def _a_guess() -> str:
    return "kbk_" + secrets.token_urlsafe(32)


def _at_the_other_shop(stage: Stage, tally: Tally, route: str, person: Any) -> None:
    """Ours is nobody there: neither with our numbers nor with theirs."""
    theirs = stage.town.theirs
    foreign = stage.town.call_for(route, house=theirs)
    sent = {"bearer": person.bearer}
    _refused(stage, tally, f"{route} at theirs", route, foreign, at=theirs, **sent)
    if foreign.parts:
        # Their numbers under our own address, with a token that is good there.
        _refused(stage, tally, f"{route} of theirs here", route, foreign, **sent)


def _refused(stage: Stage, tally: Tally, name: str, route: str, call: Any, **how: Any) -> None:
    before = stage.watch.look()
    answer = stage.town.send(route, call, **how)
    changed = set(stage.watch.changed(since=before)) - NOTED
    may = SHUT | {409, 422} if name.endswith("of theirs here") else SHUT
    held = answer.status_code in may and not changed
    tally.expect(held, f"{name}: {answer.status_code}, changed {sorted(changed)}")
