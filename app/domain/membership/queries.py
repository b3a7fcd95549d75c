"""What a member sees of his tier, and of the way to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.membership import growing, packing, ruling, standing, statements
from app.domain.membership.birthdays import BirthdayView, find_birthday
from app.domain.membership.judging import Stand
from app.domain.membership.models import Occasion
from app.domain.membership.rules import (
    JUST_BEFORE,
    Have,
    Progress,
    condition_words,
    deserved,
    next_tier,
    progress,
    upgrade_sentence,
)
from app.domain.membership.standing import TierNow
from app.domain.membership.terms import Book, Needs, Tier
from app.kernel import calendar
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.money import BASIS_POINTS

MOST_MOVES = 50


@dataclass(frozen=True, kw_only=True)
class PackView:
    """What comes when, in words: ("升级礼", ("热拿铁兑换券×1",))."""

    occasion: Occasion
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TierView:
    """A tier with everything it gives, in words."""

    tier: Tier
    privileges: tuple[str, ...]
    packs: tuple[PackView, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class TermView:
    """A membership that was bought."""

    tier: str | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class MoveView:
    id: int
    from_tier: str | None
    to_tier: str | None
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NextView:
    """The next tier, the sentence that leads to it, and how far each condition is."""

    tier: Tier
    needs_all: bool
    sentence: str
    progress: Sequence[tuple[Progress, str]]


@dataclass(frozen=True, kw_only=True)
class MembershipView:
    """`loses_at`: when the tier goes unless more is done, if that is foreseeable; `warning` says so.

    Instants are those of the tier that was earned; bought ones are `terms`.
    """

    tiers: Sequence[TierView]
    tier: TierView | None
    next: NextView | None
    period_ends_at: datetime | None
    loses_at: datetime | None
    warning: str | None
    terms: Sequence[TermView]
    birthday: BirthdayView | None


@dataclass(frozen=True, kw_only=True)
class RaiseWords:
    """What a message about a new tier says."""

    tier: str
    hint: str
    at: datetime


def view(*, merchant_id: int, member_id: int, at: datetime) -> MembershipView:
    """My tier and the way to the next. Raises NotFound where the merchant has no tiers."""
    now = standing.tier_now(merchant_id=merchant_id, member_id=member_id, at=at)
    if now is None:
        raise NotFound("There are no tiers here.")
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    stand = fetch_one(Stand, statements.FIND_STANDING, named)
    have = _have(merchant_id, member_id, now.book, at=at)
    titles = ruling.offer_titles(merchant_id=merchant_id, rules=now.book.rules)
    ladder = [_tier_view(merchant_id, now.book, tier, titles) for tier in now.book.rules.tiers]
    loses_at = _loses_at(merchant_id, member_id, now, stand)
    return MembershipView(
        tiers=ladder,
        tier=next((one for one in ladder if one.tier == now.tier), None),
        next=_next(now, have, titles),
        period_ends_at=stand.period_ends_at if stand else None,
        loses_at=loses_at,
        warning=_warning(now, loses_at),
        terms=fetch_all(TermView, statements.TERMS, named | {"at": at}),
        birthday=find_birthday(merchant_id=merchant_id, member_id=member_id),
    )


def list_moves(*, merchant_id: int, member_id: int) -> list[MoveView]:
    """Every change of a member's tier with its reason, the newest first."""
    return fetch_all(
        MoveView,
        statements.MOVES,
        {"merchant_id": merchant_id, "member_id": member_id, "limit": MOST_MOVES},
    )


@dataclass(frozen=True)
class _Moved:
    from_tier: str | None
    to_tier: str | None
    why: str
    at: datetime


def raise_words(*, merchant_id: int, member_id: int, step: int) -> RaiseWords:
    """Raises NotFound."""
    moved = fetch_one(
        _Moved,
        statements.LAST_MOVE,
        {"merchant_id": merchant_id, "member_id": member_id, "step": step},
    )
    book = ruling.in_force(merchant_id=merchant_id)
    tier = book.rules.find(moved.to_tier) if book and moved else None
    if moved is None or tier is None:
        raise NotFound("There is no such move.", step=step)
    hint = "升级礼已放入卡包" if tier.packs.upgrade else "会员权益已生效"
    return RaiseWords(tier=tier.name, hint=hint, at=moved.at)


