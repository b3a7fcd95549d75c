"""The field tables of product coupons and their stocks."""

from typing import Any

from app.simulator.clock import parse_rfc3339
from app.simulator.errors import PayRefused
from app.simulator.pay.fields import Record, Rows, Text, Whole, wrong
from app.simulator.pay.product_coupons.doors import REQUEST_NO

MOST_PERCENT = 99
MOST_DETAIL_IMAGES = 6
MOST_DAYS = 365
_URL = Text(longest=512)
_PATH = Text(longest=512)
_APPID = Text(longest=32)
_MOMENT = Text(longest=64, required=True)
_NORMAL = Record(
    fields={"threshold": Whole(required=True), "discount_amount": Whole(least=1, required=True)}
)
_DISCOUNT = Record(
    fields={"threshold": Whole(required=True), "percent_off": Whole(least=1, required=True)}
)
_EXCHANGE = Record(
    fields={"threshold": Whole(required=True), "exchange_price": Whole(required=True)}
)
_COMBO = Record(
    fields={
        "name": Text(longest=15, required=True),
        "pick_count": Whole(least=1, required=True),
        "choice_list": Rows(
            required=True,
            of=Record(
                fields={
                    "name": Text(longest=15, required=True),
                    "price": Whole(required=True),
                    "count": Whole(least=1, required=True),
                    "image_url": _URL,
                    "mini_program_appid": _APPID,
                    "mini_program_path": _PATH,
                }
            ),
        ),
    }
)
_DISPLAY = Record(
    required=True,
    fields={
        "name": Text(shortest=3, longest=15, required=True),
        "image_url": Text(longest=512, required=True),
        "background_url": _URL,
        "detail_image_url_list": Rows(of=_URL),
        "original_price": Whole(),
        "combo_package_list": Rows(of=_COMBO),
    },
)
_PERIOD = Record(
    required=True,
    fields={
        "available_begin_time": _MOMENT,
        "available_end_time": _MOMENT,
        "available_days": Whole(least=1),
        "wait_days_after_receive": Whole(),
        "weekly_available_period": Record(
            fields={
                "day_list": Rows(of=Text(longest=16)),
                "day_period_list": Rows(
                    of=Record(
                        fields={
                            "begin_time": Whole(required=True),
                            "end_time": Whole(required=True),
                        }
                    )
                ),
            }
        ),
        "irregular_available_period_list": Rows(
            of=Record(fields={"begin_time": _MOMENT, "end_time": _MOMENT})
        ),
    },
)
SEND_RULE = Record(
    required=True,
    fields={
        "max_count": Whole(least=1, required=True),
        "max_count_per_day": Whole(least=1),
        "max_count_per_user": Whole(least=1),
    },
)
STOCK = Record(
    fields={
        "remark": Text(longest=20),
        "coupon_code_mode": Text(
            longest=16, choices=("WECHATPAY", "UPLOAD", "API_ASSIGN"), required=True
        ),
        "stock_send_rule": SEND_RULE,
        "single_usage_rule": Record(
            required=True,
            fields={
                "coupon_available_period": _PERIOD,
                "normal_coupon": _NORMAL,
                "discount_coupon": _DISCOUNT,
                "exchange_coupon": _EXCHANGE,
            },
        ),
        "usage_rule_display_info": Record(
            required=True,
            fields={
                "coupon_usage_method_list": Rows(
                    required=True,
                    of=Text(longest=16, choices=("OFFLINE", "MINI_PROGRAM", "APP", "PAYMENT_CODE")),
                ),
                "mini_program_appid": _APPID,
                "mini_program_path": _PATH,
                "app_path": _PATH,
                "usage_description": Text(longest=1000),
                "coupon_available_store_info": Record(
                    fields={
                        "description": Text(longest=1000),
                        "mini_program_appid": _APPID,
                        "mini_program_path": _PATH,
                    }
                ),
            },
        ),
        "coupon_display_info": Record(
            required=True,
            fields={
                "code_display_mode": Text(
                    longest=16, choices=("INVISIBLE", "BARCODE", "QRCODE"), required=True
                ),
                "background_color": Text(longest=15, pattern=r"Color(0[1-9]0|100)"),
                "entrance_mini_program": Record(
                    fields={
                        "appid": Text(longest=32, required=True),
                        "path": Text(longest=512, required=True),
                        "entrance_wording": Text(longest=5, required=True),
                        "guidance_wording": Text(longest=6),
                    }
                ),
                "entrance_official_account": Record(fields={"appid": _APPID}),
                "entrance_finder": Record(
                    fields={
                        "finder_id": Text(longest=64, required=True),
                        "finder_video_id": Text(longest=64),
                        "finder_video_cover_image_url": _URL,
                    }
                ),
            },
        ),
        "notify_config": Record(fields={"notify_appid": Text(longest=32, required=True)}),
        "store_scope": Text(longest=16, choices=("NONE", "ALL", "SPECIFIC"), required=True),
    },
    required=True,
)
PRODUCT = Record(
    fields={
        "out_request_no": REQUEST_NO,
        "scope": Text(longest=16, choices=("ALL", "SINGLE"), required=True),
        "type": Text(longest=16, choices=("NORMAL", "DISCOUNT", "EXCHANGE"), required=True),
        "usage_mode": Text(longest=32, choices=("SINGLE", "PROGRESSIVE_BUNDLE"), required=True),
        "single_usage_info": Record(
            fields={"normal_coupon": _NORMAL, "discount_coupon": _DISCOUNT}
        ),
        "display_info": _DISPLAY,
        "out_product_no": Text(longest=40),
        "stock": STOCK,
    }
)
NEW_STOCK = Record(fields={"out_request_no": REQUEST_NO, "stock": STOCK})


