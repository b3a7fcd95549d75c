"""Whatever people do with stored value, every fen of it is somewhere, and bonus is never paid out."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import ledger, stored_value
from app.domain.stored_value import (
    LotKind,
    NotEnoughValue,
    NotRefundable,
    RefundBasis,
    TooMuchReturned,
)
from app.kernel.db import transaction
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import (
    a_top_up,
    an_open_order,
    captured,
    given_back,
    has,
    held,
    in_house,
    refunded,
    released,
)

ORDERS = st.sampled_from(list(stored_value.UsageOrder))
AMOUNT = st.integers(1, 150)
PICK = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("top_up"), AMOUNT, st.integers(0, 300), ORDERS),
    st.tuples(st.just("hold"), AMOUNT),
    st.tuples(st.just("capture"), PICK),
    st.tuples(st.just("release"), PICK),
    st.tuples(st.just("give_back"), PICK, AMOUNT),
    st.tuples(
        st.just("refund"),
        PICK,
        st.sampled_from(list(RefundBasis)),
        st.none() | st.integers(1, 200),
    ),
    st.tuples(st.just("adjust"), st.sampled_from(list(LotKind)), st.integers(-200, 200)),
)
# Refusals that any history may meet; what they refuse changes nothing.
EXPECTED = (NotEnoughValue, NotRefundable, TooMuchReturned)
DONE = Counter()


@dataclass
class History:
    """One member's, with what the world knows of it: what he paid and what was paid back."""

    shop: object
    member: object
    top_ups: list = field(default_factory=list)
    holds: list = field(default_factory=list)
    paid_in: int = 0
    paid_back: int = 0
    number: int = 0

    def do(self, step):
        name, *said = step
        self.number += 1
        try:
            with transaction():
                getattr(self, name)(*said)
        except EXPECTED:
            return
        DONE[name] += 1

    def top_up(self, paid, bonus, usage_order):
        order_id = a_top_up(self.shop, self.member, paid=paid, bonus=bonus, usage_order=usage_order)
        self.top_ups.append(order_id)
        self.paid_in += paid

    def hold(self, amount):
        order_id = an_open_order(self.shop, self.member)
        held(self.shop, self.member, amount, order_id=order_id)
        self.holds.append(order_id)

    def capture(self, pick):
        captured(self.shop, _one(self.holds, pick))

    def release(self, pick):
        released(self.shop, _one(self.holds, pick))

    def give_back(self, pick, amount):
        given_back(self.shop, _one(self.holds, pick), amount, cause=self._cause())

    def refund(self, pick, basis, amount):
        order_id = _one(self.top_ups, pick)
        back = refunded(self.shop, order_id, basis=basis, amount_fen=amount, cause=self._cause())
        self.paid_back += back

    def adjust(self, kind, change):
        if change == 0 or (kind == LotKind.PAID and change > 0):
            raise NotRefundable("nothing to adjust")
        who = {"merchant_id": self.shop.id, "member_id": self.member.id, "at": NOON}
        said = {"kind": kind, "change_fen": change, "reason": "更正", "by": "staff:1"}
        stored_value.propose_adjustment(**who, **said)
        stored_value.approve_adjustment(**who, by="staff:2")

    def _cause(self):
        return f"return:{self.member.id}:{self.number}"


def _one(found, pick):
    if not found:
        raise NotEnoughValue("nothing there yet")
    return found[pick % len(found)]


def settled(shop, state):
    """Paid and bonus fen of holds in this state, less what came back, by kind."""
    from app.kernel.db import fetch_all

    query = """
    SELECT l.kind, coalesce(-sum(m.change_fen), 0)::bigint FROM value_holds h
    JOIN value_lot_moves m ON m.merchant_id = h.merchant_id AND m.order_id = h.order_id
    JOIN value_lots l ON l.merchant_id = m.merchant_id AND l.id = m.lot_id
    WHERE h.merchant_id = %(m)s AND h.state = %(state)s GROUP BY l.kind"""
    found = {row.kind: row.amount for row in fetch_all(_Sum, query, {"m": shop.id, "state": state})}
    return found.get("paid", 0), found.get("bonus", 0)


class _Sum:
    def __init__(self, kind, amount):
        self.kind, self.amount = kind, amount


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=st.lists(STEPS, min_size=10, max_size=20))
def live_through(steps):
    shop = a_shop()
    history = History(shop, a_buyer(shop))
    for step in [("top_up", 400, 100, stored_value.UsageOrder.PROPORTIONAL), *steps]:
        history.do(step)

    paid, bonus = has(shop, history.member)
    held_paid, held_bonus = settled(shop, "held")
    spent_paid, spent_bonus = settled(shop, "captured")
    earned = in_house(shop, "earned")
    assert min(paid, bonus, held_paid, held_bonus, spent_paid, spent_bonus, earned) >= 0
    assert history.paid_in == paid + held_paid + spent_paid + earned + history.paid_back
    assert -in_house(shop, "bonus_issued") == bonus + held_bonus + spent_bonus
    assert in_house(shop, "value_held") == held_paid + held_bonus


def test_money_in_is_money_held_spent_and_returned_to_the_fen(database):
    live_through()

    assert ledger.verify() == []
    # Histories that do nothing would prove nothing.
    assert DONE.keys() >= {
        "top_up",
        "hold",
        "capture",
        "release",
        "give_back",
        "refund",
        "adjust",
    }
