"""When and how the delivery of an order is told to WeChat (发货信息管理).

What is used at the counter or on the phone counts as delivered when its vouchers are in the
wallet; a parcel counts when it is on its way.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.catalog import GoodsKind

# WeChat reminds after two days, and blocks payments when that does not help.
WITHIN = timedelta(hours=48)
LONGEST_ITEM = 120
NOT_MANAGED = "app_not_managed"
"""Why there was nothing to tell: WeChat does not keep this app's money."""
# Longer than the calls of one attempt may take, a renewed token between them included.
TAKEN_FOR = timedelta(seconds=120)
# An order is unknown to the shipping side for some seconds after it was paid.
BACK_OFF = tuple(
    timedelta(seconds=seconds) for seconds in (10, 30, 60, 300, 900, 3600, 7200, 14_400)
)


class Delivery(StrEnum):
    """How the goods reach the customer, by WeChat's logistics types."""

    VIRTUAL = "virtual"
    EXPRESS = "express"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """`company` is WeChat's id of the delivery company, such as SF; `contact` a masked phone."""

    company: str
    tracking_number: str
    contact: str | None = None


def delivery_of(goods_kinds: Collection[str]) -> Delivery:
    """One parcel in the order makes it a delivery by parcel."""
    is_posted = GoodsKind.PHYSICAL in set(goods_kinds)
    return Delivery.EXPRESS if is_posted else Delivery.VIRTUAL


def item_words(lines: Sequence[tuple[str, int]]) -> str:
    """What was bought, as WeChat shows it to the customer: at most 120 characters."""
    words = "、".join(f"{title}*{quantity}" for title, quantity in lines)
    return words if len(words) <= LONGEST_ITEM else words[: LONGEST_ITEM - 1] + "…"


def next_try(tries: int, *, at: datetime) -> datetime:
    """After `tries` (1 or more) attempts: soon at first, every four hours at last."""
    return at + BACK_OFF[min(tries, len(BACK_OFF)) - 1]
