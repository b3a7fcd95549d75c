"""Both worlds of the walk over money, how they are asked, and how they are compared."""

import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from app.kernel.db import db
from tests.builders.members import a_member, an_openid
from tests.builders.points import given
from tests.builders.tenders import closed
from tests.domain.proofs import economy_returns
from tests.domain.proofs.economy_sums import check_always, check_settled
from tests.domain.proofs.model import Person
from tests.domain.proofs.money_doors import HEARD, Doors
from tests.domain.proofs.money_looks import (
    check_database,
    check_order,
    check_person,
    check_return,
    vouchers_in,
)
from tests.domain.proofs.money_model import HOUSE, most_points
from tests.domain.proofs.money_returns import Returns
from tests.domain.proofs.money_shop import a_shop_of_money
from tests.domain.proofs.money_things import No, Voucher
from tests.domain.proofs.stepping import one_of

PRESENT = 700
A_MOMENT = timedelta(minutes=1)
# What each of them has bought when the walk begins.
BEGINNINGS = (("top up", "with points", "five off"), ("top up",), ())


@dataclass
class Tally:
    """`steps` are those in which something was done or refused."""

    steps: int = 0
    done: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)


TALLY = Tally()


@dataclass
class Named:
    """What the builders ask of a voucher or an order."""

    number: str

    @property
    def order_number(self):
        return self.number


