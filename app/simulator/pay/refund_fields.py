"""The field tables of /v3/refund/domestic/refunds, and the rules that no table holds."""

from typing import Any

from app.simulator.pay.fields import Record, Rows, Text, Whole, check, wrong
from app.simulator.pay.order_fields import check_notify_url

NUMBER = Text(longest=64, pattern=r"[0-9A-Za-z_\-|*@]+", required=True)
BANK_CARD = "USER_BANK_CARD"
SEALED = 1024

_FROM = Record(
    fields={
        "account": Text(longest=32, choices=("AVAILABLE", "UNAVAILABLE"), required=True),
        "amount": Whole(least=1, required=True),
    }
)
_GOODS = Record(
    fields={
        "merchant_goods_id": Text(longest=32, required=True),
        "wechatpay_goods_id": Text(longest=32),
        "goods_name": Text(longest=256),
        "unit_price": Whole(required=True),
        "refund_amount": Whole(required=True),
        "refund_quantity": Whole(least=1, required=True),
    }
)
REFUND = Record(
    fields={
        "sub_mchid": Text(longest=32),
        "transaction_id": Text(longest=32),
        "out_trade_no": Text(shortest=6, longest=32),
        "out_refund_no": NUMBER,
        "reason": Text(longest=80),
        "notify_url": Text(longest=256),
        "funds_account": Text(longest=32, choices=("AVAILABLE",)),
        "amount": Record(
            required=True,
            fields={
                "refund": Whole(least=1, required=True),
                "total": Whole(least=1, required=True),
                "currency": Text(longest=16, choices=("CNY",), required=True),
                "from": Rows(of=_FROM),
            },
        ),
        "goods_detail": Rows(of=_GOODS),
    }
)
ABNORMAL = Record(
    fields={
        "sub_mchid": Text(longest=32),
        "out_refund_no": NUMBER,
        "type": Text(longest=32, choices=(BANK_CARD, "MERCHANT_BANK_CARD"), required=True),
        "bank_type": Text(longest=16),
        "bank_account": Text(longest=SEALED),
        "real_name": Text(longest=SEALED),
    }
)


def check_refund(body: dict[str, Any]) -> None:
    """Refuse a refund whose fields break the table, or whose sources do not make up its sum."""
    check(body, REFUND)
    if "notify_url" in body:
        check_notify_url(body["notify_url"])
    amount = body["amount"]
    sources = amount.get("from")
    if sources and sum(each["amount"] for each in sources) != amount["refund"]:
        raise wrong("/amount/from", sources, "出资金额之和应等于退款金额")


def check_abnormal(body: dict[str, Any]) -> None:
    """Refuse an incomplete way out of an abnormal refund; a person's card needs all three."""
    check(body, ABNORMAL)
    if body["type"] == BANK_CARD:
        for name in ("bank_type", "bank_account", "real_name"):
            if not body.get(name):
                raise wrong(f"/{name}", None, "退款到用户银行卡时必填")
