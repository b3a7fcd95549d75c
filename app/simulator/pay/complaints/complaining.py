"""What the person does about a complaint on the phone."""

import secrets
from collections.abc import Callable

from app.simulator.clock import beijing
from app.simulator.pay.complaints.course import PLATFORM, USER, add
from app.simulator.pay.complaints.state import PENDING, PROCESSED, Complaint, Complaints
from app.simulator.pay.state import Order
from app.simulator.people import User
from app.simulator.world import World

Images = tuple[str, ...]


class NotPossible(Exception):
    """What the phone would say instead."""


def complain(
    world: World,
    *,
    user: User,
    order: Order,
    text: str,
    problem_type: str,
    refund_fen: int,
    images: Images,
    tells_phone: bool,
    needs_immediate_service: bool,
) -> Complaint:
    """Complain of a paid order. Hold the lock. An order has one complaint, which may be renewed."""
    complaints = world.part(Complaints)
    if complaints.about(order) is not None:
        raise NotPossible("该订单已有投诉单")
    at = world.clock.now()
    complaint = Complaint(
        id=f"200000{beijing(at):%Y%m%d}{secrets.randbelow(10**13):013d}",
        merchant=order.merchant,
        user=user,
        order=order,
        made_at=at,
        text=text,
        problem_type=problem_type,
        refund_fen=refund_fen or order.total_fen,
        images=images,
        tells_phone=tells_phone,
        needs_immediate_service=needs_immediate_service,
    )
    complaints.all[complaint.id] = complaint
    add(world, complaint, "USER_CREATE_COMPLAINT", by=USER, details=text, images=images)
    return complaint


def reply(world: World, complaint: Complaint, *, text: str, images: Images) -> None:
    """Say something more while it is open."""
    _require_open(complaint)
    complaint.has_unread_words = True
    add(world, complaint, "USER_RESPONSE", by=USER, details=text, images=images)


def renew(world: World, complaint: Complaint, *, text: str, images: Images) -> None:
    """Complain again after it was done: it is pending once more."""
    if complaint.is_open:
        raise NotPossible("投诉处理中")
    complaint.state = PENDING
    complaint.times += 1
    complaint.has_unread_words = True
    complaint.refund_decision = ""
    add(world, complaint, "USER_CONTINUE_COMPLAINT", by=USER, details=text, images=images)


def confirm(world: World, complaint: Complaint, *, text: str, images: Images) -> None:
    """Say that it is settled."""
    _end(complaint)
    add(world, complaint, "USER_COMFIRM_COMPLAINT", by=USER, details=text, images=images)


def revoke(world: World, complaint: Complaint, *, text: str, images: Images) -> None:
    """Take the complaint back."""
    _end(complaint)
    add(world, complaint, "USER_REVOKE_COMPLAINT", by=USER, details=text, images=images)


def apply_platform(world: World, complaint: Complaint, *, text: str, images: Images) -> None:
    """Ask the platform to help."""
    _require_open(complaint)
    if complaint.with_platform:
        raise NotPossible("平台协助中")
    complaint.with_platform = True
    add(
        world,
        complaint,
        "USER_APPLY_PLATFORM_SERVICE",
        by=USER,
        details=text,
        images=images,
        reason="商家响应不及时",
    )


def cancel_platform(world: World, complaint: Complaint, *, text: str, images: Images) -> None:
    """No longer ask the platform to help."""
    if not complaint.with_platform:
        raise NotPossible("未申请平台协助")
    complaint.with_platform = False
    kind = "USER_CANCEL_PLATFORM_SERVICE"
    add(world, complaint, kind, by=USER, details=text, images=images)


def platform_says(world: World, complaint: Complaint, *, text: str, finishes: bool) -> None:
    """The platform's own people write something, or end their help."""
    if finishes:
        complaint.with_platform = False
    kind = "PLATFORM_SERVICE_FINISHED" if finishes else "PLATFORM_RESPONSE"
    add(world, complaint, kind, by=PLATFORM, details=text)


DOINGS: dict[str, Callable[..., None]] = {
    "reply": reply,
    "again": renew,
    "confirm": confirm,
    "revoke": revoke,
    "apply-platform-service": apply_platform,
    "cancel-platform-service": cancel_platform,
}


def _require_open(complaint: Complaint) -> None:
    if not complaint.is_open:
        raise NotPossible("投诉已处理完成")


def _end(complaint: Complaint) -> None:
    _require_open(complaint)
    complaint.state = PROCESSED
    complaint.has_unread_words = False
