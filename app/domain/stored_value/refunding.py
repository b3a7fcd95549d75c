"""Giving a top-up back to whoever paid for it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import AccountKind, Posting, house
from app.domain.stored_value import statements
from app.domain.stored_value.crediting import Credit
from app.domain.stored_value.errors import NotRefundable
from app.domain.stored_value.lots import lock_shapes, move
from app.domain.stored_value.refund_rules import (
    Case,
    RefundBasis,
    Standing,
    case_of,
    cases_of,
    clawback_for,
)
from app.domain.stored_value.rules import CreditState, LotKind, MoveKind, member_value
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class RefundQuote:
    """What each rule gives back, side by side; `refundable_fen` at the holder's own wish (fen)."""

    refundable_fen: int
    clawback_fen: int
    is_parked: bool
    cases: list[Case]


@dataclass(frozen=True)
class _Order:
    id: int


@dataclass(frozen=True)
class _Lot:
    id: int
    kind: str
    amount: int
    remaining: int
    used: int


@dataclass(frozen=True)
class _Change:
    """What leaves a lot, why, and where to."""

    lot: _Lot
    kind: MoveKind
    amount: int
    to: AccountKind


def topup_refund_quote(*, merchant_id: int, order_id: int, at: datetime) -> RefundQuote:
    """How much of an order's top-up goes back under each rule. Raises NotFound."""
    credit = _find(merchant_id, order_id)
    standing = _stand(credit, _lots(merchant_id, credit.id))
    wish = case_of(standing, RefundBasis.AGREED, at=at)
    return RefundQuote(
        refundable_fen=wish.refund_fen,
        clawback_fen=wish.clawback_fen,
        is_parked=credit.state == CreditState.PARKED,
        cases=cases_of(standing, at=at),
    )


def quote_own_topup(
    *, merchant_id: int, member_id: int, order_number: str, at: datetime
) -> RefundQuote:
    """The same for a top-up that is this member's. Raises NotFound."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "order_number": order_number}
    own = fetch_one(_Order, statements.TOPUP_OF_MEMBER, which)
    if own is None:
        raise NotFound("There is no such top-up of yours.", order=order_number[:40])
    return topup_refund_quote(merchant_id=merchant_id, order_id=own.id, at=at)


def refund_topup(
    *,
    merchant_id: int,
    order_id: int,
    cause: str,
    at: datetime,
    basis: RefundBasis = RefundBasis.AGREED,
    amount_fen: int | None = None,
) -> int:
    """Take a top-up out of the member's stored value; the paid fen that go back to whoever paid.

    They rest in `prepaid` until the refund is settled. All unspent bonus is taken back, or, with
    `amount_fen`, the part that goes with it; paid money that a rule keeps counts as earned. Booked
    once per `cause`, as "<cause>:topup".

    Raises NotFound, NotRefundable; AlreadyPosted.
    """
    seen = _find(merchant_id, order_id)
    lock_shapes(merchant_id, seen.member_id)
    credit = _find(merchant_id, order_id)
    lots = _lots(merchant_id, credit.id)
    standing = _stand(credit, lots)
    is_parked = credit.state == CreditState.PARKED
    # What was never let in goes back as a whole.
    case = _choose(standing, basis, None if is_parked else amount_fen, at=at)
    changes = [] if is_parked else _changes(lots, case)
    if changes:
        _book(merchant_id, credit, order_id, changes, cause=f"{cause}:topup", at=at)
    is_over = case.refund_fen + case.kept_fen == standing.paid_rest
    _settle(merchant_id, credit, case, is_over=is_over)
    return case.refund_fen


def _find(merchant_id: int, order_id: int) -> Credit:
    which = {"merchant_id": merchant_id, "order_id": order_id}
    credit = fetch_one(Credit, statements.CREDIT_OF_ORDER, which)
    if credit is None:
        raise NotFound("This order topped nothing up.")
    return credit


def _lots(merchant_id: int, credit_id: int) -> list[_Lot]:
    which = {"merchant_id": merchant_id, "credit_id": credit_id}
    return fetch_all(_Lot, statements.LOTS_OF_CREDIT, which)


def _stand(credit: Credit, lots: list[_Lot]) -> Standing:
    rests = {lot.kind: lot.remaining for lot in lots}
    if credit.state == CreditState.PARKED:
        rests = {"paid": credit.paid_fen, "bonus": credit.bonus_fen}
    return Standing(
        paid_fen=credit.paid_fen,
        bonus_fen=credit.bonus_fen,
        paid_rest=rests.get(LotKind.PAID, 0),
        bonus_rest=rests.get(LotKind.BONUS, 0),
        spent_fen=sum(lot.used for lot in lots),
        made_at=credit.made_at,
    )


def _choose(
    standing: Standing, basis: RefundBasis, amount_fen: int | None, *, at: datetime
) -> Case:
    case = case_of(standing, basis, at=at)
    if case.why_not:
        raise NotRefundable(case.why_not, basis=basis.value)
    if amount_fen is None or amount_fen == case.refund_fen:
        return case
    if not 0 < amount_fen < case.refund_fen:
        raise NotRefundable("超过可退金额", refundable_fen=case.refund_fen)
    claw = clawback_for(standing, refund_fen=amount_fen)
    return Case(basis, amount_fen, 0, claw, None, case.lines)


def _changes(lots: list[_Lot], case: Case) -> list[_Change]:
    """Paid money to where refunds are paid from, or kept; bonus money back to where it came from."""
    of_kind = {lot.kind: lot for lot in lots}
    wanted = [
        (LotKind.PAID, MoveKind.REFUND, case.refund_fen, AccountKind.PREPAID),
        (LotKind.PAID, MoveKind.KEEP, case.kept_fen, AccountKind.EARNED),
        (LotKind.BONUS, MoveKind.CLAW, case.clawback_fen, AccountKind.BONUS_ISSUED),
    ]
    return [_Change(of_kind[kind], why, n, to) for kind, why, n, to in wanted if n]


def _book(
    merchant_id: int,
    credit: Credit,
    order_id: int,
    changes: list[_Change],
    *,
    cause: str,
    at: datetime,
) -> None:
    postings = [
        Posting(
            source=member_value(credit.member_id, LotKind(change.lot.kind)),
            destination=house(change.to),
            amount=change.amount,
        )
        for change in changes
    ]
    entry_id = ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
    for change in changes:
        move(
            merchant_id=merchant_id,
            entry_id=entry_id,
            order_id=order_id,
            kind=change.kind,
            changes=[(change.lot.id, -change.amount)],
        )


def _settle(merchant_id: int, credit: Credit, case: Case, *, is_over: bool) -> None:
    state = CreditState.REFUNDED if is_over else CreditState(credit.state)
    execute(
        statements.SET_CREDIT,
        {
            "merchant_id": merchant_id,
            "credit_id": credit.id,
            "state": state.value,
            "clawed_fen": case.clawback_fen,
        },
    )
