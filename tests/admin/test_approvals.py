import pytest
from sqlalchemy import text

from app.domain import approvals, stored_value
from app.domain.approvals import Kind, RefundOrder
from app.domain.merchants import Role
from app.domain.stored_value import LotKind
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.builders.merchants import a_merchant
from tests.builders.orders import a_buyer, a_paid_order, a_shop
from tests.builders.stored_value import a_top_up

ENDED = "UPDATE approvals SET ends_at = asked_at WHERE merchant_id = :merchant AND id = :id"


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


def actor(house, role):
    return f"staff:{house.people[role].staff_id}"


def a_question(house, shop, *, by=Role.CLERK, reason="客人投诉出品太慢，店长已当面道歉"):
    order = a_paid_order(shop, buyer=a_buyer(shop)).order_number
    with transaction():
        approvals.set_limit(
            merchant_id=house.id, kind=Kind.REFUND, above_fen=0, actor="system", at=clock.now()
        )
        outcome = approvals.ask_or_do(
            merchant_id=house.id,
            action=RefundOrder(order_number=order),
            reason=reason,
            actor=actor(house, by),
            at=clock.now(),
        )
    return outcome.approval_id, order


def look(house, question):
    return approvals.get_approval(merchant_id=house.id, approval_id=question, at=clock.now())


def test_nothing_waits_at_first(house):
    assert "没有待复核的事项" in house.manager.get("/approvals").text


def test_a_manager_reads_and_agrees_and_the_refund_is_under_way(house, shop):
    question, order = a_question(house, shop)
    assert order in house.manager.get("/approvals").text
    page = house.manager.get(f"/approvals/{question}")
    assert "¥49.00" in page.text
    assert "当面道歉" in page.text

    answer = house.manager.post(f"/approvals/{question}/approve")

    assert answer.status_code == 303
    assert look(house, question).state == "approved"
    assert order in house.manager.get("/approvals?tab=settled").text


def test_a_no_is_kept_with_its_reason(house, shop):
    question, _order = a_question(house, shop)
    house.manager.post(f"/approvals/{question}/decline", {"reason": "凭证不足"})
    assert look(house, question).state == "declined"
    assert "凭证不足" in house.manager.get(f"/approvals/{question}").text


def test_whoever_asked_is_told_that_another_one_decides(house, shop):
    question, _order = a_question(house, shop, by=Role.MANAGER)
    assert "需由另一位店长或店主复核" in house.manager.get(f"/approvals/{question}").text
    answer = house.manager.post(f"/approvals/{question}/approve")
    assert answer.status_code == 409
    assert "需由另一位员工审批" in answer.text
    assert look(house, question).state == "asked"
    assert house.owner.post(f"/approvals/{question}/approve").status_code == 303


def test_what_is_decided_already_says_so(house, shop):
    question, _order = a_question(house, shop)
    house.manager.post(f"/approvals/{question}/approve")
    answer = house.owner.post(f"/approvals/{question}/approve")
    assert (answer.status_code, "已处理" in answer.text) == (409, True)


def test_a_clerk_decides_nothing(house, shop):
    question, _order = a_question(house, shop)
    assert house.clerk.get("/approvals").status_code == 403
    assert house.clerk.post(f"/approvals/{question}/approve").status_code == 403
    assert look(house, question).state == "asked"


def test_another_shops_question_is_not_found(house, shop, app):
    question, _order = a_question(house, shop)
    other = a_shop(merchant=a_merchant(name="隔壁"))
    foreign, _ = a_question(_As(house, other), other)
    assert foreign != question
    assert house.owner.get(f"/approvals/{foreign}").status_code == 404
    assert house.owner.post(f"/approvals/{foreign}/approve").status_code == 404


class _As:
    def __init__(self, house, shop):
        self.id, self.people = shop.id, house.people


def test_a_correction_of_stored_value_is_decided_here_too(house, shop):
    buyer = a_buyer(shop)
    a_top_up(shop, buyer)
    with transaction():
        correction = stored_value.propose_adjustment(
            merchant_id=house.id,
            member_id=buyer.id,
            kind=LotKind.BONUS,
            change_fen=5_00,
            reason="充值少到账",
            by=actor(house, Role.MANAGER),
            at=clock.now(),
        )
    page = house.owner.get("/approvals")
    assert "充值少到账" in page.text
    path = f"/approvals/value/{buyer.number}/{correction}/approve"
    assert house.manager.post(path).status_code == 409
    assert house.owner.post(path).status_code == 303
    assert "充值少到账" not in house.owner.get("/approvals").text


def test_an_owner_sets_the_sums_and_an_empty_one_means_never(house):
    fields = {"refund": "300", "agreed_refund": "", "goodwill": "50.5", "mass_grant": "0"}
    fields["card_batch"] = "2000"
    assert house.owner.post("/approvals/limits", fields).status_code == 303
    assert dict(approvals.limits_of(merchant_id=house.id)) == {
        Kind.REFUND: 300_00,
        Kind.AGREED_REFUND: None,
        Kind.PARCEL_REFUND: None,
        Kind.PAID_BY_HAND: None,
        Kind.GOODWILL: 50_50,
        Kind.MASS_GRANT: 0,
        Kind.CARD_BATCH: 2_000_00,
    }
    assert 'value="50.50"' in house.owner.get("/approvals/limits").text
    assert house.manager.get("/approvals/limits").status_code == 403
    assert house.owner.post("/approvals/limits", {"refund": "x"}).status_code == 422


def test_the_list_asks_a_fixed_number_of_questions(house, shop, statements):
    for _ in range(3):
        a_question(house, shop)
    house.manager.get("/approvals")
    with statements() as few:
        house.manager.get("/approvals")
    for _ in range(4):
        a_question(house, shop)
    with statements() as many:
        house.manager.get("/approvals")
    assert len(many.statements) == len(few.statements) <= 8


def test_whoever_asked_takes_it_back_a_clerk_too(house, shop):
    question, order = a_question(house, shop)
    assert "撤回申请" in house.clerk.get(f"/approvals/{question}").text

    assert house.clerk.post(f"/approvals/{question}/withdraw").status_code == 303

    assert look(house, question).state == "withdrawn"
    assert "已撤回" in house.manager.get(f"/approvals/{question}").text
    assert order in house.manager.get("/approvals?tab=settled").text
    assert house.clerk.post(f"/approvals/{question}/withdraw").status_code == 409


def test_nobody_else_takes_it_back_and_a_clerk_reads_only_his_own(house, shop):
    question, _order = a_question(house, shop, by=Role.MANAGER)
    refused = house.owner.post(f"/approvals/{question}/withdraw")
    assert (refused.status_code, "只有申请人可以撤回" in refused.text) == (409, True)
    assert house.clerk.post(f"/approvals/{question}/withdraw").status_code == 404
    assert house.clerk.get(f"/approvals/{question}").status_code == 404
    assert look(house, question).state == "asked"


def test_what_nobody_decided_says_when_it_ended(house, shop):
    question, _order = a_question(house, shop)
    path, its = f"/approvals/{question}", {"merchant": house.id, "id": question}
    assert "截止" in house.manager.get(path).text
    with transaction():
        db.session.execute(text(ENDED), its)
    page = house.manager.get(path).text
    assert all(each in page for each in ("已过期", "无人处理，"))
    assert "– · –" not in page
