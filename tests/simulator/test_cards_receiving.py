"""wx.addCard, QR codes and shelves: who gets a card, with which code, and what is pushed."""

import json

import pytest

from app.simulator.open_platform.cards.extension import signature
from tests.simulator.cards import DAY, OA, CardShop, member_card


@pytest.fixture
def shop():
    shop = CardShop()
    yield shop
    shop.close()


def test_the_signature_is_that_of_the_known_sample():
    values = (
        "IpK_1T69hDhZkLQTlwsAXtest",
        "1404896688",
        "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
        "1434008071",
        "",
        "jonyqin_1434008071",
    )
    assert signature(*values) == "c852f103d88c05ded2d315f96468655dbc03b57a"


def test_a_card_added_on_the_phone_is_in_the_bag_and_the_account_hears_of_it(shop):
    card_id = shop.coupon(
        gift="兑换拿铁一杯", base_info={"title": "拿铁券", "brand_name": "卡包咖啡"}
    )

    code = shop.received("小明", card_id, outer_str="order-7")

    assert len(code) == 12
    assert code.isdigit()
    told = shop.event("user_get_card")
    assert told["FromUserName"] == shop.openid("小明")
    assert told["ToUserName"] == OA.original_id
    assert (told["CardId"], told["UserCardCode"], told["OuterStr"]) == (card_id, code, "order-7")
    assert (told["IsGiveByFriend"], told["FriendUserName"], told["OldUserCardCode"]) == (0, "", "")
    assert told["UnionId"] == shop.world.people.named("小明").unionid
    [drawn] = shop.bag("小明")
    assert (drawn["title"], drawn["brand_name"], drawn["state_words"]) == (
        "拿铁券",
        "卡包咖啡",
        "可使用",
    )
    assert drawn["color_value"] == "#63b359"
    assert shop.desk_card(card_id)["quantity"] == 999


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"signature": "0" * 40}, 49004),
        ({"nonce_str": "another"}, 49004),
        ({"timestamp": "1404896688"}, 49004),
        ({"timestamp": "today"}, 40080),
        ({"nonce_str": ""}, 40080),
        ({"fixed_begintimestamp": "soon"}, 40080),
    ],
)
def test_an_extension_that_was_not_signed_so_is_refused(shop, changes, errcode):
    card_id = shop.coupon()
    answer = shop.add("小明", card_id, {**shop.extension(card_id), **changes})
    assert answer["errCode"] == errcode
    assert shop.bag("小明") == []


def test_a_wrong_signature_reads_as_on_the_phone(shop):
    card_id = shop.coupon()
    answer = shop.add("小明", card_id, {**shop.extension(card_id), "signature": "x"})
    assert answer["errMsg"] == "addCard:fail 签名错误"
    assert answer["cardList"][0]["isSuccess"] is False


def test_an_extension_is_good_once_and_for_two_hours(shop):
    card_id = shop.coupon()
    used = shop.extension(card_id)
    shop.add("小明", card_id, used)
    assert shop.add("小明", card_id, used)["errCode"] == 49004
    assert len(shop.bag("小明")) == 1


def test_an_extension_must_be_a_json_text_for_a_card_that_exists(shop):
    card_id = shop.coupon()
    path = "/_sim/users/小明/add-card"
    for text in (None, "text", "[]", {"a": 1}):
        answer = shop.post(path, cardList=[{"cardId": card_id, "cardExt": text}])
        assert answer["errCode"] == 40080
    good = json.dumps(shop.extension("p-none"))
    assert shop.post(path, cardList=[{"cardId": "p-none", "cardExt": good}])["errCode"] == 40073


def test_a_card_signed_for_one_person_is_for_nobody_else(shop):
    card_id = shop.coupon()
    mine = shop.extension(card_id, openid=shop.openid("小明"))
    assert shop.add("小红", card_id, mine)["errCode"] == 40003
    assert shop.add("小明", card_id, mine)["errMsg"] == "addCard:ok"


def test_the_merchants_own_code_comes_with_the_signature_and_only_once(shop):
    card_id = shop.coupon(base_info={"use_custom_code": True})

    assert shop.received("小明", card_id, code="KB-0001") == "KB-0001"

    assert shop.add("小红", card_id, code="KB-0001")["errCode"] == 40056
    assert shop.add("小红", card_id)["errCode"] == 40056
    assert shop.add("小红", card_id, code="K" * 21)["errCode"] == 40056
    assert shop.add("小明", shop.coupon(), code="KB-0002")["errCode"] == 40080


def test_deposited_codes_are_handed_out_in_their_order(shop):
    card = shop.client().card
    deposit = {"use_custom_code": True, "get_custom_code_mode": "GET_CUSTOM_CODE_MODE_DEPOSIT"}
    card_id = shop.coupon(base_info={**deposit, "sku": {"quantity": 0}})
    assert shop.add("小明", card_id)["errCode"] == 45031

    done = card.deposit_code(card_id, ["D1", "D2", "D2", "D" * 21])
    card.modify_stock(card_id, 2)

    assert (done["succ_code"], done["duplicate_code"]) == (["D1", "D2"], ["D2"])
    assert done["fail_code"] == ["D" * 21]
    assert card.get_deposit_count(card_id)["count"] == 2
    assert card.check_code(card_id, ["D1", "D9"])["not_exist_code"] == ["D9"]
    assert shop.call("modifystock", card_id=card_id, increase_stock_value=1)["errcode"] == 40122
    assert [shop.received(each, card_id) for each in ("小明", "小红")] == ["D1", "D2"]
    assert shop.add("小刚", card_id)["errCode"] == 45031


