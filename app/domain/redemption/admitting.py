"""What stands against a use beside the voucher itself: its kind, its seat, its card's other uses."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import bookings, catalog, merchants
from app.domain.catalog import BenefitKind, RevisionTerms
from app.domain.redemption import statements
from app.domain.redemption.errors import CodeIsRevealed, OutsideConditions
from app.domain.redemption.rules import Scan, Standing
from app.domain.vouchers import AlreadyRedeemed, VoucherState
from app.kernel import calendar
from app.kernel.db import fetch_one

_MAY_STILL_COME = frozenset({VoucherState.ACTIVE, VoucherState.HELD})


@dataclass(frozen=True)
class _LastUse:
    at: datetime
    store_name: str | None


@dataclass(frozen=True)
class _Uses:
    today: int
    last_at: datetime | None


def admit(scan: Scan, voucher: Standing, terms: RevisionTerms, *, at: datetime) -> Standing:
    """The voucher as it may be used now: a booked one is let go by its seat. The caller holds it.

    Raises a VoucherRefusal.
    """
    _refuse_code(terms)
    _refuse_used(scan, voucher)
    if terms.kind == BenefitKind.BOOKING and voucher.state in _MAY_STILL_COME:
        bookings.attend(
            merchant_id=scan.merchant_id,
            voucher_id=voucher.id,
            store_id=scan.store_id,
            actor=scan.actor,
            at=at,
        )
        voucher = replace(voucher, state=VoucherState.ACTIVE.value)
    _check_card(scan, voucher, terms, statement=statements.LOCK_CARD, at=at)
    return voucher


def look(scan: Scan, voucher: Standing, terms: RevisionTerms, *, at: datetime) -> Standing:
    """As `admit` would find it; nothing is held or changed. Raises a VoucherRefusal."""
    _refuse_code(terms)
    _refuse_used(scan, voucher)
    if terms.kind == BenefitKind.BOOKING and voucher.state in _MAY_STILL_COME:
        bookings.check_door(
            merchant_id=scan.merchant_id, voucher_id=voucher.id, store_id=scan.store_id, at=at
        )
        voucher = replace(voucher, state=VoucherState.ACTIVE.value)
    _check_card(scan, voucher, terms, statement=statements.FIND_CARD, at=at)
    return voucher


def _refuse_code(terms: RevisionTerms) -> None:
    if terms.kind == BenefitKind.CODE:
        raise CodeIsRevealed.told()


def _refuse_used(scan: Scan, voucher: Standing) -> None:
    """The clerk is told when and where; only who scans what is used up waits for that look."""
    if voucher.state != VoucherState.REDEEMED:
        return
    which: dict[str, object] = {
        "merchant_id": scan.merchant_id,
        "voucher_id": voucher.id,
        "acceptor_merchant_id": scan.acceptor_merchant_id,
    }
    used = fetch_one(_LastUse, statements.LAST_USE, which)
    if used is None:
        # It paid a part of an order.
        raise AlreadyRedeemed.told()
    zone = merchants.profile(merchant_id=scan.merchant_id).zone
    raise AlreadyRedeemed.at_counter(used_at=used.at, store_name=used.store_name, zone=zone)


@dataclass(frozen=True)
class _Card:
    id: int


def _check_card(
    scan: Scan, voucher: Standing, terms: RevisionTerms, *, statement: str, at: datetime
) -> None:
    """Two uses of one card at once must not both be the first of the day: its row is held."""
    if not terms.conditions.has_use_rule or voucher.state != VoucherState.ACTIVE:
        return
    zone = merchants.profile(merchant_id=scan.merchant_id).zone
    which = {"merchant_id": scan.merchant_id, "voucher_id": voucher.id}
    card = fetch_one(_Card, statement, which)
    today = calendar.day_of(at, zone)
    counted = {
        **which,
        "card_id": card.id if card else None,
        "benefit_id": terms.benefit_id,
        "today": calendar.start_of_day(today, zone),
        "tomorrow": calendar.end_of(today, zone),
    }
    uses = fetch_one(_Uses, statements.USES_OF_CARD, counted) or _Uses(0, None)
    against = catalog.refuse_again(
        terms.conditions,
        used_today=uses.today,
        last_used_at=uses.last_at,
        at=at,
        zone=zone,
        until=voucher.valid_until,
    )
    if against:
        raise OutsideConditions.because(against)
