"""What we say to members, and in which of our words. Times arrive as text in the shop's zone."""

MOST_GRANTS = 100
"""Messages that one member may have allowed in advance, per template."""

MESSAGES: dict[str, tuple[str, ...]] = {
    "order_paid": ("title", "total", "number", "paid_at", "hint"),
    "voucher_redeemed": ("voucher", "store", "number", "redeemed_at", "points"),
}
"""Every message and its words; a merchant's template picks those that it has fields for."""

TEXTS: dict[str, str] = {
    "order_paid": "您购买的「{title}」已付款{total}，{hint}。订单号：{number}",
    "voucher_redeemed": "您的「{voucher}」已于{redeemed_at}在{store}使用，获得{points}积分。核销号：{number}",
}
"""The same as plain text, where no template is asked for."""
