"""Cards are made and changed, codes are consumed, voided and renamed, through wechatpy."""

import pytest
import requests
from wechatpy.exceptions import WeChatClientException

from app.simulator.open_platform.cards.state import CardBag
from tests.simulator.cards import BASE, DAY, MINI, OA, OTHER_OA, CardShop, member_card

GARBAGE = ([], "text", 7, {}, {"card_id": []}, {"code": {}}, {"card": "x"}, {"openid": []})


@pytest.fixture
def shop():
    shop = CardShop()
    yield shop
    shop.close()


def refusal(deed, *args, **how):
    with pytest.raises(WeChatClientException) as refused:
        deed(*args, **how)
    return refused.value.errcode


# Cards


def test_a_member_card_is_made_and_passes_its_audit_after_a_moment(shop):
    card = shop.client().card

    card_id = card.create(member_card())

    info = card.get(card_id)["member_card"]["base_info"]
    assert info["status"] == "CARD_STATUS_NOT_VERIFY"
    assert info["sku"] == {"quantity": 100, "total_quantity": 100}
    shop.post("/_sim/clock", offset_seconds=3)
    assert shop.event("card_pass_check")["CardId"] == card_id
    assert card.get(card_id)["member_card"]["base_info"]["status"] == "CARD_STATUS_VERIFY_OK"


def test_an_audit_can_fail_with_a_reason(shop):
    shop.post("/_sim/cards/ways", audit="hold")
    card_id = shop.client().card.create(member_card())
    shop.post(f"/_sim/cards/{card_id}/audit", passes=False, reason="商标不清")
    assert shop.event("card_not_pass_check")["RefuseReason"] == "商标不清"
    assert shop.desk_card(card_id)["status"] == "CARD_STATUS_VERIFY_FAIL"
    assert shop.add("小明", card_id)["errCode"] == 40078


@pytest.mark.parametrize("kind", ["GROUPON", "CASH", "DISCOUNT", "GIFT", "GENERAL_COUPON"])
def test_new_coupons_are_closed_but_those_that_exist_live_on(shop, kind):
    body = {"card": {"card_type": kind, kind.lower(): {"base_info": BASE}}}
    assert refusal(shop.client().card.create, body) == 48001
    code = shop.received("小明", shop.coupon(kind))
    assert shop.client().card.consume_code(code)["openid"] == shop.openid("小明")


@pytest.mark.parametrize(
    ("base", "errcode"),
    [
        ({"title": ""}, 41011),
        ({"title": "九" * 10}, 45021),
        ({"brand_name": "十" * 13}, 45021),
        ({"notice": "字" * 17}, 45021),
        ({"color": "Color999"}, 40097),
        ({"color": []}, 40097),
        ({"code_type": "CODE_TYPE_SMELL"}, 40072),
        ({"sku": {"quantity": -1}}, 40070),
        ({"sku": 5}, 40070),
        ({"sku": {"quantity": 100_000_001}}, 40122),
        ({"date_info": {"type": "FOREVER"}}, 40079),
        ({"date_info": {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 0}}, 40079),
        ({"get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT"}, 40097),
        ({"can_share": "yes"}, 40097),
        ({"get_limit": 0}, 40097),
    ],
)
def test_a_card_with_a_bad_base_is_refused(shop, base, errcode):
    assert refusal(shop.client().card.create, member_card(base=base)) == errcode


def test_dates_that_run_backwards_are_refused(shop):
    dates = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": 200, "end_timestamp": 100}
    body = member_card(base={"date_info": dates})
    assert refusal(shop.client().card.create, body) == 40100


def test_what_a_member_card_may_do_depends_on_the_accounts_rights(shop):
    create = shop.client().card.create
    assert refusal(create, member_card(supply_balance=True)) == 43010
    assert refusal(create, member_card(prerogative="")) == 41011
    assert refusal(create, member_card(**{f"custom_field{n}": {} for n in range(1, 5)})) == 40124
    shop.post("/_sim/cards/rights", appid=OA.appid, rights=["balance"])
    assert refusal(create, member_card(supply_balance=True)) == 43011
    assert refusal(create, member_card(base={"use_custom_code": True})) == 43009
    assert create(member_card(supply_balance=True, supply_bonus=False))


def test_a_card_belongs_to_one_account(shop):
    card_id = shop.coupon()
    assert refusal(shop.client(OTHER_OA).card.get, card_id) == 45030
    assert refusal(shop.client().card.get, "p-none") == 40073
    assert refusal(shop.client().card.get, "") == 41012
    assert shop.call("get", MINI, card_id=card_id)["errcode"] == 48001


def test_cards_are_listed_newest_first_by_status(shop):
    shop.post("/_sim/cards/ways", audit="hold")
    old, new = shop.coupon(), shop.client().card.create(member_card())
    assert shop.client().card.batch_get()["card_id_list"] == [new, old]
    passed = shop.client().card.batch_get(status_list=["CARD_STATUS_VERIFY_OK"])
    assert (passed["card_id_list"], passed["total_num"]) == ([old], 1)
    assert refusal(shop.client().card.batch_get, count=51) == 40097


