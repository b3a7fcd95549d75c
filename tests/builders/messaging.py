"""Templates, and members who allowed a message."""

import secrets

from app.domain import messaging
from app.domain.messaging import Channel, Way
from tests.builders.moments import NOON
from tests.builders.transactions import joined

FIELDS = {
    "order_paid": {"thing1": "title", "amount2": "total", "character_string3": "number"},
    "voucher_redeemed": {"thing1": "voucher", "thing2": "store", "time3": "redeemed_at"},
    "assist_unlocked": {"thing1": "voucher", "thing2": "hint", "time3": "at"},
    "assist_short": {"thing1": "voucher", "thing2": "progress", "time3": "ends_at"},
    "assist_hurry": {"thing1": "voucher", "thing2": "progress", "time3": "ends_at"},
    "assist_over": {"thing1": "voucher", "thing2": "hint", "time3": "at"},
    "gift_claimed": {"thing1": "gift", "thing2": "friend", "time3": "at"},
    "gift_received": {"thing1": "gift", "thing2": "friend", "time3": "at"},
    "gift_declined": {"thing1": "gift", "time3": "at"},
    "gift_returned": {"thing1": "gift", "time3": "at"},
    "gift_due": {"thing1": "gift", "time3": "ends_at"},
    "refund_asked": {"thing1": "title", "amount2": "amount", "time3": "at", "thing4": "hint"},
    "refund_declined": {"thing1": "title", "amount2": "amount", "time3": "at", "thing4": "hint"},
    "refund_to_collect": {"thing1": "title", "amount2": "amount", "thing4": "hint"},
    "refund_done": {"thing1": "title", "amount2": "amount", "time3": "at", "thing4": "hint"},
    "gift_ending": {"thing1": "gift", "time3": "ends_at"},
    "share_claimed": {"thing1": "card", "thing2": "friend", "time3": "at"},
    "share_taken_back": {"thing1": "card", "thing2": "friend", "time3": "at"},
    "seat_offered": {"thing1": "session", "time2": "starts_at", "time3": "ends_at"},
    "session_called_off": {"thing1": "session", "time2": "starts_at", "thing3": "hint"},
    "points_expiring": {"number1": "points", "time2": "ends_at", "thing3": "hint"},
    "value_topped_up": {"amount1": "amount", "amount2": "balance", "time3": "at"},
    "value_spent": {"amount1": "amount", "amount2": "balance", "thing3": "hint"},
    "value_frozen": {"thing1": "hint", "time2": "at"},
    "value_adjusted": {"amount1": "balance", "thing2": "hint", "time3": "at"},
    "period_closing": {"thing1": "card", "thing2": "goods", "time3": "locks_at"},
    "period_ready": {"thing1": "card", "thing2": "goods", "date3": "starts_on"},
    "period_address": {"thing1": "card", "thing2": "goods", "date3": "starts_on"},
    "complaint_waits": {"thing1": "kind", "thing2": "hint", "time3": "ends_at"},
    "campaign_news": {"thing1": "campaign", "thing2": "hint", "time3": "starts_at"},
    "tier_raised": {"thing1": "tier", "thing2": "hint", "time3": "at"},
    "tier_ending": {"thing1": "tier", "thing2": "hint", "time3": "ends_at"},
    "parcel_sent": {"thing1": "card", "thing2": "goods", "character_string3": "tracking"},
}
_GIFT = {"gift": "美式咖啡等2张", "number": "Z2345678"}
_TAKEN = _GIFT | {"at": "2026-05-15 20:00"}
_REFUND = {
    "title": "热拿铁双杯",
    "amount": "49.00元",
    "at": "2026年5月15日 20:00",
    "number": "Y23456789ABCDEFGH",
    "hint": "退回微信支付49.00元",
}
_WAITS = _GIFT | {"ends_at": "2026-05-15 20:00"}
_PURSE = {"amount": "100.00元", "balance": "120.00元", "at": "2026-05-15 20:00"}
_MONTH = {"card": "焕颜月卡", "period": "第2期", "goods": "面霜小样×1", "number": "72345678"}
_HELPED = {"voucher": "蛋糕券", "number": "J2345678"}
_ENDED = _HELPED | {"at": "2026-05-15 20:00", "hint": "好友助力成功，券可以使用了"}
_ASKED = _HELPED | {"ends_at": "2026-05-15 20:00", "progress": "1/2"}
_SHARED = {"card": "热拿铁十次卡", "friend": "王**", "at": "2026-05-15 20:00", "number": "K2345678"}
WORDS = {
    "share_claimed": _SHARED,
    "share_taken_back": _SHARED,
    "assist_unlocked": _ENDED,
    "assist_short": _ASKED,
    "assist_hurry": _ASKED,
    "assist_over": _ENDED,
    "gift_claimed": _TAKEN | {"friend": "王**"},
    "gift_received": _TAKEN | {"friend": "王**"},
    "gift_declined": _TAKEN,
    "gift_returned": _TAKEN,
    "gift_due": _WAITS,
    "gift_ending": _WAITS,
    "refund_asked": _REFUND,
    "refund_declined": _REFUND,
    "refund_to_collect": _REFUND,
    "refund_done": _REFUND,
    "seat_offered": {
        "session": "秋季品鉴夜",
        "starts_at": "2026-05-22 20:00",
        "ends_at": "2026-05-15 20:00",
        "number": "52345678",
    },
    "session_called_off": {
        "session": "秋季品鉴夜",
        "starts_at": "2026-05-22 20:00",
        "hint": "券已退回卡包",
        "number": "52345678",
    },
    "points_expiring": {"points": "30", "ends_at": "2026-05-15 20:00", "hint": "到期清零"},
    "value_topped_up": _PURSE | {"bonus": "20.00元", "number": "O2345678"},
    "value_spent": _PURSE | {"hint": "储值支付", "number": "O2345678"},
    "value_frozen": {"state": "冻结", "at": "2026-05-15 20:00", "hint": "如有疑问请联系商家"},
    "value_adjusted": _PURSE | {"hint": "补偿"},
    "period_closing": _MONTH | {"locks_at": "2026年5月15日 20:00"},
    "period_ready": _MONTH | {"starts_on": "2026年5月15日"},
    "period_address": _MONTH | {"starts_on": "2026年5月15日"},
    "complaint_waits": {
        "kind": "申请退款",
        "hint": "请回复顾客",
        "ends_at": "2026-05-15 20:00",
        "number": "X2345678",
    },
    "campaign_news": {
        "campaign": "决赛夜",
        "hint": "开赛前一小时开售",
        "starts_at": "2026-05-15 20:00",
        "ends_at": "2026-05-16 01:00",
        "number": "K2345678",
    },
    "tier_raised": {"tier": "银卡", "hint": "积分1.2倍", "at": "2026-05-15 20:00"},
    "tier_ending": {"tier": "银卡", "hint": "再消费30元可保级", "ends_at": "2026-05-15 20:00"},
    "parcel_sent": _MONTH | {"company": "SF", "tracking": "SF1234567890"},
    "order_paid": {
        "title": "周末欢聚包",
        "total": "¥30.00",
        "number": "O2345678",
        "paid_at": "2026-05-15 20:00",
        "hint": "到店出示券码即可使用",
    },
    "voucher_redeemed": {
        "voucher": "美式咖啡一杯",
        "store": "人民广场店",
        "number": "V2345678",
        "redeemed_at": "2026-05-15 20:00",
        "points": "30",
    },
}


