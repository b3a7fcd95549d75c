"""Everything that one phone shows, in one answer: the page asks for it every second."""

from typing import Any

from flask import Blueprint, request

from app.simulator.clock import rfc3339
from app.simulator.control import chats
from app.simulator.control.card_bag import bag as cards_of
from app.simulator.control.card_bag import gifts as gifts_of
from app.simulator.control.complaints import of as complaints_of
from app.simulator.control.consents import settings as settings_of
from app.simulator.control.coupons import bag as coupons_of
from app.simulator.control.money import authorizations as authorizations_of
from app.simulator.control.money import of_person as transfers_to
from app.simulator.control.official import accounts as accounts_of
from app.simulator.control.phone import received
from app.simulator.control.reading import user_named
from app.simulator.control.shipping import all_shipments
from app.simulator.open_platform.cards.state import CardBag
from app.simulator.open_platform.mini.link_state import Links
from app.simulator.open_platform.official.chat import chat_of
from app.simulator.open_platform.official.state import official_of
from app.simulator.pay.state import Order, Refund
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World, here

KINDS = {"mp": "小程序", "oa": "公众号"}

phone_state = Blueprint("phone_state", __name__, url_prefix="/_sim")


@phone_state.get("/users/<name>/phone")
def everything(name: str) -> dict[str, Any]:
    """All surfaces of this person's phone as they are now."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        return {
            "now": world.clock.now(),
            "person": {"name": user.name, "phone": user.phone, "openids": user.openids},
            "people": [each.name for each in world.people.all() if each is not user],
            "apps": [_app(each) for each in world.apps.values()],
            "services": received(name),
            "chats": [_chat(name, each) for each in chats.my_chats(name)],
            "accounts": [_account(world, user, each) for each in accounts_of(name)],
            "helpdesks": _helpdesks(world, user),
            "cards": cards_of(name),
            "coupons": coupons_of(name),
            "gifts": gifts_of(name),
            "bills": bills(name),
            "transfers": transfers_to(name),
            "authorizations": authorizations_of(name),
            "complaints": complaints_of(name),
            "settings": settings_of(name),
        }


@phone_state.get("/users/<name>/bills")
def bills(name: str) -> list[dict[str, Any]]:
    """What this person paid, latest first, with refunds and how far the goods are."""
    world = here()
    with world.lock:
        user = user_named(world, name)
        shipped = {each["transaction_id"]: each["order_state"] for each in all_shipments()}
        paid = [each for each in world.pay.paid.values() if _is_his(user, each)]
        latest_first = sorted(paid, key=lambda each: each.paid_at, reverse=True)
        return [_bill(each, shipped.get(each.transaction_id)) for each in latest_first]


@phone_state.get("/scannable")
def scannable() -> list[dict[str, Any]]:
    """?appid=: what a person could scan or tap: scene codes, card codes, links; newest first."""
    world = here()
    with world.lock:
        found = [*_scene_codes(world), *_card_codes(world), *_links(world)]
    wanted = request.args.get("appid")
    return [each for each in reversed(found) if wanted in {None, each["appid"]}]


def _app(app: App) -> dict[str, Any]:
    templates = {
        key: {"title": each.title, "fields": dict(each.fields)}
        for key, each in app.templates.items()
    }
    return {
        "appid": app.appid,
        "name": called(app),
        "kind": app.kind,
        "pages": app.pages,
        "templates": templates,
    }


def called(app: App) -> str:
    """An app's name, or what to call one without."""
    return app.name or f"{KINDS.get(app.kind, '')} {app.appid[-4:]}"


def _chat(name: str, chat: dict[str, Any]) -> dict[str, Any]:
    return {**chat, "messages": chats.messages(name, chat["id"])}


def _account(world: World, user: User, account: dict[str, Any]) -> dict[str, Any]:
    app = world.apps[account["appid"]]
    return {**account, "name": called(app), "messages": chat_of(world, app=app, user=user)}


def _helpdesks(world: World, user: User) -> list[dict[str, Any]]:
    apps = [each for each in world.apps.values() if each.kind == "mp"]
    desks = [
        {
            "appid": each.appid,
            "name": called(each),
            "messages": chat_of(world, app=each, user=user),
        }
        for each in apps
    ]
    return [each for each in desks if each["messages"]]


def _is_his(user: User, order: Order) -> bool:
    return user.openids.get(order.payer_appid) == order.openid


def _bill(order: Order, order_state: int | None) -> dict[str, Any]:
    return {
        "transaction_id": order.transaction_id,
        "out_trade_no": order.number,
        "merchant": order.merchant.name or order.merchant.mchid,
        "description": order.asked.get("description", ""),
        "appid": order.payer_appid,
        "total_fen": order.total_fen,
        "paid_at": order.paid_at,
        "state": order.state,
        "order_state": order_state,
        "refunds": [_refund(each) for each in order.refunds],
    }


def _refund(refund: Refund) -> dict[str, Any]:
    return {
        "number": refund.number,
        "fen": refund.fen,
        "status": refund.status,
        "at": refund.succeeded_at or refund.made_at,
        "to": refund.to_account,
    }


def _scene_codes(world: World) -> list[dict[str, Any]]:
    return [
        {
            "kind": "scene",
            "appid": each.appid,
            "text": each.url,
            "ticket": each.ticket,
            "label": f"公众号二维码 · {each.value}",
        }
        for each in official_of(world).scene_codes.values()
    ]


def _card_codes(world: World) -> list[dict[str, Any]]:
    bag = world.part(CardBag)
    return [
        {
            "kind": "card",
            "appid": bag.cards[each.offers[0].card_id].app.appid,
            "text": each.ticket,
            "ticket": each.ticket,
            "label": "领券二维码 · " + str(bag.cards[each.offers[0].card_id].base_info["title"]),
        }
        for each in bag.qr_tickets.values()
    ]


def _links(world: World) -> list[dict[str, Any]]:
    return [
        {
            "kind": each.kind,
            "appid": each.appid,
            "text": each.text,
            "label": f"{_LINKS.get(each.kind, '链接')} · {each.path}?{each.query}".rstrip("?"),
            "made_at": rfc3339(each.made_at),
        }
        for each in world.part(Links).links.values()
    ]


_LINKS = {"code": "小程序码", "url_link": "小程序链接", "scheme": "Scheme", "short_link": "短链"}
