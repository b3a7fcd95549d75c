"""The main job, played over HTTP by a phone, by WeChat and by a clerk, and seen to happen.

Every step asks for what must have happened and prints what was observed; a step that cannot be
seen fails the story.
"""

import secrets
from dataclasses import dataclass
from typing import Any

import requests

from deploy.local.customer import allow_messages
from deploy.local.house import House
from deploy.local.telling import Caller, NotSeen, Telling, eventually, expect, must, yuan

BUNDLE = "周末欢聚包"


@dataclass(frozen=True, kw_only=True)
class Played:
    """Who bought what, and the clerk who served her, for the next act."""

    name: str
    transaction: str
    clerk: Caller


class Story:
    """Buy, pay, receive, redeem once, with points in the same act."""

    def __init__(self, house: House, shop: dict[str, Any], telling: Telling) -> None:
        self._house, self._shop, self._telling = house, shop, telling
        self._wechat = Caller(house.wechat_url)
        self._api = f"{house.web_url}/api/v1/{shop['merchant']}"
        self._name = f"小美-{secrets.token_hex(3)}"

    def play(self) -> Played:
        """The whole story. Raises NotSeen at the first step that did not happen."""
        phone = self._sign_in()
        offer = self._find_offer(phone)
        self._allow_messages(phone)
        order = self._order(phone, offer)
        transaction = self._pay(phone, order)
        self._see_fulfilled(phone, order, transaction)
        voucher = self._open_wallet(phone)
        self._read_message("购买成功通知", order)
        clerk = self._clerk_signs_in()
        verdict = self._redeem(phone, clerk, voucher)
        self._see_points(phone, verdict)
        self._read_message("卡券核销通知", str(verdict["points"]))
        self._see_cashier_till()
        return Played(name=self._name, transaction=transaction, clerk=clerk)

    def _sign_in(self) -> Caller:
        self._wechat.post("/_sim/users", {"name": self._name})
        told = expect(201, Caller(self._api).post("/sessions", self._login(self._name)))
        self._telling.tell(f"{self._name} opens the mini-program and is member {told['member']}")
        must(told["is_new"], "she should be new here")
        return Caller(self._api, told["token"])

    def _find_offer(self, phone: Caller) -> str:
        shelf = expect(200, phone.get("/offers"))["items"]
        found = next((each for each in shelf if each["title"] == BUNDLE), None)
        if found is None:
            raise NotSeen(f"{BUNDLE} is not on the shelf")
        offer = expect(200, phone.get(f"/offers/{found['offer']}"))
        total = sum(item["sum_fen"] for item in offer["items"])
        must(total == offer["total_value_fen"], "the value table does not add up")
        self._telling.tell(
            f"she finds {BUNDLE}: ¥{yuan(offer['price_fen'])} for rights worth "
            f"¥{yuan(offer['total_value_fen'])}"
        )
        for item in offer["items"]:
            conditions = "；".join(item["condition_lines"])
            self._telling.add(
                f"{item['quantity']} x {item['name']} ¥{yuan(item['sum_fen'])} ({conditions})"
            )
        return str(offer["offer"])

    def _allow_messages(self, phone: Caller) -> None:
        allowed = allow_messages(phone, self._wechat, name=self._name, appid=self._shop["appid"])
        self._telling.tell(f"she allows {allowed} messages, once each")

    def _order(self, phone: Caller, offer: str) -> str:
        key = secrets.token_hex(12)
        wish = {"offer": offer, "quantity": 1, "source": {"channel": "group_chat", "scene": "1008"}}
        placed = expect(201, phone.post("/orders", wish, key=key))
        again = expect(201, phone.post("/orders", wish, key=key))
        must(again["order"] == placed["order"], "a second tap made a second order")
        self._telling.tell(f"she orders, taps twice, and has one order: {placed['order']}")
        return str(placed["order"])

    def _pay(self, phone: Caller, order: str) -> str:
        signed = expect(200, phone.post(f"/orders/{order}/prepay"))
        paid = expect(200, self._wechat.post(f"/_sim/users/{self._name}/pay", signed))
        must(paid["result"] == "requestPayment:ok", f"WeChat says {paid['result']}")
        self._telling.tell(f"she pays in WeChat: transaction {paid['transaction_id']}")
        return str(paid["transaction_id"])

    def _see_fulfilled(self, phone: Caller, order: str, transaction: str) -> None:
        found = eventually(
            "the order is fulfilled",
            lambda: (
                (told := expect(200, phone.get(f"/orders/{order}")))["state"] == "fulfilled"
                and told
            ),
        )
        notice = eventually("the notice was acknowledged", lambda: self._notice(transaction))
        self._telling.tell(
            f"WeChat's signed and sealed notice {notice['id']} was answered "
            f"{notice['attempts'][-1]['status']}; the order is {found['state']}"
        )

    def _notice(self, transaction: str) -> dict[str, Any] | None:
        notices: list[dict[str, Any]] = expect(200, self._wechat.get("/_sim/notices"))
        for notice in notices:
            if transaction in str(notice) and notice["attempts"]:
                return notice
        return None

    def _open_wallet(self, phone: Caller) -> dict[str, Any]:
        items: list[dict[str, Any]] = expect(200, phone.get("/wallet"))["items"]
        must(len(items) == 4, f"there should be 4 vouchers, not {len(items)}")  # noqa: PLR2004 - two lattes and two coupons
        self._telling.tell("the vouchers are in her wallet, what ends soonest first")
        for item in items:
            self._telling.add(f"{item['voucher']} {item['name']} until {item['valid_until']}")
        return next(item for item in items if item["name"] == "拿铁兑换券")

    def _read_message(self, title: str, word: str) -> None:
        def look() -> dict[str, Any] | None:
            messages: list[dict[str, Any]] = expect(
                200, self._wechat.get(f"/_sim/users/{self._name}/messages")
            )
            return next((each for each in messages if each["title"] == title), None)

        message = eventually(f"the message {title} arrives", look)
        fields = {field["label"]: field["value"] for field in message["fields"]}
        self._telling.tell(f"her phone shows: {title}")
        for label, value in fields.items():
            self._telling.add(f"{label}: {value}")
        must(bool(word) and bool(fields), "the message is empty")

    def _clerk_signs_in(self) -> Caller:
        counter = Caller(self._api)
        clerk = "店员小周"
        opened = counter.post("/counter/sessions", self._login(clerk))
        if opened.status == requests.codes.forbidden:
            invitation = self._login(clerk) | {"token": self._shop["invitations"]["clerk"]}
            expect(201, counter.post("/counter/invitations/accept", invitation))
            opened = counter.post("/counter/sessions", self._login(clerk))
        told = expect(201, opened)
        self._telling.tell(
            f"{told['name']} ({told['role']}) stands at the counter of {told['store_name']}"
        )
        return Caller(self._api, told["token"])

    def _redeem(self, phone: Caller, clerk: Caller, voucher: dict[str, Any]) -> dict[str, Any]:
        code = expect(200, phone.get(f"/vouchers/{voucher['voucher']}/code"))
        picture = expect(200, phone.get(f"/vouchers/{voucher['voucher']}/code.png"))
        must(picture[:4] == b"\x89PNG", "the QR code is no picture")
        key, scan = secrets.token_hex(12), {"code": code["qr_text"]}
        verdict: dict[str, Any] = expect(201, clerk.post("/counter/redeem", scan, key=key))
        self._telling.tell(
            f"one scan: {verdict['hand_over']}, {verdict['points']} points, "
            f"redemption {verdict['redemption']}"
        )
        again = expect(201, clerk.post("/counter/redeem", scan, key=key))
        must(again["redemption"] == verdict["redemption"], "the retried scan redeemed again")
        self._telling.add("the same scan sent again (lost answer) gets the same verdict")
        refused = clerk.post("/counter/redeem", scan, key=secrets.token_hex(12))
        must(refused.status == requests.codes.conflict, f"a second scan got {refused.status}")
        self._telling.add(
            f"a second scan is refused: {refused.body['code']}, {refused.body['message']}"
        )
        return verdict

    def _see_points(self, phone: Caller, verdict: dict[str, Any]) -> None:
        told = expect(200, phone.get("/points"))
        must(told["spendable"] == verdict["points"], f"she has {told['spendable']} points")
        self._telling.tell(f"her points: {told['spendable']}")

    def _see_cashier_till(self) -> None:
        till = Caller(self._api, self._shop["api_key"])
        today = expect(200, till.get("/counter/today"))
        must(today["totals"]["redeemed"] >= 1, "the till does not know of today's redemption")
        self._telling.tell(
            f"the cashier system counts {today['totals']['redeemed']} redemptions today at "
            f"{today['store_name']}"
        )

    def _login(self, name: str) -> dict[str, str]:
        appid = self._shop["appid"]
        told = expect(200, self._wechat.post(f"/_sim/users/{name}/login", {"appid": appid}))
        return {"appid": appid, "code": told["code"]}
