"""Having the platform say what our books say: what follows from our own facts, card by card."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain import members, points
from app.domain.card_bag import differences, statements
from app.domain.card_bag.cards import (
    Card,
    belongs_to,
    get_card,
    keep_fact,
    lock_card,
    look_again,
    moved,
    want,
)
from app.domain.card_bag.obeying import voucher_of
from app.domain.card_bag.paying import paid_by
from app.domain.card_bag.rules import (
    CAN_GIVE_BACK,
    OURS,
    WANTED_BY_STATE,
    Act,
    BagEvent,
    Kind,
    Seen,
    Wanted,
    act_for,
)
from app.domain.vouchers import VoucherState
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Busy

TAKEN_FOR = timedelta(seconds=60)
_LEAVES_A_FACT = {
    Act.CONSUME: Kind.CONSUMED,
    Act.GIVE_BACK: Kind.GIVEN_BACK,
    Act.WITHDRAW: Kind.UNAVAILABLE,
    Act.CONFIRM: Kind.CONFIRMED,
    Act.CHANGE_CODE: Kind.RECODED,
}
_USABLE = [state.value for state, wanted in WANTED_BY_STATE.items() if wanted is Wanted.HELD]
_GONE = [state.value for state, wanted in WANTED_BY_STATE.items() if wanted is not Wanted.HELD]


@dataclass(frozen=True)
class Behind:
    merchant_id: int
    bag_card_id: int


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """One act to do at the platform. `points` is the total that the member has now.

    `request_number` and `at` are those of the first try. `transaction_id` is the platform's number
    of the payment that bought the voucher.
    """

    card: Card
    act: Act
    request_number: str
    at: datetime
    tries: int
    points: int = 0
    code: str = field(repr=False)
    transaction_id: str | None = None


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Redemption:
    voucher_id: int
    member_id: int


@dataclass(frozen=True)
class _Taken:
    request_number: str
    acts_at: datetime
    tries: int


def follow_redemption(*, merchant_id: int, redemption_number: str, at: datetime) -> None:
    """A voucher was redeemed, or that was undone: its card and the member's card follow."""
    which = {"merchant_id": merchant_id, "number": redemption_number}
    found = fetch_one(_Redemption, statements.OF_REDEMPTION, which)
    if found is None:
        return
    if last := last_of_voucher(merchant_id=merchant_id, voucher_id=found.voucher_id):
        follow(merchant_id=merchant_id, bag_card_id=last, at=at)
    follow_member(merchant_id=merchant_id, member_id=found.member_id, at=at)


def last_of_voucher(*, merchant_id: int, voucher_id: int) -> int | None:
    """The newest card that stood for a voucher, if it ever stood in a bag."""
    whose = {"merchant_id": merchant_id, "voucher_id": voucher_id}
    last = fetch_one(_Id, statements.LAST_OF_VOUCHER, whose)
    return last.id if last else None


def follow_member(*, merchant_id: int, member_id: int, at: datetime) -> None:
    """His points are not what they were: his member card follows."""
    mine = {"merchant_id": merchant_id, "member_id": member_id}
    for membership in fetch_all(_Id, statements.MEMBERSHIPS, mine):
        follow(merchant_id=merchant_id, bag_card_id=membership.id, at=at)


def list_behind(*, limit: int) -> list[Behind]:
    """Cards whose voucher has moved on, of every merchant; without locks."""
    return fetch_all(Behind, statements.BEHIND, {"gone": _GONE, "usable": _USABLE, "limit": limit})


def follow(*, merchant_id: int, bag_card_id: int, at: datetime) -> None:
    """Ask our books what a card should be, and have the platform told where it is not."""
    card = lock_card(merchant_id=merchant_id, bag_card_id=bag_card_id)
    if card.voucher_id is None:
        moved(card, merchant_id=merchant_id, at=at)
        return
    wanted = _wanted(card, merchant_id=merchant_id)
    if wanted is card.wanted:
        return
    if card.closed_at and not _reopens(card, wanted, merchant_id=merchant_id, at=at):
        return
    want(card, wanted, merchant_id=merchant_id)
    moved(card, merchant_id=merchant_id, at=at)


def take(*, merchant_id: int, bag_card_id: int, at: datetime) -> ToDo | None:
    """The right to tell the platform of one card, for a minute; None when it knows.

    The number of the request is kept before it is made. Raises Busy while another has the right.
    """
    card = get_card(merchant_id=merchant_id, bag_card_id=bag_card_id)
    act = _act(card, merchant_id=merchant_id, at=at)
    if act is None or card.code is None:
        return None
    return _take(card, act, card.code, merchant_id=merchant_id, at=at)


def take_to_mend(*, merchant_id: int, bag_card_id: int, act: Act, at: datetime) -> ToDo:
    """The same for an act that was done and, as the platform says now, was not. Raises Busy."""
    card = get_card(merchant_id=merchant_id, bag_card_id=bag_card_id)
    return _take(card, act, str(card.code), merchant_id=merchant_id, at=at)


