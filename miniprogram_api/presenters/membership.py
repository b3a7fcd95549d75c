from datetime import datetime

from app.domain.membership import (
    CONSENT_TEXT,
    CONSENT_VERSION,
    Book,
    DryRun,
    MembershipView,
    MoveView,
    NextView,
    RuleSet,
    TierView,
)
from app.web.words import Told


class TierPackView(Told):
    """`occasion`: upgrade, monthly or birthday; `items` in words."""

    occasion: str
    items: list[str]


class TierCard(Told):
    """A tier with all that it gives, in words. A multiplier of 10000 changes nothing."""

    tier: str
    rank: int
    name: str
    points_multiplier_bp: int
    early_access_hours: int
    privileges: list[str]
    packs: list[TierPackView]
    conditions: list[str]


class TierProgress(Told):
    """How far one condition is: fen, days, points or pieces, as `kind` says."""

    kind: str
    text: str
    have: int
    at_least: int


class NextTier(Told):
    """`sentence` follows from the rule itself. `needs_all`: every condition, or one of them."""

    tier: str
    name: str
    needs_all: bool
    sentence: str
    progress: list[TierProgress]


class BoughtTerm(Told):
    tier: str | None
    starts_at: datetime
    ends_at: datetime


class BirthdayKept(Told):
    """Month and day only. `consent` is what is asked, under `consent_version`."""

    month: int | None
    day: int | None
    consent: str
    consent_version: str


class Membership(Told):
    """My tier, what it gives, and the way up. `loses_at`: when it ends unless more is done."""

    tier: TierCard | None
    next: NextTier | None
    tiers: list[TierCard]
    period_ends_at: datetime | None
    loses_at: datetime | None
    warning: str | None
    terms: list[BoughtTerm]
    birthday: BirthdayKept


class TierMove(Told):
    """`why`: upgrade, downgrade, taken_back, bought, term_ended, refunded or merged."""

    from_tier: str | None
    to_tier: str | None
    why: str
    at: datetime


class TierMoves(Told):
    items: list[TierMove]


class TierRulesView(Told):
    revision: int
    rules: RuleSet


class TierPair(Told):
    """Who would go from the one to the other. No tier: the one that everybody has."""

    from_tier: str | None
    to_tier: str | None
    is_up: bool
    members: int
    sample: list[str]


class TierTally(Told):
    tier: str
    members: int


class TierDryRun(Told):
    """Moves up happen at once, moves down when a member's period and grace are over.

    Cost of the packs in fen: now, each month, each year.
    """

    members: int
    pairs: list[TierPair]
    tiers: list[TierTally]
    upgrade_cost_fen: int
    monthly_cost_fen: int
    birthday_cost_fen: int


def present_membership(view: MembershipView) -> Membership:
    kept = view.birthday
    return Membership(
        tier=_card(view.tier) if view.tier else None,
        next=_next(view.next) if view.next else None,
        tiers=[_card(tier) for tier in view.tiers],
        period_ends_at=view.period_ends_at,
        loses_at=view.loses_at,
        warning=view.warning,
        terms=[
            BoughtTerm(tier=term.tier, starts_at=term.starts_at, ends_at=term.ends_at)
            for term in view.terms
        ],
        birthday=BirthdayKept(
            month=kept.month if kept else None,
            day=kept.day if kept else None,
            consent=CONSENT_TEXT,
            consent_version=CONSENT_VERSION,
        ),
    )


def present_moves(moves: list[MoveView]) -> TierMoves:
    return TierMoves(
        items=[
            TierMove(from_tier=one.from_tier, to_tier=one.to_tier, why=one.why, at=one.at)
            for one in moves
        ]
    )


def present_rules(book: Book) -> TierRulesView:
    return TierRulesView(revision=book.revision, rules=book.rules)


def present_dry_run(told: DryRun) -> TierDryRun:
    return TierDryRun(
        members=told.members,
        pairs=[
            TierPair(
                from_tier=pair.from_tier,
                to_tier=pair.to_tier,
                is_up=pair.is_up,
                members=pair.members,
                sample=list(pair.sample),
            )
            for pair in told.pairs
        ],
        tiers=[TierTally(tier=tier, members=n) for tier, n in told.members_by_tier.items()],
        upgrade_cost_fen=told.upgrade_cost_fen,
        monthly_cost_fen=told.monthly_cost_fen,
        birthday_cost_fen=told.birthday_cost_fen,
    )


def _card(view: TierView) -> TierCard:
    tier = view.tier
    return TierCard(
        tier=tier.number,
        rank=tier.rank,
        name=tier.name,
        points_multiplier_bp=tier.points_multiplier_bp,
        early_access_hours=tier.early_access_hours,
        privileges=list(view.privileges),
        packs=[
            TierPackView(occasion=pack.occasion.value, items=list(pack.items))
            for pack in view.packs
        ],
        conditions=list(view.conditions),
    )


def _next(view: NextView) -> NextTier:
    return NextTier(
        tier=view.tier.number,
        name=view.tier.name,
        needs_all=view.needs_all,
        sentence=view.sentence,
        progress=[
            TierProgress(
                kind=one.condition.kind.value,
                text=text,
                have=one.have,
                at_least=one.condition.at_least,
            )
            for one, text in view.progress
        ],
    )
