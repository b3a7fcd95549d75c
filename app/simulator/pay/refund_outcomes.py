"""How a refund ends, after a while or by hand, and the notice that tells it."""

from app.simulator.pay.complaints.course import money_arrived
from app.simulator.pay.refund_money import put_back
from app.simulator.pay.refund_views import refund_notice
from app.simulator.pay.state import Refund
from app.simulator.world import World

OUTCOMES = ("SUCCESS", "ABNORMAL", "CLOSED")
SUMMARIES = {"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}


def decide(world: World, refund: Refund) -> None:
    """Let the refund end in a while: well, unless a fault says otherwise. Hold the lock."""
    if world.faults.take("refund_held", refund.number):
        return
    outcome = "SUCCESS"
    if world.faults.take("refund_abnormal", refund.number):
        outcome = "ABNORMAL"
    elif world.faults.take("refund_closed", refund.number):
        outcome = "CLOSED"
    settle_later(world, refund, at=refund.made_at, outcome=outcome)


def settle_later(world: World, refund: Refund, *, at: float, outcome: str) -> None:
    """Let a refund that began `at` end in a while."""
    due = at + world.settings.refund_seconds
    world.timetable.at(due, lambda: settle(world, refund, outcome=outcome))


def settle(world: World, refund: Refund, *, outcome: str) -> bool:
    """End a refund that is under way and tell the merchant; False when it had ended before."""
    with world.lock:
        if refund.status not in {"PROCESSING", "ABNORMAL"}:
            return False
        refund.status = outcome
        if outcome == "SUCCESS":
            refund.succeeded_at = world.clock.now()
            money_arrived(world, refund)
        if outcome == "CLOSED":
            put_back(world, refund)
        told = refund_notice(refund)
    if refund.asked.get("notify_url"):
        world.notices.send(
            merchant=refund.order.merchant,
            url=refund.asked["notify_url"],
            event_type=f"REFUND.{outcome}",
            original_type="refund",
            summary=SUMMARIES[outcome],
            resource=told,
        )
    return True
