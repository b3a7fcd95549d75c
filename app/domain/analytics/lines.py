"""The numbers of a time as pages and tables read them."""

from dataclasses import dataclass
from datetime import date

from app.kernel.money import BASIS_POINTS


@dataclass(frozen=True)
class Tally:
    """How many, and how much (fen or points)."""

    count: int = 0
    amount: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.amount + other.amount)


NOTHING = Tally()


@dataclass(frozen=True, kw_only=True)
class DayLine:
    """A day: money from and to WeChat (fen), vouchers used (any) and sold (paid ones)."""

    day: date
    received: Tally
    returned: Tally
    redeemed: Tally
    sold: Tally

    @property
    def net_fen(self) -> int:
        return self.received.amount - self.returned.amount


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """The vouchers sold in a month, and what has become of them until now."""

    month: str
    sold: int
    redeemed: int
    gone_back: int
    expired: int

    @property
    def rest(self) -> int:
        return self.sold - self.redeemed - self.gone_back - self.expired

    @property
    def redeemed_bp(self) -> int | None:
        return share_bp(self.redeemed, self.sold)


@dataclass(frozen=True, kw_only=True)
class Repurchase:
    """Those who first bought in a month, and how many bought again within 90 days."""

    month: str
    buyers: int
    again: int

    @property
    def again_bp(self) -> int | None:
        return share_bp(self.again, self.buyers)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A channel or a community: orders placed, and what was paid of them (fen)."""

    name: str
    placed: int
    bought: Tally

    @property
    def conversion_bp(self) -> int | None:
        return share_bp(self.bought.count, self.placed)


@dataclass(frozen=True, kw_only=True)
class Owed:
    """What the merchant owes at the end of a day, in fen; bonus money apart, and points."""

    prepaid_fen: int
    value_fen: int
    gift_cards_fen: int
    bonus_fen: int
    points: int

    @property
    def money_fen(self) -> int:
        """What was paid for and not yet handed over."""
        return self.prepaid_fen + self.value_fen + self.gift_cards_fen


def share_bp(part: int, whole: int) -> int | None:
    """In basis points; None of nothing."""
    return part * BASIS_POINTS // whole if whole else None
