"""A shop in which anybody pays with anything and wants anything back, in any order.

No model: after each step the rows that people see are added up and compared with the ledger, and
refusals may only be those that `REFUSALS` names.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain import points, redemption, stored_value, subscriptions, vouchers
from app.domain.merchants import Role
from app.domain.orders import Outcome
from app.kernel.db import db, fetch_all, transaction
from app.kernel.errors import DomainError
from jobs import members as member_jobs
from jobs import points as point_jobs
from jobs import refunds as refund_jobs
from tests.builders.gifting import a_claim, a_gift
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.membership import tiers_in
from tests.builders.moments import NOON
from tests.builders.orders import a_shop, an_order, clerk_of
from tests.builders.points import a_rule, expire_due, given, mature_due
from tests.builders.redemption import a_redemption
from tests.builders.subscriptions import an_address
from tests.builders.tenders import a_discount, closed, paid, points_pay, quoted
from tests.domain.proofs import economy_returns
from tests.domain.proofs.economy_shop import (
    BOUGHT,
    GIFT_CARDS,
    PAID_ORDERS,
    PARCELS,
    USED,
    VOUCHERS,
    Row,
    offers_of,
)
from tests.domain.proofs.economy_sums import check_always, check_settled
from tests.domain.proofs.model import Person
from tests.domain.proofs.stepping import PICK, one_of, run_tasks, taken_from

SHARE = st.sampled_from([0, 0, 1, 30, 77, 100])
PRESENT, MOST_ORDERS, LAST_DAY = 2_000, 40, timedelta(days=300)
REFUSALS = {
    "gift_over", "gift_taken", "gift_waiting", "limit_reached", "not_enough_points",
    "not_enough_value", "not_giftable", "not_refundable", "not_reversible", "nothing_to_refund",
    "order_not_refundable", "own_gift", "refund_under_way", "reverse_not_allowed",
    "step_up_needed", "value_cap", "voucher_expired", "voucher_frozen", "voucher_held",
    "voucher_void", "already_redeemed", "gift_recalled", "gift_card_taken", "gift_card_over",
    "family_cap", "family_exists", "family_full", "family_request_over", "family_request_waits",
    "no_family", "own_family",
}  # fmt: skip


@dataclass
class Tally:
    steps: int = 0
    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)


TALLY = Tally()


class Economy(RuleBasedStateMachine):
    @initialize()
    def open_a_shop(self):
        self._open()

    def _open(self):
        self.shop, self.at = a_shop(), NOON
        points_pay(self.shop)
        tiers_in(self.shop.merchant)
        a_rule(self.shop, source=points.RuleSource.PURCHASE, name="消费积分", points_per_yuan=3)
        self.offers = offers_of(self.shop)
        self.pending, self.closed, self.gifts, self.given = [], [], [], 0
        self.people = [self._come() for _ in range(3)]
        for person in self.people:
            self._order(person, self.offers["topup"][0])
            self._pay(0)
            a_discount(self.shop, person.member, at=self.at)
        # What was paid seconds ago is valid by now.
        self.at += timedelta(minutes=1)

    # What people do

    @rule(who=PICK, pieces=st.integers(1, 3), value=SHARE, part=SHARE, coupon=st.booleans())
    def buy(self, who, pieces, value, part, coupon):
        """Mostly paid at once; the others are paid, closed and paid too late by other steps."""
        offer = self.offers["vouchers"][who % 2]
        self._order(one_of(self.people, who), offer, pieces, value, part, coupon=coupon)
        if who % 3:
            self._pay(-1)

    @rule(who=PICK, kind=st.sampled_from(["topup", "plan", "term", "card"]), value=SHARE)
    def buy_something_else(self, who, kind, value):
        offer = one_of(self.offers[kind], who)
        self._order(one_of(self.people, who), offer, value=value)
        if value % 3 == 0:
            self._pay(-1)

    @rule(which=PICK)
    def pay(self, which):
        self._pay(which)

    @rule(which=PICK)
    def close(self, which):
        placed = taken_from(self.pending, which)
        if placed:
            closed(self.shop, placed, at=self.at)
            TALLY.done["close"] += 1
            if placed.payment_number:
                self.closed.append(placed)

    @rule(which=PICK)
    def pay_too_late(self, which):
        placed = taken_from(self.closed, which)
        if placed:
            assert paid(self.shop, placed, at=self.at) is Outcome.LATE
            TALLY.done["pay late"] += 1
            self._run("refunds.return_late_money", refund_jobs.return_late_money)

    @rule()
    def earn(self):
        """Points of purchases come when the job comes; a return may be quicker."""
        done = self._run("points.earn_for_purchase", point_jobs.earn_for_purchase)
        TALLY.done["earn"] += done

    @rule(which=PICK)
    def use(self, which):
        voucher = one_of(self._vouchers("active"), which)
        if voucher:
            self._try("use", lambda: a_redemption(self.shop, voucher, at=self.at))

    @rule(which=PICK)
    def reverse(self, which):
        used = one_of(fetch_all(Row, USED, {"m": self.shop.id}), which)
        if used:
            self._try("reverse", lambda: redemption.reverse(
                merchant_id=self.shop.id, number=used.number, reason="扫错券",
                actor=clerk_of(self.shop), role=Role.MANAGER, at=self.at))  # fmt: skip

    @rule(who=PICK, which=PICK)
    def give(self, who, which):
        """And the friend may take it at once."""
        voucher = one_of(self._vouchers("active"), which)
        giver = voucher and next((p for p in self.people if p.id == voucher.member_id), None)
        if giver:
            made = self._try("give", lambda: a_gift(
                self.shop, giver=giver.member, vouchers=[voucher], at=self.at))  # fmt: skip
            if made and who % 3:
                friend = one_of(self.people, who)
                self._try("claim", lambda: a_claim(self.shop, made, friend.member, at=self.at))

    @rule(who=PICK, which=PICK)
    def claim_a_gift_card(self, who, which):
        card = one_of(fetch_all(Row, GIFT_CARDS, {"m": self.shop.id}), which)
        taker = one_of(self.people, who)
        if card:
            self._try("claim a gift card", lambda: stored_value.claim_gift_card(
                merchant_id=self.shop.id, member_id=taker.id, at=self.at,
                token=stored_value.gift_card_link(
                    merchant_id=self.shop.id, member_id=card.member_id, number=card.number)
            ))  # fmt: skip

    @rule(which=PICK)
    def send_a_parcel(self, which):
        parcel = one_of(fetch_all(Row, PARCELS, {"m": self.shop.id}), which)
        if parcel:
            self._try("send", lambda: subscriptions.send(
                merchant_id=self.shop.id, number=parcel.number, company="SF",
                tracking_number=f"SF{parcel.id}", actor="staff:1", at=self.at) or True)  # fmt: skip

    @rule(which=PICK, mask=PICK, how=PICK)
    def want_it_back(self, which, mask, how):
        order = one_of(fetch_all(Row, PAID_ORDERS, {"m": self.shop.id}), which)
        if order:
            inside = fetch_all(Row, BOUGHT, {"m": self.shop.id, "o": order.id})
            some = [each for i, each in enumerate(inside) if mask >> i & 1] if how % 2 else []
            self._try("refund", lambda: economy_returns.ask(
                self.shop, order, some, by_merchant=how % 5 == 0, at=self.at))  # fmt: skip

    @rule(which=PICK, how=PICK)
    def a_return_goes_on(self, which, how):
        for step in range(1 + how % 5):
            if found := one_of(economy_returns.running(self.shop), which):
                told = economy_returns.push(self.shop, found, how + step, at=self.at)
                TALLY.done[told] += 1

    @rule(hours=st.sampled_from([1, 5, 24, 80, 400, 1000]))
    def time_passes(self, hours):
        """And the sweeps come by."""
        if self.at < NOON + LAST_DAY:
            self.at += timedelta(hours=hours)
            self._sweep()

    @rule(one=PICK, two=PICK)
    def turn_out_to_be_one(self, one, two):
        pair = {one_of(self.people, one), one_of(self.people, two)}
        if len(pair) == 2 and one % 3 == 0 and not all(each.unionid for each in pair):
            unionid = next((each.unionid for each in pair if each.unionid), a_unionid())
            for person in pair:
                self._sign_in(person, unionid)
            self._run("members.join_members", member_jobs.join_members)
            loser = max(pair, key=lambda each: each.id)
            self.people[self.people.index(loser)] = self._come()
            TALLY.done["merge"] += 1

    @invariant()
    def every_fen_and_point_is_somewhere(self):
        if hasattr(self, "people"):
            TALLY.steps += 1
            check_always(self.shop, given_points=self.given)

    def teardown(self):
        """Whatever is under way comes to its end; then each fen is promised, spent or back."""
        if hasattr(self, "people"):
            for placed in self.pending:
                closed(self.shop, placed, at=self.at)
            self._settle()
        db.session.expire_all()

    def _settle(self):
        self.earn()
        economy_returns.settle(self.shop, at=self.at)
        check_always(self.shop, given_points=self.given)
        check_settled(self.shop)

    # How it is done

    def _order(self, person, offer, pieces=1, value=0, part=0, *, coupon=False, of_family=False):
        """As quoted, so it costs what was quoted and is not refused for its pots."""
        if len(self._orders()) >= MOST_ORDERS:
            return None
        idea = {"quantity": pieces, "best_voucher": coupon, "from_family": of_family}
        idea |= {"value_fen": 10**6, "points": 10**6 if part else 0, "at": self.at}
        most = self._quote(person, offer, idea)
        wanted = {"value_fen": most.value_most_fen * value // 100}
        wanted |= {"points": most.points.points * part // 100}
        told = self._quote(person, offer, idea | wanted)
        pots = {"value_fen": told.price.value_fen, "points": told.price.points}
        number = told.voucher.number if told.voucher else None
        placed = self._try("order", lambda: an_order(
            self.shop, buyer=person.member, offer=offer, quantity=pieces, voucher_number=number,
            from_family=of_family, at=self.at, **pots))  # fmt: skip
        if placed:
            price = told.price
            assert (placed.total_fen, placed.wechat_fen) == (price.total_fen, price.wechat_fen)
            if placed.state == "pending":
                self.pending.append(placed)
        return placed

    def _quote(self, person, offer, idea):
        return quoted(self.shop, person.member, offer=offer, **idea)

    def _pay(self, which):
        placed = taken_from(self.pending, which)
        if placed:
            assert paid(self.shop, placed, at=self.at) is Outcome.PAID
            TALLY.done["pay"] += 1
            self.at += timedelta(minutes=1)

    def _sweep(self):
        economy_returns.ask_for_expired(self.shop, at=self.at)
        for due in subscriptions.list_due(at=self.at, limit=1000):
            with transaction():
                subscriptions.open_periods(
                    merchant_id=due.merchant_id, subscription_id=due.subscription_id, at=self.at
                )
        with transaction():
            economy_returns.end_gifts(at=self.at)
            vouchers.expire_due(at=self.at, limit=10_000)
            mature_due(at=self.at, limit=10_000)
            expire_due(at=self.at, limit=10_000)

    def _try(self, name, verb):
        """What came of it; a refusal has to be one of those that a buyer can meet."""
        try:
            with transaction():
                done = verb()
        except DomainError as refused:
            if refused.code not in REFUSALS:
                raise
            TALLY.refused[refused.code] += 1
            return None
        TALLY.done[name] += 1
        return done

    def _run(self, job, handler):
        """What the outbox has for this job; how many there were."""
        found = run_tasks(self.shop, job, handler, at=self.at)
        if found:
            # The clock runs while they work: what they gave may be valid from a second later.
            self.at += timedelta(minutes=1)
        return found

    def _come(self):
        openid = an_openid()
        person = Person(self._member(openid, None), openid, None)
        an_address(self.shop, person.member, at=self.at)
        given(self.shop, person.member, PRESENT, at=self.at, expires_at=self.at + LAST_DAY / 10)
        self.given += PRESENT
        return person

    def _sign_in(self, person, unionid):
        if person.unionid is None:
            self._member(person.openid, unionid)
            person.unionid = unionid

    def _member(self, openid, unionid):
        return a_member(
            merchant=self.shop.merchant,
            appid=self.shop.appid,
            openid=openid,
            unionid=unionid,
            at=self.at,
        )

    def _vouchers(self, state):
        return fetch_all(Row, VOUCHERS, {"m": self.shop.id, "state": state})

    def _orders(self):
        return fetch_all(Row, PAID_ORDERS, {"m": self.shop.id})
