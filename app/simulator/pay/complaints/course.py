"""The course of a complaint: every entry in its history, and the notice that tells of it."""

import secrets

from app.simulator.clock import beijing
from app.simulator.pay.complaints.state import Complaint, Complaints, Step
from app.simulator.pay.state import Refund
from app.simulator.world import World

USER, MERCHANT, PLATFORM, SYSTEM = "投诉人", "商家", "微信支付客服", "系统"
# What the history calls it, and what the notice calls it; what has no word there is not told.
ACTIONS = {
    "USER_CREATE_COMPLAINT": "CREATE_COMPLAINT",
    "USER_CONTINUE_COMPLAINT": "CONTINUE_COMPLAINT",
    "USER_RESPONSE": "USER_RESPONSE",
    "PLATFORM_RESPONSE": "RESPONSE_BY_PLATFORM",
    "MERCHANT_RESPONSE": "MERCHANT_RESPONSE",
    "MERCHANT_CONFIRM_COMPLETE": "MERCHANT_CONFIRM_COMPLETE",
    "MERCHANT_APPROVE_REFUND": "MERCHANT_APPROVE_REFUND",
    "MERCHANT_REFUSE_RERUND": "MERCHANT_REJECT_REFUND",
    "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE": "SELLER_REFUND",
    "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE": "REFUND_SUCCESS",
    "USER_APPLY_PLATFORM_SERVICE": "USER_APPLY_PLATFORM_SERVICE",
    "USER_CANCEL_PLATFORM_SERVICE": "USER_CANCEL_PLATFORM_SERVICE",
    "PLATFORM_SERVICE_FINISHED": "PLATFORM_SERVICE_FINISHED",
}
SUMMARIES = {True: "产生新投诉", False: "投诉状态变化"}


def add(
    world: World,
    complaint: Complaint,
    kind: str,
    *,
    by: str,
    details: str = "",
    images: tuple[str, ...] = (),
    reason: str = "",
    message: dict[str, object] | None = None,
) -> Step:
    """Write one entry and tell the merchant, when an address is set. Hold the lock."""
    at = world.clock.now()
    step = Step(
        log_id=f"3002853{beijing(at):%Y%m%d}{secrets.randbelow(10**12):012d}",
        operator=by,
        kind=kind,
        at=at,
        details=details,
        images=images,
        reason=reason,
        message=message,
    )
    complaint.steps.append(step)
    _tell(world, complaint, kind)
    return step


def money_arrived(world: World, refund: Refund) -> None:
    """A refund has come through: note it at the complaint about its order. Hold the lock.

    A refund that the merchant had agreed to ends the complaint by itself.
    """
    complaint = world.part(Complaints).about(refund.order)
    if complaint is None:
        return
    if complaint.refund_decision == "APPROVE" and complaint.is_open:
        complaint.state = "PROCESSED"
        add(world, complaint, "COMPLAINT_REFUND_RECEIVED_SYSTEM_MESSAGE", by=SYSTEM)
    elif complaint.fully_refunded:
        add(world, complaint, "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE", by=SYSTEM)
    else:
        add(world, complaint, "COMPLAINT_PARTIAL_REFUNDED_SYSTEM_MESSAGE", by=SYSTEM)


def _tell(world: World, complaint: Complaint, kind: str) -> None:
    url = world.part(Complaints).urls.get(complaint.merchant.mchid)
    action = ACTIONS.get(kind)
    if url is None or action is None:
        return
    is_new = action == "CREATE_COMPLAINT"
    world.notices.send(
        merchant=complaint.merchant,
        url=url,
        event_type="COMPLAINT.CREATE" if is_new else "COMPLAINT.STATE_CHANGE",
        original_type="complaint",
        summary=SUMMARIES[is_new],
        resource={"complaint_id": complaint.id, "action_type": action},
    )
