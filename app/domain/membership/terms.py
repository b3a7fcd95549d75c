"""A merchant's tiers as data: what reaches them, what they give, how long they are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.domain.membership.errors import RulesRefused
from app.domain.membership.models import Growth, Occasion
from app.kernel.errors import Invalid
from app.kernel.money import BASIS_POINTS

# PostgreSQL keeps no NUL, and people's words have no control characters.
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$(?!\n)"

Key = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[a-z][a-z0-9_]*$(?!\n)")]
Name = Annotated[str, Meta(min_length=1, max_length=20, pattern=ONE_LINE)]
Line = Annotated[str, Meta(min_length=1, max_length=60, pattern=ONE_LINE)]
Number = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Pieces = Annotated[int, Meta(ge=1, le=20)]
Amount = Annotated[int, Meta(ge=1, le=10**12)]
WindowDays = Annotated[int, Meta(ge=1, le=5 * 366)]
Rank = Annotated[int, Meta(ge=0, le=100)]

MOST_TIERS = 12
MOST_BP = 10 * BASIS_POINTS


class Needs(StrEnum):
    """How many of its conditions a tier wants, or that it can only be bought."""

    ANY = "any"
    ALL = "all"
    BOUGHT = "bought"


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`at_least` fen, days with a visit, points or pieces (of `offer`) within `window_days`.

    The window rolls: business days, today among them.
    """

    kind: Growth
    at_least: Amount
    window_days: WindowDays
    offer: Number | None = None


class PackItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    benefit: Number
    quantity: Pieces = 1


Pack = Annotated[tuple[PackItem, ...], Meta(max_length=20)]


class Packs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is given when the tier is reached, once every calendar month, and at the birthday."""

    upgrade: Pack = ()
    monthly: Pack = ()
    birthday: Pack = ()

    def of(self, occasion: Occasion) -> tuple[PackItem, ...]:
        found: tuple[PackItem, ...] = getattr(self, occasion.value)
        return found


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`number` is the merchant's short word for it and stays; `privileges` are lines for people.

    A tier without conditions that is not bought is everybody's, and the lowest.
    """

    number: Key
    rank: Rank
    name: Name
    needs: Needs = Needs.ANY
    conditions: Annotated[tuple[Condition, ...], Meta(max_length=8)] = ()
    points_multiplier_bp: Annotated[int, Meta(ge=BASIS_POINTS, le=MOST_BP)] = BASIS_POINTS
    early_access_hours: Annotated[int, Meta(ge=0, le=24 * 30)] = 0
    privileges: Annotated[tuple[Line, ...], Meta(max_length=20)] = ()
    packs: Packs = Packs()

    @property
    def is_everybodys(self) -> bool:
        return not self.conditions and self.needs != Needs.BOUGHT


class RuleSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tiers, the lowest first, and how one is lost.

    A tier is kept for `keeps_months`; who would lose it hears so `warn_days` before, and keeps it
    once for `grace_days` more.
    """

    tiers: Annotated[tuple[Tier, ...], Meta(min_length=1, max_length=MOST_TIERS)]
    keeps_months: Annotated[int, Meta(ge=1, le=60)] = 12
    warn_days: Annotated[int, Meta(ge=1, le=90)] = 14
    grace_days: Annotated[int, Meta(ge=1, le=366)] = 30

    @property
    def base(self) -> Tier | None:
        """The tier that everybody has, if there is one."""
        return self.tiers[0] if self.tiers[0].is_everybodys else None

    @property
    def benefits(self) -> list[str]:
        """The numbers of everything in packs, each once."""
        return list(dict.fromkeys(item.benefit for item in self._items()))

    @property
    def offers(self) -> list[str]:
        """The numbers of what can be bought to reach a tier, each once."""
        return list(dict.fromkeys(one.offer for one in self.conditions if one.offer))

    @property
    def conditions(self) -> list[Condition]:
        """Every condition of every tier, each once."""
        return list(dict.fromkeys(one for tier in self.tiers for one in tier.conditions))

    def find(self, number: str | None) -> Tier | None:
        return next((tier for tier in self.tiers if tier.number == number), None)

    def rank_of(self, number: str | None) -> int:
        """Below every rank for no tier, or one that is not known any more."""
        tier = self.find(number)
        return -1 if tier is None else tier.rank

    def to_json(self) -> dict[str, Any]:
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built

    def _items(self) -> Iterator[PackItem]:
        for tier in self.tiers:
            for occasion in Occasion:
                yield from tier.packs.of(occasion)


@dataclass(frozen=True, kw_only=True)
class Book:
    """One revision of the rules, with what it promises. `wordings`: by benefit number."""

    revision: int
    rules: RuleSet
    wordings: Mapping[str, int]
    zone: str


def parse(value: object) -> RuleSet:
    """Rules from JSON.

    Raises Invalid for what is missing, unknown or out of bounds, RulesRefused for what is at odds.
    """
    try:
        rules = msgspec.convert(value, RuleSet)
    except msgspec.ValidationError as wrong:
        raise Invalid("These rules cannot be meant.", rules=[str(wrong)[:200]]) from None
    problems = list(_problems(rules))
    if problems:
        raise RulesRefused("等级规则有误", rules=problems)
    return rules


def _problems(rules: RuleSet) -> Iterator[str]:
    ranks = [tier.rank for tier in rules.tiers]
    if ranks != sorted(set(ranks)):
        yield "等级须按 rank 从低到高排列，且不能相同"
    if len({tier.number for tier in rules.tiers}) != len(ranks):
        yield "等级代号 number 不能重复"
    if any(tier.is_everybodys for tier in rules.tiers[1:]):
        yield "只有最低的等级可以没有条件"
    for tier in rules.tiers:
        if tier.needs == Needs.BOUGHT and tier.conditions:
            yield f"{tier.name}：只能购买的等级不能有条件"
        if any((one.kind == Growth.PURCHASE) != (one.offer is not None) for one in tier.conditions):
            yield f"{tier.name}：购买条件须写明商品编号，其他条件不能写"
        if tier.is_everybodys and tier.packs.upgrade:
            yield f"{tier.name}：人人都有的等级没有升级礼"
