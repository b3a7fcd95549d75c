"""What stands in somebody's card bag, as a sum of what was told about it.

What the platform tells comes late, twice and in any order. So nothing is ever changed by a
message: it joins the facts of its card, and where the card stands is read from all of them.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.vouchers import VoucherState


class Capability(StrEnum):
    """Which product of the platform an account may use. Only `wechat_card` knows member cards."""

    WECHAT_CARD = "wechat_card"
    BUSIFAVOR = "busifavor"
    PRODUCT_COUPON = "product_coupon"


class Wanted(StrEnum):
    """What our books say the card should be."""

    HELD = "held"
    CONSUMED = "consumed"
    UNAVAILABLE = "unavailable"


class Seen(StrEnum):
    """What the card is at the platform. `offered`: nobody has put it into a bag yet.

    `confirming`: of no use until we confirm it. `pending`: confirmed, and its time has not come.
    """

    OFFERED = "offered"
    CONFIRMING = "confirming"
    PENDING = "pending"
    HELD = "held"
    GIFTING = "gifting"
    DELETED = "deleted"
    CONSUMED = "consumed"
    UNAVAILABLE = "unavailable"
    EXPIRED = "expired"


class Kind(StrEnum):
    """What can be told about a card. `sent`: got, and to be confirmed. `recoded`: a new code."""

    GOT = "got"
    SENT = "sent"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    RECODED = "recoded"
    GIFTING = "gifting"
    RETURNED = "returned"
    DELETED = "deleted"
    CONSUMED = "consumed"
    GIVEN_BACK = "given_back"
    UNAVAILABLE = "unavailable"
    EXPIRED = "expired"


class Act(StrEnum):
    """What there is to do at the platform."""

    CONFIRM = "confirm"
    ACTIVATE = "activate"
    SET_POINTS = "set_points"
    CHANGE_CODE = "change_code"
    CONSUME = "consume"
    GIVE_BACK = "give_back"
    WITHDRAW = "withdraw"


# Where a use can be undone at the platform.
CAN_GIVE_BACK = frozenset({Capability.BUSIFAVOR, Capability.PRODUCT_COUPON})
LIVING = frozenset({Seen.CONFIRMING, Seen.PENDING, Seen.HELD, Seen.GIFTING, Seen.DELETED})
ENDED = frozenset({Seen.CONSUMED, Seen.UNAVAILABLE, Seen.EXPIRED})
OURS = "ours"
_ENDS_BY = {Wanted.CONSUMED: Act.CONSUME, Wanted.UNAVAILABLE: Act.WITHDRAW}

WANTED_BY_STATE = {
    VoucherState.ISSUING: Wanted.HELD,
    VoucherState.LOCKED: Wanted.HELD,
    VoucherState.ACTIVE: Wanted.HELD,
    VoucherState.HELD: Wanted.HELD,
    VoucherState.REDEEMED: Wanted.CONSUMED,
    # Frozen may become usable again, which a card that was made unavailable cannot. The customer
    # then puts a new one into the bag: better than one that the platform's counter still takes.
    VoucherState.FROZEN: Wanted.UNAVAILABLE,
    VoucherState.EXPIRED: Wanted.UNAVAILABLE,
    VoucherState.VOID: Wanted.UNAVAILABLE,
}


@dataclass(frozen=True, kw_only=True)
class BagEvent:
    """One thing that happened to a card, in our words. `at` is when, by the platform's clock.

    `old_code` is the giver's code where a gift brought a new one; `outer` what we wrote on the
    card when we offered it; `friend` the giver's openid of a card that was got. `request_number`
    is that of the request by which somebody, perhaps we, did it.
    """

    kind: Kind
    platform_id: str
    code: str
    at: datetime
    openid: str | None = field(default=None, repr=False)
    friend: str | None = field(default=None, repr=False)
    unionid: str | None = field(default=None, repr=False)
    old_code: str | None = None
    outer: str | None = None
    is_gift: bool = False
    source: str | None = None
    location: str | None = None
    request_number: str | None = None

    @property
    def fingerprint(self) -> bytes:
        """The same for the same happening, however often it is told."""
        words = [self.kind, self.platform_id, self.code, self.openid, self.old_code, self.source]
        told = "\n".join([*(word or "" for word in words), self.at.astimezone(UTC).isoformat()])
        return hashlib.sha256(told.encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a card stands. `got` is how its present holder came by it, `used` who used it up.

    `holders` are all who ever got it, in the order of time.
    """

    seen: Seen
    code: str | None = None
    openid: str | None = field(default=None, repr=False)
    at: datetime | None = None
    got: BagEvent | None = None
    used: BagEvent | None = None
    holders: tuple[BagEvent, ...] = ()

    @property
    def holder(self) -> BagEvent | None:
        """Who counts as its holder: at the moment of its use, once it is used.

        A use before a gift was taken is the giver's; at the same moment, the gift came first.
        """
        if self.used is None:
            return self.got
        return next((got for got in self.holders[::-1] if got.at <= self.used.at), None)