def test_the_last_one_of_a_card_is_reported_and_the_next_is_refused(shop):
    card_id = shop.coupon(base_info={"sku": {"quantity": 1}})
    shop.received("小明", card_id)
    assert shop.event("card_sku_remind")["Detail"] == "the card's quantity is equal to 0"
    assert shop.add("小红", card_id)["errCode"] == 45031


def test_nobody_gets_more_than_the_limit(shop):
    card_id = shop.coupon(base_info={"get_limit": 2})
    shop.received("小明", card_id)
    shop.received("小明", card_id)
    assert shop.add("小明", card_id)["errCode"] == 45033
    assert shop.add("小红", card_id)["errMsg"] == "addCard:ok"


def test_a_card_waits_for_its_audit_unless_one_is_a_tester(shop):
    shop.post("/_sim/cards/ways", audit="hold")
    card = shop.client().card
    card_id = card.create(member_card())

    assert shop.add("小明", card_id)["errCode"] == 40078
    card.set_test_whitelist(openids=[shop.openid("小明")])
    assert shop.add("小明", card_id)["errMsg"] == "addCard:ok"
    card.delete(card_id)
    assert shop.add("小明", card_id)["errCode"] == 40078
    assert len(shop.bag("小明")) == 1


def test_a_card_that_is_over_is_received_by_nobody(shop):
    now = int(shop.world.clock.now())
    dates = {"type": "DATE_TYPE_FIX_TIME_RANGE", "begin_timestamp": now, "end_timestamp": now + DAY}
    card_id = shop.coupon(base_info={"date_info": dates})
    code = shop.received("小明", card_id)
    assert shop.status_of(card_id, code) == "NORMAL"

    shop.move_clock(3 * DAY)

    assert shop.status_of(card_id, code) == "EXPIRE"
    assert shop.call("code/consume", code=code)["errcode"] == 40079
    assert shop.add("小红", card_id)["errCode"] == 40079


def test_a_qr_code_gives_its_cards_until_it_ends(shop):
    card = shop.client().card
    one, two = shop.coupon(), shop.coupon("CASH")
    several = [{"card_id": one, "outer_str": "door"}, {"card_id": two}]
    asked = {"action_name": "QR_MULTIPLE_CARD", "expire_seconds": 60}
    ticket = card.create_qrcode({**asked, "action_info": {"multiple_card": {"card_list": several}}})

    came = shop.post("/_sim/users/小明/receive-card", ticket=ticket)

    assert [each["card_id"] for each in came["cards"]] == [one, two]
    assert shop.event("user_get_card", card_id=one)["OuterStr"] == "door"
    shop.move_clock(61)
    assert shop.post("/_sim/users/小红/receive-card", ticket=ticket)["errcode"] == 61010


def test_a_qr_code_may_be_for_one_receipt_and_one_person(shop):
    card_id = shop.coupon(base_info={"use_custom_code": True})
    offer = {"card_id": card_id, "code": "QR-1", "is_unique_code": True}
    offer |= {"openid": shop.openid("小红")}
    ticket = shop.client().card.create_qrcode(
        {"action_name": "QR_CARD", "action_info": {"card": offer}}
    )
    take = "/_sim/users/{}/receive-card"
    assert shop.post(take.format("小明"), ticket=ticket)["errcode"] == 40003
    assert shop.post(take.format("小红"), ticket=ticket)["cards"][0]["code"] == "QR-1"
    assert shop.post(take.format("小红"), ticket=ticket)["errcode"] == 40127


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"expire_seconds": 59}, 40053),
        ({"action_name": "QR_OTHER"}, 40053),
        ({"action_info": {}}, 40053),
        ({"action_info": {"card": {}}}, 41012),
        ({"action_info": {"card": {"card_id": "p-none"}}}, 40073),
    ],
)
def test_a_qr_code_that_leads_nowhere_is_not_made(shop, changes, errcode):
    asked = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": shop.coupon()}}}
    assert shop.call("qrcode/create", **{**asked, **changes})["errcode"] == errcode


def test_a_shelf_gives_the_cards_on_it(shop):
    card_id, elsewhere = shop.coupon(), shop.coupon()
    made = shop.client().card.create_landingpage(
        {
            "banner": "https://mmbiz.qpic.cn/banner",
            "page_title": "本周好券",
            "can_share": True,
            "scene": "SCENE_H5",
            "card_list": [{"card_id": card_id, "thumb_url": "https://mmbiz.qpic.cn/thumb"}],
        }
    )
    take = "/_sim/users/小明/receive-card"
    assert shop.post(take, page_id=made["page_id"], card_id=card_id)["errcode"] == 0
    assert shop.post(take, page_id=made["page_id"], card_id=elsewhere)["errcode"] == 40073
    assert card_id in shop.client().card.get_html(card_id)
