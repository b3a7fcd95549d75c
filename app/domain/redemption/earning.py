"""What a use earns: the merchant's rule, times what he gives for the tier, the day, the store."""

from collections.abc import Sequence
from datetime import datetime

from app.domain import membership, points
from app.domain.points import Earning, Factor, Occasion, RuleSource, Working
from app.domain.redemption.rules import Scan, Standing


def source_of(number: str) -> str:
    """A redemption as the ledger and the rules know it."""
    return f"redemption:{number}"


def work_out(
    scan: Scan, voucher: Standing, *, number: str, promised: bool, at: datetime
) -> Sequence[Earning]:
    """The points of this use, rule by rule. `promised`: they will be given in this transaction."""
    occasion = Occasion(
        merchant_id=scan.merchant_id,
        member_id=voucher.holder_id,
        kind=RuleSource.REDEMPTION,
        source=source_of(number),
        value_fen=voucher.allocated_fen,
        store_id=scan.store_id if scan.acceptor_merchant_id == scan.merchant_id else None,
        at=at,
    )
    factors = _tier_factor(scan.merchant_id, voucher, at=at)
    return points.work_out(occasion, factors=factors, promised=promised)


def told(earnings: Sequence[Earning]) -> Sequence[Working]:
    """What a verdict says of them: nothing where the plain rate says it all."""
    is_plain = all(each.rule_id is None and not each.factors for each in earnings)
    if is_plain:
        return ()
    return [
        Working(each.name, each.base, each.points, tuple(each.factors))
        for each in earnings
        if each.points
    ]


def _tier_factor(merchant_id: int, voucher: Standing, *, at: datetime) -> list[Factor]:
    """Asked only where there are tiers: most scans need not wait for the answer."""
    if not voucher.has_tiers:
        return []
    tier = membership.tier_of(merchant_id=merchant_id, member_id=voucher.holder_id, at=at)
    return [Factor(tier.name, tier.points_multiplier_bp)] if tier else []
