"""What the demonstration shop sells and rewards."""

from collections.abc import Mapping
from typing import Any

from app.domain import catalog

FRIENDS_OFFER = "好友助力咖啡卡"

BENEFITS: dict[str, dict[str, Any]] = {
    "latte": {
        "kind": catalog.BenefitKind.EXCHANGE,
        "name": "拿铁兑换券",
        "market_value_fen": 2800,
        "cost_fen": 900,
        "face": {"thing": "大杯拿铁一杯"},
        "conditions": catalog.Conditions(validity=catalog.Days(count=30)),
        "hand_over": "大杯拿铁一杯，冷热任选",
    },
    "five_off": {
        "kind": catalog.BenefitKind.CASH,
        "name": "满30减5券",
        "market_value_fen": 500,
        "cost_fen": 500,
        "face": {"off_fen": 500},
        "conditions": catalog.Conditions(
            validity=catalog.Days(count=14), minimum_spend_fen=3000, stackable=True
        ),
        "hand_over": "结账时减 5 元",
    },
    "bakery": {
        "kind": catalog.BenefitKind.DISCOUNT,
        "name": "全场8折券",
        "market_value_fen": 600,
        "cost_fen": 300,
        "face": {"rate_bp": 8000, "cap_fen": 2000},
        "conditions": catalog.Conditions(validity=catalog.Days(count=14)),
        "hand_over": "整单打 8 折，最多减 20 元",
    },
    "cookie": {
        "kind": catalog.BenefitKind.EXCHANGE,
        "name": "曲奇兑换券",
        "market_value_fen": 800,
        "cost_fen": 200,
        "face": {"thing": "黄油曲奇一份"},
        "conditions": catalog.Conditions(validity=catalog.Days(count=7), shareable_once=True),
        "hand_over": "黄油曲奇一份",
    },
    "beans": {
        "kind": catalog.BenefitKind.DELIVERY,
        "name": "当季咖啡豆",
        "market_value_fen": 3900,
        "cost_fen": 1500,
        "face": {"thing": "当季咖啡豆 100 克"},
        "conditions": catalog.Conditions(validity=catalog.Days(count=30)),
        "hand_over": "寄送当季咖啡豆 100 克",
    },
    "drip_bags": {
        "kind": catalog.BenefitKind.DELIVERY,
        "name": "挂耳咖啡",
        "market_value_fen": 3900,
        "cost_fen": 1400,
        "face": {"thing": "挂耳咖啡 6 包"},
        "conditions": catalog.Conditions(validity=catalog.Days(count=30)),
        "hand_over": "寄送挂耳咖啡 6 包",
    },
    "tasting": {
        "kind": catalog.BenefitKind.BOOKING,
        "name": "品鉴会门票",
        "market_value_fen": 6800,
        "cost_fen": 2000,
        "face": {"thing": "手冲品鉴会一位"},
        "conditions": catalog.Conditions(validity=catalog.Days(count=60)),
        "hand_over": "请入座",
    },
}

# For points: a first redemption at the counter earns enough for the cheapest.
MALL: tuple[dict[str, Any], ...] = (
    {
        "kind": catalog.OfferKind.SINGLE,
        "shelf": "单券",
        "title": "加9.9元换购拿铁",
        "cover": "cup",
        "description": "100积分加9.90元，任一门店兑换大杯拿铁一杯。",
        "price_fen": 990,
        "holds": {"latte": 1},
        "terms": {"points": 100},
    },
    {
        "kind": catalog.OfferKind.SINGLE,
        "shelf": "单券",
        "title": "积分换黄油曲奇",
        "cover": "cookie",
        "description": "60积分换黄油曲奇一份，到店领取。",
        "price_fen": 0,
        "holds": {"cookie": 1},
        "stock": 300,
        "terms": {"points": 60},
    },
    {
        "kind": catalog.OfferKind.SINGLE,
        "shelf": "单券",
        "title": "积分换5元券",
        "cover": "ticket",
        "description": "20积分换满30减5券一张，每人限换两张。",
        "price_fen": 0,
        "holds": {"five_off": 1},
        "per_member_limit": 2,
        "terms": {"points": 20},
    },
)

