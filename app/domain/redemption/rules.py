from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import catalog
from app.domain.catalog import RevisionTerms
from app.domain.merchants import Profile
from app.domain.points import Working
from app.domain.redemption.errors import OutsideConditions
from app.domain.vouchers import (
    AlreadyRedeemed,
    NotYetValid,
    VoucherExpired,
    VoucherFrozen,
    VoucherHeld,
    VoucherLocked,
    VoucherRefusal,
    VoucherState,
    VoucherVoid,
)

REVERSE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was scanned, by whom, at which store. `spend_fen` is what the customer spends.

    A clerk comes with his staff id and the epoch of his session, and is asked about in the same
    breath; a till, which was asked about before, with the name of its store.
    """

    merchant_id: int
    acceptor_merchant_id: int
    code_text: str
    actor: str
    store_id: int
    store_name: str | None
    staff_id: int | None = None
    epoch: int | None = None
    spend_fen: int | None = None
    # The voucher that was picked, where the code is the member's own.
    chosen: str | None = None


@dataclass(frozen=True)
class Redeemed:
    """The verdict: what to hand over, and the points that arrived in the same act.

    `workings` say how the points came about; empty for the merchant's plain rate.
    """

    number: str
    voucher_number: str
    benefit_name: str
    hand_over: str
    value_fen: int
    points: int
    points_balance: int
    store_name: str
    redeemed_at: datetime
    replayed: bool = False
    workings: Sequence[Working] = ()


@dataclass(frozen=True)
class Standing:
    """How a voucher stands at the counter, locked or just looked at."""

    id: int
    number: str
    state: str
    holder_id: int
    holder_version: int
    revision_id: int
    allocated_fen: int
    valid_from: datetime
    valid_until: datetime
    points_balance: int
    may_owe_points: bool
    clerks_store: str | None
    has_tiers: bool
    points_debt: int = 0


_BY_STATE: dict[VoucherState, type[VoucherRefusal]] = {
    VoucherState.ISSUING: VoucherLocked,
    VoucherState.LOCKED: VoucherLocked,
    VoucherState.HELD: VoucherHeld,
    VoucherState.FROZEN: VoucherFrozen,
    VoucherState.REDEEMED: AlreadyRedeemed,
    VoucherState.EXPIRED: VoucherExpired,
    VoucherState.VOID: VoucherVoid,
}


def check_use(
    voucher: Standing, terms: RevisionTerms, scan: Scan, profile: Profile, *, at: datetime
) -> None:
    """State, validity, then the terms it was sold under. Raises a VoucherRefusal."""
    if refused := _BY_STATE.get(VoucherState(voucher.state)):
        raise refused.told()
    if at < voucher.valid_from:
        raise NotYetValid.told(next_allowed_at=voucher.valid_from)
    if at >= voucher.valid_until:
        raise VoucherExpired.told(expired_at=voucher.valid_until)
    against = catalog.refuse_use(
        terms.conditions,
        at=at,
        zone=profile.zone,
        store_id=scan.store_id,
        spend_fen=scan.spend_fen,
        until=voucher.valid_until,
    )
    if against:
        raise OutsideConditions.because(against)