def check_product(body: dict[str, Any], *, at: float) -> None:
    """What no table holds: who may exchange, where the rule of the discount stands.

    The rule of a coupon for everything stands at the product, of one for a product in its stock.
    """
    if body["usage_mode"] != "SINGLE":
        raise PayRefused("INVALID_REQUEST", "模拟平台未覆盖多次优惠")
    if body["type"] == "EXCHANGE" and body["scope"] != "SINGLE":
        raise wrong("/type", body["type"], "兑换券仅适用于单品")
    images = body["display_info"].get("detail_image_url_list", [])
    if len(images) > MOST_DETAIL_IMAGES:
        raise wrong("/display_info/detail_image_url_list", images, "最多6张")
    if body["scope"] == "ALL":
        _require_rule(body.get("single_usage_info", {}), body["type"], at="/single_usage_info")
    elif "original_price" not in body["display_info"]:
        raise wrong("/display_info/original_price", None, "单品券必填")
    check_stock(body["stock"], product=body, at=at)


def check_stock(stock: dict[str, Any], *, product: dict[str, Any], at: float) -> None:
    """The stock's period, and the rule of a coupon for one product."""
    rule = stock["single_usage_rule"]
    if product["scope"] == "SINGLE":
        _require_rule(rule, product["type"], at="/stock/single_usage_rule")
    period = rule["coupon_available_period"]
    where = "/stock/single_usage_rule/coupon_available_period"
    begins, ends = (
        _moment(period, name, at=where) for name in ("available_begin_time", "available_end_time")
    )
    if not begins < ends or ends <= at:
        raise wrong(f"{where}/available_end_time", period["available_end_time"], "时间范围不合法")
    if period.get("available_days", 1) > MOST_DAYS:
        raise wrong(f"{where}/available_days", period["available_days"], "应不大于365")


def _require_rule(rules: dict[str, Any], kind: str, *, at: str) -> None:
    name = f"{kind.lower()}_coupon"
    if name not in rules:
        raise wrong(f"{at}/{name}", None, "缺少必填字段")
    if rules[name].get("percent_off", 1) > MOST_PERCENT:
        raise wrong(f"{at}/{name}/percent_off", rules[name]["percent_off"], "应不大于99")


def _moment(values: dict[str, Any], name: str, *, at: str) -> float:
    try:
        return parse_rfc3339(values[name])
    except ValueError:
        raise wrong(f"{at}/{name}", values[name], "应为rfc3339格式") from None
