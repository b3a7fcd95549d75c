"""Presents that make good: each costed, with a reason, and within the day's limit of its giver.

Nobody of a role for which the merchant wrote no rule may give anything.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import select

from app.domain import catalog, merchants, vouchers
from app.domain.catalog import Benefit, BenefitKind, BenefitRevision, RevisionTerms
from app.domain.complaints import tickets
from app.domain.complaints.errors import (
    GoodwillLimit,
    GoodwillNotAllowed,
    GoodwillToOneself,
    GoodwillUnfit,
)
from app.domain.complaints.models import GoodwillRule
from app.domain.complaints.rules import Who
from app.domain.complaints.tickets import NewLine, add_line
from app.domain.merchants import Role
from app.domain.vouchers import NewCard, Use
from app.kernel import audit, calendar, numbers, request_keys
from app.kernel.db import execute, fetch_all, fetch_one, reading
from app.kernel.errors import Invalid, NotFound
from app.kernel.request_keys import RequestKey

TITLE = "店家心意"
MOST_CHOICES = 500
# A present is put into a wallet as it is: there is no address, and no code to go with it.
NOT_GIVEN = frozenset({BenefitKind.DELIVERY, BenefitKind.CODE})

# The limit is part of the write: of two at once the second finds what the first has taken.
TAKE = """
INSERT INTO goodwill_days AS d (merchant_id, actor, day, granted, cost_fen)
SELECT %(merchant_id)s, %(actor)s, %(day)s, 1, %(cost_fen)s
WHERE %(per_day)s >= 1 AND %(cost_fen)s <= %(day_cost_fen)s
ON CONFLICT (merchant_id, actor, day) DO UPDATE
  SET granted = d.granted + 1, cost_fen = d.cost_fen + EXCLUDED.cost_fen
  WHERE d.granted < %(per_day)s AND d.cost_fen + EXCLUDED.cost_fen <= %(day_cost_fen)s
"""
KEEP = """
INSERT INTO goodwill_grants (merchant_id, member_id, ticket_id, revision_id, card_number, cost_fen,
  market_value_fen, reason, actor, day, at)
VALUES (%(merchant_id)s, %(member_id)s, %(ticket_id)s, %(revision_id)s, %(card_number)s,
  %(cost_fen)s, %(market_value_fen)s, %(reason)s, %(actor)s, %(day)s, %(at)s)
"""

# As it is sold now: a draft beside it changes nothing, and what has ended helps nobody.
GIVEABLE = """
SELECT b.number, r.name, r.market_value_fen FROM benefits b
CROSS JOIN LATERAL (
  SELECT name, kind, market_value_fen, conditions FROM benefit_revisions
  WHERE merchant_id = %(merchant_id)s AND benefit_id = b.id AND published_at IS NOT NULL
  ORDER BY revision DESC LIMIT 1) r
WHERE b.merchant_id = %(merchant_id)s AND r.kind <> ALL(%(not_given)s)
  AND coalesce(r.conditions -> 'validity' ->> 'ends_on' >= %(today)s, true)
