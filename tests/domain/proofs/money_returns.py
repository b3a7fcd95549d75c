"""What must come of money that goes back, in the model's own sums."""

from collections import Counter
from datetime import timedelta

from tests.domain.proofs.money_model import HOUSE, Money
from tests.domain.proofs.money_things import (
    BONUS,
    PAID,
    No,
    Return,
    divided,
)

ALONE_FOR = timedelta(days=7)
BUYER, MERCHANT, EXPIRY = "buyer", "merchant", "expiry"
# Why a voucher stays, by its state; what is begun with it stops a whole order.
STAYS = {"redeemed": "used", "void": "void", "frozen": "frozen"}
STOPS = {"gift_waiting", "checkout"}


class Returns(Money):
    """Asked for, decided, paid back, done."""

    # Asking

    def why_not(self, voucher, asker, *, at):
        """Why a voucher does not go back; None when it does."""
        if voucher.is_returning:
            return "returned" if voucher.state == "void" else "returning"
        if voucher.state == "held":
            return "gift_waiting" if voucher.is_waiting else "checkout"
        if voucher.state in STAYS:
            return STAYS[voucher.state]
        is_over = voucher.state == "expired" or at >= voucher.valid_until
        goes_when_over = voucher.order.offer.is_back_when_over
        if asker == EXPIRY:
            return None if is_over and goes_when_over else "not_yet" if not is_over else "expired"
        if asker == BUYER and voucher.holder != voucher.order.buyer:
            return "given_away"
        return "expired" if asker == BUYER and is_over and not goes_when_over else None

    def quote(self, order, asker, *, at):
        """(voucher or None for a top-up, fen, why not), line by line. Raises No."""
        if order.state not in {"fulfilled", "partly_refunded", "refunding"}:
            raise No("order_not_refundable")
        lines = []
        for each in sorted(order.vouchers, key=lambda each: each.id):
            why = self.why_not(each, asker, at=at)
            lines.append((each, 0 if why else each.fen, why))
        if order.credit and asker != EXPIRY:
            rest = order.credit.left[PAID]
            lines.append((None, rest, None if rest else "spent"))
        return lines

    def check_ask(self, order, some, asker, *, at):
        """What goes back: (vouchers, of the top-up too, fen). Raises No."""
        lines = self.quote(order, asker, at=at)
        if order.running:
            raise No("refund_under_way")
        meant = [each for each in lines if not some or each[0] in some]
        if asker != EXPIRY and any(why == "gift_waiting" for _, _, why in meant):
            raise No("gift_waiting")
        if any(why if some else asker != EXPIRY and why in STOPS for _, _, why in meant):
            raise No("not_refundable")
        chosen = [(each, fen) for each, fen, why in meant if not why]
        fen = sum(fen for _, fen in chosen)
        if not chosen or not (fen or order.price.has_pots):
            raise No("nothing_to_refund")
        return [each for each, _ in chosen if each], chosen[-1][0] is None, fen

    def needs_word(self, order, asker, *, at):
        return bool(order.credit) and asker == BUYER and at >= order.paid_at + ALONE_FOR

    def ask(self, number, order, chosen, *, waits):
        vouchers, has_topup, fen = chosen
        found = Return(
            number=number, order=order, vouchers=vouchers, has_topup=has_topup, fen=fen,
            state="asked" if waits else "frozen",
        )  # fmt: skip
        order.running, order.state = found, "refunding"
        self.returns.append(found)
        for each in vouchers:
            each.is_returning = True
            each.state = each.state if each.state == "expired" else "frozen"
        if has_topup and not waits:
            self._take_topup(order)
        return found

    def _take_topup(self, order):
        credit, owner = order.credit, order.credit.owner
        self.move((PAID, owner), ("prepaid", HOUSE), credit.left[PAID])
        self.move((BONUS, owner), ("bonus_issued", HOUSE), credit.left[BONUS])
        credit.clawed_fen += credit.left[BONUS]
        credit.left, credit.is_back = {PAID: 0, BONUS: 0}, True

    # Deciding

    def check_decide(self, found):
        if found.state != "asked":
            raise No("refund_decided")

    def check_approve(self, found):
        self.check_decide(found)
        if not found.order.credit.left[PAID]:
            raise No("nothing_to_refund")

    def approve(self, found):
        """What was used meanwhile is used."""
        found.fen, found.state = found.order.credit.left[PAID], "frozen"
        self._take_topup(found.order)

    def give_up(self, found, state):
        found.state, found.order.running = state, None
        self._settle(found.order)

    # The money

    def pay_back(self, found):
        """Each pot gets its part of the money; points and the coupon go by what things are worth."""
        order = found.order
        now, left = self._weight(found)
        fen = divided(found.fen, [order.rest("value"), order.rest("wechat")])
        found.value_fen, found.wechat_fen = fen
        found.points = order.rest("points") * now // left if left else 0
        if order.price.coupon and now and now == left:
            self._unspend(order)
        self.give_points("points_spent", order.buyer, found.points)
        if found.value_fen:
            self.bring_back(order, "prepaid", found.value_fen)
        order.back += Counter(value=found.value_fen, wechat=found.wechat_fen, points=found.points)
        found.state = "paying"
        if not found.wechat_fen:
            self.finish(found)

    def _weight(self, found):
        """What goes back, of all that did not yet: by worth; a top-up by its money."""
        if found.has_topup:
            return found.fen, found.order.rest("value") + found.order.rest("wechat")
        there = [each for each in found.order.vouchers if each.state != "void"]
        return sum(each.worth_fen for each in found.vouchers), sum(v.worth_fen for v in there)

    def _unspend(self, order):
        order.is_coupon_back, coupon = True, order.price.coupon
        coupon.state = "active"
        self.move(("earned", HOUSE), ("prepaid", HOUSE), coupon.fen)

    def arrive(self, found):
        """WeChat says that its part is there."""
        self.move(("prepaid", HOUSE), ("payers", HOUSE), found.wechat_fen)
        self.finish(found)

    def arrive_late(self, order):
        self.move(("late_money", HOUSE), ("payers", HOUSE), order.price.wechat_fen)
        self.late.remove(order)

    def finish(self, found):
        """What was bought is no more: vouchers, points in proportion, and the pieces are for sale."""
        order = found.order
        for each in found.vouchers:
            each.state = "void"
        before = self.undone_bp(order)
        order.done_fen += found.fen
        self._restock(order)
        self.take_earning(order, self.undone_bp(order) - before)
        found.state, order.running = "done", None
        self._settle(order)

    def _restock(self, order):
        """A piece is for sale when every thing in it went back."""
        gone = Counter(each.kind for each in order.vouchers if each.state == "void")
        whole = [gone[kind] // count for kind, _, count in order.offer.inside]
        pieces = min([*whole, order.price.pieces]) if whole else 0
        self._take_stock(order, order.restocked - pieces)
        order.restocked = pieces

    def _settle(self, order):
        is_all = order.done_fen == order.price.total_fen
        if order.price.has_pots or not order.price.total_fen:
            is_all = is_all and all(each.state == "void" for each in order.vouchers)
        is_any = any(each.order is order and each.state == "done" for each in self.returns)
        order.state = ("refunded" if is_all else "partly_refunded") if is_any else "fulfilled"

    # Time

    def expire(self, *, at):
        """What is over, and what nobody took in time comes back before."""
        for each in self.vouchers.values():
            if each.state == "active" and each.valid_until <= at:
                each.state = "expired"

    def over(self, *, at):
        """Orders of which something is over that nobody judged yet, with what goes back by itself."""
        for order in list(self.orders.values()):
            ended = [each for each in order.vouchers
                     if each.state == "expired" and each.fen and not each.is_judged]  # fmt: skip
            if not ended or order.running:
                continue
            for each in ended:
                each.is_judged = True
            try:
                yield order, self.check_ask(order, [], EXPIRY, at=at)
            except No:
                continue
