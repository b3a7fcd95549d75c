"""What the shop sells to a crowd: without limits on pieces, and with enough people at the till."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.cli.assortment import BENEFITS
from app.domain import campaigns, catalog, merchants
from app.kernel import clock
from app.kernel.db import flush, reading, transaction
from chaos.customer import Street
from chaos.inside import Inside
from deploy.local.customer import Customer as Guest
from deploy.local.friends_act import publish_campaign
from deploy.local.telling import Caller, expect

ACTOR = "system"
LATTES = 9
LATTE_FEN = 1990
HELPERS, TILLS = 3, 16
MANY = 100_000
_K = catalog.OfferKind
OFFERS: dict[str, dict[str, Any]] = {
    "bundle": {"kind": _K.BUNDLE, "title": "九杯拿铁", "price_fen": 9900, "lattes": LATTES},
    "latte": {"kind": _K.SINGLE, "title": "一杯拿铁", "price_fen": LATTE_FEN, "lattes": 1},
    "friends": {"kind": _K.ASSIST, "title": "好友拿铁", "price_fen": 2590, "lattes": 1},
    "value": {
        "kind": _K.TOPUP,
        "title": "储值200元",
        "price_fen": 20000,
        "lattes": 0,
        "terms": {"bonus_fen": 2000, "bonus_cap_fen": 10000},
    },
}


def open_shop(house: Inside, shop: Mapping[str, Any]) -> Street:
    """Offers, a campaign and tills, over what the demonstration has; needs everything running."""
    with house.app.app_context():
        offers, campaign, invitations = _fill(str(shop["merchant"]))
    wechat = Caller(house.wechat_url)
    api = f"{house.web_url}/api/v1/{shop['merchant']}"
    author = Guest(wechat, api, appid=shop["appid"], name="作者").member
    publish_campaign(house, {**shop, "campaigns": {campaign: "draft"}}, author=author)
    return Street(
        web_port=house.web_port,
        wechat_port=house.wechat_port,
        merchant=str(shop["merchant"]),
        appid=shop["appid"],
        offers=offers,
        price_fen=LATTE_FEN,
        helpers=HELPERS,
        staff=tuple(_hire(shop, wechat, api, token) for token in invitations),
    )


def _fill(number: str) -> tuple[dict[str, str], str, list[str]]:
    """Offers by name, the draft of a campaign, invitations."""
    at = clock.now()
    with transaction():
        merchant_id = (
            reading()
            .scalars(select(merchants.Merchant).where(merchants.Merchant.number == number))
            .one()
            .id
        )
        benefits = {
            each.name: each.id
            for each in reading().scalars(
                select(catalog.Benefit).where(catalog.Benefit.merchant_id == merchant_id)
            )
        }
        latte = benefits[BENEFITS["latte"]["name"]]
        offers = {
            name: _add_offer(merchant_id, latte, at=at, **words) for name, words in OFFERS.items()
        }
        flush()
        campaign = _draft(merchant_id, offers["friends"], at=at)
        invitations = [_invite(merchant_id, each, at=at) for each in range(TILLS)]
    return offers, campaign, invitations


def _add_offer(merchant_id: int, latte: int, *, lattes: int, at: datetime, **words: Any) -> str:
    offer = catalog.add_offer(
        merchant_id=merchant_id,
        items=[(latte, lattes)] if lattes else [],
        stock=MANY,
        actor=ACTOR,
        at=at,
        **words,
    )
    catalog.publish_offer(merchant_id=merchant_id, number=offer.number, actor=ACTOR, at=at)
    return offer.number


def _draft(merchant_id: int, offer: str, *, at: datetime) -> str:
    """A campaign as the demonstration's, for more people."""
    first = campaigns.list_campaigns(merchant_id=merchant_id)[0]
    terms = {**first.terms, "offer": offer, "rewards": MANY}
    return campaigns.draft(
        merchant_id=merchant_id, terms=campaigns.parse(terms), actor=ACTOR, at=at
    ).number


def _invite(merchant_id: int, number: int, *, at: datetime) -> str:
    return merchants.invite_staff(
        merchant_id=merchant_id,
        name=f"店长 {number + 1}",
        role=merchants.Role.MANAGER,
        store_ids=(),
        actor=ACTOR,
        at=at,
    ).token


def _hire(shop: Mapping[str, Any], wechat: Caller, api: str, invitation: str) -> str:
    """The token of somebody at the till."""
    name = f"店长-{secrets.token_hex(4)}"
    expect(200, wechat.post("/_sim/users", {"name": name}))
    counter, appid = Caller(api), shop["appid"]

    def login() -> dict[str, str]:
        told = expect(200, wechat.post(f"/_sim/users/{name}/login", {"appid": appid}))
        return {"appid": appid, "code": told["code"]}

    expect(201, counter.post("/counter/invitations/accept", login() | {"token": invitation}))
    store = next(iter(shop["stores"].values()))
    told = expect(201, counter.post("/counter/sessions", login() | {"store": store}))
    return str(told["token"])