ORDER BY b.id LIMIT %(rows)s
"""
ONESELF = """
SELECT m.id FROM staff s JOIN members m ON m.merchant_id = s.merchant_id AND m.user_id = s.user_id
WHERE s.merchant_id = %(merchant_id)s AND 'staff:' || s.id = %(actor)s AND m.id = %(member_id)s
"""


@dataclass(frozen=True, kw_only=True)
class Present:
    """What is to be given to whom, by whom and why; within a ticket where one is named."""

    merchant_id: int
    member_id: int | None
    benefit_number: str
    reason: str
    actor: str
    role: Role
    ticket_number: str | None = None


@dataclass(frozen=True)
class Giveable:
    """A benefit that may be a present, in the words in which it is sold now."""

    number: str
    name: str
    market_value_fen: int


@dataclass(frozen=True)
class Granted:
    """A present that was given; cost and value in fen."""

    card_number: str
    name: str
    cost_fen: int
    market_value_fen: int
    valid_until: datetime


def set_rule(
    *,
    merchant_id: int,
    role: Role,
    per_day: int,
    day_cost_fen: int,
    actor: str,
    at: datetime,
) -> None:
    """How many presents, and of what cost in all, one person of this role may give on one day."""
    if per_day < 0 or day_cost_fen < 0:
        raise Invalid("A limit is 0 or more.")
    before = _limits(merchant_id, role)
    execute(
        """INSERT INTO goodwill_rules (merchant_id, role, per_day, day_cost_fen)
        VALUES (%(merchant_id)s, %(role)s, %(per_day)s, %(day_cost_fen)s)
        ON CONFLICT (merchant_id, role) DO UPDATE
          SET per_day = EXCLUDED.per_day, day_cost_fen = EXCLUDED.day_cost_fen""",
        {
            "merchant_id": merchant_id,
            "role": role.value,
            "per_day": per_day,
            "day_cost_fen": day_cost_fen,
        },
    )
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="goodwill.rule",
        subject=role.value,
        at=at,
        details={
            "before": vars(before) if before else {},
            "after": {"per_day": per_day, "day_cost_fen": day_cost_fen},
        },
    )


def list_rules(*, merchant_id: int) -> list[GoodwillRule]:
    """The merchant's rules, one for each role that may give."""
    query = select(GoodwillRule).where(GoodwillRule.merchant_id == merchant_id)
    return list(reading().scalars(query.order_by(GoodwillRule.role)))


def list_giveable(*, merchant_id: int, at: datetime) -> list[Giveable]:
    """What may be given; at most 500."""
    zone = merchants.profile(merchant_id=merchant_id).zone
    return fetch_all(
        Giveable,
        GIVEABLE,
        {
            "merchant_id": merchant_id,
            "not_given": sorted(NOT_GIVEN),
            "today": calendar.day_of(at, zone).isoformat(),
            "rows": MOST_CHOICES,
        },
    )


def grant(present: Present, *, at: datetime, key: RequestKey | None = None) -> Granted:
    """Put the voucher into the wallet. It cost the member nothing, so it holds 0 fen of anything.

    The same key again is told of the same present. Raises GoodwillNotAllowed, GoodwillLimit,
    GoodwillToOneself, GoodwillUnfit, NotFound.
    """
    if key and (first := request_keys.find_answer(key)):
        return msgspec.convert(first.body, Granted)
    given = _give(present, at=at)
    if key:
        told = msgspec.json.encode(asdict(given)).decode()
        request_keys.store(key, status=201, body_json=told, at=at)
    return given


def _give(present: Present, *, at: datetime) -> Granted:
    ticket = _ticket(present)
    member_id = ticket.member_id if ticket else present.member_id
    if member_id is None:
        raise NotFound("There is nobody here to give it to.")
    _refuse_oneself(present, member_id)
    terms = _published(present)
    profile = merchants.profile(merchant_id=present.merchant_id)
    day = calendar.day_of(at, profile.zone)
    _take(present, terms, day)
    given = _issue(present, terms, member_id, zone=profile.zone, at=at)
    _keep(present, given, terms, member_id, ticket, day=day, at=at)
    return given


def _ticket(present: Present) -> tickets.Locked | None:
    if present.ticket_number is None:
        return None
    return tickets.lock(merchant_id=present.merchant_id, number=present.ticket_number)