def a_template(
    *,
    merchant,
    appid="wx_builder",
    message="order_paid",
    channel=Channel.SUBSCRIBE,
    template_id=None,
    fields=None,
    at=NOON,
):
    """The id of a template that says the message."""
    template_id = template_id or f"tmpl_{secrets.token_hex(8)}"
    with joined():
        messaging.add_template(
            merchant_id=merchant.id,
            appid=appid,
            message=message,
            template_id=template_id,
            fields=fields or FIELDS[message],
            page="pages/order/order",
            channel=channel,
            at=at,
        )
    return template_id


def grants(*, member, template_id, count=1, at=NOON):
    """The member allows so many messages."""
    with joined():
        for _ in range(count):
            messaging.report_grants(
                merchant_id=member.merchant_id,
                member_id=member.id,
                answers={template_id: "accept"},
                at=at,
            )


def a_wish(
    *, member, event_key="order:1", message="order_paid", appid="wx_builder", ways=None, **words
):
    """What somebody should hear: by a subscribe message, unless `ways` says otherwise."""
    subscribe = Way(channel=Channel.SUBSCRIBE, appid=appid, openid="o_builder")
    return messaging.Wish(
        merchant_id=member.merchant_id,
        member_id=member.id,
        event_key=event_key,
        message=message,
        words=WORDS[message] | words,
        ways=(subscribe,) if ways is None else tuple(ways),
    )


def a_claim(*, at=NOON, **wish):
    """What claim() returned."""
    with joined():
        return messaging.claim(a_wish(**wish), at=at)
