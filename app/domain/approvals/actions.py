"""What may be asked for: the numbers and words that each kind of action needs."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain.merchants import Role


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The merchant gives money back that no rule gives back; without vouchers all that can go.

    `ticket_number`: the complaint because of which it goes back, which is told of it.
    """

    order_number: str
    vouchers: tuple[str, ...] = ()
    ticket_number: str | None = None


class AgreeToRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Yes to a return that its buyer asked for."""

    refund_number: str


class RefundParcel(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel is not sent any more, and its part of the money goes back."""

    parcel_number: str


class PaidByHand(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody says that he paid the buyer outside; `how` is by which way and number."""

    refund_number: str
    how: str


class GiveGoodwill(msgspec.Struct, frozen=True, kw_only=True):
    """A present that makes good; `role` is the one of whoever asks, whose day's limit it takes."""

    benefit_number: str
    role: Role
    member_id: int | None = None
    ticket_number: str | None = None


class MassGrant(msgspec.Struct, frozen=True, kw_only=True):
    """Publish a campaign that gives to many. `terms_print` is of the terms that were shown."""

    campaign_number: str
    terms_print: str = ""


class CardBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Let a batch of paper cards be bound. Above the limit it is held until a yes."""

    batch_number: str


Action = (
    RefundOrder | AgreeToRefund | RefundParcel | PaidByHand | GiveGoodwill | MassGrant | CardBatch
)


@dataclass(frozen=True, kw_only=True)
class Price:
    """What an action moves or costs at most, in fen (None: unbounded), and who gains from it."""

    amount_fen: int | None
    member_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """The number of what was made, and the fen that it moved where only doing it tells."""

    result: str
    amount_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class By:
    """Who does it, why and when. It is done in the name of whoever asked."""

    merchant_id: int
    actor: str
    reason: str
    at: datetime