def test_a_new_title_needs_a_new_audit_and_a_phone_number_does_not(shop):
    card_id = shop.coupon()
    update = shop.client().card.update

    quiet = update({"card_id": card_id, "gift": {"base_info": {"service_phone": "020-1"}}})
    loud = update({"card_id": card_id, "gift": {"base_info": {"title": "新券"}}})

    assert (quiet["send_check"], loud["send_check"]) == (False, True)
    assert shop.desk_card(card_id)["title"] == "新券"
    stock = {"card_id": card_id, "gift": {"base_info": {"sku": {"quantity": 5}}}}
    assert refusal(update, stock) == 40070
    long = {"card_id": card_id, "gift": {"base_info": {"title": "九" * 10}}}
    assert refusal(update, long) == 45021
    assert refusal(update, {"card_id": card_id, "cash": {"base_info": {}}}) == 40071


def test_a_range_of_dates_only_grows(shop):
    now = int(shop.world.clock.now())
    dates = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": now, "end_timestamp": now + DAY}
    card_id = shop.coupon(base_info={"date_info": dates})

    def until(end):
        changed = {"date_info": {**dates, "end_timestamp": end}}
        return shop.call("update", card_id=card_id, gift={"base_info": changed})["errcode"]

    assert [until(now + DAY // 2), until(now + 9 * DAY)] == [40079, 0]


def test_stock_stays_between_nothing_and_a_hundred_million(shop):
    card_id = shop.coupon(base_info={"sku": {"quantity": 10}})
    shop.client().card.modify_stock(card_id, 5)
    shop.client().card.modify_stock(card_id, -15)
    assert shop.desk_card(card_id)["quantity"] == 0
    assert refusal(shop.client().card.modify_stock, card_id, -1) == 40122
    assert refusal(shop.client().card.modify_stock, card_id, 100_000_001) == 40122


def test_a_deleted_card_stays_with_its_holders(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    shop.client().card.delete(card_id)
    assert shop.client().card.consume_code(code)["card"]["card_id"] == card_id


# Codes


def test_a_code_is_consumed_once_and_the_account_hears_of_it(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id, outer_str="o-1")
    card = shop.client().card
    assert card.get_code(code)["can_consume"] is True

    assert card.consume_code(code)["openid"] == shop.openid("小明")

    assert refusal(card.consume_code, code) == 40099
    assert refusal(card.get_code, code) == 40099
    seen = card.get_code(code, check_consume=False)
    assert (seen["user_card_status"], seen["can_consume"]) == ("CONSUMED", False)
    [told] = shop.events("user_consume_card")
    assert (told["ConsumeSource"], told["OuterStr"]) == ("FROM_API", "o-1")


def test_a_code_of_the_merchant_needs_its_card(shop):
    card_id = shop.coupon(base_info={"use_custom_code": True})
    shop.received("小明", card_id, code="KB1")
    card = shop.client().card
    assert refusal(card.consume_code, "KB1") == 40056
    assert refusal(card.consume_code, "K" * 21, card_id) == 40056
    assert refusal(card.consume_code, "", card_id) == 41011
    assert card.consume_code("KB1", card_id)["errcode"] == 0


def test_a_card_for_later_is_not_yet_consumed(shop):
    dates = {"type": "DATE_TYPE_FIX_TERM", "fixed_term": 3, "fixed_begin_term": 1}
    code = shop.received("小明", shop.coupon(base_info={"date_info": dates}))
    assert refusal(shop.client().card.consume_code, code) == 40079
    shop.move_clock(DAY)
    assert shop.client().card.consume_code(code)["errcode"] == 0


def test_a_term_ends_at_the_last_second_of_a_day_in_beijing(shop):
    code = shop.received("小明", shop.coupon())
    card = shop.client().card.get_code(code)["card"]
    assert card["begin_time"] % DAY == 16 * 3600
    assert (card["end_time"] + 1) % DAY == 16 * 3600
    assert card["end_time"] + 1 - card["begin_time"] == 31 * DAY


def test_a_voided_code_is_void_for_ever_and_its_holder_reads_why(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    shop.call("code/unavailable", code=code, reason="已退款")
    assert shop.status_of(card_id, code) == "UNAVAILABLE"
    assert refusal(shop.client().card.consume_code, code) == 40127
    assert shop.bag("小明")[0]["messages"][0]["text"] == "已退款"


def test_the_merchants_own_code_can_be_changed(shop):
    card_id = shop.coupon(base_info={"use_custom_code": True})
    shop.received("小明", card_id, code="OLD")
    card = shop.client().card
    card.update_code(card_id, "OLD", "NEW")
    assert refusal(card.get_code, "OLD", card_id) == 40056
    assert card.get_code("NEW", card_id)["openid"] == shop.openid("小明")
    assert refusal(card.update_code, card_id, "NEW", "OLD") == 40056
    made_here = shop.coupon()
    code = shop.received("小明", made_here)
    assert refusal(card.update_code, made_here, code, "MINE") == 43009


def test_the_list_of_a_persons_cards_has_the_usable_ones(shop):
    card_id, other = shop.coupon(), shop.coupon("CASH")
    used, kept = shop.received("小明", card_id), shop.received("小明", card_id)
    more = shop.received("小明", other)
    card = shop.client().card
    card.consume_code(used)
    listed = card.get_card_list(shop.openid("小明"))["card_list"]
    assert [each["code"] for each in listed] == [kept, more]
    only = card.get_card_list(shop.openid("小明"), card_id)["card_list"]
    assert only == [{"code": kept, "card_id": card_id}]
    assert refusal(card.get_card_list, "o-nobody") == 40003


def test_a_mark_is_for_the_holder(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    asked = {"code": code, "card_id": card_id, "is_mark": True}
    assert shop.call("code/mark", **asked, openid=shop.openid("小红"))["errcode"] == 40003
    assert shop.call("code/mark", **asked, openid=shop.openid("小明"))["errcode"] == 0
    assert shop.bag("小明")[0]["marked"] is True


def test_only_the_owner_opens_a_sealed_code(shop):
    sealed = shop.add("小明", shop.coupon())["cardList"][0]["code"]
    assert refusal(shop.client(OTHER_OA).card.decrypt_code, sealed) == 40056
    assert refusal(shop.client().card.decrypt_code, "made-up") == 40056


# The desk


def test_a_clerk_consumes_with_the_helper_app(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    path = f"/_sim/cards/{card_id}/codes/{code}/consume"
    shop.post(path, clerk="小刚", location_name="一号店")
    told = shop.event("user_consume_card")
    assert told["ConsumeSource"] == "FROM_MOBILE_HELPER"
    assert (told["StaffOpenId"], told["LocationName"]) == (shop.openid("小刚"), "一号店")
    assert shop.post(path, clerk="小刚")["errcode"] == 40099


def test_the_platform_changes_and_loses_codes_without_a_word(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    before = len(shop.get("/_sim/pushes"))
    path = f"/_sim/cards/{card_id}/codes"

    shop.post(f"{path}/{code}", state="CONSUMED", holder="小红")
    assert shop.status_of(card_id, code) == "CONSUMED"
    assert shop.client().card.get_code(code, check_consume=False)["openid"] == shop.openid("小红")
    shop.post(f"{path}/123456789012", holder="小刚")
    shop.post(f"{path}/{code}", drop=True)

    assert refusal(shop.client().card.get_code, code) == 40056
    assert [each["code"] for each in shop.desk_card(card_id)["codes"]] == ["123456789012"]
    assert len(shop.get("/_sim/pushes")) == before


def test_a_card_comes_back_under_its_old_number(shop):
    first = shop.coupon(card_id="p-kept-by-the-shop")
    assert first == shop.coupon(card_id="p-kept-by-the-shop") == "p-kept-by-the-shop"
    assert len(shop.get("/_sim/cards")["cards"]) == 1


def test_an_order_of_card_coins_is_told(shop):
    shop.post("/_sim/cards/pay-order", appid=OA.appid, order_id="77")
    told = shop.event("card_pay_order")
    assert (told["OrderId"], told["Status"]) == ("77", "ORDER_STATUS_FINANCE_SUCC")


def test_rules_for_cards_after_a_payment_are_kept(shop):
    card = shop.client().card
    base = {"mchid_list": ["1600000001"], "begin_time": 1, "end_time": 2}
    rule_id = card.add_pay_giftcard(base, {"card_id": "p1"}, is_membercard=True)["rule_id"]
    assert card.get_pay_giftcard(rule_id)["base_info"] == base
    assert card.batch_get_pay_giftcard()["total_count"] == 1
    card.del_pay_giftcard(rule_id)
    assert refusal(card.get_pay_giftcard, rule_id) == 40097


def test_garbage_has_an_errcode_everywhere(shop):
    card_id = shop.made(member_card(wx_activate=True))
    rules = [each.rule for each in shop.app.url_map.iter_rules() if each.rule.startswith("/card/")]
    for rule in rules:
        for body in (*GARBAGE, {"card_id": card_id, "code": [], "card_list": 7}):
            target = f"{shop.url}{rule}?access_token={shop.token()}"
            answer = requests.post(target, json=body, timeout=5)
            assert answer.status_code == 200, (rule, body)
            assert answer.json()["errcode"] != -1, (rule, body)
    assert len(rules) > 30


def test_little_left_of_much_is_reported_twice_a_day(shop):
    card_id = shop.coupon(base_info={"sku": {"quantity": 300}})
    with shop.world.lock:
        shop.world.part(CardBag).cards[card_id].quantity = 102
    for _ in range(3):
        shop.received("小明", card_id)
    assert [each["Detail"][-3:] for each in shop.events("card_sku_remind")] == ["100"]
    shop.move_clock(12 * 3600)
    shop.received("小明", card_id)
    assert len(shop.events("card_sku_remind")) == 2
