"""Looking complaints up: the list, one of them, its history."""

from datetime import date
from typing import Any

from flask import Blueprint, request

from app.simulator.clock import beijing
from app.simulator.errors import PayRefused
from app.simulator.pay.complaints.state import Complaint, Complaints
from app.simulator.pay.complaints.views import complaint_view, step_view
from app.simulator.pay.reading import require_own_mchid, signer
from app.simulator.world import World, here

LONGEST_SPAN_DAYS = 30
MOST_COMPLAINTS = 50
MOST_STEPS = 300

complaint_reading = Blueprint(
    "complaint_reading", __name__, url_prefix="/v3/merchant-service/complaints-v2"
)


@complaint_reading.get("")
def listed() -> dict[str, Any]:
    """?limit (1 to 50, 10)&offset&begin_date&end_date&complainted_mchid: oldest first.

    The days are Beijing's, both counted, 30 apart at most: PARAM_ERROR otherwise. Which order the
    platform lists in, its page does not say; chosen.
    """
    if "complainted_mchid" in request.args:
        require_own_mchid(request.args["complainted_mchid"])
    begin, end = _span()
    limit, offset = _number("limit", 10, most=MOST_COMPLAINTS), _number("offset", 0, least=0)
    world = here()
    with world.lock:
        found = [each for each in _own(world) if begin <= _day(each) <= end]
        data = [complaint_view(each) for each in found[offset : offset + limit]]
    return {"data": data, "limit": limit, "offset": offset, "total_count": len(found)}


@complaint_reading.get("/<complaint_id>")
def details(complaint_id: str) -> dict[str, Any]:
    """One complaint; RESOURCE_NOT_EXISTS when it is not against the signer."""
    world = here()
    with world.lock:
        return complaint_view(own_complaint(world, complaint_id))


@complaint_reading.get("/<complaint_id>/negotiation-historys")
def history(complaint_id: str) -> dict[str, Any]:
    """?limit (1 to 300, 100)&offset: the negotiation, oldest entry first (chosen)."""
    limit, offset = _number("limit", 100, most=MOST_STEPS), _number("offset", 0, least=0)
    world = here()
    with world.lock:
        steps = own_complaint(world, complaint_id).steps
        data = [step_view(each) for each in steps[offset : offset + limit]]
    return {"data": data, "limit": limit, "offset": offset, "total_count": len(steps)}


def own_complaint(world: World, complaint_id: str) -> Complaint:
    """The complaint against the signer. Hold the lock."""
    complaint = world.part(Complaints).all.get(complaint_id)
    if complaint is None or complaint.merchant != signer():
        raise PayRefused("RESOURCE_NOT_EXISTS", "投诉单不存在")
    return complaint


def _own(world: World) -> list[Complaint]:
    every = world.part(Complaints).all.values()
    return [each for each in every if each.merchant == signer()]


def _day(complaint: Complaint) -> date:
    return beijing(complaint.made_at).date()


def _span() -> tuple[date, date]:
    try:
        begin, end = (date.fromisoformat(request.args[name]) for name in ("begin_date", "end_date"))
    except (KeyError, ValueError):
        raise PayRefused("PARAM_ERROR", "begin_date、end_date必填,格式为yyyy-MM-DD") from None
    if not 0 <= (end - begin).days <= LONGEST_SPAN_DAYS:
        raise PayRefused("PARAM_ERROR", "查询日期跨度不超过30天")
    return begin, end


def _number(name: str, usual: int, *, least: int = 1, most: int = 10**9) -> int:
    text = request.args.get(name, str(usual))
    number = int(text) if text.isascii() and text.isdigit() else -1
    if not least <= number <= most:
        raise PayRefused("PARAM_ERROR", f"{name}应为{least}到{most}的整数")
    return number
