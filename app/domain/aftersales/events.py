from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class RefundRequested(Event):
    """A buyer asked for his money; `refund_number` is the return's."""

    refund_number: str


@dataclass(frozen=True, kw_only=True)
class RefundFrozen(Event):
    """What goes back is frozen; its money can go."""

    refund_number: str


@dataclass(frozen=True, kw_only=True)
class RefundDeclined(Event):
    refund_number: str


@dataclass(frozen=True, kw_only=True)
class RefundDone(Event):
    """The money is back, and what the purchase brought is taken back."""

    order_id: int
    refund_number: str
