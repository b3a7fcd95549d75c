"""Monthly cards as their owners see them, and as messages speak of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.domain import catalog
from app.domain.catalog import RevisionTerms
from app.domain.subscriptions import statements
from app.domain.subscriptions.addresses import KnownAddress, find_known
from app.domain.subscriptions.cards import Card, Period, periods_of
from app.domain.subscriptions.models import CardState, ParcelState, PeriodState
from app.domain.subscriptions.rules import Item, Plan, contents
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

MOST_CARDS = 100

_OWN = statements.CARD + " AND s.member_id = %(member_id)s"
_LIST = _OWN + " ORDER BY s.id DESC LIMIT %(limit)s"
_ONE = _OWN + " AND s.number = %(number)s"
_BENEFITS = """
SELECT id, number FROM benefits WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s)
"""
_PARCELS = """
SELECT p.number, d.n, p.revision_id, p.quantity, p.state, p.company, p.tracking_number, p.send_on,
  p.sent_at, p.delivered_at
FROM parcels p JOIN subscription_periods d ON d.merchant_id = p.merchant_id AND d.id = p.period_id
WHERE p.merchant_id = %(merchant_id)s AND p.subscription_id = %(subscription_id)s
ORDER BY d.n, p.id
"""
_WORDS = """
SELECT s.number, s.member_id, s.title, d.n, d.starts_on, s.order_id, o.number, a.appid, s.plan,
  d.choices
FROM subscriptions s
JOIN subscription_periods d ON d.merchant_id = s.merchant_id AND d.subscription_id = s.id
JOIN orders o ON o.merchant_id = s.merchant_id AND o.id = s.order_id
JOIN wechat_apps a ON a.merchant_id = s.merchant_id AND a.id = o.app_id
WHERE s.merchant_id = %(merchant_id)s AND s.number = %(number)s AND d.n = %(period)s
"""


@dataclass(frozen=True, kw_only=True)
class BenefitChoice:
    number: str
    name: str


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """One place of a period: what comes there, and what could come instead."""

    quantity: int
    chosen: BenefitChoice
    choices: list[BenefitChoice]


@dataclass(frozen=True, kw_only=True)
class PeriodView:
    """`locks_at`: until then it can be changed. Amount in fen."""

    n: int
    starts_on: date
    locks_at: datetime
    state: PeriodState
    amount_fen: int
    is_open_to_change: bool
    places: list[PlaceView]


@dataclass(frozen=True, kw_only=True)
class ParcelView:
    number: str
    period: int
    name: str
    quantity: int
    state: ParcelState
    company: str | None
    tracking_number: str | None
    send_on: date
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A card with its calendar; `next_period` is the first that has not begun.

    `skips_left`: so many months may still be left out.
    """

    number: str
    title: str
    state: CardState
    points_per_period: int
    paid_fen: int
    skips_left: int
    is_paused_by_shop: bool
    address: KnownAddress | None
    periods: list[PeriodView]
    parcels: list[ParcelView]

    @property
    def next_period(self) -> PeriodView | None:
        ahead = [each for each in self.periods if each.state is PeriodState.WAITING]
        return ahead[0] if ahead else None


@dataclass(frozen=True, kw_only=True)
class CardWords:
    """What a message about one period says, and through which order its owner came."""

    number: str
    member_id: int
    title: str
    period: int
    starts_on: date
    goods: str
    order_id: int
    order_number: str
    appid: str


@dataclass(frozen=True)
class _Benefit:
    id: int
    number: str


@dataclass(frozen=True)
class _Parcel:
    number: str
    n: int
    revision_id: int
    quantity: int
    state: str
    company: str | None
    tracking_number: str | None
    send_on: date
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class _Words:
    number: str
    member_id: int
    title: str
    n: int
    starts_on: date
    order_id: int
    order_number: str
    appid: str
    plan: dict[str, Any]
    choices: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What benefits are called, by the wording that the card was bought under."""

    terms: Mapping[int, RevisionTerms]
    numbers: Mapping[int, str]


def list_own(*, merchant_id: int, member_id: int, at: datetime) -> list[CardView]:
    """A member's cards, the newest first."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "limit": MOST_CARDS}
    return [_view(merchant_id, card, at=at) for card in fetch_all(Card, _LIST, which)]


