"""Gifts between friends, member cards, and whatever else a holder does with a card."""

from urllib.parse import parse_qs, urlsplit

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException

from tests.simulator.cards import DAY, OA, CardShop, member_card
from tests.simulator.message_server import MessageServer
from tests.simulator.world import eventually

ONE_TAP = {"wx_activate": True}


@pytest.fixture
def shop():
    shop = CardShop()
    yield shop
    shop.close()


@pytest.fixture
def server():
    server = MessageServer()
    yield server
    server.close()


def errcode(deed, *args, **how):
    with pytest.raises(WeChatClientException) as refused:
        deed(*args, **how)
    return refused.value.errcode


# Gifts


def test_a_friend_gets_a_new_code_and_the_givers_code_is_over(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)

    gift = shop.do("小明", card_id, code, "gift", friend="小红")
    assert shop.status_of(card_id, code) == "GIFTING"
    assert errcode(shop.client().card.consume_code, code) == 40127
    taken = shop.accept("小红", gift)

    assert taken["code"] != code
    assert taken["old_codes"] == [code]
    giving = shop.event("user_gifting_card")
    assert (giving["UserCardCode"], giving["IsReturnBack"], giving["IsChatRoom"]) == (code, 0, 0)
    assert giving["FriendUserName"] == shop.openid("小红")
    told = shop.event("user_get_card")
    assert (told["FromUserName"], told["FriendUserName"]) == (
        shop.openid("小红"),
        shop.openid("小明"),
    )
    assert (told["IsGiveByFriend"], told["UserCardCode"]) == (1, taken["code"])
    assert told["OldUserCardCode"] == code
    assert errcode(shop.client().card.get_code, code) == 40056
    assert shop.client().card.consume_code(taken["code"])["openid"] == shop.openid("小红")
    assert shop.bag("小明") == []


def test_the_merchants_own_code_goes_along_with_the_card(shop):
    card_id = shop.coupon(base_info={"use_custom_code": True})
    shop.received("小明", card_id, code="KB-1")
    gift = shop.do("小明", card_id, "KB-1", "gift")
    assert shop.accept("小红", gift)["code"] == "KB-1"
    told = shop.event("user_get_card")
    assert told["UserCardCode"] == told["OldUserCardCode"] == "KB-1"


def test_a_gift_passed_on_keeps_the_chain_of_codes(shop):
    card_id = shop.coupon()
    first = shop.received("小明", card_id)
    second = shop.accept("小红", shop.do("小明", card_id, first, "gift"))["code"]
    third = shop.accept("小刚", shop.do("小红", card_id, second, "gift"))
    assert third["old_codes"] == [first, second]
    assert shop.event("user_get_card")["OldUserCardCode"] == second


def test_the_old_code_can_be_left_out_of_the_event(shop):
    shop.post("/_sim/cards/ways", no_old_code=True)
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    shop.accept("小红", shop.do("小明", card_id, code, "gift"))
    assert "OldUserCardCode" not in shop.event("user_get_card")


