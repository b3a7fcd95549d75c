"""What an order takes of a member's stored value: held, then captured or released, and returned."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger, members
from app.domain.ledger import AccountKind, Posting, house
from app.domain.stored_value import statements
from app.domain.stored_value.confirming import check_confirmed
from app.domain.stored_value.errors import NotEnoughValue, TooMuchReturned, ValueFrozen
from app.domain.stored_value.events import ValueSpent
from app.domain.stored_value.lots import (
    bring_back,
    lock_shapes,
    lock_wallets,
    lots_of_order,
    move,
    open_lots,
    postings_of,
)
from app.domain.stored_value.rules import HoldState, LotKind, MoveKind, Part, sum_of, take
from app.kernel import money
from app.kernel.db import execute, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class HeldValue:
    """What an order has of paid and of bonus money, in fen."""

    paid_fen: int
    bonus_fen: int


@dataclass(frozen=True)
class _Hold:
    member_id: int
    state: str
    paid_fen: int
    bonus_fen: int
    returned_fen: int

    @property
    def amount(self) -> int:
        return self.paid_fen + self.bonus_fen


NOTHING = HeldValue(0, 0)


def hold(
    *,
    merchant_id: int,
    member_id: int,
    spender_id: int,
    order_id: int,
    amount_fen: int,
    at: datetime,
    confirmed: bool = False,
    confirmation: str | None = None,
) -> HeldValue:
    """Hold `amount_fen` of the member's stored value for an order that `spender_id` places.

    Above the merchant's limits the spender must have confirmed it: `confirmation` is the token he
    got for that, which is used up here; `confirmed` when the caller has made sure otherwise.
    Whose own value is frozen spends nobody's.

    Raises NotEnoughValue, ValueFrozen, CodesFrozen, StepUpNeeded, ConfirmationInvalid.
    """
    _check_thawed(merchant_id, member_id, spender_id)
    lots = open_lots(merchant_id, member_id)
    available = sum(lot.remaining for lot in lots)
    if available < amount_fen:
        raise NotEnoughValue("储值余额不足", available=available, needed=amount_fen)
    is_confirmed = confirmed or check_confirmed(
        merchant_id, spender_id, amount_fen, token=confirmation, at=at
    )
    parts = take(lots, amount=amount_fen)
    _book_hold(merchant_id, member_id, order_id, parts, at=at)
    held = HeldValue(sum_of(parts, LotKind.PAID), sum_of(parts, LotKind.BONUS))
    execute(
        statements.ADD_HOLD,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "member_id": member_id,
            "spender_id": spender_id,
            "paid_fen": held.paid_fen,
            "bonus_fen": held.bonus_fen,
            "is_confirmed": is_confirmed,
            "at": at,
        },
    )
    return held


def capture(*, merchant_id: int, order_id: int, at: datetime) -> HeldValue:
    """The order is paid: what it holds is prepaid money now. Nothing held: nothing happens."""
    held = _settle(merchant_id, order_id, HoldState.CAPTURED, at=at)
    if held is None:
        return NOTHING
    ledger.post(
        merchant_id=merchant_id,
        cause=f"value_capture:{order_id}",
        postings=[
            Posting(
                source=house(AccountKind.VALUE_HELD),
                destination=house(AccountKind.PREPAID),
                amount=held.amount,
            )
        ],
        at=at,
    )
    publish(ValueSpent(merchant_id=merchant_id, order_id=order_id), at=at)
    return HeldValue(held.paid_fen, held.bonus_fen)


def release(*, merchant_id: int, order_id: int, at: datetime) -> HeldValue:
    """The order came to nothing: back into the same lots. Nothing held: nothing happens."""
    seen = _look(merchant_id, order_id)
    if seen is None or seen.state != HoldState.HELD:
        return NOTHING
    lock_shapes(merchant_id, seen.member_id)
    held = _settle(merchant_id, order_id, HoldState.RELEASED, at=at)
    if held is None:
        return NOTHING
    bring_back(
        merchant_id=merchant_id,
        order_id=order_id,
        source=house(AccountKind.VALUE_HELD),
        back=[(lot, lot.amount) for lot in lots_of_order(merchant_id, order_id)],
        kind=MoveKind.RELEASE,
        cause=f"value_release:{order_id}",
        at=at,
    )
    return HeldValue(held.paid_fen, held.bonus_fen)


def give_back(
    *, merchant_id: int, order_id: int, amount_fen: int, cause: str, at: datetime
) -> HeldValue:
    """Return part of what an order took to the same lots, in the proportion in which they paid.

    Booked once per `cause`, as "<cause>:value".

    Raises TooMuchReturned; AlreadyPosted.
    """
    seen = _look(merchant_id, order_id)
    if seen is None:
        raise TooMuchReturned("这笔订单没有使用储值", available=0)
    lock_shapes(merchant_id, seen.member_id)
    which = {"merchant_id": merchant_id, "order_id": order_id, "amount_fen": amount_fen}
    if amount_fen <= 0 or not execute(statements.RETURN_OF_HOLD, which):
        left = seen.amount - seen.returned_fen if seen.state == HoldState.CAPTURED else 0
        raise TooMuchReturned("退回金额超过该订单使用的储值", available=left)
    lots = lots_of_order(merchant_id, order_id)
    shares = money.split(amount_fen, [lot.amount for lot in lots])
    bring_back(
        merchant_id=merchant_id,
        order_id=order_id,
        source=house(AccountKind.PREPAID),
        back=list(zip(lots, shares, strict=True)),
        kind=MoveKind.GIVE_BACK,
        cause=f"{cause}:value",
        at=at,
    )
    parts = [Part(lot.id, LotKind(lot.kind), n) for lot, n in zip(lots, shares, strict=True)]
    return HeldValue(sum_of(parts, LotKind.PAID), sum_of(parts, LotKind.BONUS))


def _check_thawed(merchant_id: int, member_id: int, spender_id: int) -> None:
    """Both wallets are ours until commit: what he spends of two purses adds up to one day."""
    for wallet in lock_wallets(merchant_id, {member_id, spender_id}).values():
        if wallet.frozen_at:
            raise ValueFrozen("储值账户已冻结，请联系商家", frozen_at=wallet.frozen_at)
    for person in sorted({member_id, spender_id}):
        # Whose card is lost spends nothing, and nobody spends his.
        members.code_state(merchant_id=merchant_id, member_id=person).require_unfrozen()


def _book_hold(
    merchant_id: int, member_id: int, order_id: int, parts: list[Part], *, at: datetime
) -> None:
    entry_id = ledger.post(
        merchant_id=merchant_id,
        cause=f"value_hold:{order_id}",
        postings=postings_of(member_id, parts, house(AccountKind.VALUE_HELD)),
        at=at,
    )
    move(
        merchant_id=merchant_id,
        entry_id=entry_id,
        order_id=order_id,
        kind=MoveKind.HOLD,
        changes=[(part.lot_id, -part.amount) for part in parts],
    )


def _look(merchant_id: int, order_id: int) -> _Hold | None:
    which = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_one(_Hold, statements.LOOK_AT_HOLD, which)


def _settle(merchant_id: int, order_id: int, state: HoldState, *, at: datetime) -> _Hold | None:
    which = {"merchant_id": merchant_id, "order_id": order_id, "state": state.value, "at": at}
    return fetch_one(_Hold, statements.SETTLE_HOLD, which)
