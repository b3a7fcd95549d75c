"""The trade bill: payments and refunds of a day."""

from app.simulator.pay.bill_day import Day, fee_fen
from app.simulator.pay.bill_text import columns, fee_yuan, moment, table, yuan
from app.simulator.pay.state import Order, Refund

Cells = dict[str, str]

_ORDER = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额"
_REFUND = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
_REST = "商品名称,商户数据包,手续费,费率,订单金额"
HEADS = {
    "ALL": columns(f"{_ORDER},{_REFUND},{_REST},申请退款金额,费率备注"),
    "SUCCESS": columns(f"{_ORDER},{_REST},费率备注"),
    "REFUND": columns(
        f"{_ORDER},退款申请时间,退款成功时间,{_REFUND},{_REST},申请退款金额,费率备注"
    ),
}
SUMMARY_HEAD = columns(
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)


def trade_bill(day: Day, *, bill_type: str) -> str | None:
    """The trade bill of a day; None when there was nothing to tell."""
    paid = [] if bill_type == "REFUND" else day.paid()
    refunded = [] if bill_type == "SUCCESS" else day.refunded()
    rows = [(order.paid_at, _payment_cells(order)) for order in paid]
    rows += [(refund.made_at, _refund_cells(refund)) for refund in refunded]
    if not rows:
        return None
    rows.sort(key=lambda row: row[0])
    head = HEADS[bill_type]
    body = [[cells.get(name, "") for name in head] for _, cells in rows]
    return table(head, body, SUMMARY_HEAD, _trade_summary(paid, refunded))


def _payment_cells(order: Order) -> Cells:
    fee = fee_fen(order.total_fen, fee_bp=order.merchant.fee_bp)
    return {
        **_order_cells(order),
        "交易时间": moment(order.paid_at),
        "交易状态": "SUCCESS",
        "应结订单金额": yuan(order.total_fen),
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "手续费": fee_yuan(fee),
        "订单金额": yuan(order.total_fen),
        "申请退款金额": "0.00",
    }


def _refund_cells(refund: Refund) -> Cells:
    fee = fee_fen(refund.fen, fee_bp=refund.order.merchant.fee_bp)
    return {
        **_order_cells(refund.order),
        "交易时间": moment(refund.made_at),
        "交易状态": "REFUND",
        "应结订单金额": "0.00",
        "退款申请时间": moment(refund.made_at),
        "退款成功时间": moment(refund.succeeded_at) if refund.succeeded_at else "",
        "微信退款单号": refund.refund_id,
        "商户退款单号": refund.number,
        "退款金额": yuan(refund.fen),
        "退款类型": "ORIGINAL",
        "退款状态": refund.status,
        "手续费": fee_yuan(-fee),
        "订单金额": "0.00",
        "申请退款金额": yuan(refund.fen),
    }


def _order_cells(order: Order) -> Cells:
    return {
        "公众账号ID": order.appid,
        "商户号": order.merchant.mchid,
        "特约商户号": order.sub_mchid or "0",
        "微信订单号": order.transaction_id,
        "商户订单号": order.number,
        "用户标识": order.openid,
        "交易类型": "JSAPI",
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "代金券金额": "0.00",
        "充值券退款金额": "0.00",
        "商品名称": order.asked["description"],
        "商户数据包": order.asked.get("attach", ""),
        "费率": f"{order.merchant.fee_bp / 100:.2f}%",
    }


def _trade_summary(paid: list[Order], refunded: list[Refund]) -> list[str]:
    total = sum(order.total_fen for order in paid)
    back = sum(refund.fen for refund in refunded)
    fees = sum(fee_fen(each.total_fen, fee_bp=each.merchant.fee_bp) for each in paid)
    fees -= sum(fee_fen(each.fen, fee_bp=each.order.merchant.fee_bp) for each in refunded)
    count = str(len(paid) + len(refunded))
    sums = [yuan(total), yuan(back), "0.00", fee_yuan(fees), yuan(total), yuan(back)]
    return [count, *sums]
