"""Which voucher serves an order best, and why each other one does not. All pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import catalog
from app.domain.catalog import BenefitKind, RevisionTerms
from app.domain.vouchers import (
    NotYetValid,
    VoucherExpired,
    VoucherFrozen,
    VoucherHeld,
    VoucherLocked,
    VoucherRefusal,
    VoucherState,
)
from app.kernel import money

DISCOUNTS = frozenset({BenefitKind.CASH, BenefitKind.DISCOUNT})
# Conditions on stores are asked about apart: no store is where an order is placed.
ONLINE = 0


@dataclass(frozen=True)
class OwnVoucher:
    """A voucher of the buyer's, as its row says."""

    id: int
    number: str
    state: str
    revision_id: int
    valid_from: datetime
    valid_until: datetime
    allocated_fen: int


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """What a voucher would lower the price of. Amount in fen."""

    list_fen: int
    takes_discounts: bool
    points_pay: bool
    zone: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What a voucher would save (fen), or why it cannot be used: a code and words for its holder.

    One that could be used and is not the best has words and no code.
    """

    voucher_id: int
    number: str
    name: str
    face_text: str
    valid_until: datetime
    saving_fen: int = 0
    why: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Every voucher that could be meant, the best of them, and the next best."""

    candidates: Sequence[Candidate]
    best: Candidate | None = None
    runner_up: Candidate | None = None


def choose(candidates: Sequence[Candidate]) -> Choice:
    """The largest saving wins; among equals what ends soonest, then what was issued first."""
    fit = [each for each in candidates if each.why is None]
    ranked = sorted(fit, key=lambda each: (-each.saving_fen, each.valid_until, each.voucher_id))
    if not ranked:
        return Choice(candidates=candidates)
    best, *others = ranked
    behind = [replace(each, reason=_behind(each, best)) for each in others]
    rest = [each for each in candidates if each.why is not None]
    runner_up = behind[0] if behind else None
    return Choice(candidates=[best, *behind, *rest], best=best, runner_up=runner_up)


def _behind(other: Candidate, best: Candidate) -> str:
    """Why the best one goes before it, in the order in which they are compared."""
    if less_fen := best.saving_fen - other.saving_fen:
        return f"可以使用，比最优惠的券少省{money.yuan(less_fen)}元"
    if other.valid_until > best.valid_until:
        return "可以使用，省得一样多，但到期更晚"
    return "可以使用，与最优惠的券省得一样多"


def weigh(voucher: OwnVoucher, terms: RevisionTerms, purchase: Purchase) -> Candidate:
    saving_fen = saving_of(terms, list_fen=purchase.list_fen)
    refused = _refuse(voucher, terms, purchase, saving_fen)
    why, reason = refused or (None, None)
    return Candidate(
        voucher_id=voucher.id,
        number=voucher.number,
        name=terms.name,
        face_text=terms.face_text,
        valid_until=voucher.valid_until,
        saving_fen=0 if refused else saving_fen,
        why=why,
        reason=reason,
    )


def saving_of(terms: RevisionTerms, *, list_fen: int) -> int:
    """A cash voucher gives no change; 8,500 bp of the price are paid with an 8.5折 voucher."""
    face = terms.face
    if terms.kind is BenefitKind.CASH:
        return min(int(face["off_fen"]), list_fen)
    if terms.kind is BenefitKind.DISCOUNT:
        saved = money.part(list_fen, bp=money.BASIS_POINTS - int(face["rate_bp"]))
        return min(saved, int(face.get("cap_fen") or saved))
    return 0


Refused = tuple[str, str]


def _refuse(
    voucher: OwnVoucher, terms: RevisionTerms, purchase: Purchase, saving_fen: int
) -> Refused | None:
    return (
        _refuse_kind(terms, purchase)
        or _refuse_state(voucher, purchase.at)
        or _refuse_conditions(voucher, terms, purchase)
        or _refuse_company(terms, purchase)
        or (None if saving_fen else ("nothing_to_save", "这张券不能减少本单的金额"))
    )


def _refuse_kind(terms: RevisionTerms, purchase: Purchase) -> Refused | None:
    if terms.kind not in DISCOUNTS:
        return "not_a_discount", "这张券请到店兑换，不能抵扣订单金额"
    if not purchase.takes_discounts:
        return "not_for_this_offer", "储值和礼品卡不能用券购买"
    return None


_NOT_ACTIVE: dict[str, type[VoucherRefusal]] = {
    VoucherState.HELD: VoucherHeld,
    VoucherState.LOCKED: VoucherLocked,
    VoucherState.ISSUING: VoucherLocked,
    VoucherState.FROZEN: VoucherFrozen,
}


def _refuse_state(voucher: OwnVoucher, at: datetime) -> Refused | None:
    refusal = _NOT_ACTIVE.get(voucher.state)
    if voucher.state != VoucherState.ACTIVE and refusal is None:
        return "voucher_over", "这张券已使用或已失效"
    if refusal is None and at < voucher.valid_from:
        refusal = NotYetValid
    if refusal is None and at >= voucher.valid_until:
        refusal = VoucherExpired
    return (refusal.code, refusal.holder_text) if refusal else None


def _refuse_conditions(
    voucher: OwnVoucher, terms: RevisionTerms, purchase: Purchase
) -> Refused | None:
    if terms.conditions.store_ids is not None:
        return "only_in_store", "这张券仅限指定门店使用，不能在线上下单时使用"
    if terms.conditions.has_use_rule:
        return "only_at_counter", "这张券限制使用频次，请到店使用"
    refused = catalog.refuse_use(
        terms.conditions,
        at=purchase.at,
        zone=purchase.zone,
        store_id=ONLINE,
        spend_fen=purchase.list_fen,
        until=voucher.valid_until,
    )
    return (refused.code, refused.holder_text) if refused else None


def _refuse_company(terms: RevisionTerms, purchase: Purchase) -> Refused | None:
    if purchase.points_pay and not terms.conditions.stackable:
        return "not_stackable", "这张券不与其他优惠同享，使用积分抵扣时不能用"
    return None
