"""Monthly cards on paper: which day a period begins and is fixed, and what a period is worth."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.kernel import calendar
from app.kernel.money import split, yuan


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A benefit, in the wording that was published when the card was bought."""

    benefit_id: int
    revision_id: int


@dataclass(frozen=True, kw_only=True)
class Item:
    """So many of one benefit in each period; the first choice is for whoever does not choose."""

    quantity: int
    choices: Sequence[Choice]

    def chosen(self, benefit_id: int | None) -> Choice:
        named = [choice for choice in self.choices if choice.benefit_id == benefit_id]
        return named[0] if named else self.choices[0]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was promised with the card. `lock_days`: a parcel is fixed so long before its period.

    `skip_limit`: so many months may be left out.
    """

    periods: int
    points_per_period: int
    lock_days: int
    skip_limit: int
    items: Sequence[Item]

    def to_json(self) -> dict[str, Any]:
        items = [
            {"quantity": item.quantity, "choices": [vars(choice) for choice in item.choices]}
            for item in self.items
        ]
        return vars(self) | {"items": items}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Plan":
        items = [
            Item(
                quantity=item["quantity"],
                choices=[Choice(**choice) for choice in item["choices"]],
            )
            for item in kept["items"]
        ]
        return cls(**{**kept, "items": items})


def plan_of(terms: Mapping[str, Any], revisions: Mapping[int, int]) -> Plan:
    """The plan of an offer's terms; `revisions` are the published wordings by benefit.

    What has no published wording cannot be handed over and is left out.
    """
    items = []
    for told in terms["items"]:
        known = [each for each in told["benefit_ids"] if each in revisions]
        choices = [Choice(benefit_id=each, revision_id=revisions[each]) for each in known]
        if choices:
            items.append(Item(quantity=told["quantity"], choices=choices))
    return Plan(
        periods=terms["periods"],
        points_per_period=terms["points_per_period"],
        lock_days=terms["lock_days"],
        skip_limit=terms["skip_limit"],
        items=items,
    )


@dataclass(frozen=True, kw_only=True)
class Slot:
    """`month` counts from the anchor, the day on which the card's first period begins."""

    month: int
    starts_on: date
    locks_at: datetime


def starts_on(anchor: date, month: int) -> date:
    """The same day of the month so many months later, or that month's last.

    From 31 January: 28 or 29 February, then 31 March again.
    """
    last = calendar.end_of_month_after(anchor, months=month)
    return last.replace(day=min(anchor.day, last.day))


def slot_of(anchor: date, month: int, *, lock_days: int, zone: str) -> Slot:
    """A parcel is fixed when the day begins that lies `lock_days` before its period."""
    day = starts_on(anchor, month)
    locks = calendar.start_of_day(day - timedelta(days=lock_days), zone)
    return Slot(month=month, starts_on=day, locks_at=locks)


def schedule(
    anchor: date, months: Sequence[int], *, lock_days: int, zone: str, bought_at: datetime
) -> list[Slot]:
    """The periods of a new card.

    Nobody could choose before he bought: the first is fixed `lock_days` after the purchase where
    that is later, but not after the second.
    """
    slots = [slot_of(anchor, month, lock_days=lock_days, zone=zone) for month in months]
    bought_on = calendar.day_of(bought_at, zone)
    after_choice = calendar.start_of_day(bought_on + timedelta(days=lock_days), zone)
    latest = min([after_choice, *[slot.locks_at for slot in slots[1:2]]])
    first = slots[0]
    fixed = Slot(month=first.month, starts_on=first.starts_on, locks_at=max(first.locks_at, latest))
    return [fixed, *slots[1:]]


def months_to_move(anchor: date, month: int, *, lock_days: int, zone: str, at: datetime) -> int:
    """By how many months a paused card has to move for its next parcel not to be fixed already."""
    moved = 0
    while slot_of(anchor, month + moved, lock_days=lock_days, zone=zone).locks_at <= at:
        moved += 1
    return moved


def allocate(paid_fen: int, *, periods: int) -> list[int]:
    """What each period holds of the money; the sum is what was paid, to the fen."""
    return split(paid_fen, [1] * periods)


def formula(paid_fen: int, *, periods: int, unserved: Sequence[int]) -> str:
    """How the money for periods that have not begun is found, for people."""
    parts = [f"{yuan(fen)}元×{count}期" for fen, count in sorted(Counter(unserved).items())]
    told = "＋".join(parts) or "0.00元"
    return (
        f"实付{yuan(paid_fen)}元按{periods}期分摊，剩余{len(unserved)}期未开始："
        f"{told}={yuan(sum(unserved))}元"
    )


def contents(items: Sequence[Item], chosen: Mapping[str, int]) -> dict[Choice, int]:
    """What a period brings, and how many of each; the same benefit twice is one."""
    found: Counter[Choice] = Counter()
    for place, item in enumerate(items):
        found[item.chosen(chosen.get(str(place)))] += item.quantity
    return dict(found)
