"""What transfers remember. All amounts are fen; hold the world's lock."""

from dataclasses import dataclass, field
from typing import Any

from app.simulator.settings import Merchant

CONFIRM_SECONDS = 24 * 3600
OPEN = frozenset({"ACCEPTED", "WAIT_USER_CONFIRM"})


@dataclass(kw_only=True)
class Bill:
    """A transfer; `asked` has its user_name opened.

    `state` is ACCEPTED, WAIT_USER_CONFIRM, PROCESSING, TRANSFERING or CANCELING, and in the end
    SUCCESS, FAIL (see `fail_reason`) or CANCELLED.
    """

    merchant: Merchant
    asked: dict[str, Any]
    bill_no: str
    package: str
    made_at: float
    updated_at: float
    state: str = "WAIT_USER_CONFIRM"
    fail_reason: str = ""

    @property
    def number(self) -> str:
        """The merchant's number, out_bill_no."""
        return str(self.asked["out_bill_no"])

    @property
    def fen(self) -> int:
        """What the person gets."""
        return int(self.asked["transfer_amount"])


@dataclass(kw_only=True)
class Authorization:
    """A person's word that a merchant's transfers need no confirmation.

    `state` is WAIT_USER_CONFIRM, TAKING_EFFECT or CLOSED.
    """

    merchant: Merchant
    asked: dict[str, Any]
    authorization_id: str
    package: str
    made_at: float
    state: str = "WAIT_USER_CONFIRM"
    authorized_at: float = 0.0
    closed_at: float = 0.0
    close_reason: str = ""

    @property
    def number(self) -> str:
        """The merchant's number, out_authorization_no."""
        return str(self.asked["out_authorization_no"])


@dataclass(kw_only=True)
class Transfers:
    """All by (mchid, merchant's number); `fails` has the fail_reason of numbers to come."""

    bills: dict[tuple[str, str], Bill] = field(default_factory=dict)
    authorizations: dict[tuple[str, str], Authorization] = field(default_factory=dict)
    fails: dict[str, str] = field(default_factory=dict)

    def with_package(self, package: str) -> Bill | None:
        """The bill that the phone was handed."""
        return next((each for each in self.bills.values() if each.package == package), None)
