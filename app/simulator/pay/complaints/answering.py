"""What the merchant does about a complaint: answer, decide on a refund, say that it is done."""

from typing import Any

from flask import Blueprint, Response

from app.simulator.errors import PayRefused
from app.simulator.pay.complaints.answer_fields import (
    COMPLETE,
    REFUND,
    RESPONSE,
    check_at_once,
    check_refund_decision,
    check_response,
)
from app.simulator.pay.complaints.course import MERCHANT, add
from app.simulator.pay.complaints.reading import own_complaint
from app.simulator.pay.complaints.state import PROCESSED, PROCESSING, Complaint
from app.simulator.pay.fields import check
from app.simulator.pay.images import image_of
from app.simulator.pay.reading import json_body, require_own_mchid
from app.simulator.pay.repeats import once
from app.simulator.world import World, here

complaint_answering = Blueprint(
    "complaint_answering",
    __name__,
    url_prefix="/v3/merchant-service/complaints-v2/<complaint_id>",
)


@complaint_answering.post("/response")
def respond(complaint_id: str) -> Response:
    """{complainted_mchid, response_content (200), response_images (4)?, …} -> 204.

    Also jump_url? (512, https), jump_url_text? (10), mini_program_jump_info?. A PENDING complaint
    is PROCESSING then. PARAM_ERROR, RESOURCE_NOT_EXISTS (complaint or picture).
    """
    body = json_body()
    check(body, RESPONSE)
    check_response(body)
    require_own_mchid(body["complainted_mchid"])
    world = here()
    with world.lock:
        complaint = own_complaint(world, complaint_id)
        pictures = _pictures(world, complaint, body.get("response_images", []))
        _take_up(complaint)
        add(
            world,
            complaint,
            "MERCHANT_RESPONSE",
            by=MERCHANT,
            details=_words(body),
            images=pictures,
        )
    return Response(status=204)


@complaint_answering.post("/response-immediate-service")
def respond_at_once(complaint_id: str) -> Response:
    """{complainted_mchid, message {blocks}, idempotent_id}: the answer to a person who waits.

    204, again for the same idempotent_id. INVALID_REQUEST when the complaint does not ask for it.
    """
    body = json_body()
    check_at_once(body)
    require_own_mchid(body["complainted_mchid"])
    world = here()
    with world.lock:
        complaint = own_complaint(world, complaint_id)
        if not complaint.needs_immediate_service:
            raise PayRefused("INVALID_REQUEST", "投诉单无需即时服务")
        once(
            world,
            merchant=complaint.merchant,
            kind=f"complaint {complaint_id}",
            number=body["idempotent_id"],
            asked=body,
            work=lambda: _said_at_once(world, complaint, body["message"]),
        )
    return Response(status=204)


@complaint_answering.post("/complete")
def complete(complaint_id: str) -> Response:
    """{complainted_mchid} -> 204: the complaint is PROCESSED.

    INVALID_REQUEST when it was already; the platform's page does not say; chosen.
    """
    body = json_body()
    check(body, COMPLETE)
    require_own_mchid(body["complainted_mchid"])
    world = here()
    with world.lock:
        complaint = own_complaint(world, complaint_id)
        _require_open(complaint)
        complaint.state = PROCESSED
        complaint.has_unread_words = False
        add(world, complaint, "MERCHANT_CONFIRM_COMPLETE", by=MERCHANT)
    return Response(status=204)


@complaint_answering.post("/update-refund-progress")
def decide_on_refund(complaint_id: str) -> Response:
    """{action APPROVE|REJECT, …} -> 204, for a wish for a refund that is open.

    launch_refund_day? of an approval, reject_reason (200) and reject_media_list? (4) of a refusal,
    remark? (200). REJECT ends the complaint; after APPROVE it ends when the refund, which the merchant must ask
    for besides, arrives. INVALID_REQUEST in another state, PARAM_ERROR for fields of the other
    action.
    """
    body = json_body()
    check(body, REFUND)
    check_refund_decision(body)
    world = here()
    with world.lock:
        complaint = own_complaint(world, complaint_id)
        _require_open(complaint)
        if complaint.problem_type != "REFUND" or complaint.refund_decision:
            raise PayRefused("INVALID_REQUEST", "投诉单不是待审批的申请退款单")
        _decide(world, complaint, body)
    return Response(status=204)


def _decide(world: World, complaint: Complaint, body: dict[str, Any]) -> None:
    approves = body["action"] == "APPROVE"
    pictures = _pictures(world, complaint, body.get("reject_media_list", []))
    complaint.refund_decision = body["action"]
    complaint.state = PROCESSING if approves else PROCESSED
    complaint.has_unread_words = False
    words = f"预计{body.get('launch_refund_day', 0)}个工作日内退款" if approves else ""
    add(
        world,
        complaint,
        "MERCHANT_APPROVE_REFUND" if approves else "MERCHANT_REFUSE_RERUND",
        by=MERCHANT,
        details=words or body["reject_reason"],
        images=pictures,
    )


def _said_at_once(world: World, complaint: Complaint, message: dict[str, Any]) -> dict[str, Any]:
    texts = [each["text"]["text"] for each in message["blocks"] if each["type"] == "TEXT"]
    _take_up(complaint)
    add(
        world,
        complaint,
        "MERCHANT_RESPONSE",
        by=MERCHANT,
        details="".join(texts),
        message=message,
    )
    return {}


def _take_up(complaint: Complaint) -> None:
    complaint.has_unread_words = False
    if complaint.is_open:
        complaint.state = PROCESSING


def _require_open(complaint: Complaint) -> None:
    if not complaint.is_open:
        raise PayRefused("INVALID_REQUEST", "投诉单已处理完成")


def _pictures(world: World, complaint: Complaint, media_ids: list[str]) -> tuple[str, ...]:
    for each in media_ids:
        image_of(world, each, mchid=complaint.merchant.mchid)
    return tuple(media_ids)


def _words(body: dict[str, Any]) -> str:
    link = body.get("jump_url_text") or body.get("mini_program_jump_info", {}).get("text", "")
    return str(body["response_content"]) + (f" [{link}]" if link else "")
