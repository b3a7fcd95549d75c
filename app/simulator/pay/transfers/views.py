"""A transfer as the API, the notice and the phone tell it."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.transfers.state import OPEN, Authorization, Bill
from app.simulator.signing import encrypt_for, public_key


def accepted_view(bill: Bill) -> dict[str, Any]:
    """What creating answers; package_info is for wx.requestMerchantTransfer."""
    told = {**_numbers(bill), "create_time": rfc3339(bill.made_at), "state": bill.state}
    package = {"package_info": bill.package} if bill.state in OPEN else {}
    return {**told, **_reason(bill), **package}


def cancelled_view(bill: Bill) -> dict[str, Any]:
    """What cancelling answers."""
    return {**_numbers(bill), "state": bill.state, "update_time": rfc3339(bill.updated_at)}


def bill_view(bill: Bill) -> dict[str, Any]:
    """What a query answers; the name is sealed for the merchant."""
    name = bill.asked.get("user_name")
    key = public_key(bill.merchant.public_key_pem)
    sealed = {"user_name": encrypt_for(key, name)} if name else {}
    told = {
        "appid": bill.asked["appid"],
        "transfer_remark": bill.asked["transfer_remark"],
        **bill_notice(bill),
    }
    return {**told, **sealed}


def bill_notice(bill: Bill) -> dict[str, Any]:
    """What MCHTRANSFER.BILL.FINISHED carries."""
    return {
        **_numbers(bill),
        "state": bill.state,
        "mch_id": bill.merchant.mchid,
        "transfer_amount": bill.fen,
        "openid": bill.asked["openid"],
        **_reason(bill),
        "create_time": rfc3339(bill.made_at),
        "update_time": rfc3339(bill.updated_at),
    }


def authorization_view(authorization: Authorization) -> dict[str, Any]:
    """What querying and closing an authorization answer, and what its notices carry."""
    names = ("appid", "openid", "user_display_name", "transfer_scene_id", "user_recv_perception")
    asked = authorization.asked
    told = {
        "out_authorization_no": authorization.number,
        **{name: asked[name] for name in names if name in asked},
        "state": authorization.state,
        "create_time": rfc3339(authorization.made_at),
    }
    return {**told, **_authorized(authorization), **_closed(authorization)}


def phone_view(bill: Bill) -> dict[str, Any]:
    """What the person sees, and what confirming needs."""
    return {
        **bill_notice(bill),
        "merchant": bill.merchant.name,
        "appid": bill.asked["appid"],
        "remark": bill.asked["transfer_remark"],
        "perception": bill.asked.get("user_recv_perception", ""),
        "package": bill.package,
    }


def _numbers(bill: Bill) -> dict[str, str]:
    return {"out_bill_no": bill.number, "transfer_bill_no": bill.bill_no}


def _authorized(authorization: Authorization) -> dict[str, Any]:
    if not authorization.authorized_at:
        return {}
    at = rfc3339(authorization.authorized_at)
    return {"authorization_id": authorization.authorization_id, "authorize_time": at}


def _closed(authorization: Authorization) -> dict[str, Any]:
    if not authorization.closed_at:
        return {}
    reason = authorization.close_reason
    return {"close_info": {"close_time": rfc3339(authorization.closed_at), "close_reason": reason}}


def _reason(bill: Bill) -> dict[str, str]:
    return {"fail_reason": bill.fail_reason} if bill.fail_reason else {}