def let_go(todo: ToDo, *, merchant_id: int, why: str) -> None:
    """It did not come through, or nobody knows; the next try has the same number."""
    which = {"merchant_id": merchant_id, "bag_card_id": todo.card.id}
    execute(statements.LET_GO, {**which, "trouble": why})


def note_done(todo: ToDo, *, merchant_id: int, at: datetime, is_pending: bool = False) -> None:
    """The platform took it. What is still to be done is published again.

    `is_pending` says of a coupon that was confirmed that its time has not come.
    """
    told_points = todo.points if todo.act in {Act.ACTIVATE, Act.SET_POINTS} else None
    activated_at = at if todo.act is Act.ACTIVATE else None
    which = {"merchant_id": merchant_id, "bag_card_id": todo.card.id}
    lock_card(merchant_id=merchant_id, bag_card_id=todo.card.id)
    execute(statements.DONE, {**which, "told_points": told_points, "activated_at": activated_at})
    if kind := _LEAVES_A_FACT.get(todo.act):
        kind = Kind.PENDING if is_pending and kind is Kind.CONFIRMED else kind
        _keep(todo, kind, merchant_id=merchant_id, at=at)
    if todo.act is Act.GIVE_BACK:
        execute(statements.REOPEN, which)
    card = lock_card(merchant_id=merchant_id, bag_card_id=todo.card.id)
    look_again(card, merchant_id=merchant_id, at=at)
    fresh = get_card(merchant_id=merchant_id, bag_card_id=todo.card.id)
    if _act(fresh, merchant_id=merchant_id, at=at):
        moved(fresh, merchant_id=merchant_id, at=at)


def note_refused(todo: ToDo, *, merchant_id: int, why: str, at: datetime) -> None:
    """The platform will not have it, now or later: a difference that a person must look at."""
    let_go(todo, merchant_id=merchant_id, why=why)
    differences.note(
        todo.card,
        merchant_id=merchant_id,
        kind=f"{todo.act.value}_refused",
        ours=todo.card.wanted.value,
        theirs=why,
        at=at,
    )


def _wanted(card: Card, *, merchant_id: int) -> Wanted:
    voucher = voucher_of(card, merchant_id=merchant_id)
    wanted = WANTED_BY_STATE[VoucherState(voucher.state)]
    if wanted is Wanted.CONSUMED or voucher.holder_id == card.member_id:
        return wanted
    # Two members who turned out to be one person; nothing was handed over.
    holder = members.canonical_id(merchant_id=merchant_id, member_id=card.member_id)
    if holder != voucher.holder_id:
        return Wanted.UNAVAILABLE
    belongs_to(card, merchant_id=merchant_id, member_id=holder)
    return wanted


def _reopens(card: Card, wanted: Wanted, *, merchant_id: int, at: datetime) -> bool:
    """Whether a card that is over can be what it should be again; if not, that is noted."""
    is_undone = wanted is Wanted.HELD and card.seen is Seen.CONSUMED
    if is_undone and card.capability in CAN_GIVE_BACK:
        return True
    if is_undone:
        differences.note(
            card,
            merchant_id=merchant_id,
            kind="cannot_unconsume",
            ours="active",
            theirs="consumed",
            at=at,
        )
    return False


def _act(card: Card, *, merchant_id: int, at: datetime) -> Act | None:
    total = _points_of(card, merchant_id=merchant_id, at=at)
    return act_for(
        wanted=card.wanted,
        seen=card.seen,
        capability=card.capability,
        is_activated=card.activated_at is not None,
        needs_points=card.voucher_id is None and card.told_points != total,
        needs_code=card.next_code not in {None, card.code},
    )


def _points_of(card: Card, *, merchant_id: int, at: datetime) -> int:
    if card.voucher_id is not None:
        return 0
    balance = points.balance(merchant_id=merchant_id, member_id=card.member_id, at=at)
    return balance.spendable


def _take(card: Card, act: Act, code: str, *, merchant_id: int, at: datetime) -> ToDo:
    taken = fetch_one(
        _Taken,
        statements.TAKE,
        {
            "merchant_id": merchant_id,
            "bag_card_id": card.id,
            # Forty characters at most; who is told of a request sees by its beginning whose it is.
            "request_number": f"{card.reference}-{at:%y%m%d%H%M%S%f}",
            "until": at + TAKEN_FOR,
            "at": at,
        },
    )
    if taken is None:
        raise Busy("Somebody is telling the platform of this card right now.")
    return ToDo(
        card=card,
        act=act,
        request_number=taken.request_number,
        at=taken.acts_at,
        tries=taken.tries,
        # Read under the right to tell, so that an older total never overtakes a newer one.
        points=_points_of(card, merchant_id=merchant_id, at=at),
        code=code,
        transaction_id=paid_by(card.voucher_id, merchant_id=merchant_id),
    )


def _keep(todo: ToDo, kind: Kind, *, merchant_id: int, at: datetime) -> None:
    is_recoded = kind is Kind.RECODED
    event = BagEvent(
        kind=kind,
        platform_id=todo.card.platform_id,
        code=str(todo.card.next_code) if is_recoded else todo.code,
        old_code=todo.code if is_recoded else None,
        at=at,
        source=OURS,
    )
    keep_fact(event, merchant_id=merchant_id, at=at)
