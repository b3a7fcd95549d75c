"""Profit sharing on the pretend WeChat Pay, through the unmodified wechatpayv3 and by hand."""

import csv
import io

import pytest

from app.simulator import world_of
from app.simulator.open_platform.mini.shipping_state import Shipping
from tests.simulator.sharing import (
    FEE_FEN,
    ORDERS,
    PARTNER,
    add_partner,
    answer,
    balance,
    left,
    part,
    run,
    share,
    shared,
    transaction,
    two_merchants,
)
from tests.simulator.world import APP, FRESH, MERCHANT, SECONDS_PER_DAY, eventually


@pytest.fixture
def app():
    return two_merchants()


@pytest.fixture
def sim(app, receiver):
    running, sim = run(app, receiver)
    yield sim
    running.close()


def test_a_share_through_wechatpayv3_arrives_and_the_receiver_is_told(sim):
    sim.post(f"/_sim/merchants/{PARTNER.mchid}/sharing", notify_url=sim.receiver.url)
    sim.post(f"/_sim/merchants/{PARTNER.mchid}/balance", fen=0)
    assert add_partner(sim)[0] == 200
    transaction_id = transaction(sim)
    assert left(sim, transaction_id) == 3500 - FEE_FEN

    status, said = share(sim, transaction_id)

    assert (status, said["state"]) == (200, "PROCESSING")
    assert said["receivers"][0]["result"] == "PENDING"
    [receiver] = shared(sim, transaction_id)["receivers"]
    assert (receiver["result"], receiver["amount"]) == ("SUCCESS", 1000)
    assert left(sim, transaction_id) == 2500 - FEE_FEN
    assert balance(sim, PARTNER.mchid) == 1000
    [notice] = eventually(lambda: sim.notices("PROFITSHARING.SUCCESS"))
    assert notice["mchid"] == PARTNER.mchid
    assert notice["resource"]["receiver"] == part(1000)
    assert notice["resource"]["out_order_no"] == "P-1"


def test_a_person_can_receive_and_needs_the_appid_of_the_openid(sim):
    wxpay = sim.wxpay()
    added = wxpay.profitsharing_add_receiver("PERSONAL_OPENID", sim.openid, "USER", name="小明")
    assert added[0] == 200
    transaction_id = transaction(sim)

    person = part(500, kind="PERSONAL_OPENID", account=sim.openid)
    assert shared(sim, transaction_id, receivers=[person])["receivers"][0]["result"] == "SUCCESS"

    unknown = wxpay.profitsharing_add_receiver("PERSONAL_OPENID", "o-nobody", "USER")
    assert answer(unknown)[1]["code"] == "INVALID_REQUEST"


def test_adding_a_receiver_again_changes_nothing_and_deleting_is_repeatable(sim):
    wxpay = sim.wxpay()
    add_partner(sim)
    again = wxpay.profitsharing_add_receiver(
        "MERCHANT_ID", PARTNER.mchid, "SUPPLIER", name=PARTNER.name
    )
    assert answer(again)[1]["relation_type"] == "PARTNER"

    for _ in range(2):
        deleted = wxpay.profitsharing_delete_receiver("MERCHANT_ID", PARTNER.mchid)
        assert answer(deleted) == (200, {"type": "MERCHANT_ID", "account": PARTNER.mchid})
    said = share(sim, transaction(sim))
    assert said[1]["message"] == "分账接收方关系不存在"


def test_the_full_name_of_a_merchant_must_be_right_and_sealed(sim):
    assert add_partner(sim, name="别人的公司")[1]["message"] == "分账接收方全称不匹配"
    assert add_partner(sim, name=None)[1]["detail"]["field"] == "/name"
    body = {
        "type": "MERCHANT_ID",
        "account": PARTNER.mchid,
        "relation_type": "PARTNER",
        "name": "plain",
    }
    target = "/v3/profitsharing/receivers/add"
    unnamed = sim.call("POST", target, body)
    assert (unnamed.status_code, unnamed.json()["code"]) == (400, "PARAM_ERROR")
    assert "Wechatpay-Serial" in unnamed.json()["message"]
    named = sim.call("POST", target, body, serial_header=FRESH.settings.public_key_id)
    assert named.json()["detail"]["field"] == "/name"


