"""A member's own code at the counter: what he may use here and now, and one of it redeemed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain import catalog, merchants, vouchers
from app.domain.catalog import RevisionTerms
from app.domain.merchants import Profile
from app.domain.redemption import statements
from app.domain.redemption.admitting import look
from app.domain.redemption.rules import Scan, Standing, check_use
from app.domain.vouchers import (
    CodeUnknown,
    ScannedCode,
    VoucherHeld,
    VoucherRefusal,
    VoucherState,
)
from app.kernel import calendar
from app.kernel.db import fetch_all, fetch_one

MOST_VOUCHERS = 200
SOON_DAYS = 7
# The counter accepts nothing in these states, whoever proves what.
_NEVER_USED = frozenset({VoucherState.FROZEN, VoucherState.VOID})


@dataclass(frozen=True)
class Chosen:
    """A voucher that was picked from a member's code; the code is proven, the holder not yet."""

    voucher_id: int
    member_id: int


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a member may use here and now. `count` equal uses are one line; `reasons` in words."""

    voucher_number: str
    benefit_name: str
    face_text: str
    hand_over: str
    valid_until: datetime
    count: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class _Id:
    id: int


def best_match(scan: Scan, *, at: datetime) -> list[Match]:
    """What the member behind the code may use at this store now, the best first.

    What ends first comes first, of one day the most valuable. Nothing else of him is told, and
    nothing is changed. Raises CodeUnknown, CodeOutdated.
    """
    scanned = vouchers.read_member_code(scan.code_text)
    member_id = vouchers.prove_member(scanned, merchant_id=scan.merchant_id, at=at)
    profile = merchants.profile(merchant_id=scan.merchant_id)
    held = fetch_all(Standing, statements.OF_MEMBER, _of_member(scan, member_id, at=at))
    terms = catalog.find_revisions(
        merchant_id=scan.merchant_id, revision_ids={voucher.revision_id for voucher in held}
    )
    usable = [
        (voucher, terms[voucher.revision_id])
        for voucher in held
        if _may_be_used(scan, voucher, terms[voucher.revision_id], profile, at=at)
    ]
    return rank(usable, spend_fen=scan.spend_fen, zone=profile.zone, at=at)


def rank(
    usable: Sequence[tuple[Standing, RevisionTerms]],
    *,
    spend_fen: int | None,
    zone: str,
    at: datetime,
) -> list[Match]:
    """Equal uses together, the best first, each with what speaks for it."""
    groups: dict[tuple[int, datetime], list[tuple[Standing, RevisionTerms]]] = {}
    for voucher, terms in usable:
        groups.setdefault((terms.revision_id, voucher.valid_until), []).append((voucher, terms))
    most = max((terms.market_value_fen for _, terms in usable), default=0)
    ordered = sorted(
        groups.values(),
        key=lambda group: (
            calendar.day_of(group[0][0].valid_until - timedelta(microseconds=1), zone),
            -group[0][1].market_value_fen,
            group[0][0].id,
        ),
    )
    return [
        _match(
            *group[0],
            count=len(group),
            reasons=_reasons(*group[0], most=most, spend_fen=spend_fen, zone=zone, at=at),
        )
        for group in ordered
    ]


def read_scan(scan: Scan, *, at: datetime) -> ScannedCode | Chosen:
    """Which voucher is meant: by its own code, or picked from a member's.

    Raises CodeUnknown, CodeOutdated.
    """
    if scan.chosen is None:
        return vouchers.read_code(scan.code_text)
    scanned = vouchers.read_member_code(scan.code_text)
    member_id = vouchers.prove_member(scanned, merchant_id=scan.merchant_id, at=at)
    found = fetch_one(
        _Id,
        """SELECT id FROM vouchers WHERE merchant_id = %(merchant_id)s AND number = %(number)s
          AND holder_id = %(member_id)s""",
        {"merchant_id": scan.merchant_id, "number": scan.chosen, "member_id": member_id},
    )
    if found is None:
        raise CodeUnknown.told()
    return Chosen(found.id, member_id)


def prove(scan: Scan, scanned: ScannedCode | Chosen, voucher: Standing, *, at: datetime) -> None:
    """The code is this voucher's, or its holder's. Raises CodeUnknown, CodeOutdated."""
    if isinstance(scanned, Chosen):
        if voucher.holder_id != scanned.member_id:
            raise CodeUnknown.told()
        return
    _check_code(scan, scanned, voucher, at=at)


def _check_code(scan: Scan, scanned: ScannedCode, voucher: Standing, *, at: datetime) -> None:
    merchant_id, version = scan.merchant_id, voucher.holder_version
    try:
        vouchers.check_code(scanned, merchant_id=merchant_id, holder_version=version, at=at)
    except CodeUnknown:
        if voucher.state not in _NEVER_USED and voucher.state != VoucherState.HELD:
            raise
        # What it was shown with before it was frozen or held: good for saying so, and nothing else.
        vouchers.check_code(scanned, merchant_id=merchant_id, holder_version=version - 1, at=at)
        if voucher.state == VoucherState.HELD:
            raise VoucherHeld.told() from None


def _of_member(scan: Scan, member_id: int, *, at: datetime) -> dict[str, Any]:
    return {
        "merchant_id": scan.merchant_id,
        "member_id": member_id,
        "acceptor_merchant_id": scan.acceptor_merchant_id,
        "staff_id": scan.staff_id,
        "epoch": scan.epoch,
        "store_id": scan.store_id,
        "at": at,
        "limit": MOST_VOUCHERS,
    }


def _may_be_used(
    scan: Scan, voucher: Standing, terms: RevisionTerms, profile: Profile, *, at: datetime
) -> bool:
    # Without a word about what is spent, a minimum is the clerk's to see.
    asked = scan
    if scan.spend_fen is None:
        asked = replace(scan, spend_fen=terms.conditions.minimum_spend_fen)
    try:
        check_use(look(asked, voucher, terms, at=at), terms, asked, profile, at=at)
    except VoucherRefusal:
        return False
    return True


def _match(
    voucher: Standing, terms: RevisionTerms, *, count: int, reasons: tuple[str, ...]
) -> Match:
    return Match(
        voucher_number=voucher.number,
        benefit_name=terms.name,
        face_text=terms.face_text,
        hand_over=terms.hand_over,
        valid_until=voucher.valid_until,
        count=count,
        reasons=reasons,
    )


def _reasons(
    voucher: Standing,
    terms: RevisionTerms,
    *,
    most: int,
    spend_fen: int | None,
    zone: str,
    at: datetime,
) -> tuple[str, ...]:
    last = calendar.day_of(voucher.valid_until - timedelta(microseconds=1), zone)
    days = (last - calendar.day_of(at, zone)).days
    found = []
    if days == 0:
        found.append("今天到期")
    elif days <= SOON_DAYS:
        found.append(f"{days}天后到期")
    if terms.market_value_fen == most:
        found.append("价值最高")
    minimum = terms.conditions.minimum_spend_fen
    if minimum and spend_fen is not None:
        found.append("已满足最低消费")
    elif minimum:
        found.append(f"消费满{minimum / 100:g}元可用")
    return tuple(found)