def _published(present: Present) -> RevisionTerms:
    """The wording that is sold now."""
    query = (
        select(BenefitRevision.id)
        .join(
            Benefit,
            (Benefit.merchant_id == BenefitRevision.merchant_id)
            & (Benefit.id == BenefitRevision.benefit_id),
        )
        .where(
            BenefitRevision.merchant_id == present.merchant_id,
            Benefit.number == present.benefit_number,
            BenefitRevision.published_at.is_not(None),
        )
        .order_by(BenefitRevision.revision.desc())
        .limit(1)
    )
    found = reading().scalar(query)
    if found is None:
        raise NotFound("There is no such benefit on sale.", number=present.benefit_number[:40])
    terms = catalog.find_revisions(merchant_id=present.merchant_id, revision_ids={found})[found]
    if terms.kind in NOT_GIVEN:
        raise GoodwillUnfit("该权益不能作为补偿赠送", kind=terms.kind.value)
    return terms


def _refuse_oneself(present: Present, member_id: int) -> None:
    pair = {"actor": present.actor, "member_id": member_id}
    if fetch_one(_Id, ONESELF, {"merchant_id": present.merchant_id, **pair}):
        raise GoodwillToOneself("不能给自己发放补偿")


def _take(present: Present, terms: RevisionTerms, day: date) -> None:
    rule = _limits(present.merchant_id, present.role)
    if rule is None:
        raise GoodwillNotAllowed("未开通补偿发券权限")
    taken = {
        "merchant_id": present.merchant_id,
        "actor": present.actor,
        "day": day,
        "cost_fen": terms.cost_fen,
        **vars(rule),
    }
    if not execute(TAKE, taken):
        raise GoodwillLimit("今日补偿额度已用完", **vars(rule))


def _limits(merchant_id: int, role: Role) -> "_Limits | None":
    return fetch_one(
        _Limits,
        """SELECT per_day, day_cost_fen FROM goodwill_rules
        WHERE merchant_id = %(merchant_id)s AND role = %(role)s""",
        {"merchant_id": merchant_id, "role": role.value},
    )


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Limits:
    per_day: int
    day_cost_fen: int


def _issue(
    present: Present, terms: RevisionTerms, member_id: int, *, zone: str, at: datetime
) -> Granted:
    starts_at, ends_at = catalog.validity_window(terms.conditions, issued_at=at, zone=zone)
    if ends_at <= at:
        raise GoodwillUnfit("该权益的有效期已结束，不能赠送", kind=terms.kind.value)
    number = numbers.new(numbers.Kind.CARD, merchant_id=present.merchant_id)
    use = Use(
        revision_id=terms.revision_id, allocated_fen=0, valid_from=starts_at, valid_until=ends_at
    )
    vouchers.issue(
        merchant_id=present.merchant_id,
        order_id=None,
        order_number=present.ticket_number or number,
        member_id=member_id,
        cards=[NewCard(offer_id=None, title=TITLE, uses=[use], number=number)],
        at=at,
    )
    return Granted(number, terms.name, terms.cost_fen, terms.market_value_fen, ends_at)


def _keep(
    present: Present,
    given: Granted,
    terms: RevisionTerms,
    member_id: int,
    ticket: tickets.Locked | None,
    *,
    day: date,
    at: datetime,
) -> None:
    # Why is told by the present itself, where it can be forgotten.
    told = {"cost_fen": given.cost_fen, "card": given.card_number}
    execute(
        KEEP,
        {
            "merchant_id": present.merchant_id,
            "member_id": member_id,
            "ticket_id": ticket.id if ticket else None,
            "revision_id": terms.revision_id,
            "card_number": given.card_number,
            "cost_fen": given.cost_fen,
            "market_value_fen": given.market_value_fen,
            "reason": present.reason,
            "actor": present.actor,
            "day": day,
            "at": at,
        },
    )
    if ticket:
        line = NewLine(
            who=Who.STAFF, actor=present.actor, action="goodwill", text=f"已赠送：{given.name}"
        )
        add_line(merchant_id=present.merchant_id, ticket_id=ticket.id, line=line, at=at)
    audit.record(
        merchant_id=present.merchant_id,
        actor=present.actor,
        action="goodwill.grant",
        subject=ticket.number if ticket else given.card_number,
        at=at,
        details=told,
    )
