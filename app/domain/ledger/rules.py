from dataclasses import dataclass
from enum import StrEnum


class Asset(StrEnum):
    CNY = "cny"
    POINT = "point"


class AccountKind(StrEnum):
    """Where value rests. House accounts have owner 0 and are summed, never locked.

    Money runs payers -> prepaid -> earned: what customers paid is a promise until it is kept.
    Stored value runs prepaid -> value_paid and bonus_issued -> value_bonus, from there through
    value_held (an order that waits for its payment) back to prepaid. A gift card that nobody has
    claimed rests in gift_cards. Points run points_issued -> points_pending -> points, then
    through points_held to points_spent, or to points_expired.
    """

    PAYERS = "payers"
    PREPAID = "prepaid"
    EARNED = "earned"
    LATE_MONEY = "late_money"
    POINTS_ISSUED = "points_issued"
    POINTS_SPENT = "points_spent"
    POINTS_EXPIRED = "points_expired"
    POINTS = "points"
    POINTS_DEBT = "points_debt"
    POINTS_PENDING = "points_pending"
    POINTS_HELD = "points_held"
    VALUE_PAID = "value_paid"
    VALUE_BONUS = "value_bonus"
    VALUE_HELD = "value_held"
    BONUS_ISSUED = "bonus_issued"
    GIFT_CARDS = "gift_cards"


WITH_FLOOR = frozenset(
    {
        AccountKind.POINTS,
        AccountKind.POINTS_PENDING,
        AccountKind.VALUE_PAID,
        AccountKind.VALUE_BONUS,
    }
)
HOUSE = 0


@dataclass(frozen=True, kw_only=True)
class AccountName:
    """An account before it has a row. `owner` is a member id, or HOUSE."""

    kind: AccountKind
    asset: Asset
    owner: int = HOUSE

    @property
    def has_floor(self) -> bool:
        return self.kind in WITH_FLOOR


@dataclass(frozen=True, kw_only=True)
class Posting:
    """`amount` (fen or points, above zero) moves from source to destination."""

    source: AccountName
    destination: AccountName
    amount: int

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("a posting moves a positive amount; swap the ends instead")
        if self.source.asset != self.destination.asset:
            raise ValueError("a posting moves one asset")

    @property
    def asset(self) -> Asset:
        return self.source.asset

    def reversed(self) -> "Posting":
        return Posting(source=self.destination, destination=self.source, amount=self.amount)


HOUSE_ACCOUNTS = (
    (AccountKind.PAYERS, Asset.CNY),
    (AccountKind.PREPAID, Asset.CNY),
    (AccountKind.EARNED, Asset.CNY),
    (AccountKind.LATE_MONEY, Asset.CNY),
    (AccountKind.POINTS_ISSUED, Asset.POINT),
    (AccountKind.POINTS_SPENT, Asset.POINT),
    (AccountKind.POINTS_EXPIRED, Asset.POINT),
)


def house(kind: AccountKind, asset: Asset = Asset.CNY) -> AccountName:
    return AccountName(kind=kind, asset=asset)
