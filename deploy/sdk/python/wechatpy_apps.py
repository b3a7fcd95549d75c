"""A mini-program and an official account with wechatpy."""

import hashlib
import json
import secrets
import time
from typing import Any

from wechatpy import WeChatClient, WeChatOAuth, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException

from deploy.sdk.python.checking import PERSON, Stage, check, expect, refused

DATA = {"thing1": {"value": "咖啡兑换券"}, "time2": {"value": "2026年5月1日 15:01"}}
BACK = "https://shop.example/back"
MENU = {"button": [{"type": "click", "name": "我的券", "key": "VOUCHERS"}]}
MEMBER_CARD = {
    "card": {
        "card_type": "MEMBER_CARD",
        "member_card": {
            "base_info": {
                "logo_url": "https://mmbiz.qpic.cn/logo/0",
                "code_type": "CODE_TYPE_QRCODE",
                "brand_name": "卡包咖啡",
                "title": "咖啡会员",
                "color": "Color020",
                "notice": "使用时出示",
                "description": "每人一张",
                "date_info": {"type": "DATE_TYPE_PERMANENT"},
                "sku": {"quantity": 100},
            },
            "supply_bonus": True,
            "supply_balance": False,
            "prerogative": "积分当钱花",
        },
    }
}


def _client(app: dict[str, Any]) -> Any:
    return WeChatClient(app["appid"], app["secret"], auto_retry=False)


def _opened(app: dict[str, Any], push: dict[str, Any], **changes: str) -> str:
    crypto = WeChatCrypto(app["message_token"], app["message_aes_key"], app["appid"])
    query = {**push["query"], **changes}
    body = push["body"] if push["body"].startswith("<") else json.loads(push["body"])
    return str(
        crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    )


def mini_program(stage: Stage) -> None:
    """Tokens, sessions, messages, codes and pushes of a mini-program."""
    app, client, openid = stage.mini, _client(stage.mini), stage.openid(stage.mini)
    template = stage.world["template"]
    with check("mini: access token"):
        expect(client.access_token)
    with check("mini: a wrong secret refused"):
        wrong = WeChatClient(app["appid"], "0" * 32, auto_retry=False)
        expect(refused(lambda: wrong.access_token), saw="a token")
    with check("mini: code2session"):
        code = stage.tell(f"users/{PERSON}/login", appid=app["appid"])["code"]
        told = client.wxa.code_to_session(code)
        expect(told["openid"] == openid, saw=told)
    with check("mini: sealed push opened, and refused under another signature"):
        since, asked = stage.mark(), {"appid": app["appid"], "template_ids": [template]}
        stage.tell(f"users/{PERSON}/subscribe", **asked)
        push = stage.pushes(since, app)
        told = _opened(app, push)
        expect("subscribe_msg_popup_event" in told, saw=told)
        expect(refused(lambda: _opened(app, push, msg_signature="0" * 40)), saw="an opened push")
    with check("mini: subscribe message"):
        client.wxa.send_subscribe_message(openid, template, DATA, page=stage.world["page"])
    with check("mini: a second one without a grant refused with 43101"):
        _refused_with(43101, lambda: client.wxa.send_subscribe_message(openid, template, DATA))
    with check("mini: code without limit"):
        picture = client.wxa.get_wxa_code_unlimited("gift=1", page=stage.world["page"])
        expect(picture.content.startswith(b"\x89PNG"), saw=picture.content[:20])


def account(stage: Stage) -> None:
    """Menu, scene codes, messages, sign-in and pushes of an official account."""
    app, client, openid = stage.account, _client(stage.account), stage.openid(stage.account)
    with check("account: menu made, read and deleted"):
        client.menu.create(MENU)
        told = client.menu.get()
        expect(told["menu"]["button"][0]["key"] == "VOUCHERS", saw=told)
        client.menu.delete()
    with check("account: scene code scanned, sealed event opened and parsed"):
        scene = {"scene": {"scene_str": "store-1"}}
        told = client.qrcode.create({"action_name": "QR_LIMIT_STR_SCENE", "action_info": scene})
        since = stage.mark()
        stage.tell(f"users/{PERSON}/scan", appid=app["appid"], ticket=told["ticket"])
        event = parse_message(_opened(app, stage.pushes(since, app)))
        expect((event.event, event.source) == ("subscribe_scan", openid), saw=event)
        expect(event.scene_id == "store-1", saw=event.scene_id)
    with check("account: text of a person opened and parsed"):
        since = stage.mark()
        stage.tell(f"users/{PERSON}/say", appid=app["appid"], text="您好")
        message = parse_message(_opened(app, stage.pushes(since, app)))
        expect((message.type, message.content) == ("text", "您好"), saw=message)
    with check("account: followers and a person"):
        expect(openid in list(client.user.iter_followers()), saw="others")
        expect(client.user.get(openid)["subscribe"] == 1)
    with check("account: template message"):
        told = client.message.send_template(openid, stage.world["template"], DATA)
        expect(told["msgid"], saw=told)
    with check("account: service message"):
        client.message.send_text(openid, "您的券到账了")
    with check("account: ticket and page signature"):
        ticket = client.jsapi.get_jsapi_ticket()
        expect(client.jsapi.get_jsapi_signature("n", ticket, 1, BACK), saw=ticket)
    with check("account: web sign-in"):
        _sign_in(stage, app, openid)


