"""Whether the database and the API say of the shop's money what the model says."""

from dataclasses import dataclass

from app.kernel.db import fetch_all, fetch_one
from tests.domain.proofs.money_model import HOUSE
from tests.domain.proofs.money_things import BONUS, PAID

PAID_OUT = {"pending", "closed"}


@dataclass
class Sum:
    kind: str
    owner: int
    total: int


@dataclass
class Kept:
    """A voucher's row."""

    id: int
    number: str
    order: str
    state: str
    fen: int
    holder: int
    valid_until: object
    kind: str


@dataclass
class Taken:
    offer: str
    owner: int
    pieces: int


@dataclass
class Flow:
    """What came from customers and went back to them; and what went back too much, if any."""

    received: int
    refunded: int
    too_much: int


def vouchers_in(shop):
    return fetch_all(Kept, VOUCHERS, {"m": shop.id})


def check_database(shop, model):
    """Every sum of the ledger, every balance beside it, each voucher, each piece."""
    which = {"m": shop.id}
    kept = {(each.kind, each.owner): each.total for each in fetch_all(Sum, SUMS, which)}
    assert kept == {key: amount for key, amount in model.accounts.items() if amount}, "ledger"
    for name, balances in (("balances", BALANCES), ("lots", LOTS)):
        found = {(each.kind, each.owner): each.total for each in fetch_all(Sum, balances, which)}
        assert found.items() <= kept.items(), name
    _check_vouchers(shop, model)
    _check_stock(shop, model)
    flow = fetch_one(Flow, FLOW, which)
    assert flow.received - flow.refunded == -model.has("payers"), "payers"
    assert flow.too_much == 0, "refunds of a payment exceed it"


def _check_vouchers(shop, model):
    kept = {each.id: (each.state, each.fen, each.holder) for each in vouchers_in(shop)}
    assert kept == {each.id: (each.state, each.fen, each.holder)
                    for each in model.vouchers.values()}, "vouchers"  # fmt: skip


def _check_stock(shop, model):
    kept = {(each.offer, each.owner): each.pieces
            for each in fetch_all(Taken, STOCK, {"m": shop.id})}  # fmt: skip
    said = {(each.number, HOUSE): each.taken for each in model.offers.values()
            if each.stock is not None and each.taken}  # fmt: skip
    for offer in model.offers.values():
        said |= {(offer.number, who): n for who, n in offer.takers.items() if n}
    assert kept == said, "stock"


def check_person(doors, model, person):
    """What his phone shows of points and stored value."""
    points, _ = doors.member(person, "get", "/points")
    value, _ = doors.member(person, "get", "/value")
    said = [model.has(kind, person.id) for kind in ("points", "points_pending", "points_debt")]
    assert [points["spendable"], points["pending"], -points["debt"]] == said, "points"
    assert [value["paid_fen"], value["bonus_fen"]] == [
        model.has(PAID, person.id),
        model.has(BONUS, person.id),
    ], "value"


def check_order(doors, person, order):
    """What his phone shows of an order, and of what pays for it."""
    seen, _ = doors.member(person, "get", f"/orders/{order.number}")
    price = order.price
    assert seen["state"] == order.state, "state"
    assert (seen["total_fen"], seen["wechat_fen"]) == (price.total_fen, price.wechat_fen), "price"
    assert seen["wechat_returned_fen"] == order.back["wechat"], "returned"
    told = {
        each["kind"]: (each["state"], each["amount_fen"], each["points"], each["returned_fen"],
                       each["returned_points"])
        for each in seen["tenders"]
    }  # fmt: skip
    assert told == _tenders(order), "tenders"


def check_return(doors, person, found):
    seen, _ = doors.member(person, "get", f"/refunds/{found.number}")
    told = [seen[name] for name in ("state", "back_fen", "wechat_fen", "value_fen", "points")]
    said = [found.state, found.fen, found.wechat_fen, found.value_fen, found.points]
    assert told == said, "refund"


def _tenders(order):
    price, back = order.price, order.back
    of_coupon = price.coupon_fen if order.is_coupon_back else 0
    pots = {
        "voucher": (price.coupon_fen, 0, of_coupon, 0),
        "points": (price.points_fen, price.points, 0, back["points"]),
        "value": (price.value_fen, 0, back["value"], 0),
    }
    return {
        kind: (_state(order, kind, pot), *pot)
        for kind, pot in pots.items()
        if pot[0] or pot[1]
    }  # fmt: skip


def _state(order, kind, pot):
    if order.state in PAID_OUT:
        return {"pending": "held", "closed": "released"}[order.state]
    fen, points, back_fen, back_points = pot
    is_back = points == back_points if kind == "points" else fen == back_fen
    return "returned" if is_back else "captured"


SUMS = """
SELECT kind, owner, sum(total)::bigint FROM (
  SELECT a.kind, a.owner,
    CASE WHEN p.destination_id = a.id THEN p.amount ELSE -p.amount END AS total
  FROM ledger_accounts a JOIN ledger_postings p
    ON p.merchant_id = a.merchant_id AND a.id IN (p.source_id, p.destination_id)
  WHERE a.merchant_id = %(m)s) each_posting
GROUP BY kind, owner HAVING sum(total) <> 0
"""
BALANCES = """
SELECT kind, owner, balance FROM ledger_accounts
WHERE merchant_id = %(m)s AND balance IS NOT NULL AND balance <> 0
"""
LOTS = """
SELECT 'value_' || l.kind, c.member_id, sum(l.remaining_fen)::bigint FROM value_lots l
JOIN value_credits c ON c.merchant_id = l.merchant_id AND c.id = l.credit_id
WHERE l.merchant_id = %(m)s GROUP BY l.kind, c.member_id HAVING sum(l.remaining_fen) <> 0
UNION ALL
SELECT 'points', member_id, sum(remaining)::bigint FROM point_lots
WHERE merchant_id = %(m)s GROUP BY member_id HAVING sum(remaining) <> 0
"""
VOUCHERS = """
SELECT v.id, v.number, o.number, v.state, v.allocated_fen, v.holder_id, v.valid_until, r.name
FROM vouchers v
JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
JOIN orders o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
JOIN benefit_revisions r ON r.merchant_id = v.merchant_id AND r.id = v.revision_id
WHERE v.merchant_id = %(m)s ORDER BY v.id
"""
STOCK = """
SELECT f.number, 0, s.taken FROM offer_stock s
JOIN offers f ON f.merchant_id = s.merchant_id AND f.id = s.offer_id
WHERE s.merchant_id = %(m)s AND s.taken <> 0
UNION ALL
SELECT f.number, t.member_id, t.taken FROM offer_takers t
JOIN offers f ON f.merchant_id = t.merchant_id AND f.id = t.offer_id
WHERE t.merchant_id = %(m)s AND t.taken <> 0
"""
FLOW = """
SELECT (SELECT coalesce(sum(amount_fen), 0)::bigint FROM payments
    WHERE merchant_id = %(m)s AND state = 'received'),
  (SELECT coalesce(sum(amount_fen), 0)::bigint FROM refunds
    WHERE merchant_id = %(m)s AND state = 'succeeded'),
  (SELECT count(*) FROM payments p WHERE p.merchant_id = %(m)s AND p.amount_fen < (
    SELECT coalesce(sum(f.amount_fen), 0) FROM refunds f
    WHERE f.merchant_id = p.merchant_id AND f.payment_id = p.id AND f.state <> 'closed'))
"""
