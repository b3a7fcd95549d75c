"""What an official account writes: templates, notices, customer service; and what it is told."""

import pytest

from tests.simulator.official import DATA, OA, VOUCHER
from tests.simulator.test_official_account import MENU, events, scene
from tests.simulator.world import APP, eventually

# Template messages


def test_a_template_message_reaches_a_follower_and_the_end_is_told(account):
    account.does("follow")

    sent = account.template(url="https://k.example")

    [entry] = account.chat()
    assert (entry["kind"], entry["title"], entry["url"]) == (
        "template",
        "到账通知",
        "https://k.example",
    )
    [job] = events(account, "TEMPLATESENDJOBFINISH")
    assert (job["MsgID"], job["Status"]) == (sent["msgid"], "success")


def test_wechatpy_sends_a_template_message(account):
    account.does("follow")
    page = {"appid": APP.appid, "pagepath": "pages/index/index"}
    client = account.official_client()
    answer = client.message.send_template(account.fan, VOUCHER, DATA, mini_program=page)
    assert answer["errcode"] == 0


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": "o-none"}, 40003),
        ({"template_id": "tpl-none"}, 40037),
        ({"data": {**DATA, "thing1": {"value": "二" * 21}}}, 47003),
        ({"data": {"thing1": {"value": "x"}}}, 47003),
        ({"data": {**DATA, "remark": {"value": "x"}}}, 47003),
        ({"miniprogram": {"appid": "wx0"}}, 40013),
        ({"miniprogram": {"appid": APP.appid, "pagepath": "pages/none"}}, 40165),
        ({"client_msg_id": "c" * 33}, 40097),
    ],
)
def test_a_template_message_that_breaks_a_rule_is_refused(account, changes, errcode):
    account.does("follow")
    assert account.template(**changes)["errcode"] == errcode
    assert account.chat() == []


def test_nobody_is_written_to_who_does_not_follow(account):
    assert account.template()["errcode"] == 43004


def test_who_blocks_messages_gets_none_and_the_end_says_so(account):
    account.does("follow")
    account.does("block")
    assert account.template()["errcode"] == 0
    assert events(account, "TEMPLATESENDJOBFINISH")[0]["Status"] == "failed:user block"
    assert account.chat() == []


def test_one_client_number_is_one_message_for_ten_minutes(account):
    account.does("follow")
    first = account.template(client_msg_id="sent-1")
    again = account.template(client_msg_id="sent-1")
    account.move_clock(601)
    later = account.template(client_msg_id="sent-1")

    assert first["msgid"] == again["msgid"] != later["msgid"]
    assert len(account.chat()) == 2


def test_templates_are_taken_listed_and_given_up(account):
    body = {"template_id_short": "TM1", "keyword_name_list": ["名称", "时间"]}
    added = account.api("/cgi-bin/template/api_add_template", body)["template_id"]
    listed = account.api("/cgi-bin/template/get_all_private_template")["template_list"]
    assert {each["template_id"] for each in listed} == {VOUCHER, added}
    assert "{{thing1.DATA}}" in listed[-1]["content"]

    path = "/cgi-bin/template/del_private_template"
    assert account.api(path, {"template_id": added})["errcode"] == 0
    assert account.api(path, {"template_id": added})["errcode"] == 40037


def test_an_account_has_twenty_five_templates(account):
    body = {"template_id_short": "TM1", "keyword_name_list": ["名称"]}
    path = "/cgi-bin/template/api_add_template"
    answers = [account.api(path, body)["errcode"] for _ in range(25)]
    assert answers == [0] * 24 + [45026]


def test_industries_are_set_and_read(account):
    path = "/cgi-bin/template/api_set_industry"
    assert account.api(path, {"industry_id1": "1"})["errcode"] == 45027
    account.api(path, {"industry_id1": "1", "industry_id2": "4"})
    told = account.api("/cgi-bin/template/get_industry")
    assert told["secondary_industry"]["first_class"] == "4"


# Subscription notices


def test_a_subscription_notice_spends_the_grant_of_a_page(account):
    account.post("/_sim/users/小明/subscribe", appid=OA.appid, template_ids=[VOUCHER])
    body = {"touser": account.fan, "template_id": VOUCHER, "data": DATA}
    path = "/cgi-bin/message/subscribe/bizsend"

    assert account.api(path, body)["errcode"] == 0
    assert account.api(path, body)["errcode"] == 43101

    assert [each["kind"] for each in account.chat()] == ["notice"]
    [ended] = events(account, "subscribe_msg_sent_event")
    assert ended["List"][0]["ErrorStatus"] == "success"


