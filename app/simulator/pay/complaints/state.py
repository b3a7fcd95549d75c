"""Complaints as the platform remembers them. Amounts are fen, times unix seconds."""

from dataclasses import dataclass, field
from typing import Any

from app.simulator.pay.state import Order
from app.simulator.people import User
from app.simulator.settings import Merchant

PENDING, PROCESSING, PROCESSED = "PENDING", "PROCESSING", "PROCESSED"


@dataclass(kw_only=True)
class Step:
    """One entry of the negotiation; `images` are media_ids."""

    log_id: str
    operator: str
    kind: str
    at: float
    details: str = ""
    images: tuple[str, ...] = ()
    reason: str = ""
    message: dict[str, Any] | None = None


@dataclass(kw_only=True)
class Complaint:
    """A person against a merchant because of one paid order. `state` is one of the three above.

    `refund_decision` is what the merchant said to a wish for a refund: APPROVE, REJECT or nothing.
    """

    id: str
    merchant: Merchant
    user: User
    order: Order
    made_at: float
    text: str
    problem_type: str
    refund_fen: int
    tells_phone: bool
    needs_immediate_service: bool
    state: str = PENDING
    times: int = 1
    has_unread_words: bool = True
    with_platform: bool = False
    refund_decision: str = ""
    images: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state != PROCESSED

    @property
    def fully_refunded(self) -> bool:
        """Whether all that was paid has arrived back."""
        back = sum(each.fen for each in self.order.refunds if each.status == "SUCCESS")
        return back >= self.order.total_fen


@dataclass(kw_only=True)
class Complaints:
    """Complaints by number; where each merchant wants to be told. Callers hold the lock."""

    all: dict[str, Complaint] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def about(self, order: Order) -> Complaint | None:
        """The complaint because of this order."""
        return next((each for each in self.all.values() if each.order is order), None)
