"""A shop in which anybody pays, gets back and uses anything, beside a small model of its money.

Everything goes through the API, WeChat's signed notices and the jobs. Each action is tried whether
it is allowed or not: the model says beforehand whether, and with which code it is refused. After
each step all sums are compared, and so is what the phone of whoever acted shows.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.domain import gifting, vouchers
from app.kernel.db import transaction
from tests.builders.gifting import a_claim, a_gift
from tests.builders.orders import shown
from tests.builders.points import mature_due
from tests.builders.tenders import closed
from tests.domain.proofs import economy_returns
from tests.domain.proofs.model import Person
from tests.domain.proofs.money_doors import FORBIDDEN, HEARD, REFUSED
from tests.domain.proofs.money_returns import BUYER, MERCHANT
from tests.domain.proofs.money_steps import A_MOMENT, MoneySteps, Named
from tests.domain.proofs.money_things import Voucher
from tests.domain.proofs.stepping import one_of

MOST_ORDERS, MOST_HANDS, MOST_EYES = 40, 3, 10_000
LUCK = st.integers(min_value=0, max_value=2**32)
GIFT_LASTS = timedelta(hours=24)
OFFERS = ["pair", "pair", "set", "set", "cheap", "five off", "with points", "15% off"]
TOPUPS = ["top up", "paid first", "bonus first"]
# Hundredths of the most that a pot could pay.
PARTS, MOSTLY = [0, 0, 33, 100, 101], 3
KINDS = ["true", "forge", "wrong_key", "wrong_amount"]
MINUTES = [7, 61, 601, 1501, 4003, 11_003]
ACTIONS = [
    "order", "order", "order", "order", "use", "reverse", "give", "a_gift_ends", "close", "close",
    "pay", "a_notice_comes", "pay_too_late", "late_money_goes_back", "top_up", "want_it_back",
    "want_it_back", "want_it_back", "the_merchant_decides", "returns_go_on", "wechat_answers",
    "wechat_answers", "points_of_purchases_come", "time_passes", "time_passes",
]  # fmt: skip


@dataclass(eq=False)
class Gift:
    number: str
    voucher: Voucher
    giver: Person
    ends_at: object


class MoneyWalk(MoneySteps):
    actions = ACTIONS

    # One rule and dice of our own: hypothesis begins with the simplest of everything, and leaves
    # rules out of each walk, so that most steps would be the same or nothing at all.
    @rule(luck=LUCK)
    def something_happens(self, luck):
        """Where it cannot be (nothing is on its way back yet), the next in the list does."""
        self.rolls += 1
        dice = Random(f"{self.number} {self.rolls} {luck}")
        first = dice.randrange(len(self.actions))
        for name in (*self.actions[first:], *self.actions[:first]):
            with self.telling():
                getattr(self, name)(*(dice.randrange(MOST_EYES) for _ in range(3)))
            if self.touched:
                return

    # Orders

    def order(self, who, which, how):
        """For some part of what each pot could pay, or one more; mostly paid at once."""
        if len(self.model.orders) < MOST_ORDERS:
            pots = {"points": one_of(PARTS, how), "value": one_of(PARTS, how // len(PARTS))}
            buyer, name = one_of(self.people, who), one_of(OFFERS, which)
            order = self._order(buyer, name, pieces=1 + how % 4, coupon=which // 8, **pots)
            if order and order.state == "pending" and who % 5 < MOSTLY:
                self._pay(order)

    def top_up(self, who, which, _how):
        if len(self.model.orders) < MOST_ORDERS:
            self._buy(one_of(self.people, who), one_of(TOPUPS, which))

    def pay(self, _who, which, _how):
        order = one_of(self._orders("pending"), which)
        if order:
            self._pay(order)

    def a_notice_comes(self, _who, which, how):
        """Again, or never to be believed."""
        order, kind = (
            one_of([each for each in self._orders() if each.bill], which),
            one_of(KINDS, how),
        )
        if order and (kind != "true" or order.is_received):
            status = self.doors.pay(order.bill, kind=kind)
            assert status == {"true": HEARD, "wrong_amount": REFUSED}.get(kind, FORBIDDEN), kind
            self._did(f"notice {kind}", order)

    def close(self, _who, which, how):
        order = one_of(self._orders("pending"), which)
        if order:
            if how % 2:
                said = self._ask(order, "post", f"/orders/{order.number}/cancel")
                assert said["state"] == "closed"
            else:
                closed(self.shop, Named(order.number), at=self.at)
            self.model.close(order)
            self._did("close", order)

    def pay_too_late(self, _who, which, _how):
        order = one_of([each for each in self._orders("closed") if not each.is_received], which)
        if order and order.bill:
            self._pay(order)

    def late_money_goes_back(self, _who, which, _how):
        self.doors.work("refunds.return_late_money")
        order = one_of(self.model.late, which)
        if order:
            assert self.doors.refund(self.doors.late_refund_of(order.number)) == HEARD
            self.doors.work("aftersales.go_on_refunded")
            self.model.arrive_late(order)
            self._did("late money back", order)

    def points_of_purchases_come(self, *_):
        """When the job comes; a return may be quicker."""
        if self.doors.work("points.earn_for_purchase"):
            for order in self._orders():
                if order.paid_at and not order.is_earned:
                    order.is_earned = True
                    self.model.earn(order)
            self._later(A_MOMENT)
            self._did("earn", order)

    # The counter, and friends

    def use(self, _who, which, _how):
        voucher = self._voucher(which)
        if voucher:
            code = shown(self.shop, voucher, at=self.at).qr_text
            said = self._try("use", lambda: self.model.check_use(voucher, at=self.at),
                lambda: self.doors.staff(
                    self.shop.clerk, "post", "/counter/redeem", {"code": code}))  # fmt: skip
            if said:
                points = self.model.use(said["redemption"], voucher, at=self.at)
                assert (said["value_fen"], said["points"]) == (voucher.fen, points)
                self.touched = (self._person(voucher.holder), voucher.order, None)

    def reverse(self, _who, which, _how):
        use = one_of(self.model.uses[-6:], which)
        if use:
            path = f"/counter/redemptions/{use.number}/reverse"
            if self._try("reverse", lambda: self.model.check_reverse(use, at=self.at),
                lambda: self.doors.staff(
                    self.shop.manager, "post", path, {"reason": "扫错券"})):  # fmt: skip
                self.model.reverse(use)
                self.touched = (self._person(use.voucher.holder), use.voucher.order, None)

    def give(self, who, which, _how):
        """And the friend may take it at once."""
        voucher = one_of(self._mine("active"), which)
        if voucher and self.at < voucher.valid_until and voucher.hands < MOST_HANDS:
            giver = self._person(voucher.holder)
            number = a_gift(
                self.shop, giver=giver.member, vouchers=[Named(voucher.number)], at=self.at
            )
            ends_at = min(self.at + GIFT_LASTS, voucher.valid_until)
            self.gifts.append(Gift(number, voucher, giver, ends_at))
            voucher.state, voucher.is_waiting = "held", True
            self._did("give", voucher.order)
            if who % 2:
                self._end_gift(self.gifts[-1], who)

    def a_gift_ends(self, who, which, _how):
        gift = one_of(self.gifts, which)
        if gift and self.at < gift.ends_at:
            self._end_gift(gift, who)

    def _end_gift(self, gift, who):
        """A friend takes it, or the giver takes it back."""
        friend = one_of(self.people, who // 2)
        if friend is gift.giver:
            with transaction():
                gifting.recall(merchant_id=self.shop.id, member_id=gift.giver.id,
                               number=gift.number, at=self.at)  # fmt: skip
        else:
            a_claim(self.shop, gift.number, friend.member, at=self.at)
            gift.voucher.holder, gift.voucher.hands = friend.id, gift.voucher.hands + 1
        self._gift_is_over(gift)
        self._did("end a gift", gift.voucher.order)

    def _gift_is_over(self, gift):
        self.gifts.remove(gift)
        gift.voucher.state, gift.voucher.is_waiting = "active", False

    # Money back

    def want_it_back(self, mask, which, how):
        """All of an order, or some of its vouchers; sometimes the merchant gives it."""
        order = one_of([each for each in self._orders() if each.paid_at] or self._orders(), which)
        if order:
            asker = MERCHANT if how % 4 == 0 else BUYER
            some = [each for n, each in enumerate(order.vouchers) if mask >> n & 1]
            self._want_back(order, some if how % 3 else [], asker, how)

    def _want_back(self, order, some, asker, how):
        self._check_quote(order, asker)
        chosen = []
        body = {"reason": "不想要了"} | (
            {"vouchers": [each.number for each in some]} if some else {}
        )
        path = f"/orders/{order.number}/refunds"
        said = self._try(
            f"refund by {asker}",
            lambda: chosen.append(self.model.check_ask(order, some, asker, at=self.at)),
            lambda: (
                self.doors.member(self._person(order.buyer), "post", path, body)
                if asker == BUYER
                else self.doors.staff(self.shop.manager, "post", f"/counter{path}", body)
            ),
        )
        if said:
            waits = self.model.needs_word(order, asker, at=self.at)
            self._did("ask", order, self.model.ask(said["refund"], order, chosen[0], waits=waits))
            if how % 2:
                self.returns_go_on()

    def _check_quote(self, order, asker):
        path = f"/orders/{order.number}/refund-quote"
        lines = []
        said = self._try(
            "quote",
            lambda: lines.extend(self.model.quote(order, asker, at=self.at)),
            lambda: (
                self.doors.member(self._person(order.buyer), "get", path)
                if asker == BUYER
                else self.doors.staff(self.shop.manager, "get", f"/counter{path}")
            ),
        )
        if said:
            told = [(each["voucher"], each["back_fen"], each["reason"]) for each in said["lines"]]
            expected = [(each and each.number, fen, why) for each, fen, why in lines]
            assert told == expected, (told, expected)

    def the_merchant_decides(self, _who, which, how):
        asked = [each for each in self.model.returns if each.state == "asked"]
        found = one_of(asked or self.model.returns[-4:], which)
        if found is None:
            return
        word = ["approve", "decline", "withdraw", "approve"][how % 4]
        check = self.model.check_approve if word == "approve" else self.model.check_decide
        if self._try(word, lambda: check(found), lambda: self._decide(found, word)):
            if word == "approve":
                self.model.approve(found)
            else:
                self.model.give_up(found, {"decline": "declined"}.get(word, "withdrawn"))
            self._did(word, found.order, found)

    def _decide(self, found, word):
        path = f"/refunds/{found.number}/{word}"
        if word == "withdraw":
            return self.doors.member(self._person(found.order.buyer), "post", path)
        return self.doors.staff(self.shop.manager, "post", f"/counter{path}", {"reason": "老顾客"})

    def returns_go_on(self, *_):
        """The job: ours is back at once, WeChat is asked for the rest."""
        waiting = [each for each in self.model.returns if each.state == "frozen"]
        if self.doors.work("aftersales.go_on"):
            for found in waiting:
                self.model.pay_back(found)
                self._did("pay back", found.order, found)

    def wechat_answers(self, _who, which, how):
        """It arrived, said once or twice; or it is closed, and somebody tries again."""
        found = one_of([each for each in self.model.returns if each.state == "paying"], which)
        if found is None:
            return
        asked, closes = self.doors.refund_of(found.number), how % 5 == 0
        assert asked.amount_fen == found.wechat_fen
        if how % 7 == 0:
            assert self.doors.refund(asked, kind="wrong_amount") == REFUSED
        for _ in range(1 + how % 2):
            assert self.doors.refund(asked, "CLOSED" if closes else "SUCCESS") == HEARD
        self.doors.work("aftersales.go_on_refunded")
        if closes:
            path = f"/counter/refunds/{found.number}/retry"
            assert self.doors.staff(self.shop.manager, "post", path)[1] is None
            assert self.doors.refund_of(found.number).number != asked.number
            self._did("retry", found.order, found)
        else:
            self.model.arrive(found)
            self._did("arrive", found.order, found)

    # Time

    def time_passes(self, _who, which, _how):
        """And the sweeps come by."""
        minutes = one_of(MINUTES, which)
        self._later(timedelta(minutes=minutes))
        self._did(f"{minutes} minutes pass", next(iter(self.model.orders.values())))
        with transaction():
            economy_returns.end_gifts(at=self.at)
            vouchers.expire_due(at=self.at, limit=10_000)
            mature_due(at=self.at)
        for gift in [each for each in self.gifts if each.ends_at <= self.at]:
            self._gift_is_over(gift)
        self.model.expire(at=self.at)
        self.model.ripen(at=self.at)
        economy_returns.ask_for_expired(self.shop, at=self.at)
        for order, chosen in self.model.over(at=self.at):
            number = self._return_of(order)
            self._did("over", order, self.model.ask(number, order, chosen, waits=False))
