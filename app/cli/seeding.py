"""The demonstration shop 晨光咖啡: two stores, three people, and what `assortment` lists."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.cli import covers
from app.cli.assortment import (
    BENEFITS,
    EVENING,
    EVENING_CAMPAIGN,
    EVENING_OFFER,
    FRIENDS_OFFER,
    JOINED,
    OFFERS,
    POINTS_TERMS,
    tiers,
)
from app.domain import (
    campaigns,
    card_bag,
    catalog,
    membership,
    merchants,
    messaging,
    points,
    promotions,
)
from app.gateways import gateways
from app.kernel import clock, numbers
from app.kernel.db import flush, reading, transaction
from app.kernel.errors import NotFound

NAME = "晨光咖啡"
SLOGAN = "一杯好咖啡，从清晨开始"
SERVICE_PHONE = "021-60000000"
STORES = (("人民路店", "人民路 18 号"), ("滨江店", "滨江大道 6 号"))
ACTOR = "system"
# A card that the account had before WeChat closed the making of new ones.
LATTE_CARD = "pKabaoLatteCard0000000000001"
APPS = {
    "app": merchants.AppKind.MINI_PROGRAM,
    "account": merchants.AppKind.OFFICIAL_ACCOUNT,
}


def seed(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Open the shop unless it is open already, with the keys of its app and pay account."""
    at = clock.now()
    with transaction():
        secrets = {} if _find(keys) else _open(keys, at=at)
    with transaction():
        return {**_describe(keys), **secrets}


def _find(keys: Mapping[str, Any]) -> merchants.Merchant | None:
    """The merchant whose app it is."""
    return reading().scalar(
        select(merchants.Merchant)
        .join(merchants.WechatApp, merchants.WechatApp.merchant_id == merchants.Merchant.id)
        .where(merchants.WechatApp.appid == keys["app"]["appid"])
    )


