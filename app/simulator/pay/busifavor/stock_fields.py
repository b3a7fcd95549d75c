"""The field tables of stocks, and the rules between fields that no table holds."""

from typing import Any

from app.simulator.clock import parse_rfc3339
from app.simulator.pay.fields import Flag, Record, Rows, Text, Whole, check, wrong

LONGEST_LIFE_SECONDS = 366 * 86_400
MOST_COUPONS = 10**9
MOST_PER_USER = 100
MOST_DAYS = 365
MOST_WAIT_DAYS = 30
MOST_DAY_TIMES = 2
SECONDS_PER_DAY = 86_400
MOST_PERCENT = 99
WEEK_DAYS = range(7)

# Which rule each kind of coupon needs.
RULES = {
    "NORMAL": "fixed_normal_coupon",
    "DISCOUNT": "discount_coupon",
    "EXCHANGE": "exchange_coupon",
}
_MOMENT = Text(longest=32, required=True)
_TIMES = Rows(of=Record(fields={"begin_time": _MOMENT, "end_time": _MOMENT}))
_AVAILABLE = Record(
    required=True,
    fields={
        "available_begin_time": _MOMENT,
        "available_end_time": _MOMENT,
        "available_day_after_receive": Whole(least=1),
        "wait_days_after_receive": Whole(least=1),
        "available_second_after_receive": Whole(least=1),
        "available_week": Record(
            fields={
                "week_day": Rows(of=Whole()),
                "available_day_time": Rows(
                    of=Record(
                        fields={
                            "begin_time": Whole(required=True),
                            "end_time": Whole(required=True),
                        }
                    )
                ),
            }
        ),
        "irregulary_avaliable_time": _TIMES,  # The platform spells it so.
    },
)
USE_RULE = Record(
    required=True,
    fields={
        "coupon_available_time": _AVAILABLE,
        "fixed_normal_coupon": Record(
            fields={
                "discount_amount": Whole(least=1, required=True),
                "transaction_minimum": Whole(required=True),
            }
        ),
        "discount_coupon": Record(
            fields={
                "discount_percent": Whole(least=1, required=True),
                "transaction_minimum": Whole(required=True),
            }
        ),
        "exchange_coupon": Record(
            fields={
                "exchange_price": Whole(required=True),
                "transaction_minimum": Whole(required=True),
            }
        ),
        "use_method": Text(
            longest=32,
            choices=("OFF_LINE", "MINI_PROGRAMS", "SELF_CONSUME", "PAYMENT_CODE"),
            required=True,
        ),
        "mini_programs_appid": Text(longest=32),
        "mini_programs_path": Text(longest=128),
    },
)
SEND_RULE = Record(
    required=True,
    fields={
        "max_coupons": Whole(least=1, required=True),
        "max_coupons_per_user": Whole(least=1, required=True),
        "max_coupons_by_day": Whole(least=1),
        "max_amount": Whole(least=1),
        "max_amount_by_day": Whole(least=1),
        "natural_person_limit": Flag(),
        "prevent_api_abuse": Flag(),
        "transferable": Flag(),
        "shareable": Flag(),
    },
)
_MINI_PROGRAM = Record(
    fields={
        "mini_programs_appid": Text(longest=32, required=True),
        "mini_programs_path": Text(longest=128, required=True),
        "entrance_words": Text(longest=5, required=True),
        "guiding_words": Text(longest=6),
    }
)
ENTRANCE = Record(
    fields={
        "mini_programs_info": _MINI_PROGRAM,
        "appid": Text(longest=32),
        "hall_id": Text(longest=64),
        "store_id": Text(longest=64),
        "code_display_mode": Text(longest=16, choices=("NOT_SHOW", "BARCODE", "QRCODE")),
    }
)
DISPLAY = Record(
    fields={
        "description": Text(longest=1000),
        "merchant_logo_url": Text(longest=128),
        "merchant_name": Text(longest=16),
        "background_color": Text(longest=15, pattern=r"Color(0[1-9]0|100)"),
        "coupon_image_url": Text(longest=128),
    }
)
NOTIFY = Record(fields={"notify_appid": Text(longest=64, required=True)})
REQUEST_NO = Text(longest=128, required=True)
STOCK = Record(
    fields={
        "stock_name": Text(longest=21, required=True),
        "belong_merchant": Text(shortest=8, longest=15, required=True),
        "comment": Text(longest=20),
        "goods_name": Text(longest=15, required=True),
        "stock_type": Text(longest=16, choices=tuple(RULES), required=True),
        "coupon_use_rule": USE_RULE,
        "stock_send_rule": SEND_RULE,
        "out_request_no": REQUEST_NO,
        "custom_entrance": ENTRANCE,
        "display_pattern_info": DISPLAY,
        "coupon_code_mode": Text(
            longest=32,
            choices=("WECHATPAY_MODE", "MERCHANT_API", "MERCHANT_UPLOAD"),
            required=True,
        ),
        "notify_config": NOTIFY,
        "subsidy": Flag(),
    }
)
CHANGE = Record(
    fields={
        "out_request_no": REQUEST_NO,
        "stock_name": Text(longest=21),
        "comment": Text(longest=20),
        "goods_name": Text(longest=15),
        "custom_entrance": ENTRANCE,
        "display_pattern_info": DISPLAY,
        "coupon_use_rule": Record(
            fields={
                "use_method": USE_RULE.fields["use_method"],
                "mini_programs_appid": Text(longest=32),
                "mini_programs_path": Text(longest=128),
            }
        ),
        "stock_send_rule": Record(
            fields={"natural_person_limit": Flag(), "prevent_api_abuse": Flag()}
        ),
        "notify_config": NOTIFY,
    }
)
BUDGET = Record(
    fields={
        "modify_budget_request_no": REQUEST_NO,
        "target_max_coupons": Whole(least=1),
        "current_max_coupons": Whole(least=1),
        "target_max_coupons_by_day": Whole(least=1),
        "current_max_coupons_by_day": Whole(least=1),
    }
)


