"""Whatever people pay and want back, the shop's money is where a small model of it says."""

import math
import secrets
import time
from collections import Counter
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app.domain import catalog, points
from app.domain.aftersales import rules as return_rules
from app.domain.orders import paying
from tests.domain.proofs.money_steps import TALLY
from tests.domain.proofs.money_walker import MoneyWalk
from tests.domain.proofs.stepping import look_anew, troubles

STEPS_OF_A_WALK, WALKS_OF_A_SEED = 40, 2
# As many steps as fit into so many seconds of this process, unless a run is meant to be long.
SHORT, SECONDS = 200, 6
LONG, KINDS = 2000, 8
# Of a control, which passes only where its defect is found before.
ENOUGH = 300
RARE = {
    "order", "pay", "pay late", "late money back", "close", "earn", "use", "reverse", "give",
    "ask", "refund by buyer", "refund by merchant", "approve", "decline", "withdraw", "pay back",
    "arrive", "retry", "over", "notice true", "notice forge", "notice wrong_amount",
}  # fmt: skip
SEEDS = 1_000_000


@pytest.fixture
def walk(client, redis):
    MoneyWalk.client, MoneyWalk.redis = client, redis
    return MoneyWalk


def test_whatever_people_pay_and_want_back_their_money_is_where_a_small_model_says(
    walk, pytestconfig
):
    steps = pytestconfig.getoption("--walk-steps")
    first = pytestconfig.getoption("--walk-seed") or secrets.randbelow(SEEDS) + 1
    before, done = troubles(), Counter(TALLY.done)

    last = walk_on(walk, steps, first=first, seconds=SECONDS if steps <= SHORT else math.inf)

    with telling_seeds(first, last):
        assert troubles() == before
    # A walk that does nothing would prove nothing.
    done = TALLY.done - done
    assert len(done) >= KINDS
    if steps >= LONG:
        assert done.keys() >= RARE


def a_fen_less(quote):
    return sum(line.back_fen for line in quote.lines) - 1


# The rule, what has to be done to meet it, and where it shows.
DEFECTS = {
    "a return is a fen short": (
        (return_rules.Quote, "back_fen", property(a_fen_less)), ["want_it_back"], "refund"),
    "stock is not given back": (
        (catalog, "put_back", lambda **_: None), ["order", "order", "close"], "stock"),
    "points are not taken back": (
        (points, "cancel_pending", lambda **_: 0),
        ["points_of_purchases_come", "want_it_back", "returns_go_on", "wechat_answers"], "ledger"),
    "any amount pays a bill": (
        (paying, "_check", lambda *_: None), ["order", "a_notice_comes"], "wrong_amount"),
}  # fmt: skip


@pytest.mark.parametrize("what", DEFECTS)
def test_a_broken_rule_is_found(walk, monkeypatch, what):
    """The control: with one rule of the product broken the same walk comes to a disagreement."""
    rule, actions, where = DEFECTS[what]
    monkeypatch.setattr(*rule)
    monkeypatch.setattr(walk, "actions", actions)

    with pytest.raises(AssertionError) as found:
        walk_on(walk, ENOUGH, first=1)
    # Not what was noted with it: there each step has its name.
    assert str(found.value) == where


def walk_on(walk, steps, *, first, seconds=math.inf):
    """One seed after the other, until there were so many steps or the time is over; the last one.

    Nobody looks at the time within a walk: Hypothesis does one that failed once more, and it has
    to end where it did.
    """
    until, most, number = time.process_time() + seconds, TALLY.steps + steps, first
    while True:
        walk.number = number
        with telling_seeds(number, number):
            run_state_machine_as_test(seed(number)(walk), settings=EACH)
            look_anew()
        if TALLY.steps >= most or time.process_time() >= until:
            return number
        number += 1


@contextmanager
def telling_seeds(first, last):
    """With whatever fails comes how to do it again."""
    try:
        yield
    except Exception as found:
        found.add_note(f"money walk: --walk-seed {first} (to {last})")
        raise


EACH = settings(
    max_examples=WALKS_OF_A_SEED,
    stateful_step_count=STEPS_OF_A_WALK,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