def test_the_same_number_is_the_same_request_and_other_receivers_are_refused(sim):
    add_partner(sim)
    transaction_id = transaction(sim)

    first, again = share(sim, transaction_id)[1], share(sim, transaction_id)[1]

    assert first["order_id"] == again["order_id"]
    status, changed = share(sim, transaction_id, fen=900)
    assert (status, changed["message"]) == (400, "分账接收方与原请求不一致")


def test_an_order_that_was_not_made_to_be_shared_cannot_be(sim):
    add_partner(sim)
    status, said = share(sim, transaction(sim, settle_info={"profit_sharing": False}))
    assert (status, said["code"], said["message"]) == (
        400,
        "INVALID_REQUEST",
        "非分账订单不支持分账",
    )


def test_within_a_minute_of_the_payment_it_is_too_early(sim):
    add_partner(sim)
    transaction_id = transaction(sim)
    sim.move_clock(30)
    assert share(sim, transaction_id)[1]["message"] == "订单处理中，请稍后重试"
    sim.move_clock(61)
    assert share(sim, transaction_id)[0] == 200


def test_no_more_than_the_largest_ratio_is_shared_in_all(sim):
    add_partner(sim)
    transaction_id = transaction(sim)

    assert share(sim, transaction_id, fen=1051)[1]["code"] == "RULE_LIMIT"
    assert shared(sim, transaction_id, fen=1000)["receivers"][0]["result"] == "SUCCESS"
    assert share(sim, transaction_id, fen=51, number="P-2")[1]["code"] == "RULE_LIMIT"
    assert share(sim, transaction_id, fen=50, number="P-3")[0] == 200


def test_no_more_is_shared_than_is_frozen(sim):
    add_partner(sim)
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/sharing", max_ratio_bp=10000)
    transaction_id = transaction(sim)

    status, said = share(sim, transaction_id, fen=3480)
    assert (status, said["code"], said["message"]) == (403, "NOT_ENOUGH", "分账金额不足")
    assert share(sim, transaction_id, fen=3479, number="P-2")[0] == 200


def test_a_receiver_appears_once_and_there_are_fifty_at_most(sim):
    transaction_id = transaction(sim)
    for receivers in ([part(1), part(2)], [part(1, account=f"16{n}") for n in range(51)]):
        said = share(sim, transaction_id, receivers=receivers)[1]
        assert (said["code"], said["detail"]["field"]) == ("PARAM_ERROR", "/receivers")


def test_an_order_is_shared_fifty_times_at_most(sim):
    add_partner(sim)
    transaction_id = transaction(sim)
    tries = [share(sim, transaction_id, fen=1, number=f"P-{n}") for n in range(51)]
    assert [status for status, _ in tries] == [200] * 50 + [403]


def test_finished_does_not_say_that_the_receiver_got_it(sim):
    add_partner(sim)
    sim.post("/_sim/sharing/outcomes", account=PARTNER.mchid, fail_reason="RECEIVER_HIGH_RISK")
    transaction_id = transaction(sim)

    said = shared(sim, transaction_id)

    assert said["receivers"][0]["result"] == "CLOSED"
    assert said["receivers"][0]["fail_reason"] == "RECEIVER_HIGH_RISK"
    assert left(sim, transaction_id) == 3500 - FEE_FEN
    assert sim.notices("PROFITSHARING.SUCCESS") == []


def test_what_is_unfrozen_is_the_merchants_and_cannot_be_shared(sim):
    add_partner(sim)
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/balance", fen=0)
    transaction_id = transaction(sim)
    assert balance(sim, MERCHANT.mchid) == 0
    shared(sim, transaction_id)

    said = answer(sim.wxpay().profitsharing_unfreeze(transaction_id, "U-1", "解冻全部剩余资金"))

    assert said[0] == 200
    assert said[1]["receivers"][0]["account"] == MERCHANT.mchid
    assert balance(sim, MERCHANT.mchid) == 2500 - FEE_FEN
    assert left(sim, transaction_id) == 0
    assert share(sim, transaction_id, number="P-2")[1]["code"] == "INVALID_REQUEST"
    reused = sim.wxpay().profitsharing_unfreeze(transaction_id, "P-1", "解冻")
    assert answer(reused)[1]["code"] == "INVALID_REQUEST"


