"""What of a payment was asked to go back: counted in its own row, so that it is never too much."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.payments.errors import TooMuchBack
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound

# The platform's own limits for refunds of one payment.
REFUNDABLE_FOR = timedelta(days=365)
MOST_REFUNDS = 50


@dataclass(frozen=True)
class Payout:
    """The payment that money goes back to. Amounts in fen."""

    payment_id: int
    amount_fen: int
    returned_fen: int
    received_at: datetime
    refunds: int

    @property
    def left_fen(self) -> int:
        return self.amount_fen - self.returned_fen


def lock_payout(*, merchant_id: int, order_id: int) -> Payout | None:
    """The money received for an order, ours until commit; None when WeChat was paid nothing."""
    return fetch_one(
        Payout,
        """SELECT p.id, p.amount_fen, p.returned_fen, p.received_at, (
          SELECT count(*) FROM refunds r
          WHERE r.merchant_id = %(merchant_id)s AND r.payment_id = p.id)
        FROM payments p
        WHERE p.merchant_id = %(merchant_id)s AND p.order_id = %(order_id)s
          AND p.state = 'received' ORDER BY p.id LIMIT 1 FOR NO KEY UPDATE OF p""",
        {"merchant_id": merchant_id, "order_id": order_id},
    )


def takes_refund(payout: Payout, *, at: datetime) -> bool:
    """Whether WeChat still refunds this payment: within a year, and in fifty parts at most."""
    return at < payout.received_at + REFUNDABLE_FOR and payout.refunds < MOST_REFUNDS


def lock_payment(*, merchant_id: int, payment_id: int) -> None:
    """Whoever gives back of this payment waits for whoever does so already. Raises NotFound."""
    found = execute(
        """SELECT FROM payments WHERE merchant_id = %(merchant_id)s AND id = %(id)s
        FOR NO KEY UPDATE""",
        {"merchant_id": merchant_id, "id": payment_id},
    )
    if not found:
        raise NotFound("There is no such payment.")


def count_back(*, merchant_id: int, payment_id: int, amount_fen: int) -> None:
    """So much more goes back. Raises TooMuchBack when more would go back than came in."""
    counted = execute(
        """UPDATE payments SET returned_fen = returned_fen + %(amount_fen)s
        WHERE merchant_id = %(merchant_id)s AND id = %(id)s
          AND returned_fen + %(amount_fen)s <= amount_fen""",
        {"merchant_id": merchant_id, "id": payment_id, "amount_fen": amount_fen},
    )
    if not counted:
        raise TooMuchBack("退款总额不能超过实付金额", amount_fen=amount_fen)