class MoneySteps(RuleBasedStateMachine):
    client = redis = None
    # The seed, so that no two of them begin alike.
    number = 0

    @initialize()
    def open_a_shop(self):
        self.shop, self.model, self.gifts = a_shop_of_money(), Returns(), []
        self.model.offers = self.shop.offers
        self.doors = Doors(self.client, self.shop)
        # Beside the full minute, at which things end.
        self.doors.at += timedelta(seconds=30)
        self.people = [self._come() for _ in range(3)]
        self.rolls, self.touched, self.story = 0, None, []
        for person, names in zip(self.people, BEGINNINGS, strict=True):
            for name in names:
                self._buy(person, name)

    @property
    def at(self):
        return self.doors.at

    # What is looked at

    @invariant()
    def both_say_the_same(self):
        if getattr(self, "touched", None):
            TALLY.steps += 1
            with self.telling():
                self._compare()

    @contextmanager
    def telling(self):
        """With whatever fails comes what was done before it."""
        try:
            yield
        except Exception as found:
            found.add_note("done before: " + ", ".join(getattr(self, "story", ())))
            raise

    def _compare(self):
        check_database(self.shop, self.model)
        (person, order, found), self.touched = self.touched, None
        check_person(self.doors, self.model, person)
        if order:
            check_order(self.doors, self._person(order.buyer), order)
        if found:
            check_return(self.doors, self._person(found.order.buyer), found)

    def teardown(self):
        """Whatever is under way comes to its end; then each fen is promised, spent or back."""
        if hasattr(self, "touched") and sys.exception() is None:
            with self.telling():
                self._settle()
                check_database(self.shop, self.model)
                check_always(self.shop, given_points=PRESENT * len(self.people))
                check_settled(self.shop)
        db.session.expire_all()

    def _settle(self):
        for order in self._orders("pending"):
            closed(self.shop, Named(order.number), at=self.at)
            self.model.close(order)
        self.points_of_purchases_come()
        for found in [each for each in self.model.returns if each.state == "asked"]:
            assert self._decide(found, "decline")[1] is None
            self.model.give_up(found, "declined")
        self.returns_go_on()
        for found in [each for each in self.model.returns if each.state == "paying"]:
            assert self.doors.refund(self.doors.refund_of(found.number)) == HEARD
            self.model.arrive(found)
        for _ in list(self.model.late):
            self.late_money_goes_back(0, 0, 0)
        self.doors.work("aftersales.go_on_refunded")

    # How it is done

    def _order(self, person, name, pieces, points, value, coupon):
        """Mostly with the best coupon or none; sometimes with one that may be anybody's."""
        self.redis.flushdb()
        offer, said = self.model.offers[name], {"at": self.at, "points": 0, "value_fen": 0}
        best = self.model.best_of(person.id, offer, pieces, with_points=bool(points), at=self.at)
        named = [None, best, best, one_of(list(self.model.vouchers.values()), coupon // 4)]
        said["coupon"] = named[coupon % 4]
        for pot, percent in (("points", points), ("value_fen", value)):
            said[pot] = _wish(self._most(person, offer, pieces, said, pot), percent)
        body = {"offer": offer.number, "quantity": pieces, "points": said["points"]}
        body |= {"value_fen": said["value_fen"]}
        body |= {"voucher": said["coupon"].number} if said["coupon"] else {}
        return self._place(person, offer, pieces, said, body, is_best=said["coupon"] is best)

    def _most(self, person, offer, pieces, said, pot):
        """What this pot could pay, of what is there and of what is taken."""
        try:
            price = self.model.price(person.id, offer, pieces, **said)
        except No:
            return 0
        if pot == "value_fen":
            return min(price.total_fen, self.model.value_of(person.id))
        return min(most_points(price.total_fen), self.model.has("points", person.id))

    def _place(self, person, offer, pieces, said, body, *, is_best):
        found = []

        def check():
            found.append(self.model.price(person.id, offer, pieces, **said))
            self.model.check_place(found[0])
            self._check_checkout(person, found[0], body, is_best=is_best)

        placed = self._try(
            "order", check, lambda: self.doors.member(person, "post", "/orders", body)
        )
        self.touched = (person, None, None)
        if not placed:
            return None
        price = found[0]
        assert (placed["total_fen"], placed["wechat_fen"]) == (price.total_fen, price.wechat_fen)
        order = self.model.place(placed["order"], price)
        order.bill = self.doors.bill_of(order.number)
        if not price.wechat_fen:
            self._hand_over(lambda: self.model.hand_over(order, at=self.at), order)
        self.touched = (person, order, None)
        return order

    def _check_checkout(self, person, price, body, *, is_best):
        """The quote says beforehand what the order will cost."""
        query = body | ({} if is_best and price.coupon else {"best": "false"})
        if is_best:
            query.pop("voucher", None)
        seen, refused = self.doors.member(person, "get", "/checkout/quote", query_string=query)
        assert refused is None, refused
        assert seen["voucher"] == (price.coupon.number if price.coupon else None), "best"
        told = [seen[name] for name in ("list_fen", "total_fen", "wechat_fen", "points")]
        assert told == [price.list_fen, price.total_fen, price.wechat_fen, price.points], "quote"

    def _pay(self, order):
        """As WeChat tells it: once, and at times once more."""
        assert self.doors.pay(order.bill) == HEARD
        self._hand_over(lambda: self.model.receive(order, at=self.at), order)
        self._did("pay" if order.paid_at else "pay late", order)

    def _buy(self, person, name):
        offer = self.model.offers[name]
        body = {"offer": offer.number, "quantity": 1}
        said = {"coupon": None, "points": 0, "value_fen": 0, "at": self.at}
        order = self._place(person, offer, 1, said, body, is_best=False)
        if order:
            self._pay(order)

    def _hand_over(self, say, order):
        """The model learns their names; it knew how many, and what each of them cost."""
        say()
        known, bought = self.model.vouchers, self.model.allocated(order) if order.paid_at else []
        fresh = [row for row in vouchers_in(self.shop) if row.id not in known]
        fresh, bought = sorted(fresh, key=lambda row: (row.kind, row.fen)), sorted(bought)
        told, said = (
            [(row.kind, row.fen) for row in fresh],
            [(what, fen) for what, fen, _ in bought],
        )
        assert told == said, (told, said)
        for row, (kind, fen, worth) in zip(fresh, bought, strict=True):
            voucher = Voucher(
                id=row.id, number=row.number, order=order, kind=kind, worth_fen=worth, fen=fen,
                holder=order.buyer, valid_until=row.valid_until,
            )  # fmt: skip
            self.model.vouchers[row.id] = voucher
            order.vouchers.append(voucher)
        # What was paid seconds ago is valid by now.
        self._later(A_MOMENT)

    def _try(self, name, check, ask):
        """What was answered; None for a refusal, which is the one that the model foresaw."""
        expected = None
        try:
            check()
        except No as no:
            expected = no.code
        said, code = ask()
        assert code == expected, (name, code, expected)
        (TALLY.refused if code else TALLY.done)[code or name] += 1
        self.story.append(f"{name} {code or ''}".strip())
        self.touched = self.touched or (self.people[0], None, None)
        return said

    def _ask(self, order, method, path):
        said, code = self.doors.member(self._person(order.buyer), method, path)
        assert code is None, code
        return said

    def _did(self, name, order, found=None):
        TALLY.done[name] += 1
        self.story.append(name)
        self.touched = (self._person(order.buyer), order, found)

    def _come(self):
        openid = an_openid()
        member = a_member(
            merchant=self.shop.merchant, appid=self.shop.appid, openid=openid, at=self.at
        )
        given(self.shop, member, PRESENT, at=self.at)
        self.model.move(("points_issued", HOUSE), ("points", member.id), PRESENT)
        return Person(member, openid, None)

    def _person(self, member_id):
        return next(each for each in self.people if each.id == member_id)

    def _orders(self, state=None):
        return [each for each in self.model.orders.values() if state in {None, each.state}]

    def _mine(self, state):
        return [each for each in self.model.vouchers.values() if each.state == state]

    def _voucher(self, which):
        """Mostly one that can be used, or the walk would be of refusals only."""
        some = self._mine("active") if which % 4 else []
        return one_of(some or list(self.model.vouchers.values()), which)

    def _return_of(self, order):
        found = economy_returns.running(self.shop, order=order.number)
        return found[0].number

    def _later(self, time):
        self.doors.at += time


def _wish(most, percent):
    """A hundred and one: one more than there is."""
    return most + 1 if percent > 100 else most * percent // 100