def check_stock(body: dict[str, Any], *, at: float) -> None:
    """Refuse a stock that breaks the table or whose fields do not go together."""
    check(body, STOCK)
    rule = RULES[body["stock_type"]]
    if rule not in body["coupon_use_rule"]:
        raise wrong(f"/coupon_use_rule/{rule}", None, "缺少必填字段")
    percent = body["coupon_use_rule"].get("discount_coupon", {}).get("discount_percent", 1)
    _at_most("/coupon_use_rule/discount_coupon/discount_percent", percent, MOST_PERCENT)
    _check_send_rule(body["stock_send_rule"])
    _check_times(body["coupon_use_rule"]["coupon_available_time"], at=at)


def _check_send_rule(rule: dict[str, Any]) -> None:
    _at_most("/stock_send_rule/max_coupons", rule["max_coupons"], MOST_COUPONS)
    _at_most("/stock_send_rule/max_coupons_per_user", rule["max_coupons_per_user"], MOST_PER_USER)
    for name in ("transferable", "shareable"):
        if rule.get(name):
            raise wrong(f"/stock_send_rule/{name}", rule[name], "该字段暂未开放")


def _check_times(times: dict[str, Any], *, at: float) -> None:
    where = "/coupon_use_rule/coupon_available_time"
    begins, ends = (
        _moment(times, name, at=where) for name in ("available_begin_time", "available_end_time")
    )
    if not begins < ends <= begins + LONGEST_LIFE_SECONDS or ends <= at:
        raise wrong(f"{where}/available_end_time", times["available_end_time"], "时间范围不合法")
    days, wait = (times.get(f"{each}_after_receive") for each in ("available_day", "wait_days"))
    _at_most(f"{where}/available_day_after_receive", days or 1, MOST_DAYS)
    _at_most(f"{where}/wait_days_after_receive", wait or 1, MOST_WAIT_DAYS)
    if wait and not days:
        raise wrong(f"{where}/wait_days_after_receive", wait, "需同时传available_day_after_receive")
    _check_week(times.get("available_week", {}), at=f"{where}/available_week")
    for index, each in enumerate(times.get("irregulary_avaliable_time", [])):
        span = f"{where}/irregulary_avaliable_time/{index}"
        if _moment(each, "begin_time", at=span) >= _moment(each, "end_time", at=span):
            raise wrong(f"{span}/end_time", each["end_time"], "时间范围不合法")


def _check_week(week: dict[str, Any], *, at: str) -> None:
    days = week.get("week_day", [])
    if any(each not in WEEK_DAYS for each in days):
        raise wrong(f"{at}/week_day", days, "取值应为0到6")
    day_times = week.get("available_day_time", [])
    if day_times and not days:
        raise wrong(f"{at}/week_day", days, "传available_day_time时必填")
    if len(day_times) > MOST_DAY_TIMES:
        raise wrong(f"{at}/available_day_time", day_times, "最多2个时间段")
    for each in day_times:
        if not each["begin_time"] < each["end_time"] < SECONDS_PER_DAY:
            raise wrong(f"{at}/available_day_time", each, "时间范围不合法")


def _moment(values: dict[str, Any], name: str, *, at: str) -> float:
    try:
        return parse_rfc3339(values[name])
    except ValueError:
        raise wrong(f"{at}/{name}", values[name], "应为rfc3339格式") from None


def _at_most(field: str, value: int, most: int) -> None:
    if value > most:
        raise wrong(field, value, f"应不大于{most}")
