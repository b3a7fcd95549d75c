"""The real mini-program in phones, against the whole house: buy, show, give, help, pay back."""

import re

from playwright.sync_api import expect

from tests.phone.story import (
    FRIENDS_CARD,
    LATTE,
    buy,
    come_to_the_counter,
    open_voucher,
    open_wallet,
    show_code,
)

ROTATES_WITHIN_MILLISECONDS = 40_000


def bill_of(phone):
    """WeChat's own bill of what this person paid last."""
    return phone.stack.wechat().get(f"/_sim/users/{phone.person}/bills").body[0]


def test_she_buys_a_voucher_and_it_is_in_her_wallet(phone):
    xiaomei = phone("小美")

    buy(xiaomei)

    xiaomei.see("1张券已到卡包")
    xiaomei.picture("bought")
    open_wallet(xiaomei)
    xiaomei.see(LATTE)
    bill = bill_of(xiaomei)
    assert (bill["total_fen"], bill["state"]) == (1990, "SUCCESS")


def test_the_code_on_the_screen_changes_and_each_can_be_read(phone):
    xiaomei = phone("小美")
    buy(xiaomei)
    open_voucher(xiaomei)
    first = show_code(xiaomei)
    xiaomei.picture("code")

    digits = xiaomei.on_top(".digits").inner_text()
    changed = xiaomei.on_top(".digits").filter(has_not_text=digits)
    changed.wait_for(timeout=ROTATES_WITHIN_MILLISECONDS)
    second = xiaomei.read_code(xiaomei.on_top(".qr"))

    assert first.startswith("KB")
    assert second.startswith("KB")
    assert first != second


def test_the_wallet_opens_without_a_network(phone):
    xiaomei = phone("小美")
    buy(xiaomei)
    open_wallet(xiaomei)
    xiaomei.see(LATTE)

    xiaomei.page.context.set_offline(True)
    xiaomei.go("pages/wallet/index")

    xiaomei.see("离线内容")
    xiaomei.see(LATTE)
    xiaomei.picture("offline")


def test_a_gift_goes_from_one_phone_to_the_other(phone):
    xiaomei, xiaozhang = phone("小美"), phone("小张")
    buy(xiaomei)
    open_voucher(xiaomei)
    xiaomei.tap("送朋友")
    xiaomei.press("包好 1 张")
    xiaomei.wechat("允许", exact=True)
    xiaomei.see("等待领取")
    xiaomei.press("发给朋友")
    xiaomei.share_to(xiaozhang.person)

    xiaozhang.open_card_of(xiaomei.person)
    xiaozhang.see("送来一份礼物")
    xiaozhang.picture("gift")
    xiaozhang.press("收下礼物")
    xiaozhang.see("收下了")

    open_wallet(xiaozhang)
    xiaozhang.see(LATTE)


def test_three_friends_help_and_the_locked_voucher_opens(phone):
    xiaomei, friends = phone("小美"), [phone("小张"), phone("小李"), phone("小王")]
    group = xiaomei.stack.group(*(each.person for each in (xiaomei, *friends)))
    xiaomei.tap(FRIENDS_CARD, exact=True)
    xiaomei.see("3位好友确认助力后解锁")
    xiaomei.picture("rules")
    xiaomei.go("pages/index/index")
    buy(xiaomei, FRIENDS_CARD)
    xiaomei.see("张券已到卡包，另1张好友助力后解锁")
    xiaomei.press("查看好友助力")
    xiaomei.tap("位好友")
    xiaomei.press("发给好友")
    xiaomei.share_to(group)

    for number, friend in enumerate(friends, start=1):
        friend.open_card_of(f"group:{group}")
        friend.see("每邀请3位好友在小程序内登录并确认助力")
        friend.press("确认助力")
        friend.see("您已助力")
        friend.see(f"{number} / 3 位好友")
    friends[-1].picture("helped")

    # Her own page was open all the while.
    xiaomei.see("已解锁")
    expect(xiaomei.app.locator(".wx-box:not(.away)").get_by_text("活动规则")).to_have_count(0)
    xiaomei.picture("unlocked")
    open_wallet(xiaomei)
    expect(xiaomei.app.locator(".wx-box:not(.away)").get_by_text("大杯拿铁一杯")).to_have_count(2)


def test_what_was_paid_comes_back(phone):
    xiaomei = phone("小美")
    buy(xiaomei)
    xiaomei.press("查看订单")
    xiaomei.press("申请退款")
    xiaomei.see("实付19.90元 × 市场价28.00/28.00 = 19.90元")
    xiaomei.app.get_by_role("radio", name="计划有变").tap()
    xiaomei.press("提交申请")
    xiaomei.answer("确认提交")
    xiaomei.wechat("允许", exact=True)

    xiaomei.see("退款完成")
    xiaomei.picture("refunded")
    assert [each["fen"] for each in bill_of(xiaomei)["refunds"]] == [1990]


def test_a_clerk_scans_her_code_and_only_once(phone):
    xiaomei, clerk = phone("小美"), phone("小周")
    buy(xiaomei)
    open_voucher(xiaomei)
    code = show_code(xiaomei)
    come_to_the_counter(clerk)

    clerk.scan(code, by="扫码核销")
    clerk.see("请交付给顾客")
    clerk.see("大杯拿铁一杯，冷热任选")
    clerk.press("确认核销")

    clerk.see("核销成功")
    clerk.picture("redeemed")
    clerk.press("下一位")
    clerk.scan(code, by="扫码核销")
    store = next(iter(clerk.stack.shop["stores"]))
    clerk.see(re.compile(f"^此券已核销：.+在{re.escape(store)}，请勿重复核销$"))
