"""The platform's own desk: notices, requests, faults, the clock, transactions and refunds."""

from typing import Any

from flask import Blueprint, abort, request

from app.simulator.clock import rfc3339
from app.simulator.control.reading import asked
from app.simulator.faults import Fault
from app.simulator.notices import Notice
from app.simulator.pay.order_views import order_view
from app.simulator.pay.refund_outcomes import OUTCOMES, settle
from app.simulator.pay.refund_views import refund_view
from app.simulator.pushes import Push
from app.simulator.world import here

platform_desk = Blueprint("platform_desk", __name__, url_prefix="/_sim")


@platform_desk.get("/notices")
def notices() -> list[dict[str, Any]]:
    """Every notice with its attempts, oldest first."""
    return [_notice(each) for each in here().notices.all()]


@platform_desk.post("/notices/<notice_id>/resend")
def resend(notice_id: str) -> dict[str, Any]:
    """Send a notice once more at once."""
    notice = here().notices.resend(notice_id)
    if notice is None:
        abort(404, f"no notice {notice_id}")
    return _notice(notice)


@platform_desk.get("/requests")
def requests() -> list[dict[str, Any]]:
    """?latest=: the latest requests and answers. Nothing is hidden: this is the platform's side."""
    kept = list(here().requests)
    return kept[-abs(request.args.get("latest", len(kept), type=int)) :]


@platform_desk.get("/pushes")
def pushes() -> list[dict[str, Any]]:
    """Every event for a message server, and what became of it; oldest first."""
    return [_push(each) for each in here().pushes.all()]


@platform_desk.post("/pushes/<int:number>/resend")
def resend_push(number: int) -> dict[str, Any]:
    """Send a push once more at once, if the app has a message_url."""
    push = here().pushes.resend(number)
    if push is None:
        abort(404, f"no push {number}")
    return _push(push)


@platform_desk.get("/transactions")
def transactions() -> list[dict[str, Any]]:
    """Every order with its refunds, oldest first."""
    world = here()
    with world.lock:
        return [
            {**order_view(each), "refunds": [refund_view(refund) for refund in each.refunds]}
            for each in world.pay.orders.values()
        ]


@platform_desk.post("/refunds/<mchid>/<number>/settle")
def settle_refund(mchid: str, number: str) -> dict[str, Any]:
    """{status}: end a refund that is held, or mend an abnormal one."""
    world = here()
    outcome = asked().get("status", "SUCCESS")
    refund = world.pay.refunds.get((mchid, number))
    if refund is None:
        abort(404, f"no refund {number}")
    if outcome not in OUTCOMES or not settle(world, refund, outcome=outcome):
        abort(409, f"a refund that is {refund.status} cannot become {outcome}")
    return refund_view(refund)


@platform_desk.get("/faults")
def faults() -> list[dict[str, Any]]:
    """What is still in wait."""
    return here().faults.waiting()


@platform_desk.post("/faults")
def add_fault() -> list[dict[str, Any]]:
    """{kind, scope?, count?, seconds?, times?, status?, code?}: see faults.py."""
    body = asked()
    try:
        here().faults.add(Fault(**{**body, "code": str(body.get("code", ""))}))
    except (TypeError, ValueError) as wrong:
        abort(400, f"no such fault: {wrong}")
    return faults()


@platform_desk.delete("/faults")
def clear_faults() -> list[dict[str, Any]]:
    """From now on nothing goes wrong."""
    here().faults.clear()
    return faults()


@platform_desk.get("/clock")
def clock() -> dict[str, Any]:
    """The platform's time and how far it is ahead of ours."""
    platforms = here().clock
    now = platforms.now()
    return {"offset_seconds": platforms.offset_seconds, "now": now, "reads": rfc3339(now)}


@platform_desk.post("/clock")
def move_clock() -> dict[str, Any]:
    """{offset_seconds}: what becomes due by that is done."""
    here().move_clock(float(asked().get("offset_seconds", 0)))
    return clock()


def _push(push: Push) -> dict[str, Any]:
    return {
        **push.fields,
        "number": push.number,
        "appid": push.app.appid,
        "status": push.status,
        "attempts": list(push.attempts),
        "reply": push.reply,
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "mchid": notice.merchant.mchid,
        "url": notice.url,
        "event_type": notice.event_type,
        "status": notice.status,
        "created_at": notice.created_at,
        "resource": notice.resource,
        "attempts": list(notice.attempts),
    }