def test_a_last_share_unfreezes_the_rest_at_once(sim):
    add_partner(sim)
    transaction_id = transaction(sim)
    shared(sim, transaction_id, finish=True)
    assert left(sim, transaction_id) == 0


def test_after_thirty_days_the_rest_is_the_merchants(sim):
    add_partner(sim)
    sim.post(f"/_sim/merchants/{MERCHANT.mchid}/balance", fen=0)
    transaction_id = transaction(sim)

    sim.move_clock(30 * SECONDS_PER_DAY + 60)

    assert left(sim, transaction_id) == 0
    assert balance(sim, MERCHANT.mchid) == 3500 - FEE_FEN
    assert share(sim, transaction_id)[1]["code"] == "INVALID_REQUEST"


def test_an_order_whose_shipping_is_managed_is_shared_after_settlement(sim, app):
    add_partner(sim)
    sim.post(f"/_sim/apps/{APP.appid}/trade", is_managed=True)
    transaction_id = transaction(sim)

    assert share(sim, transaction_id)[1]["message"] == "订单未结算，不支持分账"

    world = world_of(app)
    order = world.pay.paid[(MERCHANT.mchid, transaction_id)]
    world.part(Shipping).shipment(order).settled_at = world.clock.now()
    assert share(sim, transaction_id)[0] == 200


def test_the_days_shares_are_in_the_bill(sim):
    add_partner(sim)
    day = shared(sim, transaction(sim))["receivers"][0]["finish_time"][:10]
    sim.move_clock(2 * SECONDS_PER_DAY)

    status, where = answer(sim.wxpay().profitsharing_bill(day, tar_type="GZIP"))

    assert status == 200, where
    assert where["hash_type"] == "SHA1"
    plain = sim.call("GET", f"/v3/profitsharing/bills?bill_date={day}").json()["download_url"]
    _, text = sim.wxpay().download_bill(plain)
    rows = list(csv.reader(io.StringIO(text.decode())))
    assert rows[1][6:10] == ["`P-1", "`35.00", f"`{PARTNER.mchid}", "`10.00"]
    assert rows[-1] == ["`1", "`10.00"]


def test_everything_shared_can_be_read_at_the_desk(sim):
    add_partner(sim)
    transaction_id = transaction(sim)
    shared(sim, transaction_id)
    desk = sim.get("/_sim/sharing")
    assert desk["orders"][0]["out_order_no"] == "P-1"
    assert desk["frozen_fen"] == {transaction_id: 2500 - FEE_FEN}


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("/out_order_no", {"out_order_no": "has space"}),
        ("/out_order_no", {"out_order_no": "p" * 65}),
        ("/unfreeze_unsplit", {"unfreeze_unsplit": "false"}),
        ("/receivers/0/amount", {"receivers": [{**part(1), "amount": 0}]}),
        ("/receivers/0/description", {"receivers": [{**part(1), "description": "长" * 81}]}),
        ("/receivers/0/type", {"receivers": [{**part(1), "type": "PERSONAL_WECHATID"}]}),
        ("/why", {"why": "x"}),
    ],
)
def test_each_field_is_held_to_its_limits(sim, field, changes):
    body = {
        "appid": APP.appid,
        "transaction_id": "4200001",
        "out_order_no": "P-1",
        "receivers": [part(1)],
        "unfreeze_unsplit": False,
        **changes,
    }
    refused = sim.call("POST", ORDERS, body)
    assert (refused.status_code, refused.json()["code"]) == (400, "PARAM_ERROR")
    assert refused.json()["detail"]["field"] == field


def test_unknown_numbers_are_not_found(sim):
    for target in (
        f"{ORDERS}/P-9?transaction_id=42",
        "/v3/profitsharing/transactions/42/amounts",
        "/v3/profitsharing/return-orders/R-9?out_order_no=P-9",
    ):
        assert sim.call("GET", target).json()["code"] == "RESOURCE_NOT_EXISTS"