def get_own(*, merchant_id: int, member_id: int, number: str, at: datetime) -> CardView:
    """Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    card = fetch_one(Card, _ONE, which)
    if card is None:
        raise NotFound("There is no such monthly card.", number=number[:40])
    return _view(merchant_id, card, at=at)


def notice_words(*, merchant_id: int, number: str, period: int) -> CardWords:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "number": number, "period": period}
    found = fetch_one(_Words, _WORDS, which)
    if found is None:
        raise NotFound("There is no such period.", number=number)
    items = Plan.from_json(found.plan).items
    return CardWords(
        number=found.number,
        member_id=found.member_id,
        title=found.title,
        period=found.n,
        starts_on=found.starts_on,
        goods=_goods(merchant_id, items, found.choices),
        order_id=found.order_id,
        order_number=found.order_number,
        appid=found.appid,
    )


def _goods(merchant_id: int, items: Sequence[Item], chosen: Mapping[str, int]) -> str:
    """Such as 洗面奶小样×2、面霜小样×1."""
    found = contents(items, chosen)
    revisions = {choice.revision_id for choice in found}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions)
    return "、".join(f"{terms[each.revision_id].name}×{count}" for each, count in found.items())


def _view(merchant_id: int, card: Card, *, at: datetime) -> CardView:
    plan = card.plan
    known = _known(merchant_id, plan.items)
    periods = periods_of(merchant_id=merchant_id, subscription_id=card.id)
    return CardView(
        number=card.number,
        title=card.title,
        state=CardState(card.state),
        points_per_period=plan.points_per_period,
        paid_fen=card.paid_fen,
        skips_left=max(0, plan.skip_limit - card.skips),
        is_paused_by_shop=card.is_paused_by_shop,
        address=find_known(merchant_id=merchant_id, address_id=card.address_id),
        periods=[_period(each, card, plan.items, known, at=at) for each in periods],
        parcels=_parcels(merchant_id, card),
    )


def _known(merchant_id: int, items: Sequence[Item]) -> _Known:
    choices = [choice for item in items for choice in item.choices]
    revisions = {choice.revision_id for choice in choices}
    ids = sorted({choice.benefit_id for choice in choices})
    benefits = fetch_all(_Benefit, _BENEFITS, {"merchant_id": merchant_id, "ids": ids})
    return _Known(
        terms=catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions),
        numbers={each.id: each.number for each in benefits},
    )


def _period(
    period: Period, card: Card, items: Sequence[Item], known: _Known, *, at: datetime
) -> PeriodView:
    is_paused = card.stands(CardState.PAUSED)
    return PeriodView(
        n=period.n,
        starts_on=period.starts_on,
        locks_at=period.locks_at,
        state=PeriodState(period.state),
        amount_fen=period.amount_fen,
        is_open_to_change=period.is_waiting and (is_paused or period.locks_at > at),
        places=[
            _place(item, period.choices.get(str(place)), known) for place, item in enumerate(items)
        ],
    )


def _place(item: Item, chosen: int | None, known: _Known) -> PlaceView:
    named = {
        choice.benefit_id: BenefitChoice(
            number=known.numbers[choice.benefit_id], name=known.terms[choice.revision_id].name
        )
        for choice in item.choices
    }
    return PlaceView(
        quantity=item.quantity,
        chosen=named[item.chosen(chosen).benefit_id],
        choices=list(named.values()),
    )


def _parcels(merchant_id: int, card: Card) -> list[ParcelView]:
    which = {"merchant_id": merchant_id, "subscription_id": card.id}
    rows = fetch_all(_Parcel, _PARCELS, which)
    revisions = {row.revision_id for row in rows}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions)
    return [
        ParcelView(
            number=row.number,
            period=row.n,
            name=terms[row.revision_id].name,
            quantity=row.quantity,
            state=ParcelState(row.state),
            company=row.company,
            tracking_number=row.tracking_number,
            send_on=row.send_on,
            sent_at=row.sent_at,
            delivered_at=row.delivered_at,
        )
        for row in rows
    ]
