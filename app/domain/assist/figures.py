"""How campaigns go, for those who run them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.assist import figures_sql
from app.kernel.db import fetch_all


@dataclass(frozen=True)
class Figures:
    """`rewards` and `unlocks` are given away. Of the open tasks, `begun` have a friend's help.

    `held` helps wait for a look by the shop.
    """

    campaign_id: int
    rewards: int
    unlocks: int
    open: int
    begun: int
    held: int


@dataclass(frozen=True)
class HelpsOfDay:
    """Helps that count, or may still, of one day on the shop's calendar."""

    day: date
    helps: int


def figures_of(
    *, merchant_id: int, campaign_ids: Collection[int], most: int | None = None
) -> Mapping[int, Figures]:
    """By campaign; of each of these that is this merchant's. Costs what is open, not what was.

    With `most` no more open tasks and held helps of each are counted than that.
    """
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "ids": list(campaign_ids),
        "most": most,
    }
    return {row.campaign_id: row for row in fetch_all(Figures, figures_sql.FIGURES, asked)}


def helps_by_day(
    *, merchant_id: int, campaign_id: int, since: datetime, zone: str
) -> list[HelpsOfDay]:
    """Days on which friends helped, in order; days without a help are left out."""
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "campaign_id": campaign_id,
        "since": since,
        "zone": zone,
    }
    return fetch_all(HelpsOfDay, figures_sql.HELPS_BY_DAY, asked)
