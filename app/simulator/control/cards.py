"""The platform's desk for cards: coupons that exist already, audits, single codes, knobs."""

from typing import Any

from flask import Blueprint, abort

from app.simulator.control.reading import appid_of, asked, user_named
from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards import audit, happenings
from app.simulator.open_platform.cards.consuming import consume_code
from app.simulator.open_platform.cards.dates import term
from app.simulator.open_platform.cards.drawing import drawn, gift_view, platform_view
from app.simulator.open_platform.cards.making import known_type, make_card
from app.simulator.open_platform.cards.reading import ok
from app.simulator.open_platform.cards.state import (
    CODE_STATES,
    EXPIRE,
    VERIFY_OK,
    Card,
    CardBag,
    HeldCard,
)
from app.simulator.open_platform.cards.types import FIX_TERM, MEMBER_CARD, PERMANENT
from app.simulator.settings import App
from app.simulator.world import World, here

AUDITS = ("pass", "fail", "hold")
USUAL_DETAILS: dict[str, dict[str, Any]] = {
    "GROUPON": {"deal_detail": "凭券享套餐一份"},
    "CASH": {"least_cost": 0, "reduce_cost": 1000},
    "DISCOUNT": {"discount": 20},
    "GIFT": {"gift": "兑换一份"},
    "GENERAL_COUPON": {"default_detail": "凭券享优惠"},
    MEMBER_CARD: {"supply_bonus": True, "supply_balance": False, "prerogative": "会员权益"},
}

card_desk = Blueprint("card_desk", __name__, url_prefix="/_sim/cards")


@card_desk.get("")
def everything() -> dict[str, Any]:
    """All cards with stock, status and codes, all gifts, the knobs."""
    world = here()
    with world.lock:
        bag = world.part(CardBag)
        return {
            "cards": [platform_view(world, each) for each in bag.cards.values()],
            "gifts": [gift_view(world, each) for each in bag.gifts.values()],
            "audit": bag.audit,
            "no_old_code": bag.no_old_code,
        }


@card_desk.post("")
def already_there() -> dict[str, Any]:
    """{appid, card_type, card_id?, base_info?, …type fields}: a card that passed its audit long ago.

    This is how a coupon of the closed types exists. What is left out has usual values; what is
    there is checked as /card/create does. A `card_id` that is there already is left as it is.
    """
    world, body = here(), asked()
    with world.lock:
        app = world.apps[appid_of(world, body)]
        if app.kind != "oa":
            abort(400, "cards belong to official accounts")
        card = world.part(CardBag).cards.get(str(body.get("card_id")))
        return ok(**platform_view(world, card or _seeded(world, app, body)))


@card_desk.post("/ways")
def ways() -> dict[str, Any]:
    """{audit? pass | fail | hold, no_old_code?}: of new cards, and of gifts' user_get_card."""
    world, body = here(), asked()
    with world.lock:
        bag = world.part(CardBag)
        if body.get("audit", bag.audit) not in AUDITS:
            abort(400, f"audit is one of {AUDITS}")
        bag.audit = body.get("audit", bag.audit)
        bag.no_old_code = bool(body.get("no_old_code", bag.no_old_code))
        return {"audit": bag.audit, "no_old_code": bag.no_old_code}


@card_desk.post("/rights")
def rights() -> dict[str, Any]:
    """{appid, rights}: of custom_code, bonus, custom_cell, balance (stored value)."""
    world, body = here(), asked()
    with world.lock:
        appid = appid_of(world, body)
        world.part(CardBag).rights[appid] = frozenset(body.get("rights", ()))
        return {"appid": appid, "rights": sorted(world.part(CardBag).rights[appid])}


@card_desk.post("/pay-order")
def pay_order() -> dict[str, Any]:
    """{appid, order_id, status?, …}: card_pay_order, about the account's card coins."""
    world, body = here(), asked()
    with world.lock:
        app = world.apps[appid_of(world, body)]
        now = int(world.clock.now())
        fields = {
            "OrderId": str(body.get("order_id") or "404091456"),
            "Status": body.get("status", "ORDER_STATUS_FINANCE_SUCC"),
            "CreateOrderTime": now,
            "PayFinishTime": 0,
            "Desc": "",
            "FreeCoinCount": "0",
            "PayCoinCount": "0",
            "RefundFreeCoinCount": "0",
            "RefundPayCoinCount": "0",
            "OrderType": "ORDER_TYPE_SYS_ADD",
            "Memo": str(body.get("memo") or "开通账户奖励"),
            "ReceiptInfo": "",
        }
        openid = happenings.PLATFORM_OPENID
        world.pushes.send(app=app, openid=openid, event="card_pay_order", fields=fields)
        return ok()


