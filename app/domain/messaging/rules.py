"""What we say to members, and in which of our words. Times arrive as text in the shop's zone."""

MOST_GRANTS = 100
"""Messages that one member may have allowed in advance, per template."""

MESSAGES: dict[str, tuple[str, ...]] = {
    "order_paid": ("title", "total", "number", "paid_at", "hint"),
    "voucher_redeemed": ("voucher", "store", "number", "redeemed_at", "points"),
}
"""Every message and its words; a merchant's template picks those that it has fields for."""
