"""Points as part payment: what the shop takes, and what it is worth."""

from dataclasses import dataclass

from app.domain import ledger
from app.domain.points.errors import TooManyPoints
from app.domain.points.rulebooks import rulebook
from app.domain.points.rules import member_points
from app.domain.points.rulings import PartPayment, most_points, whole_fen


@dataclass(frozen=True)
class MayPay:
    """What points may pay of a price: at most `points`, which take `amount_fen` off it.

    `most_points` is what the shop takes of anybody, `spendable` what this member has.
    """

    spendable: int
    most_points: int
    points: int
    amount_fen: int
    worth: int


def may_pay(*, merchant_id: int, member_id: int, price_fen: int) -> MayPay:
    """How much of a price (fen) this member can pay with points now. Nothing is held."""
    terms = rulebook(merchant_id=merchant_id).terms
    spendable = ledger.balance_of(merchant_id=merchant_id, account=member_points(member_id))
    most = most_points(price_fen, pay_bp=terms.pay_bp, worth=terms.worth)
    part = whole_fen(min(spendable, most), worth=terms.worth)
    return MayPay(spendable, most, part.points, part.amount_fen, terms.worth)


def part_payment(*, merchant_id: int, price_fen: int, points: int) -> PartPayment:
    """What these points take off a price: whole fen, and no more points than those need.

    Raises TooManyPoints when the shop takes fewer of them, or none, for it.
    """
    terms = rulebook(merchant_id=merchant_id).terms
    most = most_points(price_fen, pay_bp=terms.pay_bp, worth=terms.worth)
    if points > most:
        raise TooManyPoints("超过可抵扣的积分", most=most, needed=points)
    return whole_fen(points, worth=terms.worth)
