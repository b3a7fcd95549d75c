"""Service cards: keyed by the payment, activated in a day, updated for a month."""

import json

import pytest

from tests.simulator.mini import Mini

SET = "/wxa/set_user_notify"
DAY = 86_400


@pytest.fixture
def mini(sim):
    return Mini(sim)


@pytest.fixture
def paid(mini):
    return mini.post("/wxa/sec/order/get_order", transaction_id=mini.paid_order()[0])["order"]


def content(status=4, **changes):
    product = {
        "product_img": "https://img.example/coffee.png",
        "product_name": "咖啡兑换券",
        "product_path_query": "pages/index/index",
    }
    told = {
        "cur_status": status,
        "wxa_path_query": "pages/index/index",
        "product_count": 1,
        "product_list": {"info_list": [product]},
    }
    return json.dumps({**told, **changes}, ensure_ascii=False)


def card(mini, paid, **changes):
    check = {"pay_amount": paid["paid_amount"], "pay_time": paid["pay_time"]}
    body = {
        "openid": mini.sim.openid,
        "notify_type": 2003,
        "notify_code": paid["transaction_id"],
        "content_json": content(),
        "check_json": json.dumps(check),
    }
    return {**body, **changes}


def on_the_phone(mini):
    return mini.sim.get("/_sim/users/小明/messages")


def test_a_payment_becomes_a_card_that_is_updated_in_place(mini, paid):
    assert mini.code(SET, **card(mini, paid, content_json=content(2))) == 0
    assert mini.code(SET, **card(mini, paid, content_json=content(4))) == 0

    [shown] = on_the_phone(mini)

    assert (shown["kind"], shown["state"], shown["state_text"]) == ("service_card", 4, "已发货")
    assert shown["fields"][1]["value"] == "咖啡兑换券"


def test_the_very_same_content_again_changes_nothing(mini, paid):
    assert [mini.code(SET, **card(mini, paid)) for _ in range(2)] == [0, 0]
    assert len(on_the_phone(mini)) == 1


def test_a_card_goes_forward_only_and_ends(mini, paid):
    mini.post(SET, **card(mini, paid))
    assert mini.code(SET, **card(mini, paid, content_json=content(2))) == 85441
    assert mini.code(SET, **card(mini, paid, content_json=content(5))) == 0
    assert mini.code(SET, **card(mini, paid, content_json=content(6))) == 85448


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"openid": "o-nobody"}, 40003),
        ({"notify_type": 1001}, 85434),
        ({"notify_code": "42000"}, 85437),
        ({"content_json": "{"}, 85435),
        ({"content_json": {"cur_status": 4}}, 85435),
        ({"content_json": content(9)}, 85439),
        ({"content_json": content(4, wxa_path_query=None)}, 85440),
        ({"content_json": content(4, product_count=0)}, 85440),
        ({"content_json": content(4, product_list={})}, 85440),
        ({"content_json": content(5)}, 85441),
        ({"check_json": None}, 85433),
        ({"check_json": json.dumps({"pay_amount": 1, "pay_time": 1})}, 85433),
    ],
)
def test_a_wrong_card_is_refused(mini, paid, changes, errcode):
    assert mini.code(SET, **card(mini, paid, **changes)) == errcode
    assert on_the_phone(mini) == []


def test_a_payment_is_known_only_after_a_while(mini):
    mini.sim.post("/_sim/service-cards", lag_seconds=60)
    paid = mini.post("/wxa/sec/order/get_order", transaction_id=mini.paid_order()[0])["order"]
    assert mini.code(SET, **card(mini, paid)) == 85437
    mini.sim.move_clock(61)
    assert mini.code(SET, **card(mini, paid)) == 0


def test_a_card_is_activated_within_a_day(mini, paid):
    mini.sim.move_clock(DAY + 5)
    assert Mini(mini.sim).code(SET, **card(mini, paid)) == 85438


def test_a_card_is_updated_for_thirty_days(mini, paid):
    mini.post(SET, **card(mini, paid))
    mini.sim.move_clock(30 * DAY + 5)
    late = card(mini, paid, content_json=content(5))
    assert Mini(mini.sim).code(SET, **late) == 85438


def test_a_code_belongs_to_one_kind_of_card(mini, paid):
    mini.post(SET, **card(mini, paid))
    other = card(mini, paid, notify_type=2002, content_json=content(5))
    assert mini.code(SET, **other) == 85448


def test_an_app_that_is_not_admitted_cannot_send(mini, paid):
    mini.sim.post("/_sim/service-cards", notify_type=2003, admitted=False)
    assert mini.code(SET, **card(mini, paid)) == 85461


def test_a_person_who_wants_none_gets_none_and_the_app_is_told(mini, paid):
    mini.sim.post("/_sim/users/小明/settings", notify_type=2003, accept=False)
    assert mini.code(SET, **card(mini, paid)) == 0

    [failed] = mini.pushed("notify_service_msg_send_result")

    assert (failed["fail_ret"], failed["card_status"]) == (-1004, 4)
    assert failed["notify_code"] == "p1." + paid["transaction_id"]
    assert on_the_phone(mini) == []


def test_a_card_can_be_asked_for_and_added_to(mini, paid):
    asked = {key: card(mini, paid)[key] for key in ("openid", "notify_type", "notify_code")}
    before = mini.post("/wxa/get_user_notify", **asked)["notify_info"]
    ext = {**asked, "ext_json": json.dumps({"pay_info": "{}"})}
    assert (before["content_json"], before["code_state"]) == ("", 0)
    assert mini.code("/wxa/set_user_notifyext", **ext) == 85437
    mini.post(SET, **card(mini, paid))

    after = mini.post("/wxa/get_user_notify", **asked)["notify_info"]

    assert after["content_json"] == content()
    assert after["code_expire_time"] - paid["pay_time"] >= 30 * DAY
    assert mini.code("/wxa/set_user_notifyext", **ext) == 0
    assert mini.code("/wxa/set_user_notifyext", **{**ext, "ext_json": "["}) == 85470
