"""What every product of the card bag can do for us, whichever it is."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class PlaceState(StrEnum):
    """What the platform says a card is."""

    OFFERED = "offered"
    CONFIRMING = "confirming"
    PENDING = "pending"
    HELD = "held"
    GIFTING = "gifting"
    DELETED = "deleted"
    CONSUMED = "consumed"
    UNAVAILABLE = "unavailable"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class HeldCode:
    """One code of one card. `request_number` names the attempt where the product knows such.

    `transaction_id` is the platform's number of the payment that it is used for.
    """

    platform_id: str
    code: str = field(repr=False)
    openid: str | None = field(default=None, repr=False)
    request_number: str = ""
    transaction_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the platform says of a code; points where it is a member card."""

    state: PlaceState
    openid: str | None = field(default=None, repr=False)
    points: int | None = None


class CardMirror(Protocol):
    """Raises Refused with the platform's code, Unavailable or OutcomeUnknown (then `look`)."""

    def look(self, held: HeldCode) -> Look | None:
        """What the code is now; None when the platform knows none of it."""

    def consume(self, held: HeldCode, *, at: datetime) -> None:
        """Use it up."""

    def give_back(self, held: HeldCode) -> None:
        """Undo a use. Refused "cannot_give_back" where the product knows no such thing."""

    def withdraw(self, held: HeldCode, *, reason: str) -> None:
        """Make it useless, for ever. The holder reads the reason."""

    def confirm(self, held: HeldCode) -> PlaceState:
        """Take note that it was given; until then some products let nobody use it. What it is now."""

    def list_codes(self, *, openid: str, platform_id: str) -> list[tuple[str, str]]:
        """(card, code) of what a person has of one card."""
