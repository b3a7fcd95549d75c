"""One order and one refund, as WeChat tells them, and how the tests ask for them."""

from datetime import UTC, datetime

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PREPAY = "/v3/pay/transactions/jsapi"
REFUNDS = "/v3/refund/domestic/refunds"
ORDER = "/v3/pay/transactions/out-trade-no/KB1"
BILL = "/v3/bill/tradebill"
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
PAID = {
    "appid": "wx2421b1c4370ec43b",
    "mchid": "1900000001",
    "out_trade_no": "KB1",
    "transaction_id": "4200001",
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "trade_state_desc": "支付成功",
    "success_time": "2026-11-21T12:00:05+08:00",
    "payer": {"openid": OPENID},
    "amount": {"total": 8800, "payer_total": 8800, "currency": "CNY"},
}
REFUND = {
    "refund_id": "5000001",
    "out_refund_no": "KR1",
    "transaction_id": "4200001",
    "out_trade_no": "KB1",
    "status": "PROCESSING",
    "amount": {"total": 8800, "refund": 800, "currency": "CNY"},
}


def prepay(pay, **other):
    wanted = {
        "number": "KB1",
        "amount_fen": 8800,
        "openid": OPENID,
        "title": "双人下午茶",
        "expires_at": datetime(2026, 11, 21, 4, 15, tzinfo=UTC),
    }
    return pay.prepay(**(wanted | other))


def refund(pay):
    return pay.refund(
        payment_number="KB1", refund_number="KR1", amount_fen=800, total_fen=8800, reason="过期退"
    )
