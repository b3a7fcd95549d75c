"""What we say to members, and in which of our words. Times arrive as text in the shop's zone."""

from enum import StrEnum

MOST_GRANTS = 100
"""Messages that one member may have allowed in advance, per template."""

MESSAGES: dict[str, tuple[str, ...]] = {
    "order_paid": ("title", "total", "number", "paid_at", "hint"),
    "voucher_redeemed": ("voucher", "store", "number", "redeemed_at", "points"),
    "assist_unlocked": ("voucher", "hint", "at", "number"),
    "assist_short": ("voucher", "progress", "ends_at", "number"),
    "assist_hurry": ("voucher", "progress", "ends_at", "number"),
    "assist_over": ("voucher", "hint", "at", "number"),
    "gift_claimed": ("gift", "friend", "at", "number"),
    "gift_received": ("gift", "friend", "at", "number"),
    "gift_declined": ("gift", "at", "number"),
    "gift_returned": ("gift", "at", "number"),
    "gift_due": ("gift", "ends_at", "number"),
    "gift_ending": ("gift", "ends_at", "number"),
    "share_claimed": ("card", "friend", "at", "number"),
    "share_taken_back": ("card", "friend", "at", "number"),
    "seat_offered": ("session", "starts_at", "ends_at", "number"),
    "session_called_off": ("session", "starts_at", "hint", "number"),
    "tier_raised": ("tier", "hint", "at"),
    "tier_ending": ("tier", "hint", "ends_at"),
    "points_expiring": ("points", "ends_at", "hint"),
    "value_topped_up": ("amount", "bonus", "balance", "number", "at"),
    "value_spent": ("amount", "balance", "number", "at", "hint"),
    "value_frozen": ("state", "at", "hint"),
    "value_adjusted": ("amount", "balance", "at", "hint"),
    "refund_asked": ("title", "amount", "at", "number", "hint"),
    "refund_declined": ("title", "amount", "at", "number", "hint"),
    "refund_to_collect": ("title", "amount", "at", "number", "hint"),
    "refund_done": ("title", "amount", "at", "number", "hint"),
    "period_closing": ("card", "period", "goods", "locks_at", "number"),
    "period_ready": ("card", "period", "goods", "starts_on", "number"),
    "period_address": ("card", "period", "goods", "starts_on", "number"),
    "complaint_waits": ("kind", "hint", "ends_at", "number"),
    "parcel_sent": ("card", "period", "goods", "company", "tracking", "number"),
    "campaign_news": ("campaign", "hint", "starts_at", "ends_at", "number"),
}
"""Every message and its words; a merchant's template picks those that it has fields for."""


class MessageClass(StrEnum):
    """A transactional message answers something that the member did; a marketing one does not."""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


MARKETING = frozenset({"campaign_news"})
"""What nobody waits for. It is not sent at all while nothing limits how often one member gets it."""


def class_of(message: str) -> MessageClass:
    return MessageClass.MARKETING if message in MARKETING else MessageClass.TRANSACTIONAL


TEXTS: dict[str, str] = {
    "order_paid": "您购买的「{title}」已付款{total}，{hint}。订单号：{number}",
    "voucher_redeemed": "您的「{voucher}」已于{redeemed_at}在{store}使用，获得{points}积分。核销号：{number}",
    "assist_unlocked": "「{voucher}」已于{at}解锁：{hint}。助力号：{number}",
    "assist_short": "解锁「{voucher}」还差一位好友（{progress}），{ends_at}截止。助力号：{number}",
    "assist_hurry": "解锁「{voucher}」的时间不多了（{progress}），{ends_at}截止。助力号：{number}",
    "assist_over": "「{voucher}」的助力已于{at}结束：{hint}。助力号：{number}",
    "gift_claimed": "您送出的「{gift}」已于{at}被{friend}领取。礼物号：{number}",
    "gift_received": "您已于{at}领取{friend}送的「{gift}」，已放入卡包。礼物号：{number}",
    "gift_declined": "您送出的「{gift}」好友没有接受，{at}已退回卡包。礼物号：{number}",
    "gift_returned": "您送出的「{gift}」无人领取，{at}已退回卡包。礼物号：{number}",
    "seat_offered": "「{session}」（{starts_at}）为您留出了座位，请在{ends_at}前确认。预约号：{number}",
    "session_called_off": "很抱歉，「{session}」（{starts_at}）已取消，{hint}。预约号：{number}",
    "gift_due": "您预约的礼物「{gift}」可以送出了，请在{ends_at}前转发给好友。礼物号：{number}",
    "points_expiring": "您有{points}积分将于{ends_at}到期，{hint}。",
    "value_topped_up": "储值到账{amount}，赠送{bonus}，可用余额{balance}（{at}）。编号：{number}",
    "value_spent": "您的储值账户于{at}支出{amount}（{hint}），可用余额{balance}。订单号：{number}",
    "value_frozen": "您的储值账户已于{at}{state}，{hint}。",
    "value_adjusted": "您的储值余额已于{at}调整{amount}：{hint}。可用余额{balance}。",
    "gift_ending": "您送出的「{gift}」还没有人领取，{ends_at}将退回卡包。礼物号：{number}",
    "share_claimed": "您共享的「{card}」已于{at}被{friend}领取。共享号：{number}",
    "share_taken_back": "{friend}已于{at}收回共享给您的「{card}」未用部分。共享号：{number}",
    "tier_raised": "恭喜您已于{at}升级为{tier}，{hint}",
    "tier_ending": "您的{tier}等级将于{ends_at}到期，{hint}",
    "refund_asked": "您的退款申请「{title}」{amount}已于{at}收到，{hint}。退款号：{number}",
    "refund_declined": "您的退款申请「{title}」{amount}未通过：{hint}（{at}）。退款号：{number}",
    "refund_to_collect": "「{title}」的退款{amount}将以转账退回，{hint}。退款号：{number}",
    "refund_done": "「{title}」已退款{amount}，{hint}，{at}到账。退款号：{number}",
    "period_closing": "您的「{card}」{period}将于{locks_at}确定：{goods}，此前可更换内容、地址或跳过。月卡号：{number}",
    "period_ready": "您的「{card}」{period}（{starts_on}）已备货：{goods}。月卡号：{number}",
    "period_address": "您的「{card}」{period}（{starts_on}）等待收货地址：{goods}，请尽快填写。月卡号：{number}",
    "complaint_waits": "有一条投诉（{kind}）需在{ends_at}前处理，{hint}。投诉号：{number}",
    "parcel_sent": "您的「{card}」{period}已寄出：{goods}，{company} {tracking}。包裹号：{number}",
    "campaign_news": "「{campaign}」{starts_at}开始，{ends_at}结束，{hint}。活动号：{number}",
}
"""The same as plain text, where no template is asked for."""
