"""What must come of every purchase, in plain Python: no table, no lock, no sum of the product's.

`accounts` are sums of fen and points by (kind, owner); owner 0 is the house. A verb says `No` with
the code of the refusal before it changes anything.
"""

from collections import Counter
from datetime import timedelta

from tests.domain.proofs.money_things import (
    BONUS,
    FEN_OF_A_YUAN,
    PAID,
    WHOLE_BP,
    Credit,
    Earning,
    No,
    Order,
    Price,
    Use,
    divided,
    part,
)

HOUSE = 0
POINTS_FOR_PAYING, POINTS_FOR_USING = 3, 1
PAY_BY_POINTS_BP, POINTS_OF_A_YUAN = 5_000, 150
COOLING_OFF, REVERSE_WITHIN = timedelta(days=7), timedelta(hours=24)


class Money:
    """Buying, paying, using. What goes back is in `money_returns`."""

    def __init__(self):
        self.accounts, self.late = Counter(), []
        self.offers, self.credits, self.orders, self.vouchers = {}, [], {}, {}
        self.uses, self.returns = [], []

    # Sums

    def move(self, source, destination, amount):
        assert amount >= 0
        self.accounts[source] -= amount
        self.accounts[destination] += amount

    def has(self, kind, owner=HOUSE):
        return self.accounts[kind, owner]

    def value_of(self, owner):
        return self.has(PAID, owner) + self.has(BONUS, owner)

    def give_points(self, source, owner, points):
        """A debt is repaid first."""
        repaid = min(-self.has("points_debt", owner), points)
        self.move((source, HOUSE), ("points_debt", owner), repaid)
        self.move((source, HOUSE), ("points", owner), points - repaid)

    def take_points(self, owner, points):
        """What is not there any more is owed."""
        there = min(self.has("points", owner), points)
        self.move(("points", owner), ("points_issued", HOUSE), there)
        self.move(("points_debt", owner), ("points_issued", HOUSE), points - there)

    # What it costs

    def best_of(self, owner, offer, pieces, *, with_points, at):
        """What saves most; among equals what ends first, then what was there first."""
        fit = [
            (-saved, each.valid_until, each.id)
            for each in self.vouchers.values()
            if each.holder == owner
            and (saved := self.saving(each, offer, pieces, with_points=with_points, at=at))
        ]
        return self.vouchers[min(fit)[-1]] if fit else None

    def saving(self, voucher, offer, pieces, *, with_points, at):
        """What a voucher takes off (fen); nothing when it cannot be used."""
        sold = voucher.order.offer
        is_usable = voucher.state == "active" and at < voucher.valid_until and not offer.gives
        if sold.saves is None or not is_usable or (with_points and not sold.goes_with_points):
            return 0
        return sold.saves(offer.price_fen * pieces)

    def price(self, buyer, offer, pieces, *, coupon, points, value_fen, at):
        """As it would be ordered now. Raises No."""
        if offer.limit is not None and pieces > offer.limit:
            raise No("limit_reached")
        saved, points_fen, list_fen = 0, 0, offer.price_fen * pieces
        if coupon:
            saved = self._require_coupon(coupon, buyer, offer, pieces, points, at)
        if points:
            points, points_fen = self._require_points(offer, points, list_fen - saved)
        if value_fen and (offer.gives or value_fen > list_fen - saved - points_fen):
            raise No("tender_refused")
        told = {"offer": offer, "pieces": pieces, "buyer": buyer, "coupon": coupon}
        return Price(
            **told, coupon_fen=saved, points=points, points_fen=points_fen, value_fen=value_fen
        )

    def _require_coupon(self, coupon, buyer, offer, pieces, points, at):
        if coupon.holder != buyer:
            raise No("not_found")
        saved = self.saving(coupon, offer, pieces, with_points=bool(points), at=at)
        if not saved:
            raise No("tender_refused")
        return saved

    def _require_points(self, offer, points, left_fen):
        """Whole fen, and no more points than these need."""
        if offer.gives:
            raise No("tender_refused")
        if points > most_points(left_fen):
            raise No("too_many_points")
        fen = points * FEN_OF_A_YUAN // POINTS_OF_A_YUAN
        if not fen:
            raise No("tender_refused")
        return -(-fen * POINTS_OF_A_YUAN // FEN_OF_A_YUAN), fen

    # An order

    def check_place(self, price):
        """Raises No for what is not there (any more)."""
        offer, buyer = price.offer, price.buyer
        if offer.stock is not None and offer.taken + price.pieces > offer.stock:
            raise No("sold_out")
        if offer.limit is not None and offer.takers[buyer] + price.pieces > offer.limit:
            raise No("limit_reached")
        if price.points > self.has("points", buyer):
            raise No("not_enough_points")
        if price.value_fen > self.value_of(buyer):
            raise No("not_enough_value")

    def place(self, number, price):
        order = self.orders[number] = Order(number=number, price=price)
        self._take_stock(order, price.pieces)
        if price.coupon:
            price.coupon.state = "held"
        self.move(("points", price.buyer), ("points_held", HOUSE), price.points)
        order.parts = self._take_value(price.buyer, price.value_fen)
        return order

    def _take_stock(self, order, pieces):
        order.offer.taken += pieces if order.offer.stock is not None else 0
        order.offer.takers[order.buyer] += pieces if order.offer.limit is not None else 0

    def _take_value(self, owner, fen):
        """The oldest top-up first, within it as it was sold."""
        parts = {}
        for credit in (each for each in self.credits if each.owner == owner):
            share = min(fen, sum(credit.left.values()))
            fen -= share
            for kind, amount in _from_credit(credit, share).items():
                credit.left[kind] -= amount
                self.move((kind, owner), ("value_held", HOUSE), amount)
                parts[credit, kind] = amount
        return parts

    def close(self, order):
        """Everything is where it was."""
        order.state, price = "closed", order.price
        self._take_stock(order, -price.pieces)
        if price.coupon:
            price.coupon.state = "active"
        self.give_points("points_held", order.buyer, price.points)
        self.bring_back(order, "value_held", price.value_fen)

    def bring_back(self, order, source, fen):
        """Into the very top-ups, as they paid; bonus of one that went back is nobody's."""
        with_some = [key for key, amount in order.parts.items() if amount]
        keys = sorted(with_some, key=lambda each: (self.credits.index(each[0]), each[1] == BONUS))
        if not keys:
            return
        amounts = divided(fen, [order.parts[key] for key in keys])
        for (credit, kind), amount in zip(keys, amounts, strict=True):
            order.parts[credit, kind] -= amount
            if credit.is_back and kind == BONUS:
                credit.clawed_fen += amount
                self.move((source, HOUSE), ("bonus_issued", HOUSE), amount)
            else:
                credit.left[kind] += amount
                self.move((source, HOUSE), (kind, credit.owner), amount)

    def receive(self, order, *, at):
        """The bill is paid; too late, the money lies apart."""
        order.is_received = True
        if order.state != "pending":
            self.move(("payers", HOUSE), ("late_money", HOUSE), order.price.wechat_fen)
            self.late.append(order)
            return
        self.move(("payers", HOUSE), ("prepaid", HOUSE), order.price.wechat_fen)
        self.hand_over(order, at=at)

    def hand_over(self, order, *, at):
        """What pays is spent, and what was bought is there: vouchers later, when they are seen."""
        order.state, order.paid_at, price = "fulfilled", at, order.price
        if price.coupon:
            price.coupon.state = "redeemed"
            self.move(("prepaid", HOUSE), ("earned", HOUSE), price.coupon.fen)
        self.move(("points_held", HOUSE), ("points_spent", HOUSE), price.points)
        self.move(("value_held", HOUSE), ("prepaid", HOUSE), price.value_fen)
        if price.offer.gives:
            self._top_up(order)

    def _top_up(self, order):
        owner, offer, gives = order.buyer, order.offer, order.offer.gives
        given = sum(each.bonus_fen - each.clawed_fen for each in self.credits
                    if (each.owner, each.offer) == (owner, offer))  # fmt: skip
        room = gives.bonus_fen if gives.cap_fen is None else max(0, gives.cap_fen - given)
        fen = {PAID: order.price.total_fen, BONUS: min(gives.bonus_fen, room)}
        order.credit = Credit(owner=owner, offer=offer, bonus_fen=fen[BONUS], left=dict(fen))
        self.credits.append(order.credit)
        self.move(("prepaid", HOUSE), (PAID, owner), fen[PAID])
        self.move(("bonus_issued", HOUSE), (BONUS, owner), fen[BONUS])

    def allocated(self, order):
        """What each voucher of an order costs: (kind, fen, worth in fen)."""
        piece = [(kind, worth) for kind, worth, count in order.offer.inside for _ in range(count)]
        each = piece * order.price.pieces
        shares = divided(order.price.total_fen, [worth for _, worth in each])
        return [(kind, fen, worth) for (kind, worth), fen in zip(each, shares, strict=True)]

    # Points of a purchase

    def earn(self, order):
        """Once; what went back before earns nothing."""
        price = order.price
        points = price.total_fen * POINTS_FOR_PAYING // FEN_OF_A_YUAN
        undone = self.undone_bp(order)
        if order.offer.gives or not price.total_fen or undone == WHOLE_BP or not points:
            return
        until = order.paid_at + COOLING_OFF
        last = max((each.valid_until for each in order.vouchers), default=until)
        more = COOLING_OFF if order.offer.is_back_when_over else timedelta(0)
        order.earning = Earning(owner=order.buyer, points=points, ripe_at=max(until, last + more))
        self.move(("points_issued", HOUSE), ("points_pending", order.buyer), points)
        self.take_earning(order, undone)

    def undone_bp(self, order):
        return order.done_fen * WHOLE_BP // order.price.total_fen if order.price.total_fen else 0

    def take_earning(self, order, share_bp):
        """Shares taken one by one add up to the whole."""
        found = order.earning
        if found is None:
            return
        before, found.taken_bp = found.taken_bp, min(found.taken_bp + share_bp, WHOLE_BP)
        points = part(found.points, found.taken_bp) - part(found.points, before)
        found.taken += points
        if found.is_ripe:
            self.take_points(found.owner, points)
        else:
            self.move(("points_pending", found.owner), ("points_issued", HOUSE), points)

    def ripen(self, *, at):
        for order in self.orders.values():
            found = order.earning
            if found and not found.is_ripe and found.ripe_at <= at and found.taken < found.points:
                found.is_ripe, left = True, found.points - found.taken
                self.move(("points_pending", found.owner), ("ripening", HOUSE), left)
                self.give_points("ripening", found.owner, left)

    # The counter

    def check_use(self, voucher, *, at):
        """Raises No."""
        refused = {"redeemed": "already_redeemed"} | {
            state: f"voucher_{state}" for state in ("held", "frozen", "void", "expired")
        }
        if voucher.state in refused:
            raise No(refused[voucher.state])
        if at >= voucher.valid_until:
            raise No("voucher_expired")

    def use(self, number, voucher, *, at):
        points = voucher.fen * POINTS_FOR_USING // FEN_OF_A_YUAN
        self.uses.append(Use(number=number, voucher=voucher, at=at, points=points))
        voucher.state = "redeemed"
        self.move(("prepaid", HOUSE), ("earned", HOUSE), voucher.fen)
        self.give_points("points_issued", voucher.holder, points)
        return points

    def check_reverse(self, use, *, at):
        """Raises No."""
        if use.is_reversed or at >= use.at + REVERSE_WITHIN:
            raise No("not_reversible")

    def reverse(self, use):
        """How many points are owed now that were spent meanwhile is in the sums."""
        use.is_reversed, use.voucher.state = True, "active"
        self.move(("earned", HOUSE), ("prepaid", HOUSE), use.voucher.fen)
        self.take_points(use.voucher.holder, use.points)


def most_points(price_fen):
    """The most points that pay no more than the allowed part of a price, in whole fen."""
    fen = part(price_fen, PAY_BY_POINTS_BP)
    return -(-fen * POINTS_OF_A_YUAN // FEN_OF_A_YUAN)


def _from_credit(credit, fen):
    """How much of each kind of money pays `fen`."""
    if credit.offer.gives.first == "proportional":
        paid, _ = divided(fen, [credit.left[PAID], credit.left[BONUS]])
        return {PAID: paid, BONUS: fen - paid}
    first, then = (PAID, BONUS) if credit.offer.gives.first == "paid_first" else (BONUS, PAID)
    amount = min(fen, credit.left[first])
    return {first: amount, then: fen - amount}
