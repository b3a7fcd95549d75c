from dataclasses import dataclass
from enum import StrEnum


class Asset(StrEnum):
    CNY = "cny"
    POINT = "point"


class AccountKind(StrEnum):
    """Where value rests. House accounts have owner 0 and are summed, never locked.

    Money runs payers -> prepaid -> earned: what customers paid is a promise until it is kept.
    Points run points_issued -> points -> points_spent or points_expired.
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


WITH_FLOOR = frozenset({AccountKind.POINTS})
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
