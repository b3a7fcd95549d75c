"""Both sides' fresh keys for a demonstration: what the platform knows, and what the shop knows."""

import json
from pathlib import Path
from typing import Any

from app.simulator.fresh import FreshWorld, new_app, new_world
from app.simulator.settings import App, Person, Template, save

PEOPLE = ("小美", "小张", "店主老陈", "店长小林", "店员小周")
PAGES = ("pages/index/index", "pages/wallet/index", "pages/orders/index")

# Our message, the pretend platform's template that says it, and which field says which word.
MESSAGES: tuple[dict[str, Any], ...] = (
    {
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
)


def make(folder: Path, *, ladder_scale: float) -> bool:
    """Write wechat.json and shop.json unless both are there; whether they were written."""
    platform, shop = folder / "wechat.json", folder / "shop.json"
    if platform.exists() and shop.exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    app = new_app(templates=_templates(), pages=PAGES)
    people = tuple(
        Person(name=name, unionid=f"union-{place}", phone=f"1380000{place:04d}")
        for place, name in enumerate(PEOPLE, start=1)
    )
    world = new_world(
        app=app, people=people, retry_ladder_scale=ladder_scale, one_minute_between_refunds=False
    )
    save(world.settings, platform)
    shop.touch(mode=0o600)
    text = json.dumps(_shops_side(app, world), ensure_ascii=False, indent=2)
    shop.write_text(text, encoding="utf-8")
    return True


def _templates() -> dict[str, Template]:
    return {
        each["template_id"]: Template(
            title=each["title"],
            fields={field: label for field, (_, label) in each["fields"].items()},
        )
        for each in MESSAGES
    }


def _shops_side(app: App, world: FreshWorld) -> dict[str, Any]:
    merchant = world.settings.merchants[0]
    return {
        "app": {"appid": app.appid, "secret": app.secret},
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
                "message": each["message"],
                "template_id": each["template_id"],
                "page": each["page"],
                "fields": {field: word for field, (word, _) in each["fields"].items()},
            }
            for each in MESSAGES
        ],
    }
