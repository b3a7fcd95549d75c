"""Anybody does anything; afterwards every book, every chain and every voucher is proven."""

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.domain.proofs.helper_walker import HelpedWalk
from tests.domain.proofs.model import TALLY
from tests.domain.proofs.stepping import look_anew, troubles
from tests.domain.proofs.walker import Walk

STEPS_OF_A_WALK = 25
MOST_WALKS = 10_000
LONG = 1000
KINDS = 6
COMMON = {"give", "claim gift", "share", "claim once", "claim sub_card", "take back", "redeem"}


def test_whatever_people_do_in_whatever_order_every_voucher_is_where_it_should_be(
    database, pytestconfig
):
    steps = pytestconfig.getoption("--walk-steps")
    first = pytestconfig.getoption("--walk-seed")
    before = troubles()

    walk_on(Walk, steps // 2, first=first)
    walk_on(HelpedWalk, steps // 2, first=first)

    assert troubles() == before
    # A walk that does nothing would prove nothing.
    assert len(TALLY.done) >= KINDS
    if steps >= LONG:
        assert TALLY.done.keys() >= COMMON | {"reverse", "recall", "decline", "merge", "help"}


def walk_on(kind, steps, *, first):
    """Walks of their own, until there were so many steps; the same ones every time."""
    until = TALLY.steps + steps
    for number in range(first, first + MOST_WALKS):
        if TALLY.steps >= until:
            break
        walk = seed(number)(kind)
        run_state_machine_as_test(walk, settings=EACH)
        look_anew()


EACH = settings(
    max_examples=10,
    stateful_step_count=STEPS_OF_A_WALK,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