def stand(facts: Collection[BagEvent]) -> Standing:
    """Where a card stands after all that is known, in whatever order it was told.

    Used up is stronger than unavailable, that than expired or deleted, and those than being given
    away; later is stronger than earlier. A use stands until it was given back.
    """
    if not facts:
        return Standing(seen=Seen.OFFERED)
    holders = _gots(facts)
    got = holders[-1] if holders else None
    about = got or max(facts, key=_place)
    codes = _codes_after(about, facts)
    present = [fact for fact in facts if _is_about(fact, about, codes)]
    seen, at = _seen(facts, present, about, is_got=got is not None)
    used = _last(facts, Kind.CONSUMED) if seen is Seen.CONSUMED else None
    openid = next((f.openid for f in (got, about, *present) if f and f.openid), None)
    return Standing(
        seen=seen, code=codes[-1], openid=openid, at=at, got=got, used=used, holders=holders
    )


def _seen(
    facts: Collection[BagEvent], present: Collection[BagEvent], about: BagEvent, *, is_got: bool
) -> tuple[Seen, datetime]:
    used, back = _last(facts, Kind.CONSUMED), _last(facts, Kind.GIVEN_BACK)
    if used and (back is None or back.at < used.at):
        return Seen.CONSUMED, used.at
    for kind, seen in ((Kind.UNAVAILABLE, Seen.UNAVAILABLE), (Kind.EXPIRED, Seen.EXPIRED)):
        if gone := _last(facts, kind):
            return seen, gone.at
    if deleted := _last(present, Kind.DELETED):
        return Seen.DELETED, deleted.at
    return _living(facts, present, about, is_got=is_got)


def _living(
    facts: Collection[BagEvent], present: Collection[BagEvent], about: BagEvent, *, is_got: bool
) -> tuple[Seen, datetime]:
    back = _last(facts, Kind.GIVEN_BACK)
    gifting, returned = _last(present, Kind.GIFTING), _last(present, Kind.RETURNED)
    if gifting and (returned is None or returned.at < gifting.at):
        return Seen.GIFTING, gifting.at
    if about.kind is Kind.SENT and not back:
        return _confirmed(facts, about)
    if is_got or gifting or returned or back:
        return Seen.HELD, max(about.at, returned.at if returned else about.at)
    return Seen.OFFERED, about.at


def _confirmed(facts: Collection[BagEvent], sent: BagEvent) -> tuple[Seen, datetime]:
    for kind, seen in ((Kind.CONFIRMED, Seen.HELD), (Kind.PENDING, Seen.PENDING)):
        if done := _last(facts, kind):
            return seen, done.at
    return Seen.CONFIRMING, sent.at


def act_for(
    *,
    wanted: Wanted,
    seen: Seen,
    capability: Capability,
    is_activated: bool,
    needs_points: bool,
    needs_code: bool = False,
) -> Act | None:
    """What is to be done at the platform so that it says what we say; None when nothing is."""
    if seen is Seen.CONSUMED:
        can = wanted is Wanted.HELD and capability in CAN_GIVE_BACK
        return Act.GIVE_BACK if can else None
    if seen not in LIVING:
        return None
    if seen is Seen.CONFIRMING and wanted is not Wanted.UNAVAILABLE:
        return Act.CONFIRM
    if wanted in _ENDS_BY or seen is not Seen.HELD:
        return _ENDS_BY.get(wanted)
    if needs_code:
        return Act.CHANGE_CODE
    tell_points = Act.SET_POINTS if is_activated else Act.ACTIVATE
    return tell_points if needs_points else None


def _gots(facts: Collection[BagEvent]) -> tuple[BagEvent, ...]:
    gots = {fact for fact in facts if fact.kind in {Kind.GOT, Kind.SENT}}
    # Two hand-overs may fall into one second: then whose code or hand another has is the earlier.
    given = {(got.old_code, got.at) for got in gots if got.old_code != got.code}
    givers = {(got.friend, got.at) for got in gots if got.friend}

    def order(got: BagEvent) -> tuple[object, ...]:
        is_passed_on = (got.code, got.at) in given or (got.openid, got.at) in givers
        return (got.at, not is_passed_on, *_place(got)[1:])

    return tuple(sorted(gots, key=order))


def _codes_after(about: BagEvent, facts: Collection[BagEvent]) -> list[str]:
    """The code that its holder got, and those that we put in its place."""
    codes = [about.code]
    for fact in sorted((fact for fact in facts if fact.kind is Kind.RECODED), key=_place):
        if fact.old_code == codes[-1] and fact.at >= about.at:
            codes.append(fact.code)
    return codes


def _is_about(fact: BagEvent, about: BagEvent, codes: Collection[str]) -> bool:
    """Of the present holder's time with his codes."""
    same_hands = not (fact.openid and about.openid) or fact.openid == about.openid
    return fact.code in codes and fact.at >= about.at and same_hands


def _last(facts: Collection[BagEvent], kind: Kind) -> BagEvent | None:
    return max((fact for fact in facts if fact.kind is kind), key=_place, default=None)


def _place(fact: BagEvent) -> tuple[datetime, str, str, str, bytes]:
    """An order in which no two different facts are equal."""
    return (fact.at, fact.code, fact.openid or "", fact.kind, fact.fingerprint)
