"""Presents that make good: within the day's limit, costed, with a reason, and usable."""

from datetime import timedelta

import pytest

from app.domain import complaints
from app.domain.catalog import BenefitKind
from app.domain.complaints import (
    GoodwillGrant,
    GoodwillLimit,
    GoodwillNotAllowed,
    GoodwillToOneself,
    GoodwillUnfit,
)
from app.domain.merchants import Role
from app.kernel.audit import AuditRow
from app.kernel.db import execute, reading, transaction
from app.kernel.errors import NotFound
from tests.builders.catalog import a_benefit, a_draft_benefit
from tests.builders.complaints import a_present, a_rule, a_ticket, granted
from tests.builders.merchants import a_clerk, a_store
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, vouchers_of
from tests.builders.redemption import a_redemption

MIDNIGHT_IN_SHANGHAI = NOON + timedelta(hours=4)


@pytest.fixture
def shop(database):
    return a_shop()


def test_a_present_is_a_voucher_that_no_order_brought_and_can_be_used(shop):
    buyer = a_buyer(shop)
    a_rule(shop)

    given = granted(a_present(shop, buyer))

    (voucher,) = vouchers_of(shop, buyer)
    assert (voucher.card_number, voucher.card_title) == (given.card_number, "店家心意")
    redeemed = a_redemption(shop, voucher)
    assert (redeemed.value_fen, redeemed.benefit_name) == (0, "热拿铁兑换券")


def test_it_is_costed_and_written_down_with_its_reason(shop):
    buyer = a_buyer(shop)
    a_rule(shop)
    ticket = a_ticket(shop, buyer)

    granted(a_present(shop, ticket_number=ticket))

    row = reading().query(GoodwillGrant).filter_by(merchant_id=shop.id).one()
    assert (row.member_id, row.cost_fen, row.market_value_fen) == (buyer.id, 9_00, 32_00)
    assert (row.actor, row.reason) == ("staff:7", "出品慢了")
    audited = reading().query(AuditRow).filter_by(merchant_id=shop.id, action="goodwill.grant")
    assert (audited.one().subject, audited.one().details["cost_fen"]) == (ticket, 9_00)
    view = complaints.get_ticket(merchant_id=shop.id, number=ticket)
    lines = complaints.lines_of(merchant_id=shop.id, ticket_id=view.id)
    assert lines[-1].text == "已赠送：热拿铁兑换券"


def test_without_a_rule_nobody_gives_anything(shop):
    a_rule(shop, role=Role.MANAGER)

    with pytest.raises(GoodwillNotAllowed):
        granted(a_present(shop, a_buyer(shop), role=Role.CLERK))


@pytest.mark.parametrize(
    ("per_day", "day_cost_fen", "gives"),
    [(0, 100_00, 0), (1, 100_00, 1), (3, 9_00, 1), (3, 8_99, 0), (3, 18_00, 2), (2, 100_00, 2)],
)
def test_the_day_ends_at_its_count_or_at_its_cost(shop, per_day, day_cost_fen, gives):
    a_rule(shop, per_day=per_day, day_cost_fen=day_cost_fen)
    benefit = a_benefit(merchant=shop.merchant).benefit_number

    for _ in range(gives):
        granted(a_present(shop, a_buyer(shop), benefit=benefit))
    with pytest.raises(GoodwillLimit):
        granted(a_present(shop, a_buyer(shop), benefit=benefit))


def test_each_giver_and_each_business_day_has_its_own_limit(shop):
    a_rule(shop, per_day=1)
    present = a_present(shop, a_buyer(shop))

    granted(present, at=MIDNIGHT_IN_SHANGHAI - timedelta(seconds=1))
    granted(a_present(shop, a_buyer(shop), actor="staff:8"))
    granted(present, at=MIDNIGHT_IN_SHANGHAI)
    with pytest.raises(GoodwillLimit):
        granted(present, at=MIDNIGHT_IN_SHANGHAI + timedelta(hours=1))


def test_what_is_not_published_is_not_given(shop):
    a_rule(shop)
    draft = a_draft_benefit(merchant=shop.merchant)

    with pytest.raises(NotFound):
        granted(a_present(shop, a_buyer(shop), benefit=draft.benefit_number))


def test_nobody_makes_good_to_himself(shop):
    a_rule(shop)
    clerk, buyer = a_clerk(a_store(merchant=shop.merchant)), a_buyer(shop)
    with transaction():
        execute(
            """UPDATE staff SET user_id = (SELECT user_id FROM members
            WHERE merchant_id = %(m)s AND id = %(who)s) WHERE merchant_id = %(m)s AND id = %(id)s""",
            {"m": shop.id, "who": buyer.id, "id": clerk.staff_id},
        )

    with pytest.raises(GoodwillToOneself):
        granted(a_present(shop, buyer, actor=f"staff:{clerk.staff_id}"))
    granted(a_present(shop, a_buyer(shop), actor=f"staff:{clerk.staff_id}"))


def test_what_needs_an_address_or_a_stock_is_not_given(shop):
    a_rule(shop)
    code = a_benefit(merchant=shop.merchant, kind=BenefitKind.CODE, face={"is_digital": False})

    with pytest.raises(GoodwillUnfit) as refused:
        granted(a_present(shop, a_buyer(shop), benefit=code.benefit_number))
    assert refused.value.details["kind"] == "code"
