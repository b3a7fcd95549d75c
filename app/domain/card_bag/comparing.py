"""Once a night: what the platform says of each card, beside what our books say."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain import points
from app.domain.card_bag import differences, statements
from app.domain.card_bag.cards import Card, get_card
from app.domain.card_bag.rules import (
    OURS,
    Act,
    BagEvent,
    Kind,
    Seen,
    Wanted,
)
from app.domain.card_bag.telling import apply_event
from app.kernel.db import execute, fetch_all

EVERY = timedelta(hours=20)
LOOK_BACK = timedelta(days=3)
COMPARISON = "comparison"
_MISSED = {
    Seen.CONSUMED: Kind.CONSUMED,
    Seen.DELETED: Kind.DELETED,
    Seen.EXPIRED: Kind.EXPIRED,
    Seen.UNAVAILABLE: Kind.UNAVAILABLE,
}
_UNCONFIRMED = {Seen.CONFIRMING, Seen.PENDING}
_USABLE_THERE = {Seen.HELD, Seen.GIFTING, *_UNCONFIRMED}
_MENDED_BY = {
    Wanted.CONSUMED: ("not_consumed_there", Act.CONSUME),
    Wanted.UNAVAILABLE: ("not_withdrawn_there", Act.WITHDRAW),
}


@dataclass(frozen=True)
class BagToCompare:
    merchant_id: int
    bag_id: int


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """What the platform says of a card; `seen` None: it knows none of that code."""

    seen: Seen | None
    openid: str | None = field(default=None, repr=False)
    points: int | None = None


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """`act` mends it at the platform; `missed` mends it here; without both a person must."""

    kind: str
    ours: str
    theirs: str
    act: Act | None = None
    missed: Kind | None = None


@dataclass(frozen=True)
class Holder:
    """Somebody who holds cards of a template."""

    platform_id: str
    openid: str = field(repr=False)


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Code:
    code: str


def compare_card(
    *,
    wanted: Wanted,
    openid: str | None,
    our_points: int | None,
    theirs: Theirs,
    is_offered: bool = False,
) -> Disagreement | None:
    """Where the two sides differ. What our books say is mended there, what happened there here."""
    there = theirs.seen
    if is_offered or there is None:
        return _not_on_both_sides(wanted, there, is_offered=is_offered)
    if there is Seen.CONFIRMING and wanted is not Wanted.UNAVAILABLE:
        # It must be confirmed before it can be used up; that shows the night after.
        return _differ("not_confirmed_there", wanted, there, act=Act.CONFIRM)
    if wanted is not Wanted.HELD:
        kind, act = _MENDED_BY[wanted]
        return _differ(kind, wanted, there, act=act) if there in _USABLE_THERE else None
    if there in _MISSED:
        return _differ(f"{there.value}_there", wanted, there, missed=_MISSED[there])
    return _within(openid, our_points, theirs)


def _within(openid: str | None, our_points: int | None, theirs: Theirs) -> Disagreement | None:
    """Both hold it: who, and with how many points."""
    if openid and theirs.openid and openid != theirs.openid:
        return _differ("other_holder", "our holder", "another holder", missed=Kind.GOT)
    if None in {our_points, theirs.points} or our_points == theirs.points:
        return None
    return _differ("points", str(our_points), str(theirs.points), act=Act.SET_POINTS)


def _not_on_both_sides(
    wanted: Wanted, there: Seen | None, *, is_offered: bool
) -> Disagreement | None:
    """Got, and nobody told us: whatever else followed shows the night after. Or lost there."""
    if is_offered:
        missed = Kind.SENT if there is Seen.CONFIRMING else Kind.GOT
        return _differ("got_there", Seen.OFFERED, there, missed=missed) if there else None
    return _differ("unknown_there", wanted, "unknown") if wanted is Wanted.HELD else None


def list_bags_to_compare(*, at: datetime, limit: int) -> list[BagToCompare]:
    """Bags that are on and were not compared this night, of every merchant; without locks."""
    which = {"before": at - EVERY, "limit": limit}
    return fetch_all(BagToCompare, statements.BAGS_TO_COMPARE, which)


def list_cards_to_compare(
    *, merchant_id: int, bag_id: int, after: int, limit: int, at: datetime
) -> list[int]:
    """A page of a bag's cards, by id."""
    which = {"merchant_id": merchant_id, "bag_id": bag_id, "after": after, "limit": limit}
    rows = fetch_all(_Id, statements.CARDS_TO_COMPARE, {**which, "since": at - LOOK_BACK})
    return [row.id for row in rows]


