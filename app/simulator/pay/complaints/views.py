"""A complaint as the merchant reads it."""

from typing import Any

from app.simulator.clock import rfc3339
from app.simulator.pay.complaints.state import Complaint, Step
from app.simulator.pay.images import address_of
from app.simulator.signing import encrypt_for, public_key

PROBLEMS = {
    "REFUND": "申请退款",
    "SERVICE_NOT_WORK": "服务权益未生效",
    "OTHERS": "其他类型",
}


def complaint_view(complaint: Complaint) -> dict[str, Any]:
    """What the list and the details answer; the phone only the merchant's key can read."""
    told: dict[str, Any] = {
        "complaint_id": complaint.id,
        "complaint_time": rfc3339(complaint.made_at),
        "complaint_detail": complaint.text,
        "complaint_state": complaint.state,
        "complainted_mchid": complaint.merchant.mchid,
        "payer_openid": complaint.order.openid,
        "complaint_order_info": [_order(complaint)],
        "complaint_full_refunded": complaint.fully_refunded,
        "incoming_user_response": complaint.has_unread_words,
        "user_complaint_times": complaint.times,
        "problem_description": PROBLEMS[complaint.problem_type],
        "problem_type": complaint.problem_type,
        "user_tag_list": [],
        "in_platform_service": complaint.with_platform,
        "need_immediate_service": complaint.needs_immediate_service,
    }
    return {**told, **_phone(complaint), **_wish(complaint), **_media(complaint)}


def step_view(step: Step) -> dict[str, Any]:
    """One entry of the negotiation history."""
    told: dict[str, Any] = {
        "log_id": step.log_id,
        "operator": step.operator,
        "operate_time": rfc3339(step.at),
        "operate_type": step.kind,
        "operate_details": step.details,
        "image_list": [address_of(each) for each in step.images],
    }
    if step.images:
        kind = "USER_COMPLAINT_IMAGE" if step.kind.startswith("USER_") else "OPERATION_IMAGE"
        told["complaint_media_list"] = {"media_type": kind, "media_url": told["image_list"]}
    if step.reason:
        told["user_appy_platform_service_reason"] = step.reason  # The platform spells it so.
        told["user_appy_platform_service_reason_description"] = step.details
    return {**told, "normal_message": step.message} if step.message else told


def _order(complaint: Complaint) -> dict[str, Any]:
    return {
        "transaction_id": complaint.order.transaction_id,
        "out_trade_no": complaint.order.number,
        "amount": complaint.order.total_fen,
    }


def _phone(complaint: Complaint) -> dict[str, str]:
    if not complaint.tells_phone:
        return {}
    key = public_key(complaint.merchant.public_key_pem)
    return {"payer_phone": encrypt_for(key, complaint.user.phone)}


def _wish(complaint: Complaint) -> dict[str, int]:
    if complaint.problem_type != "REFUND":
        return {}
    return {"apply_refund_amount": complaint.refund_fen}


def _media(complaint: Complaint) -> dict[str, Any]:
    if not complaint.images:
        return {}
    urls = [address_of(each) for each in complaint.images]
    return {"complaint_media_list": [{"media_type": "USER_COMPLAINT_IMAGE", "media_url": urls}]}
