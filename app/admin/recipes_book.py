"""Seven ways to begin: what each makes, as data. Everything is a draft that the shop edits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _

from app.domain.catalog import BenefitKind, Conditions, Days, GoodsKind, Hours, OfferKind, Range

WEEKEND = Hours(weekdays=(6, 7))
MORNING = Hours(weekdays=(1, 2, 3, 4, 5), ranges=(Range(7 * 60, 10 * 60 + 30),))
MEMBER_DAY_LASTS = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class RecipeOffer:
    """`holds`: benefits of the recipe by name. `words` are the verb's own."""

    holds: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """`assist` and `member_day` are campaigns that go with the offer, as drafts too."""

    name: str
    words: str
    icon: str
    benefits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    offers: Sequence[RecipeOffer]
    assist: Mapping[str, Any] | None = None
    member_day: Mapping[str, Any] | None = None


def _swap(name: str, thing: str, fen: int, cost_fen: int, **conditions: Any) -> dict[str, Any]:
    """A voucher that is exchanged for a thing."""
    return {
        "kind": BenefitKind.EXCHANGE,
        "name": name,
        "market_value_fen": fen,
        "cost_fen": cost_fen,
        "face": {"thing": thing},
        "conditions": Conditions(**{"validity": Days(count=30), **conditions}),
        "hand_over": f"给{thing}",
    }


def _off(name: str, off_fen: int, minimum_fen: int) -> dict[str, Any]:
    """So much off from a minimum spend on."""
    return {
        "kind": BenefitKind.CASH,
        "name": name,
        "market_value_fen": off_fen,
        "cost_fen": off_fen,
        "face": {"off_fen": off_fen},
        "conditions": Conditions(
            validity=Days(count=30), minimum_spend_fen=minimum_fen, stackable=True
        ),
        "hand_over": f"结账时减{off_fen // 100}元",
    }


def _sent(name: str, thing: str, fen: int, cost_fen: int) -> dict[str, Any]:
    """Something that is posted."""
    return {
        **_swap(name, thing, fen, cost_fen),
        "kind": BenefitKind.DELIVERY,
        "hand_over": f"寄送{thing}",
    }


