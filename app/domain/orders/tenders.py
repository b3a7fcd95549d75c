"""An order's pots: held with its placing, captured with its payment, released when it closes.

Each verb takes them in one order: voucher, points, stored value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain import family, ledger, members, points, stored_value, vouchers
from app.domain.ledger import AccountKind, Posting, house
from app.domain.orders import tender_statements as statements
from app.domain.orders.events import PotsMoved
from app.domain.orders.models import TenderKind, TenderState
from app.domain.orders.planning import Plan
from app.domain.vouchers import Move
from app.kernel.db import execute, fetch_all
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Tender:
    """What one pot pays of an order, and what came back to it (fen, points)."""

    kind: str
    state: str
    amount_fen: int
    points: int
    voucher_id: int | None
    payer_member_id: int
    returned_fen: int
    returned_points: int
    voucher_number: str
    allocated_fen: int


def tenders_of(*, merchant_id: int, order_id: int) -> list[Tender]:
    """What pays this order beside WeChat; nothing for most orders."""
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(Tender, statements.OF_ORDER, which)


def hold(plan: Plan, *, order_id: int, order_number: str, at: datetime) -> None:
    """Set every pot aside, all or none. The order is new; its voucher was locked before it.

    Raises NotEnoughPoints, NotEnoughValue, ValueFrozen, StepUpNeeded, ConfirmationInvalid,
    NoFamily, OverFamilyCap, MoveRefused, CodesFrozen.
    """
    merchant_id, member_id = plan.wish.merchant_id, plan.wish.member_id
    ledger.open_house_accounts(merchant_id)
    if plan.voucher:
        members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
        _move(
            merchant_id,
            plan.voucher.voucher_id,
            Move.HOLD,
            actor=f"member:{member_id}",
            number=order_number,
            reason="checkout",
            at=at,
        )
    if plan.price.points:
        points.hold(
            merchant_id=merchant_id,
            member_id=member_id,
            order_id=order_id,
            points=plan.price.points,
            at=at,
        )
        _tell(merchant_id, order_id, member_id, None, at)
    payer_id = _hold_value(plan, order_id, at) if plan.price.value_fen else member_id
    execute(
        statements.ADD,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "tenders": _rows(plan, payer_id=payer_id),
        },
    )


def _hold_value(plan: Plan, order_id: int, at: datetime) -> int:
    """Whose stored value it is: his own, or that of the family card on which he may spend."""
    wish, amount_fen = plan.wish, plan.price.value_fen
    who = {"merchant_id": wish.merchant_id, "member_id": wish.member_id}
    payer_id = wish.member_id
    if wish.from_family:
        payer_id = family.allow(**who, amount_fen=amount_fen, at=at)
    stored_value.hold(
        merchant_id=wish.merchant_id,
        member_id=payer_id,
        spender_id=wish.member_id,
        order_id=order_id,
        amount_fen=amount_fen,
        confirmation=wish.confirmation,
        at=at,
    )
    return payer_id


def capture(*, merchant_id: int, order_id: int, order_number: str, at: datetime) -> None:
    """The order is paid: what its pots held is spent."""
    held = _held(merchant_id, order_id)
    for tender in held:
        if tender.voucher_id:
            _use_up(merchant_id, tender, order_number, at)
    which = {"merchant_id": merchant_id, "order_id": order_id}
    points.capture(**which, at=at)
    stored_value.capture(**which, at=at)
    _settle(merchant_id, order_id, TenderState.CAPTURED)
    tell_moved(held, merchant_id=merchant_id, order_id=order_id, at=at)


def release_voucher(*, merchant_id: int, order_id: int, order_number: str, at: datetime) -> None:
    """The order closes: its voucher may be used again. Before the stock is given back."""
    for tender in _held(merchant_id, order_id):
        if tender.voucher_id:
            _move(
                merchant_id,
                tender.voucher_id,
                Move.RELEASE,
                actor="system",
                number=order_number,
                reason="order_closed",
                at=at,
            )


def release_balances(*, merchant_id: int, order_id: int, at: datetime) -> None:
    """The order closes: points and stored value go back. After the stock was given back."""
    held = _held(merchant_id, order_id)
    which = {"merchant_id": merchant_id, "order_id": order_id}
    points.release(**which, at=at)
    stored_value.release(**which, at=at)
    _settle(merchant_id, order_id, TenderState.RELEASED)
    tell_moved(held, merchant_id=merchant_id, order_id=order_id, at=at)


def tell_moved(moved: Sequence[Tender], *, merchant_id: int, order_id: int, at: datetime) -> None:
    """Whoever mirrors vouchers and points elsewhere hears of it; of stored value nobody does."""
    voucher_id = next((each.voucher_id for each in moved if each.voucher_id), None)
    his = [each for each in moved if each.kind != TenderKind.VALUE]
    if his:
        _tell(merchant_id, order_id, his[0].payer_member_id, voucher_id, at)


def _tell(
    merchant_id: int, order_id: int, member_id: int, voucher_id: int | None, at: datetime
) -> None:
    moved = PotsMoved(
        merchant_id=merchant_id, order_id=order_id, member_id=member_id, voucher_id=voucher_id
    )
    publish(moved, at=at)


def _held(merchant_id: int, order_id: int) -> list[Tender]:
    found = tenders_of(merchant_id=merchant_id, order_id=order_id)
    return [each for each in found if each.state == TenderState.HELD]


def _settle(merchant_id: int, order_id: int, state: TenderState) -> None:
    which: dict[str, object] = {"merchant_id": merchant_id, "order_id": order_id}
    execute(statements.SETTLE, {**which, "state": state.value})


def _use_up(merchant_id: int, tender: Tender, order_number: str, at: datetime) -> None:
    """What the voucher was bought for is earned now: it kept its promise."""
    _move(
        merchant_id,
        tender.voucher_id or 0,
        Move.SPEND,
        actor=f"member:{tender.payer_member_id}",
        number=order_number,
        reason=None,
        at=at,
    )
    if tender.allocated_fen:
        ledger.post(
            merchant_id=merchant_id,
            cause=f"checkout:{order_number}",
            postings=[earning_of(tender)],
            at=at,
        )


def earning_of(tender: Tender) -> Posting:
    prepaid, earned = house(AccountKind.PREPAID), house(AccountKind.EARNED)
    return Posting(source=prepaid, destination=earned, amount=tender.allocated_fen)


def _move(
    merchant_id: int,
    voucher_id: int,
    what: Move,
    *,
    actor: str,
    number: str,
    reason: str | None,
    at: datetime,
) -> None:
    vouchers.move(
        merchant_id=merchant_id,
        voucher_id=voucher_id,
        what=what,
        actor=actor,
        reference=number,
        reason=reason,
        at=at,
    )


def _rows(plan: Plan, *, payer_id: int) -> str:
    price = plan.price
    voucher_id = plan.voucher.voucher_id if plan.voucher else None
    rows: Sequence[tuple[TenderKind, int, int, int | None, int]] = (
        (TenderKind.VOUCHER, price.voucher_fen, 0, voucher_id, plan.wish.member_id),
        (TenderKind.POINTS, price.points_fen, price.points, None, plan.wish.member_id),
        (TenderKind.VALUE, price.value_fen, 0, None, payer_id),
    )
    return msgspec.json.encode(
        [
            {
                "kind": kind.value,
                "amount_fen": fen,
                "points": number_of_points,
                "voucher_id": of_voucher,
                "payer_member_id": payer_id,
            }
            for kind, fen, number_of_points, of_voucher, payer_id in rows
            if fen or number_of_points
        ]
    ).decode()
