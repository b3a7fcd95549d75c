"""Showing a code to the holder of its voucher. With that it is delivered."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from app.domain import ledger, members, vouchers
from app.domain.catalog import BenefitKind
from app.domain.ledger import AccountKind, Posting, house
from app.domain.pools import statements
from app.domain.pools.errors import CodeNotHereYet, NotRevealable
from app.domain.pools.stocking import seal_context
from app.domain.vouchers import Move
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """`replayed`: it had been shown before, and no second delivery was written down."""

    voucher_number: str
    code: str
    expires_at: datetime | None
    revealed_at: datetime
    replayed: bool


@dataclass(frozen=True)
class _Standing:
    id: int
    state: str
    revision_id: int
    benefit_id: int
    kind: str
    allocated_fen: int
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class _Code:
    id: int
    sealed: bytes
    expires_at: datetime | None
    revealed_at: datetime | None
    revealed_to: int | None


class _Wanted(TypedDict):
    merchant_id: int
    member_id: int
    number: str


def reveal(*, merchant_id: int, member_id: int, voucher_number: str, at: datetime) -> Revealed:
    """Show the code to whoever holds the voucher, which is used up by that, once.

    To the same person it is shown again whenever he asks: his phone may have lost the answer.

    Raises NotFound, also for another's; NotRevealable; CodeNotHereYet; CodesFrozen.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    wanted = _Wanted(merchant_id=merchant_id, member_id=member_id, number=voucher_number)
    voucher = fetch_one(_Standing, statements.LOCK_TO_REVEAL, wanted)
    if voucher is None or voucher.kind != BenefitKind.CODE:
        raise NotFound("There is no such voucher in this wallet.", number=voucher_number[:40])
    if voucher.state == vouchers.VoucherState.ISSUING:
        raise CodeNotHereYet("兑换码正在补货，到货后自动发放")
    code = _code_of(merchant_id, voucher, at=at)
    if code and code.revealed_at and _is_he(merchant_id, member_id, code.revealed_to):
        return _shown(merchant_id, voucher, voucher_number, code, code.revealed_at, replayed=True)
    _refuse_unfit(voucher, at=at)
    if code is None:
        raise CodeNotHereYet("兑换码正在补货，到货后自动发放")
    _deliver(wanted, voucher, code, at=at)
    return _shown(merchant_id, voucher, voucher_number, code, at, replayed=False)


def _is_he(merchant_id: int, member_id: int, revealed_to: int | None) -> bool:
    """Whoever it was shown to may have turned out to be the same person as somebody else."""
    if revealed_to == member_id:
        return True
    return revealed_to in members.list_shapes(merchant_id=merchant_id, member_id=member_id)


def _code_of(merchant_id: int, voucher: _Standing, *, at: datetime) -> _Code | None:
    which = {"merchant_id": merchant_id, "voucher_id": voucher.id}
    found = fetch_one(_Code, statements.CODE_OF, which)
    if found or voucher.state != vouchers.VoucherState.ACTIVE:
        return found
    execute(statements.TAKE_ONE, {**which, "benefit_id": voucher.benefit_id, "at": at})
    return fetch_one(_Code, statements.CODE_OF, which)


def _refuse_unfit(voucher: _Standing, *, at: datetime) -> None:
    if voucher.state != vouchers.VoucherState.ACTIVE:
        raise NotRevealable("该券当前不能查看兑换码", state=voucher.state)
    if not voucher.valid_from <= at < voucher.valid_until:
        raise NotRevealable("该券不在有效期内，不能查看兑换码", state=voucher.state)


def _deliver(wanted: _Wanted, voucher: _Standing, code: _Code, *, at: datetime) -> None:
    merchant_id, member_id, number = wanted["merchant_id"], wanted["member_id"], wanted["number"]
    actor = f"member:{member_id}"
    vouchers.move(
        merchant_id=merchant_id, voucher_id=voucher.id, what=Move.REVEAL, actor=actor, at=at
    )
    execute(statements.REVEAL, {**wanted, "id": code.id, "at": at})
    if voucher.allocated_fen:
        _earn(merchant_id, number, voucher.allocated_fen, at=at)
    audit.record(
        merchant_id=merchant_id, actor=actor, action="voucher.reveal", subject=number, at=at
    )


def _earn(merchant_id: int, number: str, fen: int, *, at: datetime) -> None:
    earned = Posting(
        source=house(AccountKind.PREPAID),
        destination=house(AccountKind.EARNED),
        amount=fen,
    )
    ledger.post(merchant_id=merchant_id, cause=f"reveal:{number}", postings=[earned], at=at)


def _shown(
    merchant_id: int,
    voucher: _Standing,
    number: str,
    code: _Code,
    revealed_at: datetime,
    *,
    replayed: bool,
) -> Revealed:
    context = seal_context(merchant_id, voucher.benefit_id)
    return Revealed(
        voucher_number=number,
        code=keyring.unseal(code.sealed, context=context),
        expires_at=code.expires_at,
        revealed_at=revealed_at,
        replayed=replayed,
    )
