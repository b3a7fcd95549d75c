"""The fund-flow bill: what moved on the merchant's basic account, and the balance after it."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.simulator.pay.bill_day import Day, fee_fen
from app.simulator.pay.bill_text import columns, moment, table, yuan
from app.simulator.pay.state import Order, Refund

HEAD = columns(
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
SUMMARY_HEAD = columns("资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额")


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Money in (positive fen) or out (negative fen) of the merchant's account."""

    at: float
    fen: int
    name: str
    business_number: str
    voucher_number: str
    note: str = ""


def fund_flow_bill(day: Day) -> str | None:
    """The movements of the basic account on a day, with the balance after each."""
    movements = sorted(_movements(day.orders), key=lambda each: each.at)
    today = [each for each in movements if day.has(each.at)]
    if not today:
        return None
    balance = sum(each.fen for each in movements if each.at < day.begins_at)
    rows = []
    for index, each in enumerate(today, start=1):
        balance += each.fen
        rows.append(_flow_cells(each, index=index, balance_fen=balance))
    return table(HEAD, rows, SUMMARY_HEAD, _flow_summary(today))


def _movements(orders: Iterable[Order]) -> Iterable[Movement]:
    for order in orders:
        numbers = {"business_number": order.transaction_id, "voucher_number": order.number}
        fee = fee_fen(order.total_fen, fee_bp=order.merchant.fee_bp)
        yield Movement(at=order.paid_at, fen=order.total_fen, name="交易", **numbers)
        yield Movement(at=order.paid_at, fen=-fee, name="扣除交易手续费", **numbers)
        yield from (_refund_movement(each) for each in order.refunds if each.succeeded_at)


def _refund_movement(refund: Refund) -> Movement:
    fee = fee_fen(refund.fen, fee_bp=refund.order.merchant.fee_bp)
    return Movement(
        at=refund.made_at,
        fen=fee - refund.fen,
        name="退款",
        business_number=refund.refund_id,
        voucher_number=refund.number,
        note=f"退款总金额{yuan(refund.fen)}元;含手续费{yuan(fee)}元",
    )


def _flow_cells(each: Movement, *, index: int, balance_fen: int) -> list[str]:
    return [
        moment(each.at),
        each.business_number,
        f"{each.business_number}{index:04d}",
        each.name,
        each.name,
        "收入" if each.fen > 0 else "支出",
        yuan(abs(each.fen)),
        yuan(balance_fen),
        "system",
        each.note,
        each.voucher_number,
    ]


def _flow_summary(movements: list[Movement]) -> list[str]:
    income = [each.fen for each in movements if each.fen > 0]
    expense = [-each.fen for each in movements if each.fen <= 0]
    sums = [str(len(income)), yuan(sum(income)), str(len(expense)), yuan(sum(expense))]
    return [str(len(movements)), *sums]
