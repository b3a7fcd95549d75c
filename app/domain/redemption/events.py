from dataclasses import dataclass

from app.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class VoucherRedeemed(Event):
    redemption_number: str


@dataclass(frozen=True, kw_only=True)
class RedemptionReversed(Event):
    redemption_number: str
