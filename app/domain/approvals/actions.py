"""What may be asked for: the numbers and words that each kind of action needs."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain.merchants import Role


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The merchant gives money back that no rule gives back; without vouchers all that can go."""

    order_number: str
    vouchers: tuple[str, ...] = ()


class AgreeToRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Yes to a return that its buyer asked for."""

    refund_number: str


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


Action = RefundOrder | AgreeToRefund | GiveGoodwill | MassGrant


@dataclass(frozen=True, kw_only=True)
class Price:
    """What an action moves or costs at most, in fen (None: unbounded), and who gains from it."""

    amount_fen: int | None
    member_id: int | None


@dataclass(frozen=True, kw_only=True)
class By:
    """Who does it, why and when. It is done in the name of whoever asked."""

    merchant_id: int
    actor: str
    reason: str
    at: datetime
