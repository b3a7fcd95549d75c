"""What rules would do before they are saved: who would move, and what it would cost."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain import catalog, merchants
from app.domain.catalog import RevisionTerms
from app.domain.membership import growing, packing, ruling, statements
from app.domain.membership.models import Occasion
from app.domain.membership.rules import Have, deserved, highest
from app.domain.membership.terms import RuleSet, Tier
from app.kernel.db import fetch_all

SAMPLE = 5


@dataclass(frozen=True)
class _Person:
    member_id: int
    number: str
    earned: str | None
    bought: list[str]
    had_upgrade: list[str]
    has_birthday: bool


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Who would go from the tier to the other; numbers of a few of them. None: no tier."""

    from_tier: str | None
    to_tier: str | None
    is_up: bool
    members: int
    sample: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """Moves up happen at once, moves down at the end of each member's period and grace.

    Cost in fen: of upgrade packs now, of monthly packs each month, of birthday packs each year.
    """

    members: int
    pairs: tuple[Pair, ...]
    members_by_tier: Mapping[str, int]
    upgrade_cost_fen: int
    monthly_cost_fen: int
    birthday_cost_fen: int


@dataclass(kw_only=True)
class _Tally:
    members: int = 0
    pairs: dict[tuple[str | None, str | None], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    by_tier: Counter[str] = field(default_factory=Counter)
    cost: Counter[Occasion] = field(default_factory=Counter)


def dry_run(*, merchant_id: int, rules: RuleSet, at: datetime) -> DryRun:
    """What these rules would do if they were published now; nothing is changed.

    Raises NotFound and RulesRefused as publishing does.
    """
    costs = _Costs(rules, _wordings(merchant_id, rules))
    zone = merchants.profile(merchant_id=merchant_id).zone
    have = growing.sums(
        merchant_id=merchant_id, member_id=None, conditions=rules.conditions, zone=zone, at=at
    )
    everybody = fetch_all(_Person, statements.EVERYBODY, {"merchant_id": merchant_id, "at": at})
    tally = _count(rules, everybody, have, costs)
    return DryRun(
        members=tally.members,
        pairs=_pairs(rules, tally),
        members_by_tier=dict(tally.by_tier),
        upgrade_cost_fen=tally.cost[Occasion.UPGRADE],
        monthly_cost_fen=tally.cost[Occasion.MONTHLY],
        birthday_cost_fen=tally.cost[Occasion.BIRTHDAY],
    )


class _Costs:
    """Fen of each pack, added up once."""

    def __init__(self, rules: RuleSet, terms: dict[str, RevisionTerms]) -> None:
        self._fen = {
            (tier.number, occasion): packing.pack_cost_fen(tier.packs.of(occasion), terms)
            for tier in rules.tiers
            for occasion in Occasion
        }

    def of(self, tier: Tier, occasion: Occasion) -> int:
        return self._fen[tier.number, occasion]


def _wordings(merchant_id: int, rules: RuleSet) -> dict[str, RevisionTerms]:
    wordings = ruling.find_wordings(merchant_id=merchant_id, rules=rules)
    found = catalog.find_revisions(merchant_id=merchant_id, revision_ids=set(wordings.values()))
    return {number: found[wording] for number, wording in wordings.items()}


def _count(
    rules: RuleSet, everybody: Iterable[_Person], have: Mapping[int, Have], costs: _Costs
) -> _Tally:
    tally = _Tally()
    for one in everybody:
        tally.members += 1
        reached = deserved(rules, have.get(one.member_id, {}))
        to = None if reached is None or reached.is_everybodys else reached
        is_up = to is not None and to.rank > rules.rank_of(one.earned)
        if (to.number if to else None) != one.earned:
            tally.pairs[one.earned, to.number if to else None].append(one.number)
        if is_up and to is not None and to.number not in one.had_upgrade:
            tally.cost[Occasion.UPGRADE] += costs.of(to, Occasion.UPGRADE)
        # Nobody goes down at once.
        earned = to.number if is_up and to else one.earned
        _count_standing(tally, highest(rules, [earned, *one.bought]), one, costs)
    return tally


def _count_standing(tally: _Tally, tier: Tier | None, one: _Person, costs: _Costs) -> None:
    if tier is None:
        return
    tally.by_tier[tier.number] += 1
    tally.cost[Occasion.MONTHLY] += costs.of(tier, Occasion.MONTHLY)
    tally.cost[Occasion.BIRTHDAY] += costs.of(tier, Occasion.BIRTHDAY) * one.has_birthday


def _pairs(rules: RuleSet, tally: _Tally) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            from_tier=from_tier,
            to_tier=to_tier,
            is_up=rules.rank_of(to_tier) > rules.rank_of(from_tier),
            members=len(numbers),
            sample=tuple(numbers[:SAMPLE]),
        )
        for (from_tier, to_tier), numbers in sorted(
            tally.pairs.items(), key=lambda pair: tuple(map(rules.rank_of, pair[0]))
        )
    )
