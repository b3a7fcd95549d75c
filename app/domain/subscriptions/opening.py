"""A period begins: its parcels are to be packed, its vouchers and points are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from app.domain import catalog, members, merchants, points, pools, vouchers
from app.domain.catalog import BenefitKind, RevisionTerms
from app.domain.points import Occasion, RuleSource
from app.domain.subscriptions import addresses, statements
from app.domain.subscriptions.cards import Card, Period, periods_of, waiting
from app.domain.subscriptions.events import AddressMissing, PeriodOpened
from app.domain.subscriptions.models import CardState
from app.domain.subscriptions.rules import Choice, contents
from app.domain.vouchers import NewCard, Use
from app.kernel import numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.money import split
from app.kernel.outbox import publish

POINTS_REASON = "月卡积分"


@dataclass(frozen=True)
class Due:
    merchant_id: int
    subscription_id: int


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True, kw_only=True)
class _Part:
    """So many of one benefit in a period, and what they hold of its money."""

    choice: Choice
    terms: RevisionTerms
    quantity: int
    amount_fen: int

    @property
    def is_posted(self) -> bool:
        return self.terms.kind is BenefitKind.DELIVERY


def list_due(*, at: datetime, limit: int) -> list[Due]:
    """Cards with a period that is to begin, of every merchant; without locks."""
    return fetch_all(Due, statements.DUE, {"at": at, "limit": limit})


def open_periods(*, merchant_id: int, subscription_id: int, at: datetime) -> int:
    """Begin every period of this card whose time has come, in order; how many began.

    A parcel without an address waits, its period and the later ones with it: the member is asked
    once. A card that somebody holds at this moment is left for the next turn.
    """
    which = {"merchant_id": merchant_id, "id": subscription_id}
    card = fetch_one(Card, statements.LOCK_BY_ID, which)
    if card is None or not card.stands(CardState.ACTIVE):
        return 0
    ahead = waiting(periods_of(merchant_id=merchant_id, subscription_id=card.id))
    due = (each for each in ahead if each.locks_at <= at)
    opened = sum(1 for _ in takewhile(lambda each: _open(merchant_id, card, each, at=at), due))
    execute(statements.DONE, {**which, "at": at})
    return opened


def _open(merchant_id: int, card: Card, period: Period, *, at: datetime) -> bool:
    parts = _parts(merchant_id, card, period)
    is_posted = any(part.is_posted for part in parts)
    address = _address(merchant_id, card) if is_posted else None
    if is_posted and address is None:
        _ask(merchant_id, card, period, at=at)
        return False
    in_vouchers = sum(part.amount_fen for part in parts if not part.is_posted)
    which = {"merchant_id": merchant_id, "id": period.id, "at": at}
    if fetch_one(_Id, statements.OPEN, {**which, "vouchers_fen": in_vouchers}) is None:
        return False
    # Somebody who turned out to be another member has his things there.
    member_id = members.canonical_id(merchant_id=merchant_id, member_id=card.member_id)
    _pack(merchant_id, card, period, parts, member_id=member_id, address=address, at=at)
    _issue(merchant_id, card, period, parts, member_id=member_id, at=at)
    _give_points(merchant_id, card, period, member_id=member_id, at=at)
    publish(
        PeriodOpened(merchant_id=merchant_id, subscription_number=card.number, period=period.n),
        at=at,
    )
    return True


def _parts(merchant_id: int, card: Card, period: Period) -> list[_Part]:
    """The period's money is divided among its things by what they are worth on the market."""
    found = contents(card.plan.items, period.choices)
    revisions = {choice.revision_id for choice in found}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions)
    worth = [terms[each.revision_id].market_value_fen * count for each, count in found.items()]
    amounts = split(period.amount_fen, worth) if worth else []
    return [
        _Part(choice=each, terms=terms[each.revision_id], quantity=count, amount_fen=amount)
        for (each, count), amount in zip(found.items(), amounts, strict=True)
    ]


def _address(merchant_id: int, card: Card) -> bytes | None:
    if card.address_id is None:
        return None
    return addresses.sealed_copy(merchant_id=merchant_id, address_id=card.address_id)


def _ask(merchant_id: int, card: Card, period: Period, *, at: datetime) -> None:
    which = {"merchant_id": merchant_id, "id": period.id, "at": at}
    if fetch_one(_Id, statements.ASKED, which):
        missing = AddressMissing(
            merchant_id=merchant_id, subscription_number=card.number, period=period.n
        )
        publish(missing, at=at)


def _pack(
    merchant_id: int,
    card: Card,
    period: Period,
    parts: Sequence[_Part],
    *,
    member_id: int,
    address: bytes | None,
    at: datetime,
) -> None:
    for part in parts:
        if part.is_posted:
            execute(
                statements.ADD_PARCEL,
                {
                    "merchant_id": merchant_id,
                    "number": numbers.new(numbers.Kind.PARCEL, merchant_id=merchant_id),
                    "subscription_id": card.id,
                    "period_id": period.id,
                    "member_id": member_id,
                    **vars(part.choice),
                    "quantity": part.quantity,
                    "allocated_fen": part.amount_fen,
                    "address_sealed": address,
                    "send_on": period.starts_on,
                    "at": at,
                },
            )


def _issue(
    merchant_id: int,
    card: Card,
    period: Period,
    parts: Sequence[_Part],
    *,
    member_id: int,
    at: datetime,
) -> None:
    zone = merchants.profile(merchant_id=merchant_id).zone
    uses = [use for part in parts if not part.is_posted for use in _uses(part, zone=zone, at=at)]
    if uses:
        vouchers.issue(
            merchant_id=merchant_id,
            order_id=card.order_id,
            order_number=card.number,
            member_id=member_id,
            cards=[
                NewCard(offer_id=card.offer_id, title=f"{card.title}·第{period.n}期", uses=uses)
            ],
            at=at,
        )
    for part in parts:
        if part.terms.kind is BenefitKind.CODE:
            pools.fill(merchant_id=merchant_id, benefit_id=part.choice.benefit_id, at=at)


def _uses(part: _Part, *, zone: str, at: datetime) -> list[Use]:
    starts_at, ends_at = catalog.validity_window(part.terms.conditions, issued_at=at, zone=zone)
    return [
        Use(
            revision_id=part.choice.revision_id,
            allocated_fen=amount,
            valid_from=starts_at,
            valid_until=ends_at,
        )
        for amount in split(part.amount_fen, [1] * part.quantity)
    ]


def _give_points(
    merchant_id: int, card: Card, period: Period, *, member_id: int, at: datetime
) -> None:
    """What the plan promises, and what the merchant's rules give for a period besides."""
    points.earn_by_rules(
        Occasion(
            merchant_id=merchant_id,
            member_id=member_id,
            kind=RuleSource.PERIOD,
            source=f"period:{card.number}:{period.n}",
            promised=card.plan.points_per_period,
            promised_name=POINTS_REASON,
            at=at,
        )
    )