def test_a_gift_to_a_group_is_for_whoever_comes_first(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    gift = shop.do("小明", card_id, code, "gift", chat_room=True)
    assert shop.event("user_gifting_card")["IsChatRoom"] == 1
    assert shop.event("user_gifting_card")["FriendUserName"] == ""
    assert shop.accept("小明", gift)["errcode"] == 40003
    assert shop.accept("小刚", gift)["errcode"] == 0
    assert shop.accept("小红", gift)["errcode"] == 40127


def test_a_gift_to_one_friend_is_for_no_other(shop):
    card_id = shop.coupon()
    gift = shop.do("小明", card_id, shop.received("小明", card_id), "gift", friend="小红")
    assert shop.accept("小刚", gift)["errcode"] == 40003
    [seen] = shop.get("/_sim/users/小红/card-gifts")
    assert (seen["gift_id"], seen["status"]) == (gift["gift_id"], "open")


def test_a_gift_that_nobody_takes_comes_back_after_a_day(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    gift = shop.do("小明", card_id, code, "gift")

    shop.move_clock(DAY + 1)

    back = eventually(lambda: [e for e in shop.events("user_gifting_card") if e["IsReturnBack"]])
    assert back[0]["UserCardCode"] == code
    assert shop.status_of(card_id, code) == "GIFT_TIMEOUT"
    assert shop.accept("小红", gift)["errcode"] == 40127
    assert shop.client().card.consume_code(code)["openid"] == shop.openid("小明")


def test_a_friend_can_send_a_gift_back(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    gift = shop.do("小明", card_id, code, "gift", friend="小红")
    path = f"card-gifts/{gift['gift_id']}/return"
    assert shop.post(f"/_sim/users/小刚/{path}")["errcode"] == 40003
    assert shop.post(f"/_sim/users/小红/{path}")["status"] == "returned"
    assert shop.event("user_gifting_card")["IsReturnBack"] == 1
    assert shop.status_of(card_id, code) == "NORMAL"


def test_some_cards_are_not_given(shop):
    card_id = shop.coupon(base_info={"can_give_friend": False})
    code = shop.received("小明", card_id)
    assert shop.do("小明", card_id, code, "gift")["errcode"] == 40078
    used = shop.coupon()
    code = shop.received("小明", used)
    shop.client().card.consume_code(code)
    assert shop.do("小明", used, code, "gift")["errcode"] == 40099


def test_wechatpy_reads_what_the_accounts_message_server_is_told_of_a_gift(shop, server):
    card_id = shop.coupon()
    code = shop.received("小明", card_id, outer_str="o-1")
    shop.post(f"/_sim/apps/{OA.appid}", message_url=server.url, message_mode="secure")

    taken = shop.accept("小红", shop.do("小明", card_id, code, "gift", friend="小红"))

    told = {each.event: each for each in opened(server, count=2)}
    giving, getting = told["user_gifting_card"], told["user_get_card"]
    assert (giving.source, giving.code.strip()) == (shop.openid("小明"), code)
    assert (giving.is_return_back, giving.is_chat_room) == (0, 0)
    assert (getting.source, getting.card_id.strip()) == (shop.openid("小红"), card_id)
    assert (getting.is_given_by_friend, getting.friend.strip()) == (1, shop.openid("小明"))
    assert (getting.code.strip(), getting.old_code.strip()) == (taken["code"], code)
    assert getting.outer_str.strip() == "o-1"


def opened(server, *, count):
    eventually(lambda: len([each for each in server.got if each.body]) >= count)
    crypto = WeChatCrypto(OA.message_token, OA.message_aes_key, OA.appid)
    for got in (each for each in server.got if each.body):
        signed = (got.query[name] for name in ("msg_signature", "timestamp", "nonce"))
        yield parse_message(crypto.decrypt_message(got.text, *signed))


# What else a holder does


def test_a_deleted_card_leaves_the_bag_and_cannot_be_consumed(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    shop.do("小明", card_id, code, "delete")
    assert shop.event("user_del_card")["UserCardCode"] == code
    assert shop.bag("小明") == []
    assert shop.status_of(card_id, code) == "DELETE"
    assert errcode(shop.client().card.consume_code, code) == 40127


def test_a_look_at_a_card_is_told_where_the_card_asks_for_it(shop):
    quiet, loud = shop.coupon(), shop.coupon(base_info={"need_push_on_view": True})
    for card_id in (quiet, loud):
        code = shop.received("小明", card_id, outer_str="menu")
        seen = shop.do("小明", card_id, code, "view")
        assert shop.client().card.decrypt_code(seen["encrypt_code"]) == code
    [told] = shop.events("user_view_card")
    assert (told["CardId"], told["OuterStr"]) == (loud, "menu")


def test_a_bill_is_paid_from_a_card_with_a_pay_cell(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    assert shop.do("小明", card_id, code, "pay", fee_fen=900)["errcode"] == 40078
    shop.client().card.set_paycell(card_id, is_open=True)
    paid = shop.do("小明", card_id, code, "pay", fee_fen=900, original_fee_fen=1000)
    told = shop.event("user_pay_from_pay_cell")
    assert (told["Fee"], told["OriginalFee"]) == ("900", "1000")
    assert told["TransId"] == paid["transaction_id"]


def test_a_holder_consumes_alone_with_the_code_on_the_counter(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    assert shop.do("小明", card_id, code, "self-consume")["errcode"] == 40078
    shop.call("selfconsumecell/set", card_id=card_id, is_open=True, need_verify_cod=True)
    assert shop.do("小明", card_id, code, "self-consume")["errcode"] == 41011
    assert shop.do("小明", card_id, code, "self-consume", verify_code="8")["state"] == "CONSUMED"
    assert shop.event("user_consume_card")["VerifyCode"] == "8"


def test_a_chat_opened_from_a_card_is_told(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    shop.do("小明", card_id, code, "session")
    assert shop.event("user_enter_session_from_card")["UserCardCode"] == code


# Member cards


def test_a_member_card_is_activated_and_its_bonus_moves(shop):
    card_id = shop.made(member_card())
    code = shop.received("小明", card_id)
    card = shop.client().card
    assert errcode(card.update_membercard, code, card_id, bonus=5) == 40127

    card.activate_membercard("M-0001", code, card_id=card_id, init_bonus=100)
    done = card.update_membercard(code, card_id, bonus=130, add_bonus=30, record_bonus="消费30元")

    assert (done["result_bonus"], done["openid"]) == (130, shop.openid("小明"))
    told = shop.event("update_member_card")
    assert (told["ModifyBonus"], told["ModifyBalance"]) == (30, 0)
    info = card.get_membercard_user_info(card_id, code)
    assert (info["membership_number"], info["bonus"], info["has_active"]) == ("M-0001", 130, True)
    [drawn] = shop.bag("小明")
    assert drawn["membership"]["bonus"] == 130
    assert drawn["messages"][0]["text"] == "消费30元"


def test_only_the_absolute_value_may_be_repeated(shop):
    card_id = shop.made(member_card(auto_activate=True))
    code = shop.received("小明", card_id)
    card = shop.client().card
    for _ in range(2):
        card.update_membercard(code, card_id, bonus=10, add_bonus=10)
    assert shop.bag("小明")[0]["membership"]["bonus"] == 10
    assert len(shop.events("update_member_card")) == 1
    assert card.update_membercard(code, card_id, add_bonus=10)["result_bonus"] == 20
    assert errcode(card.update_membercard, code, card_id, add_bonus=-21) == 40097
    assert errcode(card.update_membercard, code, card_id, balance=100) == 43010
    assert errcode(card.update_membercard, code, card_id, record_bonus="字" * 15) == 45021


def test_stored_value_is_in_fen_for_those_who_may(shop):
    shop.post("/_sim/cards/rights", appid=OA.appid, rights=["balance", "bonus"])
    card_id = shop.made(member_card(supply_balance=True))
    code = shop.received("小明", card_id)
    card = shop.client().card
    card.activate_membercard("M-2", code, init_balance=5000)
    assert card.update_membercard(code, card_id, add_balance=-1500)["result_balance"] == 3500
    assert shop.bag("小明")[0]["membership"]["balance_fen"] == 3500


def test_a_coupon_is_no_member_card(shop):
    card_id = shop.coupon()
    code = shop.received("小明", card_id)
    card = shop.client().card
    assert errcode(card.activate_membercard, "M", code) == 40071
    assert errcode(card.get_membercard_user_info, card_id, code) == 40071
    assert errcode(card.get_activate_url, card_id) == 40071


def test_one_tap_activation_asks_for_the_required_fields(shop):
    card_id = shop.made(member_card(**ONE_TAP))
    card = shop.client().card
    form = {"common_field_id_list": ["USER_FORM_INFO_FLAG_MOBILE"]}
    card.set_activate_user_form(card_id, required_form=form)
    code = shop.received("小明", card_id)
    assert shop.bag("小明")[0]["membership"]["form"]["required_form"] == form
    assert shop.do("小明", card_id, code, "activate")["errcode"] == 41011

    answers = {"USER_FORM_INFO_FLAG_MOBILE": "13800000001", "喜欢的饮料": "拿铁"}
    shop.do("小明", card_id, code, "activate", answers=answers)

    assert shop.event("submit_membercard_user_info")["UserCardCode"] == code
    info = card.get_membercard_user_info(card_id, code)
    assert info["has_active"] is True
    assert info["user_info"] == {
        "common_field_list": [{"name": "USER_FORM_INFO_FLAG_MOBILE", "value": "13800000001"}],
        "custom_field_list": [{"name": "喜欢的饮料", "value": "拿铁"}],
    }


def test_a_form_that_leads_to_a_page_leaves_the_activation_to_the_account(shop):
    page = "https://shop.example/activate"
    card_id = shop.made(
        member_card(**ONE_TAP, wx_activate_after_submit=True, wx_activate_after_submit_url=page)
    )
    code = shop.received("小明", card_id)
    done = shop.do("小明", card_id, code, "activate", answers={"USER_FORM_INFO_FLAG_NAME": "明"})
    info = shop.client().card.get_activate_info(done["activate_ticket"])
    assert done["url"] == page
    assert info["common_field_list"] == [{"name": "USER_FORM_INFO_FLAG_NAME", "value": "明"}]
    assert shop.bag("小明")[0]["membership"]["active"] is False
    assert shop.events("submit_membercard_user_info") == []


def test_the_opening_component_gives_the_card_and_a_ticket_for_the_form(shop):
    card_id = shop.made(member_card(**ONE_TAP))
    card = shop.client().card
    url = card.get_activate_url(card_id, outer_str="home")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    answers = {"USER_FORM_INFO_FLAG_MOBILE": "138"}
    opened = shop.post("/_sim/users/小明/open-card", **asked, answers=answers)

    assert opened["card_id"] == card_id
    assert card.get_activate_info(opened["activate_ticket"])["common_field_list"]
    assert shop.event("user_get_card")["OuterStr"] == "home"
    card.activate_membercard("M-9", opened["code"], card_id=card_id)
    assert shop.post("/_sim/users/小明/open-card", **{**asked, "biz": "gh_x"})["errcode"] == 40097


def test_a_member_card_that_was_deleted_comes_back_as_it_was(shop):
    card_id = shop.made(member_card(base={"get_limit": 1}, auto_activate=True))
    code = shop.received("小明", card_id)
    shop.client().card.update_membercard(code, card_id, bonus=7)
    shop.do("小明", card_id, code, "delete")
    assert shop.received("小明", card_id) == code
    assert shop.event("user_get_card")["IsRestoreMemberCard"] == 1
    assert shop.bag("小明")[0]["membership"]["bonus"] == 7
