"""On a phone nobody can be asked: what is above the limit is refused, whatever it is."""

from datetime import timedelta

import pytest

from app.domain import promotions
from app.domain.approvals import Kind
from app.domain.merchants import Role
from app.domain.payments import RefundState
from app.kernel import clock
from app.kernel.db import db
from tests.api.calling import Caller, a_request_key, token_of_staff
from tests.builders.aftersales import a_refund, walk, wechat_says
from tests.builders.approvals import a_limit
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_rule
from tests.builders.merchants import a_clerk
from tests.builders.orders import a_paid_order
from tests.builders.promotions import a_draft
from tests.builders.subscriptions import a_monthly_card, a_monthly_offer, an_address, opened


@pytest.fixture
def manager(client, shop):
    hired = a_clerk(shop.store, role=Role.MANAGER)
    return Caller(client, shop.merchant, bearer=token_of_staff(hired, shop.store))


def is_needed(answer):
    return (answer.status_code, answer.json["code"]) == (409, "approval_needed")


def test_a_grant_to_many_is_not_published_by_one_phone(manager, shop):
    at = clock.now()
    latte = a_benefit(merchant=shop.merchant, cost_fen=0, market_value_fen=28_00)
    draft = a_draft(
        shop.merchant,
        "grant",
        name="见面礼",
        starts_at=at,
        ends_at="2099-01-01T00:00:00Z",
        gives=[{"benefit": latte.benefit_number, "quantity": 1}],
        budget={"vouchers": 1000, "cost_fen": 1},
        at=at,
    )
    path = f"/counter/campaigns/{draft.number}/publish"
    assert is_needed(manager.post(path))
    found = promotions.get_promotion(merchant_id=shop.id, number=draft.number)
    assert found.state == promotions.State.DRAFT
    db.session.rollback()
    a_limit(shop, Kind.MASS_GRANT, 28_000_00)
    assert manager.post(path).json["state"] == "published"


def test_the_money_of_a_parcel_neither(manager, shop, buyer):
    shop.offer = a_monthly_offer(shop)
    an_address(shop, buyer)
    card = a_monthly_card(shop, buyer, at=clock.now())
    opened(shop, card, at=clock.now() + timedelta(days=5))
    db.session.rollback()
    (packed,) = manager.get("/counter/parcels").json["items"]
    path = f"/counter/parcels/{packed['parcel']}/refund"
    a_limit(shop, Kind.PARCEL_REFUND)
    assert is_needed(manager.post(path, {"reason": "寄丢了"}))
    a_limit(shop, Kind.PARCEL_REFUND, 500_00)
    assert manager.post(path, {"reason": "寄丢了"}).json["refund"].startswith("Y")


def test_what_was_paid_outside_neither_and_an_attempt_counts_once(manager, shop, buyer):
    at = clock.now()
    order = a_paid_order(shop, buyer=buyer, at=at).order_number
    number = a_refund(shop, buyer, order, at=at)
    walk(shop, number, at=at)
    wechat_says(shop, number, RefundState.CLOSED, at=at)
    path, said = f"/counter/refunds/{number}/paid-by-hand", {"how": "银行转账 2026"}
    db.session.rollback()
    a_limit(shop, Kind.PAID_BY_HAND, 48_99)
    assert is_needed(manager.post(path, said, key=a_request_key()))
    a_limit(shop, Kind.PAID_BY_HAND, 49_00)
    key = a_request_key()
    answers = [manager.post(path, said, key=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]


def test_a_present_whose_cost_nobody_typed_neither(manager, shop, buyer):
    a_rule(shop, role=Role.MANAGER)
    dinner = a_benefit(merchant=shop.merchant, cost_fen=0, market_value_fen=100_01)
    said = {"benefit": dinner.benefit_number, "member": buyer.number, "reason": "上错菜"}
    db.session.rollback()
    assert is_needed(manager.post("/counter/goodwill", said, key=a_request_key()))
