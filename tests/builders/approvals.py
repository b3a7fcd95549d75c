"""Questions for a second person, by the real verbs."""

from datetime import timedelta

from app.domain import approvals
from app.domain.approvals import GiveGoodwill, Kind, RefundOrder
from app.domain.merchants import Role
from tests.builders.aftersales import ASKED_AT
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.complaints import a_rule
from tests.builders.transactions import joined

ASKER = "staff:7"
SOON = ASKED_AT + timedelta(minutes=5)


def a_limit(shop, kind=Kind.REFUND, above_fen=0, *, at=ASKED_AT):
    with joined():
        approvals.set_limit(merchant_id=shop.id, kind=kind, above_fen=above_fen, actor=BOSS, at=at)


def asked_or_done(shop, action, *, actor=ASKER, reason="客人投诉", at=ASKED_AT):
    with joined():
        return approvals.ask_or_do(
            merchant_id=shop.id, action=action, reason=reason, actor=actor, at=at
        )


def a_question(shop, action, **more):
    """Its id; it waits for somebody."""
    outcome = asked_or_done(shop, action, **more)
    assert not outcome.is_done
    return outcome.approval_id


def a_waiting_refund(shop, order_number, **more):
    a_limit(shop)
    return a_question(shop, RefundOrder(order_number=order_number), **more)


def a_waiting_present(shop, member, **more):
    """A latte that costs the shop 9 yuan, where everything above nothing waits."""
    a_rule(shop, role=Role.MANAGER)
    a_limit(shop, Kind.GOODWILL)
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    action = GiveGoodwill(benefit_number=benefit, role=Role.MANAGER, member_id=member.id)
    return a_question(shop, action, **more)


def approved(shop, approval_id, *, by=BOSS, at=SOON):
    with joined():
        return approvals.approve(merchant_id=shop.id, approval_id=approval_id, by=by, at=at)


def declined(shop, approval_id, *, by=BOSS, at=SOON):
    with joined():
        approvals.decline(
            merchant_id=shop.id, approval_id=approval_id, reason="不合规", by=by, at=at
        )


def look(shop, approval_id, *, at=SOON):
    return approvals.get_approval(merchant_id=shop.id, approval_id=approval_id, at=at)
