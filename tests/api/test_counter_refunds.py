"""Refunds that stand still, as a manager sees and helps them."""

from datetime import timedelta

import pytest

from app.domain.merchants import Role
from app.domain.payments import RefundState
from app.kernel import clock
from app.kernel.db import db, execute, transaction
from tests.api.calling import Caller, a_request_key, token_of_staff
from tests.builders.aftersales import a_refund, walk, wechat_says
from tests.builders.approvals import a_limit
from tests.builders.merchants import a_clerk
from tests.builders.orders import a_paid_order


@pytest.fixture
def manager(client, shop):
    hired = a_clerk(shop.store, role=Role.MANAGER)
    return Caller(client, shop.merchant, bearer=token_of_staff(hired, shop.store))


@pytest.fixture
def stuck(shop, buyer):
    """The number of a return whose refund WeChat closed, eleven minutes ago."""
    at = clock.now()
    order = a_paid_order(shop, buyer=buyer, at=at - timedelta(minutes=30)).order_number
    number = a_refund(shop, buyer, order, at=at)
    walk(shop, number, at=at)
    wechat_says(shop, number, RefundState.CLOSED, at=at)
    with transaction():
        execute(
            """UPDATE returns SET moved_at = moved_at - interval '11 minutes'
            WHERE merchant_id = %(m)s""",
            {"m": shop.id},
        )
    db.session.rollback()
    return number


def refunds_at_wechat(shop):
    query = "SELECT number FROM refunds WHERE merchant_id = %s ORDER BY id"
    rows = db.session.connection().exec_driver_sql(query, (shop.id,)).all()
    db.session.rollback()
    return [number for (number,) in rows]


def test_a_stuck_refund_is_listed_with_why_and_what_helps(manager, shop, stuck):
    listed = manager.get("/counter/refunds?only=stuck").json["items"]

    [found] = listed
    assert (found["refund"], found["back_fen"], found["help"]) == (stuck, 49_00, "retry")
    assert found["why"] == "微信支付关闭了该退款，可重新发起，或改为转账"
    assert [found["refund_at_wechat"]] == refunds_at_wechat(shop)
    assert manager.get("/counter/refunds?only=asked").json["items"] == []
    assert manager.get("/counter/refunds?only=done").status_code == 422


def test_a_retry_is_one_by_its_key(manager, shop, stuck):
    key = a_request_key()
    path = f"/counter/refunds/{stuck}/retry"

    answers = [manager.post(path, key=key) for _ in range(2)]

    assert [(each.status_code, each.json["state"]) for each in answers] == [(200, "paying")] * 2
    assert len(refunds_at_wechat(shop)) == 2
    # It moved, so it does not stand still; a second attempt is too early.
    assert manager.get("/counter/refunds?only=stuck").json["items"] == []
    assert manager.post(path, key=a_request_key()).status_code == 200
    assert len(refunds_at_wechat(shop)) == 2
    assert manager.post(path).status_code == 422


def test_what_wechat_closed_is_paid_by_transfer_once(manager, member, stuck):
    path, key = f"/counter/refunds/{stuck}/transfer", a_request_key()

    answers = [manager.post(path, key=key) for _ in range(2)]

    assert [each.status_code for each in answers] == [200, 200]
    assert member.get(f"/refunds/{stuck}").json["to_collect"] is True
    assert manager.post(path, key=a_request_key()).json["code"] == "refund_decided"


def test_what_is_to_be_collected_is_named_as_wechat_s_own_call_wants_it(manager, member, stuck):
    manager.post(f"/counter/refunds/{stuck}/transfer", key=a_request_key())
    told = member.post(f"/refunds/{stuck}/collect")
    assert told.status_code == 200, told.json
    # As wx.requestMerchantTransfer names them.
    assert {"mchId", "appId", "package"} <= told.json.keys()
    assert (told.json["mchId"], told.json["appId"]) == (told.json["mch_id"], told.json["app_id"])


def test_a_clerk_neither_sees_nor_pushes_them(clerk, stuck):
    answers = [
        clerk.get("/counter/refunds"),
        clerk.post(f"/counter/refunds/{stuck}/retry", key=a_request_key()),
        clerk.post(f"/counter/refunds/{stuck}/transfer", key=a_request_key()),
    ]

    assert {(each.status_code, each.json["code"]) for each in answers} == {(403, "managers_only")}


def test_above_the_shops_limit_no_phone_gives_money_back_alone(manager, shop, buyer):
    order = a_paid_order(shop, buyer=buyer, at=clock.now()).order_number
    a_limit(shop, above_fen=48_99)
    refused = manager.post(f"/counter/orders/{order}/refunds", {"reason": "客人投诉"})
    assert (refused.status_code, refused.json["code"]) == (409, "approval_needed")
    a_limit(shop, above_fen=49_00)
    assert (
        manager.post(f"/counter/orders/{order}/refunds", {"reason": "客人投诉"}).status_code == 201
    )
