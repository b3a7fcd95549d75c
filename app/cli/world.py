"""Both sides' fresh keys for a demonstration: what the platform knows, and what the shop knows."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.simulator.fresh import FreshWorld, new_app, new_world
from app.simulator.settings import App, Person, Template, load, save

# Who has keys of an older shape gets new ones, and with them a new shop.
VERSION = 7
NAME = "晨光咖啡"
PEOPLE = ("小美", "小张", "小李", "店主老陈", "店长小林", "店员小周")
PAGES = (
    "pages/index/index",
    "pages/campaigns/index",
    "pages/wallet/index",
    "pages/me/index",
    "pages/orders/index",
    "pages/offer/show",
    "pages/gift/take",
    "pages/gift-card/take",
    "pages/share/take",
    "pages/family/join",
    "pages/assist/help",
)

# Our message, the pretend platform's template that says it, and which field says which word.
MESSAGES: tuple[dict[str, Any], ...] = (
    {
        "app": "app",
        "channel": "subscribe",
        "message": "order_paid",
        "template_id": "tmpl-order-paid-0000000000000000000000000001",
        "title": "购买成功通知",
        "page": "pages/wallet/index",
        "fields": {
            "thing1": ("title", "商品名称"),
            "amount2": ("total", "支付金额"),
            "time3": ("paid_at", "支付时间"),
            "thing4": ("hint", "温馨提示"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "voucher_redeemed",
        "template_id": "tmpl-redeemed-00000000000000000000000000001",
        "title": "卡券核销通知",
        "page": "pages/wallet/index",
        "fields": {
            "thing1": ("voucher", "卡券名称"),
            "thing2": ("store", "核销门店"),
            "time3": ("redeemed_at", "核销时间"),
            "number4": ("points", "获得积分"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "assist_unlocked",
        "template_id": "tmpl-unlocked-00000000000000000000000000001",
        "title": "助力成功通知",
        "page": "pages/wallet/index",
        "fields": {
            "thing1": ("voucher", "权益名称"),
            "thing2": ("hint", "温馨提示"),
            "time3": ("at", "完成时间"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "gift_claimed",
        "template_id": "tmpl-gift-taken-000000000000000000000000001",
        "title": "礼物领取通知",
        "page": "pages/wallet/index",
        "fields": {
            "thing1": ("gift", "礼物名称"),
            "thing2": ("friend", "领取人"),
            "time3": ("at", "领取时间"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "tier_raised",
        "template_id": "tmpl-tier-raised-00000000000000000000000001",
        "title": "会员升级通知",
        "page": "pages/wallet/index",
        "fields": {
            "thing1": ("tier", "会员等级"),
            "thing2": ("hint", "升级权益"),
            "time3": ("at", "升级时间"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "refund_done",
        "template_id": "tmpl-refund-done-00000000000000000000000001",
        "title": "退款成功通知",
        "page": "pages/orders/index",
        "fields": {
            "thing1": ("title", "商品名称"),
            "amount2": ("amount", "退款金额"),
            "thing3": ("hint", "退款去向"),
            "time4": ("at", "退款时间"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "parcel_sent",
        "template_id": "tmpl-parcel-sent-00000000000000000000000001",
        "title": "包裹寄出通知",
        "page": "pages/orders/index",
        "fields": {
            "thing1": ("goods", "商品名称"),
            "character_string2": ("company", "快递公司"),
            "character_string3": ("tracking", "快递单号"),
        },
    },
    {
        "app": "app",
        "channel": "subscribe",
        "message": "seat_offered",
        "template_id": "tmpl-seat-offered-0000000000000000000000001",
        "title": "候补座位通知",
        "page": "pages/wallet/index",
        "fields": {
            "thing1": ("session", "活动名称"),
            "time2": ("starts_at", "开始时间"),
            "time3": ("ends_at", "保留至"),
        },
    },
    {
        "app": "account",
        "channel": "oa_template",
        "message": "voucher_redeemed",
        "template_id": "tmpl-account-redeemed-000000000000000000001",
        "title": "服务完成通知",
        "page": None,
        "fields": {
            "thing1": ("voucher", "服务名称"),
            "thing2": ("store", "服务门店"),
            "time3": ("redeemed_at", "完成时间"),
        },
    },
)


def make(folder: Path, *, ladder_scale: float) -> bool:
    """Write wechat.json and shop.json unless both are there; whether they were written."""
    platform, shop = folder / "wechat.json", folder / "shop.json"
    if platform.exists() and _version(shop) == VERSION:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    app = replace(new_app(templates=_templates("app"), pages=PAGES), name=NAME)
    account = replace(new_app(kind="oa", templates=_templates("account")), name=NAME)
    people = tuple(
        Person(name=name, unionid=f"union-{place}", phone=f"1380000{place:04d}")
        for place, name in enumerate(PEOPLE, start=1)
    )
    world = new_world(
        app=app,
        more_apps=(account,),
        people=people,
        retry_ladder_scale=ladder_scale,
        one_minute_between_refunds=False,
    )
    save(world.settings, platform)
    shop.touch(mode=0o600)
    text = json.dumps(_shops_side(app, account, world), ensure_ascii=False, indent=2)
    shop.write_text(text, encoding="utf-8")
    return True


def open_doors(folder: Path, doors: Mapping[str, str], *, slot_url: str) -> None:
    """Tell the pretend platform where each app hears its messages, as in its console.

    `slot_url` is where a phone finds the mini-program itself; empty where none runs.
    """
    platform = folder / "wechat.json"
    settings = load(platform)
    apps = tuple(
        replace(app, message_url=doors.get(app.appid, app.message_url)) for app in settings.apps
    )
    save(replace(settings, apps=apps, mini_program_slot_url=slot_url), platform)


def _version(shop: Path) -> int:
    if not shop.exists():
        return 0
    return int(json.loads(shop.read_text(encoding="utf-8")).get("version", 1))


def _templates(app: str) -> dict[str, Template]:
    return {
        each["template_id"]: Template(
            title=each["title"],
            fields={field: label for field, (_, label) in each["fields"].items()},
        )
        for each in MESSAGES
        if each["app"] == app
    }


def _shops_side(app: App, account: App, world: FreshWorld) -> dict[str, Any]:
    merchant = world.settings.merchants[0]
    return {
        "version": VERSION,
        "app": _app(app),
        "account": _app(account),
        "pay": {
            "mchid": merchant.mchid,
            "serial": merchant.certificate_serial,
            "private_key_pem": world.merchant_private_key_pem,
            "apiv3_key": merchant.apiv3_key,
            "public_key_id": world.settings.public_key_id,
            "public_key_pem": world.platform_public_key_pem,
        },
        "messages": [
            {
                "app": each["app"],
                "channel": each["channel"],
                "message": each["message"],
                "template_id": each["template_id"],
                "page": each["page"],
                "fields": {field: word for field, (word, _) in each["fields"].items()},
            }
            for each in MESSAGES
        ],
    }


def _app(app: App) -> dict[str, str]:
    return {
        "appid": app.appid,
        "secret": app.secret,
        "original_id": app.original_id,
        "message_token": app.message_token,
        "message_aes_key": app.message_aes_key,
    }
