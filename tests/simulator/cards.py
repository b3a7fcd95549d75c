"""An official account with cards, and people who hold them."""

import json
import time
import uuid

import requests
from wechatpy import WeChatClient

from app.simulator import create_simulator, start, world_of
from app.simulator.fresh import new_app, new_world
from app.simulator.open_platform.cards.extension import signature
from app.simulator.settings import Person
from tests.simulator.world import ToSimulator, eventually

OA = new_app(kind="oa")
OTHER_OA = new_app(kind="oa")
MINI = new_app()
FRESH = new_world(
    app=MINI,
    more_apps=(OA, OTHER_OA),
    people=tuple(Person(name=each) for each in ("小明", "小红", "小刚")),
)
BASE = {
    "logo_url": "https://mmbiz.qpic.cn/logo/0",
    "code_type": "CODE_TYPE_QRCODE",
    "brand_name": "卡包咖啡",
    "title": "咖啡会员",
    "color": "Color020",
    "notice": "使用时出示",
    "description": "每人一张",
    "date_info": {"type": "DATE_TYPE_PERMANENT"},
    "sku": {"quantity": 100},
}
MEMBER = {"supply_bonus": True, "supply_balance": False, "prerogative": "积分当钱花"}
DAY = 86_400


def member_card(*, base=None, **details):
    spoken = {"base_info": {**BASE, **(base or {})}, **MEMBER, **details}
    return {"card": {"card_type": "MEMBER_CARD", "member_card": spoken}}


class CardShop:
    """A running simulator, seen by the account, the people and the platform's desk."""

    def __init__(self):
        self.app = create_simulator(FRESH.settings)
        self.running = start(self.app)
        self.world = world_of(self.app)
        self.url = self.running.url
        self._clients = {}

    def close(self):
        self.running.close()

    # The account

    def client(self, app=OA):
        if app.appid not in self._clients:
            client = WeChatClient(app.appid, app.secret, auto_retry=False)
            client._http.mount("https://api.weixin.qq.com/", ToSimulator(self.url))
            self._clients[app.appid] = client
        return self._clients[app.appid]

    def token(self, app=OA):
        return self.client(app).access_token

    def call(self, path, app=OA, **body):
        target = f"{self.url}/card/{path}?access_token={self.token(app)}"
        return requests.post(target, json=body, timeout=5).json()

    def status_of(self, card_id, code, **more):
        asked = {"card_id": card_id, "code": code, "check_consume": False, **more}
        return self.call("code/get", **asked)["user_card_status"]

    def extension(self, card_id, **changes):
        stamp, nonce = str(int(time.time())), uuid.uuid4().hex
        ticket = self.client().jsapi.get_jsapi_card_ticket()
        signed = (changes.get(each, "") for each in ("code", "openid"))
        signs = signature(ticket, stamp, card_id, nonce, *signed)
        return {"timestamp": stamp, "nonce_str": nonce, "signature": signs, **changes}

    # The desk

    def get(self, path):
        answer = requests.get(self.url + path, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, **body):
        answer = requests.post(self.url + path, json=body, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def coupon(self, card_type="GIFT", **more):
        return self.post("/_sim/cards", appid=OA.appid, card_type=card_type, **more)["card_id"]

    def desk_card(self, card_id):
        return next(each for each in self.get("/_sim/cards")["cards"] if each["card_id"] == card_id)

    def made(self, body):
        """A member card that has passed its audit."""
        card_id = self.client().card.create(body)
        self.post(f"/_sim/cards/{card_id}/audit", passes=True)
        return card_id

    def move_clock(self, seconds):
        """Forward; tokens of before are over then."""
        self._clients.clear()
        self.post("/_sim/clock", offset_seconds=seconds)

    def events(self, name, *, card_id=None):
        pushes = [each for each in self.get("/_sim/pushes") if each.get("Event") == name]
        return [each for each in pushes if card_id in {None, each.get("CardId")}]

    def event(self, name, *, card_id=None):
        return eventually(lambda: self.events(name, card_id=card_id))[-1]

    # The people

    def openid(self, name):
        return self.world.people.named(name).openids[OA.appid]

    def add(self, name, card_id, extension=None, **changes):
        text = json.dumps(extension or self.extension(card_id, **changes))
        items = [{"cardId": card_id, "cardExt": text}]
        return self.post(f"/_sim/users/{name}/add-card", cardList=items)

    def received(self, name, card_id, **changes):
        """The code of a card that came into somebody's bag."""
        answer = self.add(name, card_id, **changes)
        assert answer["errMsg"] == "addCard:ok", answer
        return self.client().card.decrypt_code(answer["cardList"][0]["code"])

    def do(self, name, card_id, code, deed, **body):
        return self.post(f"/_sim/users/{name}/cards/{card_id}/{code}/{deed}", **body)

    def bag(self, name):
        return self.get(f"/_sim/users/{name}/cards")

    def accept(self, name, gift):
        return self.post(f"/_sim/users/{name}/card-gifts/{gift['gift_id']}/accept")