WEEKEND_PACK = Recipe(
    name=_("周末欢聚包"),
    words=_("两杯拿铁、一份蛋糕、一张满50减10，周末用，带朋友来"),
    icon="confetti",
    benefits={
        "latte": _swap("周末拿铁兑换券", "大杯拿铁1杯", 28_00, 9_00, hours=WEEKEND),
        "cake": _swap("周末蛋糕兑换券", "当日蛋糕1份", 26_00, 8_00, hours=WEEKEND),
        "off": _off("满50减10券", 10_00, 50_00),
    },
    offers=(
        RecipeOffer(
            holds={"latte": 2, "cake": 1, "off": 1},
            words={
                "kind": OfferKind.BUNDLE,
                "title": "周末欢聚包",
                "description": "两杯大杯拿铁、一份当日蛋糕、一张满50减10券，周六周日到店使用。",
                "price_fen": 59_00,
                "stock": 200,
                "per_member_limit": 2,
            },
        ),
    ),
)
COFFEE_MONTH = Recipe(
    name=_("咖啡月卡"),
    words=_("十杯咖啡，三十天内用完，工作日早上最方便"),
    icon="ticket",
    benefits={
        "coffee": _swap("月卡美式兑换券", "热美式1杯", 18_00, 5_00, hours=MORNING, uses_per_day=2)
    },
    offers=(
        RecipeOffer(
            holds={"coffee": 10},
            words={
                "kind": OfferKind.SINGLE,
                "title": "咖啡月卡",
                "description": "十杯热美式，工作日早上7点到10点半，每天最多两杯。",
                "price_fen": 99_00,
                "stock": 100,
                "per_member_limit": 1,
            },
        ),
    ),
)
TASTING = Recipe(
    name=_("尝鲜卡"),
    words=_("连续三个月，每月寄一份当季咖啡，可改选"),
    icon="truck",
    benefits={
        "beans": _sent("当季咖啡豆", "当季咖啡豆100克", 39_00, 15_00),
        "drip": _sent("挂耳咖啡", "挂耳咖啡6包", 39_00, 14_00),
    },
    offers=(
        RecipeOffer(
            words={
                "kind": OfferKind.SUBSCRIPTION,
                "title": "咖啡尝鲜卡 三个月",
                "description": "每月寄一份当季咖啡豆或挂耳咖啡，每期另得10积分。",
                "price_fen": 99_00,
                "goods_kind": GoodsKind.PHYSICAL,
                "terms": {
                    "periods": 3,
                    "points_per_period": 10,
                    "items": [{"choices": ("beans", "drip"), "quantity": 1}],
                },
            },
        ),
    ),
)
PYRAMID = Recipe(
    name=_("权益金字塔三层"),
    words=_("银卡、金卡、黑金卡三张权益卡，一层比一层多"),
    icon="crown",
    benefits={
        "latte": _swap("会员拿铁兑换券", "大杯拿铁1杯", 28_00, 9_00, validity=Days(count=365)),
        "cake": _swap("会员蛋糕兑换券", "当日蛋糕1份", 26_00, 8_00, validity=Days(count=365)),
        "class": _swap("手冲体验课", "手冲体验课1节", 168_00, 60_00, validity=Days(count=365)),
    },
    offers=tuple(
        RecipeOffer(
            holds=holds,
            words={
                "kind": OfferKind.MEMBERSHIP,
                "title": title,
                "description": description,
                "price_fen": price_fen,
                "per_member_limit": 1,
                "terms": {"tier": None, "term_days": 365},
            },
        )
        for title, description, price_fen, holds in (
            ("银卡 年卡", "一年内两杯拿铁。", 39_00, {"latte": 2}),
            ("金卡 年卡", "一年内六杯拿铁、两份蛋糕。", 159_00, {"latte": 6, "cake": 2}),
            (
                "黑金卡 年卡",
                "一年内十二杯拿铁、六份蛋糕、一节手冲体验课。",
                399_00,
                {"latte": 12, "cake": 6, "class": 1},
            ),
        )
    ),
)
FRIENDS = Recipe(
    name=_("好友助力主卡"),
    words=_("主卡立即可用；三位好友助力，再得一杯"),
    icon="heart-handshake",
    benefits={
        "main": _swap("主卡拿铁兑换券", "大杯拿铁1杯", 28_00, 9_00),
        "sub": _swap("助力拿铁兑换券", "大杯拿铁1杯", 28_00, 9_00),
        "cookie": _swap("曲奇兑换券", "黄油曲奇1份", 8_00, 2_00, validity=Days(count=7)),
        "off": _off("满30减5券", 5_00, 30_00),
    },
    offers=(
        RecipeOffer(
            holds={"main": 1},
            words={
                "kind": OfferKind.ASSIST,
                "title": "好友助力咖啡卡",
                "description": "一杯拿铁立即可用；三位好友助力，再得一杯。",
                "price_fen": 25_90,
            },
        ),
    ),
    assist={
        "subs": (("sub", 3),),
        "reward": "cookie",
        "fallback": "off",
        "hours": 24,
        "helper_daily_cap": 3,
        "sharer_daily_cap": 20,
        "rewards": 500,
        "wording": {
            "title": "三位好友助力，解锁助力拿铁兑换券",
            "rules": "购买后24小时内，每邀请3位好友在小程序内登录并确认助力，"
            "解锁一张助力拿铁兑换券（价值28元）；好友每人立即获得曲奇兑换券1张（价值8元）。"
            "到期未完成的改发满30减5券1张。购买和使用主卡不需要助力。",
            "share_title": "帮我助力，你也得一张曲奇兑换券",
        },
    },
)
TOPUP = Recipe(
    name=_("储值翻倍"),
    words=_("储 100 元到账 200 元，每人一次"),
    icon="wallet",
    offers=(
        RecipeOffer(
            words={
                "kind": OfferKind.TOPUP,
                "title": "储值100元，到账200元",
                "description": "支付100元，赠送100元；消费时本金与赠送金按比例使用。",
                "price_fen": 100_00,
                "per_member_limit": 1,
                "terms": {"bonus_fen": 100_00, "bonus_cap_fen": 100_00},
            },
        ),
    ),
)
MEMBER_DAY = Recipe(
    name=_("会员日"),
    words=_("每月 8 日，会员价拿铁，积分翻倍"),
    icon="calendar-event",
    benefits={
        "latte": _swap("会员日拿铁兑换券", "大杯拿铁1杯", 28_00, 9_00, validity=Days(count=7))
    },
    offers=(
        RecipeOffer(
            holds={"latte": 1},
            words={
                "kind": OfferKind.SINGLE,
                "title": "会员日拿铁",
                "description": "每月8日会员价，7天内到店使用。",
                "price_fen": 9_90,
                "per_member_limit": 2,
            },
        ),
    ),
    member_day={
        "name": "会员日",
        "theme": "每月8日",
        "text": "每月8日会员价拿铁，当天消费积分翻倍。",
        "day": {"of_month": 8},
        "factor_bp": 20_000,
    },
)

RECIPES: Mapping[str, Recipe] = {
    "weekend": WEEKEND_PACK,
    "coffee-month": COFFEE_MONTH,
    "tasting": TASTING,
    "pyramid": PYRAMID,
    "friends": FRIENDS,
    "topup": TOPUP,
    "member-day": MEMBER_DAY,
}
