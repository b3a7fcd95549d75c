"""What of a top-up goes back: each rule's sum, line by line. Bonus money is never paid out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.kernel import money

UNTOUCHED_FOR = timedelta(days=7)


class RefundBasis(StrEnum):
    """Why money goes back.

    `seven_day`: asked within seven days, nothing spent: all that was paid. `agreed`: what rests of
    the paid lot, by the usage order printed on every receipt. `merchant_fault`: the same sum, and
    what was spent counts at its discounted price at most. `holder_fault`: what was spent counts at
    its full price, as if there had been no bonus.
    """

    SEVEN_DAY = "seven_day"
    AGREED = "agreed"
    MERCHANT_FAULT = "merchant_fault"
    HOLDER_FAULT = "holder_fault"


@dataclass(frozen=True)
class Standing:
    """A top-up as it stands, in fen: paid, given on top, what rests of both, and what was spent."""

    paid_fen: int
    bonus_fen: int
    paid_rest: int
    bonus_rest: int
    spent_fen: int
    made_at: datetime

    @property
    def is_untouched(self) -> bool:
        return self.paid_rest == self.paid_fen and self.bonus_rest == self.bonus_fen


@dataclass(frozen=True)
class SumLine:
    words: str
    amount_fen: int


@dataclass(frozen=True)
class Case:
    """One rule's result (fen), and how it comes about. `why_not`: the rule does not apply.

    `kept_fen`: paid money that counts as spent; `clawback_fen`: unspent bonus that is taken back.
    """

    basis: RefundBasis
    refund_fen: int
    kept_fen: int
    clawback_fen: int
    why_not: str | None
    lines: tuple[SumLine, ...]


def cases_of(standing: Standing, *, at: datetime) -> list[Case]:
    """All four rules side by side."""
    return [case_of(standing, basis, at=at) for basis in RefundBasis]


def case_of(standing: Standing, basis: RefundBasis, *, at: datetime) -> Case:
    find = {
        RefundBasis.SEVEN_DAY: _seven_day,
        RefundBasis.AGREED: _agreed,
        RefundBasis.MERCHANT_FAULT: _merchant_fault,
        RefundBasis.HOLDER_FAULT: _holder_fault,
    }[basis]
    refund_fen, why_not, lines = find(standing, at)
    result = SumLine("应退金额", refund_fen)
    return Case(
        basis,
        refund_fen,
        0 if why_not else standing.paid_rest - refund_fen,
        0 if why_not else standing.bonus_rest,
        why_not,
        (*lines, result),
    )


def clawback_for(standing: Standing, *, refund_fen: int) -> int:
    """The unspent bonus (fen) that goes with a part of the unspent paid money, rounded up."""
    if not standing.paid_rest:
        return 0
    return -(-standing.bonus_rest * refund_fen // standing.paid_rest)


Found = tuple[int, str | None, list[SumLine]]


def _seven_day(standing: Standing, at: datetime) -> Found:
    lines = [SumLine("实付本金", standing.paid_fen)]
    if at - standing.made_at > UNTOUCHED_FOR:
        return 0, "已超过七日", lines
    if not standing.is_untouched:
        return 0, "已使用，不适用七日无理由退款", lines
    return standing.paid_fen, None, lines


def _agreed(standing: Standing, _at: datetime) -> Found:
    return standing.paid_rest, None, _lots_lines(standing)


def _merchant_fault(standing: Standing, _at: datetime) -> Found:
    whole = standing.paid_fen + standing.bonus_fen
    discounted = standing.spent_fen * standing.paid_fen // whole if whole else 0
    words = f"已消费 {money.yuan(standing.spent_fen)} 元，按优惠价折合本金"
    return standing.paid_rest, None, [*_lots_lines(standing), SumLine(words, -discounted)]


def _holder_fault(standing: Standing, _at: datetime) -> Found:
    lines = [
        SumLine("实付本金", standing.paid_fen),
        SumLine("已消费（按原价计，不享赠送）", -standing.spent_fen),
    ]
    owed = max(0, standing.paid_fen - standing.spent_fen)
    if owed > standing.paid_rest:
        lines.append(SumLine("赠送金额不予退款", standing.paid_rest - owed))
    return min(owed, standing.paid_rest), None, lines


def _lots_lines(standing: Standing) -> list[SumLine]:
    return [
        SumLine("实付本金", standing.paid_fen),
        SumLine("已使用本金（按约定使用顺序）", standing.paid_rest - standing.paid_fen),
        SumLine(f"未使用赠送金额 {money.yuan(standing.bonus_rest)} 元收回，不予退款", 0),
    ]