# Customer service


def test_without_a_window_the_service_may_not_write(account):
    assert account.service()["errcode"] == 45015


def test_a_message_opens_five_in_two_days(account):
    account.does("say", text="在吗")
    assert [account.service()["errcode"] for _ in range(6)] == [0] * 5 + [45047]
    account.does("say", text="还在吗")
    assert account.service()["errcode"] == 0
    account._tokens.clear()
    account.move_clock(48 * 3600 + 1)
    assert account.service()["errcode"] == 45015
    assert [each["by"] for each in account.chat()].count("account") == 6


@pytest.mark.parametrize("doing", ["follow", "menu", "scan"])
def test_a_follow_a_click_and_a_scan_open_three_in_a_minute(account, doing):
    account.api("/cgi-bin/menu/create", MENU)
    scene(account, expire_seconds=600)
    account.does("follow")
    account.move_clock(61)

    if doing == "follow":
        account.does("unfollow")
    account.does(
        doing, **{"menu": {"key": "VOUCHERS"}, "scan": {"scene": "store-1"}}.get(doing, {})
    )

    assert [account.service()["errcode"] for _ in range(4)] == [0] * 3 + [45047]
    account.move_clock(122)
    assert account.service()["errcode"] == 45015


def test_opening_a_page_from_the_menu_opens_no_window(account):
    account.api("/cgi-bin/menu/create", MENU)
    account.does("menu", key="商城")
    assert account.service()["errcode"] == 45015


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"touser": "o-none"}, 40003),
        ({"msgtype": "dance"}, 40008),
        ({"text": {"content": ""}}, 41011),
        ({"text": {"content": "字" * 700}}, 45002),
        ({"msgtype": "image", "image": {}}, 40007),
        ({"msgtype": "news", "news": {"articles": [{}, {}]}}, 45008),
        ({"msgtype": "wxcard", "wxcard": {"card_id": "p"}}, 0),
    ],
)
def test_a_service_message_is_checked_by_its_kind(account, changes, errcode):
    account.does("say", text="在吗")
    assert account.service(**changes)["errcode"] == errcode


def test_a_mini_programs_service_answers_in_its_window(account):
    assert account.service(app=APP)["errcode"] == 45015
    account.does("enter", app=APP, session_from="order-1")
    account.does("say", app=APP, text="退款")

    assert account.service(app=APP)["errcode"] == 0
    assert account.service(app=APP, msgtype="voice", voice={"media_id": "m"})["errcode"] == 40008
    link = {"title": "t", "description": "d", "url": "https://k.example", "thumb_url": "u"}
    assert account.service(app=APP, msgtype="link", link=link)["errcode"] == 0
    assert [each["by"] for each in account.chat(app=APP)] == ["me", "account", "account"]
    assert events(account, "user_enter_tempsession")[0]["SessionFrom"] == "order-1"


# What people send and take back


def test_other_messages_carry_their_fields(account):
    account.does("say", type="image", url="https://k.example/p.png")
    account.does("say", type="location", x=31.2, y=121.4, scale=15, label="店")
    image, place = account.pushes()
    assert image["MsgType"] == "image"
    assert image["MediaId"]
    assert (place["Location_X"], place["Label"]) == (31.2, "店")
    assert image["MsgId"] != place["MsgId"]
    assert "MsgId" not in account.does("follow")


def test_an_allowance_taken_back_is_told_with_its_codes(account):
    account.does("revoke", app=APP, codes=[8])
    account.does("revoke", app=APP, cancelled=True)
    taken, ended = account.pushes()
    assert taken["Event"] == "user_authorization_revoke"
    assert (taken["OpenID"], taken["RevokeInfo"]) == (account.openid_of("小明", APP), "8")
    assert ended["Event"] == "user_authorization_cancellation"


def test_a_violation_is_told_to_the_mini_program(account):
    account.post(f"/_sim/apps/{APP.appid}/punish", reason="诱导分享")
    [told] = eventually(lambda: events(account, "wxa_punish_event"))
    assert (told["illegal_reason"], told["appid"]) == ("诱导分享", APP.appid)