def _sign_in(stage: Stage, app: dict[str, Any], openid: str) -> None:
    oauth = WeChatOAuth(app["appid"], app["secret"], BACK, scope="snsapi_userinfo", state="s")
    code = stage.tell(f"users/{PERSON}/authorize", url=oauth.authorize_url)["code"]
    told = oauth.fetch_access_token(code)
    expect(told["openid"] == openid, saw=told)
    expect(oauth.get_user_info()["openid"] == openid)
    oauth.refresh_access_token(told["refresh_token"])


def cards(stage: Stage) -> None:
    """A card from its making to its consumption."""
    client, openid = _client(stage.account), stage.openid(stage.account)
    card_id, code = "", ""
    with check("card: made, read, listed"):
        card_id = client.card.create(MEMBER_CARD)
        stage.tell(f"cards/{card_id}/audit", passes=True)
        expect(client.card.get(card_id)["card_type"] == "MEMBER_CARD")
        expect(card_id in client.card.batch_get()["card_id_list"])
    with check("card: stock changed, code drawn"):
        client.card.modify_stock(card_id, 5)
        drawn = {"action_name": "QR_CARD", "action_info": {"card": {"card_id": card_id}}}
        expect(client.card.create_qrcode(drawn))
    with check("card: added with a signed cardExt, its sealed code opened"):
        item = {"cardId": card_id, "cardExt": _extension(client, card_id)}
        said = stage.tell(f"users/{PERSON}/add-card", cardList=[item])
        code = client.card.decrypt_code(said["cardList"][0]["code"])
        expect(code, saw=said)
    with check("card: the holder's cards and the code's state"):
        held = client.card.get_card_list(openid)["card_list"]
        expect({"code": code, "card_id": card_id} in held, saw=held)
        told = client.card.get_code(code, card_id, check_consume=False)
        expect(told["openid"] == openid, saw=told)
    with check("card: member activated and changed"):
        client.card.activate_membercard("M-1", code, card_id=card_id, init_bonus=100)
        told = client.card.update_membercard(code, card_id, bonus=150, add_bonus=50)
        expect(told["result_bonus"] == 150, saw=told)  # noqa: PLR2004  # the sum
    with check("card: consumed once, and not twice"):
        coupon, held_code = _coupon(stage, client)
        expect(client.card.consume_code(held_code, coupon)["openid"] == openid)
        _refused_with(40099, lambda: client.card.consume_code(held_code, coupon))


def _coupon(stage: Stage, client: Any) -> tuple[str, str]:
    made = stage.tell("cards", appid=stage.account["appid"], card_type="GIFT")["card_id"]
    item = {"cardId": made, "cardExt": _extension(client, made)}
    said = stage.tell(f"users/{PERSON}/add-card", cardList=[item])
    return made, client.card.decrypt_code(said["cardList"][0]["code"])


def _extension(client: Any, card_id: str) -> str:
    ticket = client.jsapi.get_jsapi_card_ticket()
    stamp, nonce = str(int(time.time())), secrets.token_hex(8)
    text = "".join(sorted((ticket, stamp, card_id, nonce)))
    signed = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return json.dumps({"timestamp": stamp, "nonce_str": nonce, "signature": signed})


def _refused_with(errcode: int, call: Any) -> None:
    try:
        told = call()
    except WeChatClientException as refusal:
        expect(refusal.errcode == errcode, saw=refusal)
    else:
        expect(holds=False, saw=told)


def main() -> None:
    """One after the other."""
    stage = Stage()
    mini_program(stage)
    account(stage)
    cards(stage)


if __name__ == "__main__":
    main()
