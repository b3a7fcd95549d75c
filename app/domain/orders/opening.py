"""When a sale begins for whom: some tiers may buy before everybody else."""

from dataclasses import replace
from datetime import datetime

from app.domain import membership, promotions
from app.domain.catalog import ForSale


def opened_for(offer: ForSale, *, merchant_id: int, member_id: int, at: datetime) -> ForSale:
    """The offer as this member finds it. Nobody's tier is asked once the sale is on.

    Raises NotForYou where a campaign sells it to others.
    """
    promotions.refuse_outsider(
        merchant_id=merchant_id, member_id=member_id, offer_id=offer.offer_id, at=at
    )
    if offer.sale_starts_at is None or at >= offer.sale_starts_at:
        return offer
    opens_at = membership.may_buy_from(
        merchant_id=merchant_id, member_id=member_id, sale_starts_at=offer.sale_starts_at, at=at
    )
    return replace(offer, sale_starts_at=opens_at)
