"""How stored value comes in: a credit with a paid and a bonus lot, under the cap."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import AccountKind, AccountName, Posting, house
from app.domain.stored_value import statements
from app.domain.stored_value.events import ValueCameIn
from app.domain.stored_value.lots import Fen, counted_fen, lock_wallet
from app.domain.stored_value.rules import (
    NAMED_CAP_FEN,
    CreditKind,
    CreditState,
    LotKind,
    UsageOrder,
    bonus_within,
    check_room,
    member_value,
)
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True, kw_only=True)
class NewCredit:
    """`reference` names it once and for ever: an order, a gift card, an adjustment. In fen."""

    kind: CreditKind
    reference: str
    paid_fen: int
    bonus_fen: int
    made_at: datetime
    usage_order: UsageOrder = UsageOrder.PROPORTIONAL
    order_id: int | None = None
    offer_id: int | None = None


@dataclass(frozen=True)
class ToppedUp:
    """What a top-up brought, in fen; `is_parked`: it does not fit under the cap yet."""

    paid_fen: int
    bonus_fen: int
    is_parked: bool


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class Parked:
    """A top-up that waits for room, as it was seen without locks."""

    merchant_id: int
    id: int
    member_id: int


@dataclass(frozen=True)
class Credit:
    id: int
    member_id: int
    state: str
    reference: str
    paid_fen: int
    bonus_fen: int
    usage_order: str
    made_at: datetime


def top_up(
    *,
    merchant_id: int,
    member_id: int,
    order_id: int,
    order_number: str,
    paid_fen: int,
    bonus_fen: int,
    at: datetime,
    usage_order: str = UsageOrder.PROPORTIONAL,
    offer_id: int | None = None,
    bonus_cap_fen: int | None = None,
) -> ToppedUp:
    """Book a paid top-up: once per order, paid and bonus money (fen) in lots of their own.

    A bonus above what one person may have of this offer is not given. Money that has come cannot
    be refused: what does not fit under the cap is parked, and comes in when there is room.
    """
    lock_wallet(merchant_id, member_id)
    given = _bonus_given(merchant_id, member_id, offer_id)
    bonus_fen = bonus_within(bonus_fen, given_fen=given, cap_fen=bonus_cap_fen)
    fits = counted_fen(merchant_id, member_id) + paid_fen + bonus_fen <= NAMED_CAP_FEN
    new = NewCredit(
        kind=CreditKind.TOPUP,
        reference=f"topup:{order_number}",
        paid_fen=paid_fen,
        bonus_fen=bonus_fen,
        made_at=at,
        usage_order=UsageOrder(usage_order),
        order_id=order_id,
        offer_id=offer_id,
    )
    state = CreditState.OPEN if fits else CreditState.PARKED
    credit_id = add_credit(merchant_id, member_id, new, state=state)
    if credit_id and fits:
        fill(merchant_id, member_id, credit_id, new, source=house(AccountKind.PREPAID), at=at)
    return ToppedUp(paid_fen, bonus_fen, is_parked=not fits)


def bonus_for(
    *, merchant_id: int, member_id: int, offer_id: int, bonus_fen: int, cap_fen: int | None
) -> int:
    """What of this offer's bonus (fen) the member would get now."""
    given = _bonus_given(merchant_id, member_id, offer_id)
    return bonus_within(bonus_fen, given_fen=given, cap_fen=cap_fen)


def check_top_up(*, merchant_id: int, member_id: int, adds_fen: int) -> None:
    """Before somebody pays for it. Raises ValueCapReached with the room that is left.

    Orders that wait for their payment do not count: most that are not paid at once never are, and
    whoever begins anew must not wait for the old one to close. Paid after all, and above the cap,
    a top-up is parked, and goes back whole if its buyer wants it.
    """
    check_room(counted_fen(merchant_id, member_id), adds_fen)


def list_due(*, after: Parked | None, limit: int) -> list[Parked]:
    """Parked top-ups that there is room for now, by id, across merchants, without locks."""
    asked = {"after": after.id if after else 0, "cap_fen": NAMED_CAP_FEN, "limit": limit}
    return fetch_all(Parked, statements.PARKED, asked)


def admit_parked(parked: Parked, *, at: datetime) -> bool:
    """Let it in if there still is room for it. Repeatable."""
    merchant_id, which = parked.merchant_id, {"credit_id": parked.id}
    lock_wallet(merchant_id, parked.member_id)
    credit = fetch_one(Credit, statements.LOCK_CREDIT, {"merchant_id": merchant_id, **which})
    if credit is None or credit.state != CreditState.PARKED:
        return False
    if credit.member_id != parked.member_id:
        return False
    adds = credit.paid_fen + credit.bonus_fen
    if counted_fen(merchant_id, credit.member_id) + adds > NAMED_CAP_FEN:
        return False
    opened = {"merchant_id": merchant_id, "state": CreditState.OPEN.value, "clawed_fen": 0}
    execute(statements.SET_CREDIT, opened | which)
    _fill_again(merchant_id, credit, at=at)
    return True


def add_credit(
    merchant_id: int, member_id: int, new: NewCredit, *, state: CreditState
) -> int | None:
    """The id of the new row, or None when its reference was there before."""
    added = fetch_one(
        _Id,
        statements.ADD_CREDIT,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "kind": new.kind.value,
            "state": state.value,
            "reference": new.reference,
            "order_id": new.order_id,
            "offer_id": new.offer_id,
            "paid_fen": new.paid_fen,
            "bonus_fen": new.bonus_fen,
            "usage_order": new.usage_order.value,
            "at": new.made_at,
        },
    )
    return added.id if added else None


def fill(
    merchant_id: int,
    member_id: int,
    credit_id: int,
    new: NewCredit,
    *,
    source: AccountName,
    at: datetime,
    bonus_source: AccountName | None = None,
) -> None:
    """Put the money into the credit's two lots. The caller holds the wallet.

    The holder is told; of an adjustment he hears by itself.
    """
    bonus_from = bonus_source or house(AccountKind.BONUS_ISSUED)
    amounts = {LotKind.PAID: (source, new.paid_fen), LotKind.BONUS: (bonus_from, new.bonus_fen)}
    postings = [
        Posting(source=whence, destination=member_value(member_id, kind), amount=amount)
        for kind, (whence, amount) in amounts.items()
        if amount
    ]
    entry_id = ledger.post(merchant_id=merchant_id, cause=new.reference, postings=postings, at=at)
    execute(
        statements.ADD_LOTS,
        {
            "merchant_id": merchant_id,
            "credit_id": credit_id,
            "entry_id": entry_id,
            "kinds": [kind.value for kind in amounts],
            "amounts": [amount for _, amount in amounts.values()],
        },
    )
    if new.kind != CreditKind.ADJUSTMENT:
        publish(ValueCameIn(merchant_id=merchant_id, credit_id=credit_id), at=at)


def _bonus_given(merchant_id: int, member_id: int, offer_id: int | None) -> int:
    if offer_id is None:
        return 0
    which = {"merchant_id": merchant_id, "member_id": member_id, "offer_id": offer_id}
    found = fetch_one(Fen, statements.BONUS_GIVEN, which)
    return found.amount if found else 0


def _fill_again(merchant_id: int, credit: Credit, *, at: datetime) -> None:
    again = NewCredit(
        kind=CreditKind.TOPUP,
        reference=credit.reference,
        paid_fen=credit.paid_fen,
        bonus_fen=credit.bonus_fen,
        made_at=credit.made_at,
    )
    prepaid = house(AccountKind.PREPAID)
    fill(merchant_id, credit.member_id, credit.id, again, source=prepaid, at=at)