def list_holders(*, merchant_id: int, bag_id: int, at: datetime) -> list[Holder]:
    """Who holds cards of a bag, as far as the platform told."""
    which = {"merchant_id": merchant_id, "bag_id": bag_id, "since": at - LOOK_BACK}
    return fetch_all(Holder, statements.HOLDERS, which)


def note_unknown_codes(
    *, merchant_id: int, platform_id: str, codes: Collection[str], at: datetime
) -> list[str]:
    """List those codes of people's cards that we know nothing of; nobody mends them."""
    which = {"merchant_id": merchant_id, "platform_id": platform_id, "codes": list(codes)}
    unknown = [row.code for row in fetch_all(_Code, statements.UNKNOWN_CODES, which)]
    for code in unknown:
        differences.note_unknown(merchant_id=merchant_id, platform_id=platform_id, code=code, at=at)
    return unknown


def note_compared(*, merchant_id: int, bag_id: int, at: datetime) -> None:
    execute(statements.COMPARED, {"merchant_id": merchant_id, "bag_id": bag_id, "at": at})


def compare(
    *, merchant_id: int, bag_card_id: int, theirs: Theirs, at: datetime
) -> Disagreement | None:
    """Note where a card differs. What happened there and was never told is applied here at once.

    An `act` in the answer is left to do: `take_to_mend`, and `note_mended` when it is done.
    """
    card = get_card(merchant_id=merchant_id, bag_card_id=bag_card_id)
    if card.seen in _UNCONFIRMED and theirs.seen is Seen.HELD:
        card = _learn_confirmed(card, merchant_id=merchant_id, at=at)
    is_membership = card.voucher_id is None
    total = (
        points.balance(merchant_id=merchant_id, member_id=card.member_id, at=at).spendable
        if is_membership and card.activated_at
        else None
    )
    found = compare_card(
        wanted=card.wanted,
        openid=card.openid,
        our_points=total,
        theirs=theirs,
        is_offered=card.seen is Seen.OFFERED,
    )
    if found is None:
        return None
    _note(bag_card_id, found, merchant_id=merchant_id, at=at)
    if found.missed is None:
        return found
    event = BagEvent(
        kind=found.missed,
        platform_id=card.platform_id,
        code=str(card.code),
        at=at,
        openid=theirs.openid,
        is_gift=found.kind == "other_holder",
        source=COMPARISON if found.missed is not Kind.UNAVAILABLE else OURS,
    )
    apply_event(merchant_id=merchant_id, event=event, at=at)
    if _agrees(bag_card_id, found, theirs, merchant_id=merchant_id):
        note_mended(merchant_id=merchant_id, bag_card_id=bag_card_id, found=found, at=at)
    return found


def note_mended(*, merchant_id: int, bag_card_id: int, found: Disagreement, at: datetime) -> None:
    """Both sides say the same again."""
    _note(bag_card_id, found, merchant_id=merchant_id, at=at, is_mended=True)


def _agrees(bag_card_id: int, found: Disagreement, theirs: Theirs, *, merchant_id: int) -> bool:
    """Whether our books could follow: the voucher is used too, or held by whom they name."""
    card = get_card(merchant_id=merchant_id, bag_card_id=bag_card_id)
    if found.missed is Kind.CONSUMED:
        return card.wanted is Wanted.CONSUMED
    if found.missed in {Kind.GOT, Kind.SENT}:
        return card.openid == theirs.openid
    return found.missed is Kind.DELETED


def _learn_confirmed(card: Card, *, merchant_id: int, at: datetime) -> Card:
    """Its time has come, or our confirming was done and its answer lost: no difference."""
    event = BagEvent(
        kind=Kind.CONFIRMED,
        platform_id=card.platform_id,
        code=str(card.code),
        at=at,
        source=COMPARISON,
    )
    apply_event(merchant_id=merchant_id, event=event, at=at)
    return get_card(merchant_id=merchant_id, bag_card_id=card.id)


def _note(
    bag_card_id: int,
    found: Disagreement,
    *,
    merchant_id: int,
    at: datetime,
    is_mended: bool = False,
) -> None:
    differences.note(
        get_card(merchant_id=merchant_id, bag_card_id=bag_card_id),
        merchant_id=merchant_id,
        kind=found.kind,
        ours=found.ours,
        theirs=found.theirs,
        at=at,
        is_mended=is_mended,
    )


def _differ(
    kind: str,
    ours: str,
    theirs: str,
    *,
    act: Act | None = None,
    missed: Kind | None = None,
) -> Disagreement:
    return Disagreement(kind=kind, ours=str(ours), theirs=str(theirs), act=act, missed=missed)
