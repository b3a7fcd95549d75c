"""Complaints told in the app, presents of the house, cards of paper."""

from datetime import timedelta

from app.domain import complaints, members, paper_cards, vouchers
from app.domain.complaints import Kind, Present, Wish
from app.domain.merchants import Role
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.moments import NOON
from tests.builders.transactions import joined

LATE = NOON + timedelta(days=300)


def a_ticket(shop, member, *, at=NOON, kind=Kind.SERVICE, text="券不能用", **about):
    wish = Wish(merchant_id=shop.id, member_id=member.id, kind=kind, text=text, **about)
    with joined():
        return complaints.open_ticket(wish, at=at)


def a_rule(shop, *, role=Role.CLERK, per_day=3, day_cost_fen=100_00, at=NOON):
    with joined():
        complaints.set_rule(
            merchant_id=shop.id,
            role=role,
            per_day=per_day,
            day_cost_fen=day_cost_fen,
            actor=BOSS,
            at=at,
        )


def a_present(shop, member=None, *, benefit=None, actor="staff:7", role=Role.CLERK, **more):
    return Present(
        merchant_id=shop.id,
        member_id=member.id if member else None,
        benefit_number=benefit or a_benefit(merchant=shop.merchant).benefit_number,
        reason="出品慢了",
        actor=actor,
        role=role,
        **more,
    )


def granted(present, *, at=NOON):
    with joined():
        return complaints.grant(present, at=at)


def a_pack(shop, *, points=0, uses=1, until=LATE, benefit=None):
    number = benefit or a_benefit(merchant=shop.merchant).benefit_number
    return paper_cards.Wish(
        merchant_id=shop.id,
        title="旧版储值卡",
        benefits={number: uses} if uses else {},
        points=points,
        bind_until=until,
    )


def printed(shop, *, count=1, at=NOON, **pack):
    """The batch's number, and the codes."""
    with joined():
        return paper_cards.print_cards(a_pack(shop, **pack), count=count, actor=BOSS, at=at)


def member_code(shop, member, *, at):
    state = members.code_state(merchant_id=shop.id, member_id=member.id)
    return vouchers.show_member_code(
        merchant_id=shop.id, member_id=member.id, version=state.version, at=at
    )
