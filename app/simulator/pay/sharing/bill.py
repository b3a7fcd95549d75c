"""The sharing bill: shares, unfreezings and returns that ended on a day."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from app.simulator.pay.bill_day import DAY_SECONDS
from app.simulator.pay.bill_text import columns, moment, table, yuan
from app.simulator.pay.reading import signer
from app.simulator.pay.sharing.state import Return, Share, Sharing, SharingOrder
from app.simulator.pay.statements import asked_day, offer
from app.simulator.world import World, here

HEAD = columns(
    "分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,订单金额(元),分账接收方,分账金额(元),业务类型,处理状态,分账描述,备注"
)
SUMMARY_HEAD = columns("总分账单数,总分账金额(元)")

sharing_bill = Blueprint("sharing_bill", __name__, url_prefix="/v3/profitsharing")


@sharing_bill.get("/bills")
def ask() -> dict[str, Any]:
    """?bill_date, tar_type: where to fetch a past day's bill; as with the other statements."""
    world = here()
    with world.lock:
        begins_at = asked_day(world)
        rows = sorted(row for row in _rows(world) if begins_at <= row[0] < begins_at + DAY_SECONDS)
        cells = [row[2] for row in rows]
        summary = [str(len(rows)), yuan(sum(row[1] for row in rows))]
        return offer(world, table(HEAD, cells, SUMMARY_HEAD, summary) if rows else None)


def _rows(world: World) -> Iterable[tuple[float, int, list[str]]]:
    part, mchid = world.part(Sharing), signer().mchid
    for order in part.orders.values():
        if order.mchid == mchid:
            ended = (each for each in order.shares if each.finished_at)
            yield from ((each.finished_at, each.fen, _share(order, each)) for each in ended)
    for back in part.returns.values():
        if back.mchid == mchid and back.finished_at:
            yield (back.finished_at, -back.fen, _return(back))


def _share(sharing: SharingOrder, share: Share) -> list[str]:
    return [
        moment(share.finished_at),
        *_order(sharing),
        sharing.order_id,
        share.detail_id,
        sharing.number,
        yuan(sharing.order.total_fen),
        share.account,
        yuan(share.fen),
        "解冻给分账方" if sharing.is_unfreezing else "分账",
        "成功" if share.result == "SUCCESS" else "已关单",
        share.description,
        share.fail_reason,
    ]


def _return(back: Return) -> list[str]:
    return [
        moment(back.finished_at),
        *_order(back.sharing),
        back.return_id,
        "",
        back.number,
        yuan(back.sharing.order.total_fen),
        back.from_mchid,
        yuan(back.fen),
        "回退",
        "成功" if back.result == "SUCCESS" else "失败",
        back.asked["description"],
        back.fail_reason,
    ]


def _order(sharing: SharingOrder) -> list[str]:
    return [sharing.mchid, sharing.order.payee_mchid, sharing.order.transaction_id]