def _open(keys: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Everything at once; what is shown only now."""
    merchant_id = merchants.add_merchant(name=NAME, at=at).id
    stores = [
        merchants.add_store(
            merchant_id=merchant_id, name=name, address=address, actor=ACTOR, at=at
        ).id
        for name, address in STORES
    ]
    _dress(merchant_id, at=at)
    _connect(merchant_id, keys, at=at)
    benefits = _fill_shelves(merchant_id, at=at)
    _reward(merchant_id, benefits, at=at)
    _open_card_bag(merchant_id, keys, benefits["latte"], at=at)
    _draft_campaign(merchant_id, benefits, at=at)
    _plan_an_evening(merchant_id, benefits, at=at)
    cashier = merchants.add_api_key(
        merchant_id=merchant_id,
        store_id=stores[0],
        name="收银系统",
        scopes=list(merchants.Scope),
        actor=ACTOR,
        at=at,
    )
    return {"api_key": cashier.secret, "invitations": _invite(merchant_id, stores, at=at)}


def _dress(merchant_id: int, *, at: datetime) -> None:
    merchants.set_brand(
        merchant_id=merchant_id,
        slogan=SLOGAN,
        colour=merchants.Colour.RED,
        service_phone=SERVICE_PHONE,
        actor=ACTOR,
        at=at,
    )
    logo = _keep(merchant_id, covers.draw_logo(), name="logo")
    merchants.set_logo(merchant_id=merchant_id, logo=logo, actor=ACTOR, at=at)


def _keep(merchant_id: int, picture: bytes, *, name: str) -> str:
    """The file's key."""
    owner = numbers.for_merchant(merchant_id)
    return gateways().files.put(merchant_id=owner, name=name, content=picture)


def _connect(merchant_id: int, keys: Mapping[str, Any], *, at: datetime) -> None:
    for name, kind in APPS.items():
        _add_app(merchant_id, keys[name], kind, at=at)
    merchants.add_pay_channel(
        merchant_id=merchant_id,
        mode=merchants.PayMode.DIRECT,
        sub_mchid=None,
        at=at,
        **keys["pay"],
    )
    for each in keys["messages"]:
        words = dict(each)
        appid = keys[words.pop("app")]["appid"]
        channel = messaging.Channel(words.pop("channel"))
        messaging.add_template(
            merchant_id=merchant_id, appid=appid, channel=channel, at=at, **words
        )


def _add_app(
    merchant_id: int, keys: Mapping[str, str], kind: merchants.AppKind, *, at: datetime
) -> None:
    which: dict[str, Any] = {"merchant_id": merchant_id, "appid": keys["appid"]}
    merchants.add_app(**which, kind=kind, name=NAME, secret=keys["secret"], at=at)
    merchants.open_message_door(
        **which,
        mode=merchants.MessageMode.SECURE,
        token=keys["message_token"],
        aes_key=keys["message_aes_key"],
        original_id=keys["original_id"],
        actor=ACTOR,
        at=at,
    )


def _invite(merchant_id: int, stores: Sequence[int], *, at: datetime) -> dict[str, str]:
    people = (
        (merchants.Role.OWNER, "老陈", ()),
        (merchants.Role.MANAGER, "小林", ()),
        (merchants.Role.CLERK, "小周", stores[:1]),
    )
    return {
        role.value: merchants.invite_staff(
            merchant_id=merchant_id, name=name, role=role, store_ids=at_stores, actor=ACTOR, at=at
        ).token
        for role, name, at_stores in people
    }


def _open_card_bag(
    merchant_id: int, keys: Mapping[str, Any], latte: catalog.BenefitRevision, *, at: datetime
) -> None:
    which: dict[str, Any] = {
        "merchant_id": merchant_id,
        "capability": card_bag.Capability.WECHAT_CARD,
        "actor": ACTOR,
        "at": at,
    }
    store = merchants.list_stores(merchant_id=merchant_id)[0]
    card_bag.add_bag(**which, appid=keys["account"]["appid"], store_number=store.number)
    card_bag.add_template(
        **which,
        platform_id=LATTE_CARD,
        benefit_number=latte.benefit_number,
        has_own_codes=True,
    )
    card_bag.switch(**which, is_on=True)


def _reward(
    merchant_id: int, benefits: Mapping[str, catalog.BenefitRevision], *, at: datetime
) -> None:
    """What membership is worth: tiers, points for joining, and points as a part payment."""
    which: dict[str, Any] = {"merchant_id": merchant_id, "actor": ACTOR, "at": at}
    numbers = {name: benefit.benefit_number for name, benefit in benefits.items()}
    membership.publish_rules(**which, rules=membership.parse(tiers(numbers)))
    points.add_rule(**which, source=points.RuleSource.EVENT, **JOINED)
    points.set_terms(**which, **POINTS_TERMS)


def _draft_campaign(
    merchant_id: int, benefits: Mapping[str, catalog.BenefitRevision], *, at: datetime
) -> None:
    """Three friends unlock one more latte, each for a cookie; publishing asks WeChat's judge."""
    offer = reading().scalars(
        select(catalog.Offer.number).where(
            catalog.Offer.merchant_id == merchant_id, catalog.Offer.title == FRIENDS_OFFER
        )
    )
    terms = {
        "offer": offer.one(),
        "subs": [{"benefit": benefits["latte"].benefit_number, "helpers": 3}],
        "reward": benefits["cookie"].benefit_number,
        "hours": 24,
        "helper_daily_cap": 3,
        "sharer_daily_cap": 20,
        "rewards": 500,
        "fallback": benefits["five_off"].benefit_number,
        "wording": {
            "title": "三位好友助力，解锁拿铁兑换券",
            "rules": "购买后24小时内，每邀请3位好友在小程序内登录并确认助力，"
            "解锁一张拿铁兑换券（价值28元）；好友每人立即获得曲奇兑换券1张（价值8元）。"
            "到期未完成的改发满30减5券1张。购买和使用主卡不需要助力。",
            "share_title": "帮我助力，你也得一张曲奇兑换券",
        },
    }
    campaigns.draft(merchant_id=merchant_id, terms=campaigns.parse(terms), actor=ACTOR, at=at)


def _fill_shelves(merchant_id: int, *, at: datetime) -> dict[str, catalog.BenefitRevision]:
    benefits = {name: _add_benefit(merchant_id, words, at=at) for name, words in BENEFITS.items()}
    for offer in OFFERS:
        number = _add_offer(merchant_id, offer, benefits, at=at)
        catalog.publish_offer(merchant_id=merchant_id, number=number, actor=ACTOR, at=at)
    return benefits


def _plan_an_evening(
    merchant_id: int, benefits: Mapping[str, catalog.BenefitRevision], *, at: datetime
) -> None:
    """An event to come, and a sale around it that has begun."""
    here = at.astimezone(ZoneInfo(merchants.profile(merchant_id=merchant_id).zone))
    day = here + timedelta(days=EVENING["in_days"])
    starts_at = day.replace(hour=EVENING["from_hour"], minute=0, second=0, microsecond=0)
    which: dict[str, Any] = {"merchant_id": merchant_id, "actor": ACTOR, "at": at}
    event = promotions.add_event(
        **which,
        name=EVENING["name"],
        starts_at=starts_at.astimezone(UTC),
        ends_at=(starts_at + timedelta(hours=EVENING["hours"])).astimezone(UTC),
    )
    offer = _add_offer(merchant_id, EVENING_OFFER, benefits, at=at)
    before = -EVENING["days_before"] * 24 * 60
    terms = EVENING_CAMPAIGN | {
        "offers": [offer],
        "around": {"event": event.number, "from_minutes": before},
    }
    draft = promotions.draft(**which, terms=promotions.parse(terms))
    flush()
    promotions.publish(**which, number=draft.number)


def _add_benefit(
    merchant_id: int, words: Mapping[str, Any], *, at: datetime
) -> catalog.BenefitRevision:
    draft = catalog.add_benefit(merchant_id=merchant_id, actor=ACTOR, at=at, **words)
    catalog.publish_benefit(
        merchant_id=merchant_id, benefit_number=draft.benefit_number, actor=ACTOR, at=at
    )
    return draft


def _add_offer(
    merchant_id: int,
    offer: Mapping[str, Any],
    benefits: Mapping[str, catalog.BenefitRevision],
    *,
    at: datetime,
) -> str:
    """A draft; its number."""
    words = dict(offer)
    shelf = catalog.add_category(
        merchant_id=merchant_id, name=words.pop("shelf"), actor=ACTOR, at=at
    )
    holds = words.pop("holds")
    cover = _keep(merchant_id, covers.draw(words.pop("cover")), name="cover")
    return catalog.add_offer(
        merchant_id=merchant_id,
        items=[(benefits[name].benefit_id, quantity) for name, quantity in holds.items()],
        category_id=shelf.id,
        terms=_terms(words.pop("terms", {}), benefits),
        cover=cover,
        actor=ACTOR,
        at=at,
        **words,
    ).number


def _terms(
    words: Mapping[str, Any], benefits: Mapping[str, catalog.BenefitRevision]
) -> dict[str, Any]:
    """What each period sends is named in the list, and numbered in the shop."""
    sent = [
        {"benefit_ids": [benefits[name].benefit_id for name in names], "quantity": quantity}
        for names, quantity in words.get("items", ())
    ]
    return {**words, "items": sent} if sent else dict(words)


def _evening(merchant_id: int) -> str:
    """The number of the benefit that evenings are put on for."""
    found = reading().scalars(
        select(catalog.Benefit.number).where(
            catalog.Benefit.merchant_id == merchant_id,
            catalog.Benefit.name == BENEFITS["tasting"]["name"],
        )
    )
    return found.one()


def _describe(keys: Mapping[str, Any]) -> dict[str, Any]:
    merchant = _find(keys)
    if merchant is None:
        raise NotFound("The shop is not open.")
    offers = reading().scalars(
        select(catalog.Offer)
        .where(catalog.Offer.merchant_id == merchant.id)
        .order_by(catalog.Offer.id)
    )
    return {
        "merchant": merchant.number,
        "name": merchant.name,
        "appid": keys["app"]["appid"],
        "account": keys["account"]["appid"],
        "latte_card": LATTE_CARD,
        "friends_offer": FRIENDS_OFFER,
        "joined": JOINED["event"],
        "evening": _evening(merchant.id),
        "campaigns": {
            campaign.number: campaign.state
            for campaign in campaigns.list_campaigns(merchant_id=merchant.id)
        },
        "doors": {
            app.appid: app.number
            for app in reading().scalars(
                select(merchants.WechatApp).where(merchants.WechatApp.merchant_id == merchant.id)
            )
        },
        "pay_channel": merchants.default_pay_channel(merchant_id=merchant.id).number,
        "stores": {
            store.name: store.number for store in merchants.list_stores(merchant_id=merchant.id)
        },
        "offers": {offer.title: offer.number for offer in offers},
        "templates": {
            each["message"]: each["template_id"]
            for each in keys["messages"]
            if each["app"] == "app"
        },
    }
