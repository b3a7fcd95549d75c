"""Which products of the platform a shop's account may use, and which card stands for what."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select

from app.domain import merchants
from app.domain.card_bag import statements
from app.domain.card_bag.errors import NoCardBag, Taken
from app.domain.card_bag.models import Bag, BagTemplate
from app.domain.card_bag.rules import Capability
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one, locked, reading, writing
from app.kernel.errors import Invalid, NotFound


@dataclass(frozen=True, kw_only=True)
class BagKeys:
    """What speaks for a bag at the platform; `secret` is the old APIv2 key that signs coupons."""

    bag_id: int
    capability: Capability
    appid: str
    channel_id: int | None
    brand_id: str | None
    secret: str | None = field(repr=False)


@dataclass(frozen=True)
class _Benefit:
    id: int


@dataclass(frozen=True)
class _App:
    appid: str


_IN_STOCK = r"[^/]+/[^/]+"
_APP = "SELECT appid FROM wechat_apps WHERE merchant_id = %(merchant_id)s AND id = %(app_id)s"
_BENEFIT = "SELECT id FROM benefits WHERE merchant_id = %(merchant_id)s AND number = %(number)s"


def add_bag(
    *,
    merchant_id: int,
    capability: Capability,
    appid: str,
    store_number: str,
    channel_id: int | None = None,
    brand_id: str | None = None,
    secret: str | None = None,
    locations: dict[str, str] | None = None,
    actor: str,
    at: datetime,
) -> Bag:
    """Tell us that the account may use this product; it is off until `switch`.

    `appid` owns the cards, or is the one whose openids the coupons are given to. Uses at the
    platform's counter are booked at `store_number`, or where `locations` maps its place to.
    Raises NotFound, Invalid, Taken.
    """
    if (capability is Capability.PRODUCT_COUPON) != (brand_id is not None):
        raise Invalid("Product coupons belong to a brand, everything else to none.")
    if (capability is Capability.WECHAT_CARD) != (channel_id is None):
        raise Invalid("Coupons belong to a pay channel, cards to an official account.")
    if reading().scalar(_bag(merchant_id, capability)):
        raise Taken("This is set up already.", capability=capability.value)
    bag = Bag(
        merchant_id=merchant_id,
        capability=capability,
        app_id=merchants.get_app(merchant_id=merchant_id, appid=appid).app_id,
        channel_id=channel_id,
        brand_id=brand_id,
        store_id=merchants.get_store(merchant_id=merchant_id, number=store_number).id,
        is_on=False,
        settings={"locations": locations or {}},
        secret_sealed=keyring.seal(secret, context=_context(merchant_id)) if secret else None,
    )
    writing().add(bag)
    writing().flush()
    _record(merchant_id, "card_bag.add", capability, actor=actor, at=at)
    return bag


def switch(
    *, merchant_id: int, capability: Capability, is_on: bool, actor: str, at: datetime
) -> None:
    """On, or off: then nothing is offered, told or compared any more. Raises NotFound."""
    bag = writing().scalar(locked(_bag(merchant_id, capability)))
    if bag is None:
        raise NotFound("There is no such card bag.", capability=capability.value)
    bag.is_on = is_on
    writing().flush()
    _record(merchant_id, f"card_bag.{'on' if is_on else 'off'}", capability, actor=actor, at=at)


def add_template(
    *,
    merchant_id: int,
    capability: Capability,
    platform_id: str,
    benefit_number: str | None,
    has_own_codes: bool,
    actor: str,
    at: datetime,
) -> BagTemplate:
    """Let a card, stock or product coupon of the platform stand for a benefit.

    Without a benefit it is the member card, which only `wechat_card` has. A product coupon is
    named with its stock, "product/stock". Raises NotFound, Invalid, Taken.
    """
    bag = reading().scalar(_bag(merchant_id, capability))
    if bag is None:
        raise NotFound("There is no such card bag.", capability=capability.value)
    if benefit_number is None and capability is not Capability.WECHAT_CARD:
        raise Invalid("Only an official account has member cards.")
    if capability is Capability.BUSIFAVOR and not has_own_codes:
        raise Invalid("Only a coupon whose code we chose is known again when it was given.")
    if capability is Capability.PRODUCT_COUPON and not re.fullmatch(_IN_STOCK, platform_id):
        raise Invalid("A product coupon is named with its stock: product/stock.")
    benefit_id = _benefit_id(merchant_id, benefit_number)
    _refuse_taken(merchant_id, platform_id, benefit_id)
    template = BagTemplate(
        merchant_id=merchant_id,
        bag_id=bag.id,
        benefit_id=benefit_id,
        platform_id=platform_id,
        has_own_codes=has_own_codes,
    )
    writing().add(template)
    writing().flush()
    _record(merchant_id, "card_bag.add_template", platform_id, actor=actor, at=at)
    return template


def keys_of(*, merchant_id: int, capability: Capability) -> BagKeys:
    """What speaks for a bag that is on. Raises NoCardBag."""
    bag = reading().scalar(_bag(merchant_id, capability))
    if bag is None or not bag.is_on:
        raise NoCardBag("This shop does not use the card bag.", capability=capability.value)
    app = fetch_one(_App, _APP, {"merchant_id": merchant_id, "app_id": bag.app_id})
    assert app is not None  # noqa: S101 - the foreign key keeps it there
    sealed = bag.secret_sealed
    return BagKeys(
        bag_id=bag.id,
        capability=capability,
        appid=app.appid,
        channel_id=bag.channel_id,
        brand_id=bag.brand_id,
        secret=keyring.unseal(sealed, context=_context(merchant_id)) if sealed else None,
    )


def capability_of(*, merchant_id: int, bag_id: int) -> Capability:
    """Raises NotFound."""
    query = select(Bag.capability).where(Bag.merchant_id == merchant_id, Bag.id == bag_id)
    capability = reading().scalar(query)
    if capability is None:
        raise NotFound("There is no such card bag.")
    return capability


def compare_soon(*, merchant_id: int) -> int:
    """Let the next sweep compare the merchant's bags; tells how many are on."""
    return execute(statements.COMPARE_SOON, {"merchant_id": merchant_id})


def list_bags(*, merchant_id: int) -> list[Bag]:
    """Every product that is set up, on or off."""
    query = select(Bag).where(Bag.merchant_id == merchant_id).order_by(Bag.id)
    return list(reading().scalars(query))


def _benefit_id(merchant_id: int, number: str | None) -> int | None:
    if number is None:
        return None
    found = fetch_one(_Benefit, _BENEFIT, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such benefit.", number=number[:40])
    return found.id


def _refuse_taken(merchant_id: int, platform_id: str, benefit_id: int | None) -> None:
    same = (BagTemplate.platform_id == platform_id) | (
        BagTemplate.benefit_id.is_not_distinct_from(benefit_id)
    )
    query = select(BagTemplate.id).where(BagTemplate.merchant_id == merchant_id, same)
    if reading().scalar(query.limit(1)) is not None:
        raise Taken("This card or this benefit is set up already.", platform_id=platform_id)


def _bag(merchant_id: int, capability: Capability) -> Select[Bag]:
    return select(Bag).where(Bag.merchant_id == merchant_id, Bag.capability == capability)


def _context(merchant_id: int) -> str:
    return f"bags.secret:{merchant_id}"


def _record(merchant_id: int, action: str, subject: str, *, actor: str, at: datetime) -> None:
    audit.record(merchant_id=merchant_id, actor=actor, action=action, subject=subject, at=at)
