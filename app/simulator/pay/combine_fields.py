"""The field table of POST /v3/combine-transactions/jsapi, and the rules that no table holds."""

from typing import Any

from app.simulator.pay.fields import Flag, Record, Rows, Text, Whole, check, wrong
from app.simulator.pay.order_fields import check_notify_url

# The platform's page was not at hand; chosen.
MOST_ORDERS = 10
_NUMBER = r"[0-9A-Za-z_\-|*]+"

_SUB_ORDER = Record(
    fields={
        "mchid": Text(longest=32, required=True),
        "sub_mchid": Text(longest=32),
        "attach": Text(longest=128),
        "amount": Record(
            required=True,
            fields={
                "total_amount": Whole(least=1, required=True),
                "currency": Text(longest=16, choices=("CNY",), required=True),
            },
        ),
        "out_trade_no": Text(shortest=6, longest=32, pattern=_NUMBER, required=True),
        "goods_tag": Text(longest=32),
        "description": Text(longest=127, required=True),
        "settle_info": Record(fields={"profit_sharing": Flag(), "subsidy_amount": Whole()}),
    }
)
COMBINED = Record(
    fields={
        "combine_appid": Text(longest=32, required=True),
        "combine_mchid": Text(longest=32, required=True),
        "combine_out_trade_no": Text(shortest=6, longest=32, pattern=_NUMBER, required=True),
        "scene_info": Record(
            fields={
                "payer_client_ip": Text(longest=45, required=True),
                "device_id": Text(longest=32),
            }
        ),
        "sub_orders": Rows(of=_SUB_ORDER, required=True),
        "combine_payer_info": Record(
            required=True, fields={"openid": Text(longest=128, required=True)}
        ),
        "time_start": Text(longest=64),
        "time_expire": Text(longest=64),
        "notify_url": Text(longest=255, required=True),
    }
)
CLOSING = Record(
    fields={
        "combine_appid": Text(longest=32, required=True),
        "sub_orders": Rows(
            required=True,
            of=Record(
                fields={
                    "mchid": Text(longest=32, required=True),
                    "sub_mchid": Text(longest=32),
                    "out_trade_no": Text(shortest=6, longest=32, required=True),
                }
            ),
        ),
    }
)


def check_combined(body: dict[str, Any]) -> None:
    """Refuse a combined order whose fields break the table or name an order twice."""
    check(body, COMBINED)
    check_notify_url(body["notify_url"])
    rows = body["sub_orders"]
    if not 0 < len(rows) <= MOST_ORDERS:
        raise wrong("/sub_orders", rows, f"子单应为1到{MOST_ORDERS}个")
    if len({(each["mchid"], each["out_trade_no"]) for each in rows}) < len(rows):
        raise wrong("/sub_orders", rows, "子单重复")
