from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class GiftClaimed(Event):
    gift_number: str


@dataclass(frozen=True, kw_only=True)
class GiftDeclined(Event):
    gift_number: str


@dataclass(frozen=True, kw_only=True)
class GiftReturned(Event):
    """Nobody took it in time."""

    gift_number: str


@dataclass(frozen=True, kw_only=True)
class GiftDue(Event):
    """The day has come that it was meant for."""

    gift_number: str


@dataclass(frozen=True, kw_only=True)
class GiftEnding(Event):
    """It still waits, and soon goes back."""

    gift_number: str
