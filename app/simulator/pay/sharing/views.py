"""Sharing orders and returns as the API and the notices tell them."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.sharing.state import Return, Share, SharingOrder


def sharing_view(sharing: SharingOrder) -> dict[str, Any]:
    """What asking, unfreezing and querying answer."""
    return {
        **sub_mchid_of(sharing.order.sub_mchid),
        "transaction_id": sharing.order.transaction_id,
        "out_order_no": sharing.number,
        "order_id": sharing.order_id,
        "state": sharing.state,
        "receivers": [_share(each) for each in sharing.shares],
    }


def return_view(back: Return) -> dict[str, Any]:
    """What asking for and querying a return answer."""
    told = {
        **sub_mchid_of(back.sharing.order.sub_mchid),
        "order_id": back.sharing.order_id,
        "out_order_no": back.sharing.number,
        "out_return_no": back.number,
        "return_id": back.return_id,
        "return_mchid": back.from_mchid,
        "amount": back.fen,
        "description": back.asked["description"],
        "result": back.result,
        "create_time": rfc3339(back.made_at),
    }
    return {**told, **_ended(back.fail_reason, back.finished_at)}


def share_notice(sharing: SharingOrder, share: Share) -> dict[str, Any]:
    """What PROFITSHARING.SUCCESS carries to the receiver."""
    return {
        **_sharer(sharing),
        "transaction_id": sharing.order.transaction_id,
        "order_id": sharing.order_id,
        "out_order_no": sharing.number,
        "receiver": _receiver(share.type, share.account, share.fen, share.description),
        "success_time": rfc3339(share.finished_at),
    }


def return_notice(back: Return) -> dict[str, Any]:
    """What PROFITSHARING.RETURN carries: the numbers are those of the return."""
    return {
        **_sharer(back.sharing),
        "transaction_id": back.sharing.order.transaction_id,
        "order_id": back.return_id,
        "out_order_no": back.number,
        "receiver": _receiver("MERCHANT_ID", back.from_mchid, back.fen, back.asked["description"]),
        "success_time": rfc3339(back.finished_at),
    }


def sub_mchid_of(sub_mchid: str) -> dict[str, str]:
    """The shop of a service provider, where there is one."""
    return {"sub_mchid": sub_mchid} if sub_mchid else {}


def _sharer(sharing: SharingOrder) -> dict[str, str]:
    if sharing.order.sub_mchid:
        return {"sp_mchid": sharing.mchid, "sub_mchid": sharing.order.sub_mchid}
    return {"mchid": sharing.mchid}


def _receiver(kind: str, account: str, fen: int, description: str) -> dict[str, Any]:
    return {"type": kind, "account": account, "amount": fen, "description": description}


def _share(share: Share) -> dict[str, Any]:
    told = {
        **_receiver(share.type, share.account, share.fen, share.description),
        "result": share.result,
        "detail_id": share.detail_id,
        "create_time": rfc3339(share.made_at),
    }
    return {**told, **_ended(share.fail_reason, share.finished_at)}


def _ended(fail_reason: str, finished_at: float) -> dict[str, str]:
    reason = {"fail_reason": fail_reason} if fail_reason else {}
    return {**reason, "finish_time": rfc3339(finished_at)} if finished_at else reason