@card_desk.post("/<card_id>/audit")
def decide(card_id: str) -> dict[str, Any]:
    """{passes?, reason?}: the audit ends now, with its event."""
    world, body = here(), asked()
    with world.lock:
        card = _card(world, card_id)
        passes, reason = bool(body.get("passes", True)), str(body.get("reason") or "")
        audit.judge(world, card, passes=passes, reason=reason)
        return ok(status=card.status)


@card_desk.post("/<card_id>/codes/<code>")
def change_quietly(card_id: str, code: str) -> dict[str, Any]:
    """{state?, holder?, drop?}: change, make or lose a code without telling anybody."""
    world, body = here(), asked()
    if body.get("state", EXPIRE) not in CODE_STATES:
        abort(400, f"state is one of {CODE_STATES}")
    with world.lock:
        card, bag = _card(world, card_id), world.part(CardBag)
        held = bag.held.get((card_id, code)) or _made(world, card, code, body)
        if body.get("drop"):
            del bag.held[(card_id, code)]
            return ok()
        if body.get("holder"):
            held.holder = user_named(world, body["holder"]).name
        held.status = body.get("state", held.status)
        return ok(**drawn(world, held))


@card_desk.post("/<card_id>/codes/<code>/consume")
def consume(card_id: str, code: str) -> dict[str, Any]:
    """{clerk, source? FROM_MOBILE_HELPER | FROM_MP, location_name?}: a clerk's helper app."""
    world, body = here(), asked()
    with world.lock:
        card = _card(world, card_id)
        held = world.part(CardBag).held.get((card_id, code))
        if held is None:
            raise OpenRefused(40056)
        consume_code(
            world,
            card,
            held,
            source=body.get("source", "FROM_MOBILE_HELPER"),
            LocationName=str(body.get("location_name") or ""),
            StaffOpenId=user_named(world, body.get("clerk", "")).openids[card.app.appid],
        )
        return ok(**drawn(world, held))


def _seeded(world: World, app: App, body: dict[str, Any]) -> Card:
    card_type = known_type(body.get("card_type"))
    apart = {"appid", "card_type", "card_id", "base_info"}
    spoken = {name: value for name, value in body.items() if name not in apart}
    base = {**_usual_base(app, card_type), **body.get("base_info", {})}
    card = make_card(
        world,
        app,
        card_type=card_type,
        spoken={**USUAL_DETAILS.get(card_type, {}), **spoken, "base_info": base},
        card_id=str(body.get("card_id") or ""),
    )
    card.status = VERIFY_OK
    return card


def _usual_base(app: App, card_type: str) -> dict[str, Any]:
    days = {"type": FIX_TERM, "fixed_term": 30, "fixed_begin_term": 0}
    return {
        "logo_url": "https://mmbiz.qpic.cn/mmbiz/card-logo/0",
        "code_type": "CODE_TYPE_QRCODE",
        "brand_name": app.name[:12] or "卡包",
        "title": "会员卡" if card_type == MEMBER_CARD else "优惠券",
        "color": "Color010",
        "notice": "使用时向店员出示此券",
        "description": "不可与其他优惠同享",
        "date_info": {"type": PERMANENT} if card_type == MEMBER_CARD else days,
        "sku": {"quantity": 1000},
    }


def _card(world: World, card_id: str) -> Card:
    card = world.part(CardBag).cards.get(card_id)
    if card is None:
        abort(404, f"no card {card_id}")
    return card


def _made(world: World, card: Card, code: str, body: dict[str, Any]) -> HeldCard:
    if not body.get("holder"):
        abort(404, f"no code {code}")
    holder, now = user_named(world, body["holder"]).name, world.clock.now()
    begin, end = term(card, received_at=now)
    held = HeldCard(
        card_id=card.card_id, code=code, holder=holder, received_at=now, begin_at=begin, end_at=end
    )
    world.part(CardBag).held[(card.card_id, code)] = held
    return held
