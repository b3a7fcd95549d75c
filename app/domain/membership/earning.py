"""The fee of a bought term is earned with its days, month by month; what is left can go back."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger, merchants
from app.domain.ledger import AccountKind, Asset, Posting, house
from app.domain.membership import settling, statements
from app.domain.membership.rules import days_left, earns_next, fee_left
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.money import yuan

# What came with a bought term and is not lying there untouched any more.
_PACK_WAS_USED = """
SELECT EXISTS (
  SELECT FROM membership_terms t
  JOIN pack_grants g ON g.merchant_id = %(merchant_id)s AND g.member_id = t.member_id
    AND g.tier = t.tier AND g.at >= t.starts_at
  JOIN cards c ON c.merchant_id = %(merchant_id)s AND c.number = g.card_number
  JOIN vouchers v ON v.merchant_id = %(merchant_id)s AND v.card_id = c.id
  WHERE t.merchant_id = %(merchant_id)s AND t.order_id = %(order_id)s AND t.ended_at IS NULL
    AND v.state NOT IN ('active', 'issuing', 'expired', 'void'))
"""


@dataclass(frozen=True)
class FeeDue:
    merchant_id: int
    order_id: int


@dataclass(frozen=True, kw_only=True)
class TermLeft:
    """So many days of a bought term have not begun, and so much of its fee is theirs, in fen."""

    days: int
    amount_fen: int
    formula: str


@dataclass(frozen=True)
class _Yes:
    is_so: bool


NOTHING = TermLeft(days=0, amount_fen=0, formula="")


@dataclass(frozen=True)
class _Fee:
    """A term's fee; `earns_at` is None when all of it is earned or given back."""

    member_id: int
    order_number: str
    days: int
    fee_fen: int
    earned_fen: int
    returned_fen: int
    starts_at: datetime
    ends_at: datetime
    earns_at: datetime | None


def term_left(*, merchant_id: int, order_id: int, at: datetime) -> TermLeft:
    """What would go back of an order's membership: its fee × the days left ÷ its days.

    Nothing when it bought none, all is earned, or it was given back. Only a look.
    """
    fee = _find(statements.FIND_FEE, merchant_id, order_id)
    return _left(fee, _zone(merchant_id), at=at) if fee and fee.earns_at else NOTHING


def pack_was_used(*, merchant_id: int, order_id: int) -> bool:
    """Whether anything of the packs that came with an order's membership was used or given on."""
    which = {"merchant_id": merchant_id, "order_id": order_id}
    found = fetch_one(_Yes, _PACK_WAS_USED, which)
    return found is not None and found.is_so


def give_term_back(*, merchant_id: int, order_id: int, at: datetime) -> int:
    """Nothing more of this term is earned; what was not yet goes back, in fen. Repeatable.

    It says the same each time. The tier itself stays until `end_term`.
    """
    fee = _hold(merchant_id, order_id)
    if fee is None or fee.earns_at is None:
        return fee.returned_fen if fee else 0
    left = _left(fee, _zone(merchant_id), at=at).amount_fen
    _earn(merchant_id, order_id, fee, to_fen=fee.fee_fen - left, returned_fen=left, at=at)
    return left


def earn_fee(*, merchant_id: int, order_id: int, at: datetime) -> bool:
    """Earn what the days until now are worth; whether it was time. Repeatable."""
    fee = _hold(merchant_id, order_id)
    if fee is None or fee.earns_at is None or fee.earns_at > at:
        return False
    zone = _zone(merchant_id)
    if at >= fee.ends_at:
        _earn(merchant_id, order_id, fee, to_fen=fee.fee_fen, at=at)
        return True
    to_fen = fee.fee_fen - _left(fee, zone, at=at).amount_fen
    next_at = earns_next(after=at, ends_at=fee.ends_at, zone=zone)
    _earn(merchant_id, order_id, fee, to_fen=to_fen, at=at, next_at=next_at)
    return True


def list_fees_due(*, at: datetime, limit: int) -> list[FeeDue]:
    """Terms of whose fee something is to be earned, across merchants, without locks."""
    return fetch_all(FeeDue, statements.FEES_DUE, {"at": at, "limit": limit})


def _left(fee: _Fee, zone: str, *, at: datetime) -> TermLeft:
    left = days_left(fee.days, starts_at=fee.starts_at, at=at, zone=zone)
    amount_fen = fee_left(fee.fee_fen, days=fee.days, left=left)
    shown = f"实付{yuan(fee.fee_fen)}元 × 剩余{left}天/{fee.days}天 = {yuan(amount_fen)}元"
    return TermLeft(days=left, amount_fen=amount_fen, formula=shown)


def _earn(
    merchant_id: int,
    order_id: int,
    fee: _Fee,
    *,
    to_fen: int,
    at: datetime,
    returned_fen: int = 0,
    next_at: datetime | None = None,
) -> None:
    """Earn up to `to_fen`. A cause names how far it went, so that no day is booked twice."""
    if to_fen > fee.earned_fen:
        part = Posting(
            source=house(AccountKind.PREPAID, Asset.CNY),
            destination=house(AccountKind.EARNED, Asset.CNY),
            amount=to_fen - fee.earned_fen,
        )
        cause = f"term:{fee.order_number}:{to_fen}"
        ledger.post(merchant_id=merchant_id, cause=cause, postings=[part], at=at)
    execute(
        statements.EARN_FEE,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "earned_fen": to_fen,
            "returned_fen": returned_fen,
            "earns_at": next_at,
        },
    )


def _hold(merchant_id: int, order_id: int) -> _Fee | None:
    """The standing first, then the term, as it is then."""
    seen = _find(statements.FIND_FEE, merchant_id, order_id)
    if seen is None:
        return None
    settling.hold_standing(merchant_id=merchant_id, member_id=seen.member_id)
    return _find(statements.LOCK_FEE, merchant_id, order_id)


def _find(sql: str, merchant_id: int, order_id: int) -> _Fee | None:
    return fetch_one(_Fee, sql, {"merchant_id": merchant_id, "order_id": order_id})


def _zone(merchant_id: int) -> str:
    return merchants.profile(merchant_id=merchant_id).zone
