from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from app.domain import catalog
from app.domain.catalog import RevisionTerms
from app.domain.members import CodesFrozen, SessionEnded
from app.domain.vouchers import statements
from app.domain.vouchers.codes import ShowCode, show_code
from app.domain.vouchers.errors import (
    AlreadyRedeemed,
    VoucherExpired,
    VoucherFrozen,
    VoucherHeld,
    VoucherLocked,
    VoucherRefusal,
    VoucherVoid,
)
from app.domain.vouchers.rules import VoucherState, words_of
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


class Tab(StrEnum):
    USABLE = "usable"
    USED = "used"
    OVER = "over"


_TABS = {
    Tab.USABLE: statements.WALLET_USABLE,
    Tab.USED: statements.WALLET_USED,
    Tab.OVER: statements.WALLET_OVER,
}


class WalletVoucher(msgspec.Struct, frozen=True):
    """A voucher as the wallet lists it; `terms` are those it was sold under."""

    id: int
    number: str
    state: str
    valid_from: datetime
    valid_until: datetime
    card_number: str
    card_title: str
    terms: RevisionTerms


class HeldVoucher(WalletVoucher, frozen=True):
    """One that a member holds. `is_lost`: his codes are frozen, so he gives and shares nothing.

    `is_paid_for`: with money, points or a voucher; then it may go back, also when it holds 0 fen.
    """

    holder_version: int
    allocated_fen: int
    is_paid_for: bool
    issued_at: datetime
    card_id: int
    times_given: int
    was_shared: bool
    is_lost: bool


@dataclass(frozen=True)
class TimelineLine:
    """What happened to a voucher, in plain words; `reference` is an order or redemption.

    `store_name`: where a redemption was.
    """

    at: datetime
    action: str
    text: str
    reference: str | None
    store_name: str | None


class _Row(msgspec.Struct, frozen=True):
    """A wallet's row; id 0 when it is nothing but the sign that the session stands."""

    id: int
    number: str
    state: str
    revision_id: int
    valid_from: datetime
    valid_until: datetime
    card_number: str
    card_title: str


class _HeldRow(_Row, frozen=True):
    holder_version: int
    allocated_fen: int
    is_paid_for: bool
    issued_at: datetime
    card_id: int
    times_given: int
    was_shared: bool
    is_lost: bool


@dataclass(frozen=True)
class _Showable:
    id: int | None
    state: str
    holder_version: int
    frozen_at: datetime | None


@dataclass(frozen=True)
class _Event:
    at: datetime
    action: str
    actor: str
    reference: str | None
    reason: str | None
    store_name: str | None


def list_wallet(
    *,
    merchant_id: int,
    member_id: int,
    epoch: int,
    tab: Tab,
    cursor: str | None,
    limit: int,
    at: datetime,
) -> Page[WalletVoucher]:
    """The member's vouchers, usable ones by what ends soonest.

    Raises Invalid for a cursor that is not ours; SessionEnded when a session of that epoch does
    not speak for the member any more.
    """
    after_time, after_id = paging.after_moment(cursor)
    first_page, next_page = _TABS[tab]
    wanted: dict[str, object] = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "epoch": epoch,
        "at": at,
        "limit": limit + 1,
    }
    if after_id:
        wanted |= {"after_time": after_time, "after_id": after_id}
    seen = fetch_all(_Row, next_page if after_id else first_page, wanted)
    if not seen:
        raise SessionEnded("The session has ended. Please sign in again.")
    rows = [row for row in seen if row.id]
    page = paging.cut(rows, limit=limit, key=lambda row: paging.moment_key(row.valid_until, row.id))
    terms = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids={row.revision_id for row in page.items}
    )
    items = [WalletVoucher(*_shown(row), terms[row.revision_id]) for row in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


def get_held(*, merchant_id: int, member_id: int, number: str) -> HeldVoucher:
    """A voucher that this member holds. Raises NotFound, also for another's."""
    row = fetch_one(
        _HeldRow,
        statements.HELD,
        {"merchant_id": merchant_id, "member_id": member_id, "number": number},
    )
    if row is None:
        raise NotFound("There is no such voucher in this wallet.", number=number[:40])
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids={row.revision_id})
    return HeldVoucher(
        *_shown(row),
        terms[row.revision_id],
        holder_version=row.holder_version,
        allocated_fen=row.allocated_fen,
        is_paid_for=row.is_paid_for,
        issued_at=row.issued_at,
        card_id=row.card_id,
        times_given=row.times_given,
        was_shared=row.was_shared,
        is_lost=row.is_lost,
    )


_NOT_SHOWN: dict[VoucherState, type[VoucherRefusal]] = {
    VoucherState.LOCKED: VoucherLocked,
    VoucherState.HELD: VoucherHeld,
    VoucherState.FROZEN: VoucherFrozen,
    VoucherState.REDEEMED: AlreadyRedeemed,
    VoucherState.EXPIRED: VoucherExpired,
    VoucherState.VOID: VoucherVoid,
    VoucherState.ISSUING: VoucherLocked,
}


def code_to_show(
    *, merchant_id: int, member_id: int, epoch: int, number: str, at: datetime
) -> ShowCode:
    """The present show code of a usable voucher that this member holds.

    Raises NotFound; SessionEnded; CodesFrozen; a VoucherRefusal that says why it cannot be used.
    """
    row = fetch_one(
        _Showable,
        statements.SHOWABLE,
        {"merchant_id": merchant_id, "member_id": member_id, "epoch": epoch, "number": number},
    )
    if row is None:
        raise SessionEnded("The session has ended. Please sign in again.")
    if row.id is None:
        raise NotFound("There is no such voucher in this wallet.", number=number[:40])
    if row.state != VoucherState.ACTIVE:
        raise _NOT_SHOWN[VoucherState(row.state)].told_to_holder()
    if row.frozen_at is not None:
        raise CodesFrozen("会员卡已挂失，请先补办")
    return show_code(
        merchant_id=merchant_id, voucher_id=row.id, holder_version=row.holder_version, at=at
    )


def timeline(*, merchant_id: int, voucher_id: int) -> list[TimelineLine]:
    """Everything that happened to a voucher, oldest first."""
    events = fetch_all(
        _Event, statements.TIMELINE, {"merchant_id": merchant_id, "voucher_id": voucher_id}
    )
    return [
        TimelineLine(
            at=event.at,
            action=event.action,
            text=words_of(event.action, event.reason),
            reference=event.reference,
            store_name=event.store_name,
        )
        for event in events
    ]


def _shown(row: _Row) -> tuple[int, str, str, datetime, datetime, str, str]:
    return (
        row.id,
        row.number,
        row.state,
        row.valid_from,
        row.valid_until,
        row.card_number,
        row.card_title,
    )
