"""Anybody pays with anything and gives anything back: every fen and every point stays in the books."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app.domain import ledger, proofs
from tests.domain.proofs.economy_members import Members
from tests.domain.proofs.economy_walker import TALLY

STEPS_OF_A_WALK = 25
MOST_WALKS = 1_000
LONG = 4000
KINDS = 6
# What two thousand steps do not leave out, whatever the seed; rarer things are left to chance.
RARE = {
    "use", "earn", "refund", "close", "reverse", "give", "claim", "claim a gift card", "merge",
    "from frozen", "from paying", "from paid", "refund succeeded", "refund closed",
    "family order", "ask the owner", "the owner allows", "join a family", "silver",
    "note_purchase", "note_visit", "look_again",
}  # fmt: skip


def test_money_in_is_money_held_spent_and_returned_whatever_people_do(database, pytestconfig):
    steps = pytestconfig.getoption("--walk-steps")
    before = troubles()

    walk_on(steps // 2, first=pytestconfig.getoption("--walk-seed"))

    assert troubles() == before
    # A walk that does nothing would prove nothing.
    done = +TALLY.done
    assert len(done) >= KINDS
    if steps >= LONG:
        assert done.keys() >= RARE


def walk_on(steps, *, first):
    """Walks of their own, until there were so many steps; the same ones every time."""
    for number in range(first, first + MOST_WALKS):
        if TALLY.steps >= steps:
            break
        run_state_machine_as_test(seed(number)(Members), settings=EACH)


EACH = settings(
    max_examples=5,
    stateful_step_count=STEPS_OF_A_WALK,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def troubles():
    return set(ledger.verify()) | set(proofs.verify())
