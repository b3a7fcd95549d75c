"""/card/qrcode, landingpage, mpnews, testwhitelist, paycell, selfconsumecell: ways to people."""

import html
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.fields import one_of
from app.simulator.open_platform.cards.offering import qr_offers
from app.simulator.open_platform.cards.reading import Call, oa_call, ok, own_card
from app.simulator.open_platform.cards.state import QrTicket
from app.simulator.signing import nonce_text

LONGEST_QR_SECONDS = 365 * 86_400
QR_SECONDS = range(60, 1801)
MOST_TESTERS = 10
SCENES = frozenset(
    {
        "SCENE_NEAR_BY",
        "SCENE_MENU",
        "SCENE_QRCODE",
        "SCENE_ARTICLE",
        "SCENE_H5",
        "SCENE_IVR",
        "SCENE_CARD_CUSTOM_CELL",
    }
)

delivery_api = Blueprint("delivery_api", __name__, url_prefix="/card")


@delivery_api.post("/qrcode/create")
def qrcode_create() -> dict[str, Any]:
    """{action_name QR_CARD | QR_MULTIPLE_CARD, expire_seconds? 60..1800, action_info}.

    Up to five cards; 40053 for anything else, 40056 where the merchant's own code is missing or
    used. Without expire_seconds it is good for 365 days.
    """
    with oa_call() as call:
        seconds = call.body.get("expire_seconds", LONGEST_QR_SECONDS)
        if type(seconds) is not int or seconds not in {*QR_SECONDS, LONGEST_QR_SECONDS}:
            raise OpenRefused(40053, "expire_seconds")
        until = call.world.clock.now() + seconds
        qr = QrTicket(ticket="gQ" + nonce_text(94), offers=qr_offers(call), until=until)
        call.bag.qr_tickets[qr.ticket] = qr
        return ok(
            ticket=qr.ticket,
            expire_seconds=seconds,
            url=f"http://weixin.qq.com/q/{qr.ticket[-22:]}",
            show_qrcode_url=f"https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket={qr.ticket}",
        )


@delivery_api.post("/landingpage/create")
def landingpage_create() -> dict[str, Any]:
    """{banner, page_title, can_share, scene, card_list[{card_id, thumb_url}]}: a shelf of cards."""
    with oa_call() as call:
        for name in ("banner", "page_title", "scene", "card_list"):
            if not call.body.get(name):
                raise OpenRefused(41011, name)
        if not one_of(call.body["scene"], SCENES) or not isinstance(call.body["card_list"], list):
            raise OpenRefused(40097)
        for each in call.body["card_list"]:
            _shelved(call, each)
        page_id = len(call.bag.pages) + 1
        call.bag.pages[str(page_id)] = {**call.body, "appid": call.app.appid}
        url = f"https://mp.weixin.qq.com/bizmall/cardshelf?shelf_id={page_id}&showwxpaytitle=1"
        return ok(url=url, page_id=page_id)


@delivery_api.post("/mpnews/gethtml")
def gethtml() -> dict[str, Any]:
    """{card_id}: HTML to put into an article."""
    with oa_call() as call:
        card = call.card()
        title = html.escape(str(card.base_info["title"]))
        frame = f'<iframe class="res_iframe card_iframe" data-cardid="{card.card_id}">'
        return ok(content=f"{frame}{title}</iframe>")


@delivery_api.post("/testwhitelist/set")
def testwhitelist_set() -> dict[str, Any]:
    """{openid[], username[]}: ten people in all may have cards before their audit. 40130."""
    with oa_call() as call:
        openids, names = call.body.get("openid") or [], call.body.get("username") or []
        if not isinstance(openids, list) or not isinstance(names, list):
            raise OpenRefused(40097)
        if len(openids) + len(names) > MOST_TESTERS:
            raise OpenRefused(40130)
        named = filter(None, (call.world.people.named(str(each)) for each in names))
        known = {each.openids[call.app.appid] for each in named}
        call.bag.testers[call.app.appid] = frozenset({*map(str, openids), *known})
        return ok()


@delivery_api.post("/paycell/set")
def paycell_set() -> dict[str, Any]:
    """{card_id, is_open}: whether the card shows the pay button. 40097."""
    with oa_call() as call:
        card = call.card()
        card.pay_cell = _flag(call, "is_open")
        return ok()


@delivery_api.post("/selfconsumecell/set")
def selfconsumecell_set() -> dict[str, Any]:
    """{card_id, is_open, need_verify_cod?, need_remark_amount?}: holders consume it themselves."""
    with oa_call() as call:
        card = call.card()
        names = ("is_open", "need_verify_cod", "need_remark_amount")
        card.self_consume = {name: _flag(call, name, default=False) for name in names}
        return ok()


def _shelved(call: Call, item: Any) -> None:
    if not isinstance(item, dict) or not item.get("thumb_url"):
        raise OpenRefused(41011, "card_list.thumb_url")
    own_card(call.bag, call.app, item.get("card_id"))


def _flag(call: Call, name: str, *, default: bool | None = None) -> bool:
    value = call.body.get(name, default)
    if type(value) is not bool:
        raise OpenRefused(40097, name)
    return value