# The newest is shown first, so what is for points stands below what is sold.
OFFERS: tuple[dict[str, Any], ...] = (
    *MALL,
    {
        "kind": catalog.OfferKind.SINGLE,
        "shelf": "单券",
        "title": "拿铁兑换券",
        "cover": "cup",
        "description": "任一门店兑换大杯拿铁一杯。",
        "price_fen": 1990,
        "holds": {"latte": 1},
    },
    {
        "kind": catalog.OfferKind.SINGLE,
        "shelf": "单券",
        "title": "满30减5券 新客领取",
        "cover": "ticket",
        "description": "每人一张，0 元领取。",
        "price_fen": 0,
        "holds": {"five_off": 1},
        "stock": 1000,
        "per_member_limit": 1,
    },
    {
        "kind": catalog.OfferKind.BUNDLE,
        "shelf": "组合卡",
        "title": "周末欢聚包",
        "cover": "pair",
        "description": "两杯拿铁、一张全场8折券（不限商品，最多减20元）、一张满30减5券。",
        "price_fen": 4900,
        "holds": {"latte": 2, "bakery": 1, "five_off": 1},
        "stock": 200,
        "per_member_limit": 2,
    },
    {
        "kind": catalog.OfferKind.BUNDLE,
        "shelf": "组合卡",
        "title": "咖啡月卡",
        "cover": "cup",
        "description": "十杯拿铁，三十天内任一门店兑换。",
        "price_fen": 16800,
        "holds": {"latte": 10},
        "stock": 100,
        "per_member_limit": 1,
    },
    {
        "kind": catalog.OfferKind.ASSIST,
        "shelf": "组合卡",
        "title": FRIENDS_OFFER,
        "cover": "friends",
        "description": "一杯拿铁立即可用；三位好友助力，再得一杯。",
        "price_fen": 2590,
        "holds": {"latte": 1},
    },
    {
        "kind": catalog.OfferKind.TOPUP,
        "shelf": "储值",
        "title": "储值200元赠20元",
        "cover": "coins",
        "description": "支付200元，到账220元；消费时本金与赠送金按比例使用。",
        "price_fen": 20000,
        "holds": {},
        "terms": {"bonus_fen": 2000, "bonus_cap_fen": 10000},
    },
    {
        "kind": catalog.OfferKind.GIFT_CARD,
        "shelf": "储值",
        "title": "50元礼品卡",
        "cover": "gift",
        "description": "不记名，送给谁都行；领取后即为领取人的储值。",
        "price_fen": 5000,
        "holds": {},
        "terms": {"is_named": False},
    },
    {
        "kind": catalog.OfferKind.SINGLE,
        "shelf": "活动",
        "title": "会员品鉴会门票",
        "cover": "glass",
        "description": "凭门票预约一场手冲品鉴会的座位；约满可候补。",
        "price_fen": 1900,
        "holds": {"tasting": 1},
    },
    {
        "kind": catalog.OfferKind.SUBSCRIPTION,
        "shelf": "月卡",
        "title": "咖啡豆尝鲜月卡",
        "cover": "bean",
        "description": "连续三个月，每月寄一份当季咖啡豆或挂耳咖啡，另得10积分。",
        "price_fen": 9900,
        "goods_kind": catalog.GoodsKind.PHYSICAL,
        "holds": {},
        # Fixed on the day itself, so that the first parcel can leave at once.
        "terms": {
            "periods": 3,
            "points_per_period": 10,
            "lock_days": 0,
            "items": [(("beans", "drip_bags"), 1)],
        },
    },
)

# On sale for a week before the evening, and until it is over.
EVENING: dict[str, Any] = {
    "name": "观赛夜",
    "in_days": 4,
    "from_hour": 19,
    "hours": 3,
    "days_before": 7,
}
EVENING_OFFER: dict[str, Any] = {
    "kind": catalog.OfferKind.BUNDLE,
    "shelf": "活动",
    "title": "观赛夜双人套餐",
    "cover": "moon",
    "description": "两杯拿铁、两份黄油曲奇，观赛夜前后均可使用。",
    "price_fen": 5800,
    "holds": {"latte": 2, "cookie": 2},
    "stock": 80,
    "per_member_limit": 2,
}
EVENING_CAMPAIGN = {
    "kind": "sale",
    "name": "观赛夜",
    "theme": "一起看球",
    "text": "大屏直播，双人套餐限量 80 份；活动结束即停售，已购套餐照常使用。",
}

JOINED: dict[str, Any] = {
    "name": "入会奖励",
    "event": "joined",
    "fixed_points": 200,
    "most_in_all": 200,
}
POINTS_TERMS: dict[str, Any] = {"pay_bp": 2000, "worth": 100, "warn_days": 7}


def tiers(numbers: Mapping[str, str]) -> dict[str, Any]:
    """The rules of the tiers; `numbers` are those of the benefits by name."""
    return {
        "tiers": [
            {"number": "base", "rank": 0, "name": "普通会员"},
            {
                "number": "silver",
                "rank": 1,
                "name": "银卡会员",
                "conditions": [_spending(6000)],
                "points_multiplier_bp": 15000,
                "packs": {"upgrade": [{"benefit": numbers["cookie"]}]},
            },
            {
                "number": "gold",
                "rank": 2,
                "name": "金卡会员",
                "conditions": [_spending(50000)],
                "points_multiplier_bp": 20000,
                "early_access_hours": 24,
                "packs": {
                    "upgrade": [{"benefit": numbers["latte"], "quantity": 2}],
                    "birthday": [{"benefit": numbers["latte"]}],
                },
            },
        ]
    }


def _spending(fen: int) -> dict[str, Any]:
    return {"kind": "spend", "at_least": fen, "window_days": 365}
