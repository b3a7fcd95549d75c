"""The conditions of a benefit: what they are, and what they mean at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from app.kernel import strict
from app.kernel.calendar import Hours, day_of, end_of, start_of_day
from app.kernel.errors import Invalid

LONGEST_VALIDITY_DAYS = 3 * 366
MOST_STORES = 1000
MOST_FEN = 10_000_000_00
MOST_USES_PER_DAY = 100
MOST_HOURS_BETWEEN = 366 * 24


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """Valid on these business days, the last one included."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        length = (self.ends_on - self.starts_on).days + 1
        strict.require(0 < length <= LONGEST_VALIDITY_DAYS, field="validity")

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": "fixed",
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
        }


@dataclass(frozen=True, kw_only=True)
class Days:
    """Valid from the moment of issue, and then for `count` whole business days after that day."""

    count: int

    def __post_init__(self) -> None:
        strict.require(0 < self.count <= LONGEST_VALIDITY_DAYS, field="validity")

    def to_json(self) -> dict[str, Any]:
        return {"kind": "days", "count": self.count}


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """When, where and how a voucher may be used. Raises Invalid for what cannot be meant.

    `store_ids` None means every store of the merchant; `minimum_spend_fen` 0 means none. Of one
    card, at most `uses_per_day` (None: no limit) on a business day, `hours_between_uses` apart.
    """

    validity: Fixed | Days
    hours: Hours = field(default_factory=Hours)
    store_ids: tuple[int, ...] | None = None
    minimum_spend_fen: int = 0
    giftable: bool = True
    shareable_once: bool = False
    stackable: bool = False
    refundable: bool = True
    uses_per_day: int | None = None
    hours_between_uses: int = 0

    def __post_init__(self) -> None:
        strict.require(0 <= self.minimum_spend_fen <= MOST_FEN, field="minimum_spend_fen")
        if self.store_ids is not None:
            strict.require(0 < len(self.store_ids) <= MOST_STORES, field="store_ids")
            strict.require(_are_different_ids(self.store_ids), field="store_ids")
        if self.uses_per_day is not None:
            strict.require(0 < self.uses_per_day <= MOST_USES_PER_DAY, field="uses_per_day")
        strict.require(
            0 <= self.hours_between_uses <= MOST_HOURS_BETWEEN, field="hours_between_uses"
        )

    @property
    def has_use_rule(self) -> bool:
        """Whether an earlier use of the same card can stand against the next one."""
        return self.uses_per_day is not None or self.hours_between_uses > 0

    def to_json(self) -> dict[str, Any]:
        return {
            "validity": self.validity.to_json(),
            "hours": self.hours.to_json(),
            "store_ids": None if self.store_ids is None else list(self.store_ids),
            "minimum_spend_fen": self.minimum_spend_fen,
            "giftable": self.giftable,
            "shareable_once": self.shareable_once,
            "stackable": self.stackable,
            "refundable": self.refundable,
            "uses_per_day": self.uses_per_day,
            "hours_between_uses": self.hours_between_uses,
        }

    @classmethod
    def from_json(cls, value: object) -> "Conditions":
        """What `to_json` writes, every field said and no other. Raises Invalid.

        A wording from before there were rules per use has none.
        """
        if isinstance(value, dict):
            value = {"uses_per_day": None, "hours_between_uses": 0, **value}
        told = strict.fields(value, [each.name for each in fields(cls)], field="conditions")
        minimum = strict.whole(told["minimum_spend_fen"], field="minimum_spend_fen")
        return cls(
            validity=_validity(told["validity"]),
            hours=Hours.from_json(told["hours"]),
            store_ids=_store_ids(told["store_ids"]),
            minimum_spend_fen=minimum,
            giftable=strict.flag(told["giftable"], field="giftable"),
            shareable_once=strict.flag(told["shareable_once"], field="shareable_once"),
            stackable=strict.flag(told["stackable"], field="stackable"),
            refundable=strict.flag(told["refundable"], field="refundable"),
            uses_per_day=_limit(told["uses_per_day"]),
            hours_between_uses=strict.whole(told["hours_between_uses"], field="hours_between_uses"),
        )


def validity_window(
    conditions: Conditions, *, issued_at: datetime, zone: str
) -> tuple[datetime, datetime]:
    """From when, and until just before when, a voucher issued then may be used (UTC).

    One day, issued on the 21st at any hour, ends with the 22nd: the day of issue is a gift.
    """
    validity = conditions.validity
    if isinstance(validity, Fixed):
        return start_of_day(validity.starts_on, zone), end_of(validity.ends_on, zone)
    last = day_of(issued_at, zone) + timedelta(days=validity.count)
    return issued_at, end_of(last, zone)


def _validity(value: object) -> Fixed | Days:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind == "fixed":
        told = strict.fields(value, ("kind", "starts_on", "ends_on"), field="validity")
        return Fixed(
            starts_on=strict.day(told["starts_on"], field="starts_on"),
            ends_on=strict.day(told["ends_on"], field="ends_on"),
        )
    if kind == "days":
        told = strict.fields(value, ("kind", "count"), field="validity")
        return Days(count=strict.whole(told["count"], field="validity"))
    raise Invalid("Validity is either fixed dates or a number of days.", field="validity")


def _limit(value: object) -> int | None:
    return None if value is None else strict.whole(value, field="uses_per_day")


def _store_ids(value: object) -> tuple[int, ...] | None:
    if value is None:
        return None
    found = strict.rows(value, field="store_ids")
    return tuple(strict.whole(each, field="store_ids") for each in found)


def _are_different_ids(ids: Sequence[int]) -> bool:
    return min(ids) > 0 and len(set(ids)) == len(ids)
