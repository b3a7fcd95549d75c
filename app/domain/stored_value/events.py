from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class ValueCameIn(Event):
    """A top-up or a claimed gift card can be spent from now on."""

    credit_id: int


@dataclass(frozen=True, kw_only=True)
class ValueSpent(Event):
    """An order was paid with stored value."""

    order_id: int


@dataclass(frozen=True, kw_only=True)
class ValueFreezeChanged(Event):
    """Nothing is spent from `at` (ISO 8601) on, or it can be spent again."""

    member_id: int
    is_frozen: bool
    at: str


@dataclass(frozen=True, kw_only=True)
class ValueAdjusted(Event):
    """Two people corrected somebody's stored value."""

    adjustment_id: int