def ending_words(*, merchant_id: int, member_id: int) -> str:
    """The name of the tier that a member has earned. Raises NotFound when there is none."""
    named: dict[str, object] = {"merchant_id": merchant_id, "member_id": member_id}
    stand = fetch_one(Stand, statements.FIND_STANDING, named)
    book = ruling.in_force(merchant_id=merchant_id)
    tier = book.rules.find(stand.tier) if book and stand else None
    if tier is None:
        raise NotFound("There is no tier that ends.")
    return tier.name


def _have(merchant_id: int, member_id: int, book: Book, *, at: datetime) -> Have:
    found = growing.sums(
        merchant_id=merchant_id,
        member_id=member_id,
        conditions=book.rules.conditions,
        zone=book.zone,
        at=at,
    )
    return found.get(member_id, {})


def _next(now: TierNow, have: Have, titles: Mapping[str, str]) -> NextView | None:
    tier = next_tier(now.book.rules, now.tier)
    if tier is None:
        return None
    return NextView(
        tier=tier,
        needs_all=tier.needs == Needs.ALL,
        sentence=upgrade_sentence(tier, have, titles=titles),
        progress=[
            (one, condition_words(one.condition, titles=titles)) for one in progress(tier, have)
        ],
    )


def _loses_at(
    merchant_id: int, member_id: int, now: TierNow, stand: Stand | None
) -> datetime | None:
    """Once warned: nothing is foretold before that."""
    if stand is None or stand.tier is None or stand.period_ends_at is None:
        return None
    if stand.grace_ends_at is not None:
        return stand.grace_ends_at
    if stand.warn_at is not None:
        return None
    later = _have(merchant_id, member_id, now.book, at=stand.period_ends_at - JUST_BEFORE)
    found = deserved(now.book.rules, later)
    rank = -1 if found is None else found.rank
    return stand.period_ends_at if rank < now.book.rules.rank_of(stand.tier) else None


def _warning(now: TierNow, loses_at: datetime | None) -> str | None:
    tier = now.book.rules.find(now.earned)
    if loses_at is None or tier is None:
        return None
    last = calendar.day_of(loses_at - JUST_BEFORE, now.book.zone)
    return f"您的{tier.name}等级将保留至{calendar.day_words(last)}，达到条件即可续期"


def _tier_view(merchant_id: int, book: Book, tier: Tier, titles: Mapping[str, str]) -> TierView:
    packs = tuple(
        PackView(occasion=occasion, items=_item_words(merchant_id, book, tier, occasion))
        for occasion in Occasion
        if tier.packs.of(occasion)
    )
    return TierView(
        tier=tier,
        privileges=(*_standing_privileges(tier), *tier.privileges),
        packs=packs,
        conditions=tuple(condition_words(one, titles=titles) for one in tier.conditions),
    )


def _item_words(merchant_id: int, book: Book, tier: Tier, occasion: Occasion) -> tuple[str, ...]:
    terms = packing.terms_of(merchant_id=merchant_id, book=book)
    return tuple(f"{terms[one.benefit].name}×{one.quantity}" for one in tier.packs.of(occasion))


def _standing_privileges(tier: Tier) -> list[str]:
    """What follows from the numbers themselves."""
    said = []
    if tier.points_multiplier_bp > BASIS_POINTS:
        said.append(f"消费积分{_times(tier.points_multiplier_bp)}倍")
    if tier.early_access_hours:
        said.append(f"新品提前{tier.early_access_hours}小时购买")
    return said


def _times(bp: int) -> str:
    """12,500 bp are 1.25."""
    return f"{bp // BASIS_POINTS}.{bp % BASIS_POINTS:04d}".rstrip("0").rstrip(".")
