"""What an offer has put into people's hands."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.vouchers import statements
from app.kernel.db import fetch_one


@dataclass(frozen=True)
class Outstanding:
    """Vouchers of an offer that are good still, with how many `holders`, and the last day."""

    usable: int
    holders: int
    redeemed: int
    last_until: datetime | None


def outstanding_of_offer(*, merchant_id: int, offer_id: int, at: datetime) -> Outstanding:
    """At that moment."""
    which = {"merchant_id": merchant_id, "offer_id": offer_id, "at": at}
    found = fetch_one(Outstanding, statements.OUTSTANDING, which)
    return found or Outstanding(0, 0, 0, None)
