"""The main job, played over HTTP by a phone, by WeChat and by a clerk, and seen to happen.

Every step asks for what must have happened and prints what was observed; a step that cannot be
seen fails the story.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

from deploy.local.house import House

PATIENCE_S = 30.0
HTTP_TIMEOUT_S = 15.0
BUNDLE = "周末欢聚包"
FEN = 100

Seen = TypeVar("Seen")


class NotSeen(AssertionError):
    """A step of the story did not happen as it must."""


@dataclass(frozen=True)
class Answer:
    """What one request was answered."""

    status: int
    body: Any
    headers: dict[str, str]


class Caller:
    """Somebody with a phone or a till: one base address, one bearer token."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self._http = requests.Session()
        self._http.trust_env = False
        self._base = base
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self._ask("POST", path, body, key)

    def _ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        told = self._http.request(
            method,
            self._base + path,
            json=body,
            headers={"Idempotency-Key": key} if key else {},
            timeout=HTTP_TIMEOUT_S,
        )
        is_json = "json" in told.headers.get("Content-Type", "")
        return Answer(
            told.status_code, told.json() if is_json else told.content, dict(told.headers)
        )


class Story:
    """Buy, pay, receive, redeem once, with points in the same act."""

    def __init__(self, house: House, shop: dict[str, Any], *, say: Callable[[str], None]) -> None:
        self._house, self._shop, self._say = house, shop, say
        self._wechat = Caller(house.wechat_url)
        self._api = f"{house.web_url}/api/v1/{shop['merchant']}"
        self._name = f"小美-{secrets.token_hex(3)}"
        self._step = 0

    def play(self) -> None:
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
        self._check_books()

    def _sign_in(self) -> Caller:
        self._wechat.post("/_sim/users", {"name": self._name})
        told = _expect(201, Caller(self._api).post("/sessions", self._login(self._name)))
        self._tell(f"{self._name} opens the mini-program and is member {told['member']}")
        _must(told["is_new"], "she should be new here")
        return Caller(self._api, told["token"])

    def _find_offer(self, phone: Caller) -> str:
        shelf = _expect(200, phone.get("/offers"))["items"]
        found = next((each for each in shelf if each["title"] == BUNDLE), None)
        if found is None:
            raise NotSeen(f"{BUNDLE} is not on the shelf")
        offer = _expect(200, phone.get(f"/offers/{found['offer']}"))
        total = sum(item["sum_fen"] for item in offer["items"])
        _must(total == offer["total_value_fen"], "the value table does not add up")
        self._tell(
            f"she finds {BUNDLE}: ¥{_yuan(offer['price_fen'])} for rights worth "
            f"¥{_yuan(offer['total_value_fen'])}"
        )
        for item in offer["items"]:
            conditions = "；".join(item["condition_lines"])
            self._add(
                f"{item['quantity']} x {item['name']} ¥{_yuan(item['sum_fen'])} ({conditions})"
            )
        return str(offer["offer"])

    def _allow_messages(self, phone: Caller) -> None:
        ids = _expect(200, phone.get("/templates"))["template_ids"]
        asked = {"appid": self._shop["appid"], "template_ids": ids, "accept": True}
        _expect(200, self._wechat.post(f"/_sim/users/{self._name}/subscribe", asked))
        _expect(204, phone.post("/grants", {"answers": dict.fromkeys(ids, "accept")}))
        self._tell(f"she allows {len(ids)} messages, once each")

    def _order(self, phone: Caller, offer: str) -> str:
        key = secrets.token_hex(12)
        wish = {"offer": offer, "quantity": 1, "source": {"channel": "group_chat", "scene": "1008"}}
        placed = _expect(201, phone.post("/orders", wish, key=key))
        again = _expect(201, phone.post("/orders", wish, key=key))
        _must(again["order"] == placed["order"], "a second tap made a second order")
        self._tell(f"she orders, taps twice, and has one order: {placed['order']}")
        return str(placed["order"])

    def _pay(self, phone: Caller, order: str) -> str:
        signed = _expect(200, phone.post(f"/orders/{order}/prepay"))
        paid = _expect(200, self._wechat.post(f"/_sim/users/{self._name}/pay", signed))
        _must(paid["result"] == "requestPayment:ok", f"WeChat says {paid['result']}")
        self._tell(f"she pays in WeChat: transaction {paid['transaction_id']}")
        return str(paid["transaction_id"])

    def _see_fulfilled(self, phone: Caller, order: str, transaction: str) -> None:
        found = _eventually(
            "the order is fulfilled",
            lambda: (
                (told := _expect(200, phone.get(f"/orders/{order}")))["state"] == "fulfilled"
                and told
            ),
        )
        notice = _eventually("the notice was acknowledged", lambda: self._notice(transaction))
        self._tell(
            f"WeChat's signed and sealed notice {notice['id']} was answered "
            f"{notice['attempts'][-1]['status']}; the order is {found['state']}"
        )

    def _notice(self, transaction: str) -> dict[str, Any] | None:
        notices: list[dict[str, Any]] = _expect(200, self._wechat.get("/_sim/notices"))
        for notice in notices:
            if transaction in str(notice) and notice["attempts"]:
                return notice
        return None

    def _open_wallet(self, phone: Caller) -> dict[str, Any]:
        items: list[dict[str, Any]] = _expect(200, phone.get("/wallet"))["items"]
        _must(len(items) == 4, f"there should be 4 vouchers, not {len(items)}")  # noqa: PLR2004 - two lattes and two coupons
        self._tell("the vouchers are in her wallet, what ends soonest first")
        for item in items:
            self._add(f"{item['voucher']} {item['name']} until {item['valid_until']}")
        return next(item for item in items if item["name"] == "拿铁兑换券")

    def _read_message(self, title: str, word: str) -> None:
        def look() -> dict[str, Any] | None:
            messages: list[dict[str, Any]] = _expect(
                200, self._wechat.get(f"/_sim/users/{self._name}/messages")
            )
            return next((each for each in messages if each["title"] == title), None)

        message = _eventually(f"the message {title} arrives", look)
        fields = {field["label"]: field["value"] for field in message["fields"]}
        self._tell(f"her phone shows: {title}")
        for label, value in fields.items():
            self._add(f"{label}: {value}")
        _must(bool(word) and bool(fields), "the message is empty")

    def _clerk_signs_in(self) -> Caller:
        counter = Caller(self._api)
        clerk = "店员小周"
        opened = counter.post("/counter/sessions", self._login(clerk))
        if opened.status == requests.codes.forbidden:
            invitation = self._login(clerk) | {"token": self._shop["invitations"]["clerk"]}
            _expect(201, counter.post("/counter/invitations/accept", invitation))
            opened = counter.post("/counter/sessions", self._login(clerk))
        told = _expect(201, opened)
        self._tell(f"{told['name']} ({told['role']}) stands at the counter of {told['store_name']}")
        return Caller(self._api, told["token"])

    def _redeem(self, phone: Caller, clerk: Caller, voucher: dict[str, Any]) -> dict[str, Any]:
        code = _expect(200, phone.get(f"/vouchers/{voucher['voucher']}/code"))
        picture = _expect(200, phone.get(f"/vouchers/{voucher['voucher']}/code.png"))
        _must(picture[:4] == b"\x89PNG", "the QR code is no picture")
        key, scan = secrets.token_hex(12), {"code": code["qr_text"]}
        verdict: dict[str, Any] = _expect(201, clerk.post("/counter/redeem", scan, key=key))
        self._tell(
            f"one scan: {verdict['hand_over']}, {verdict['points']} points, "
            f"redemption {verdict['redemption']}"
        )
        again = _expect(201, clerk.post("/counter/redeem", scan, key=key))
        _must(again["redemption"] == verdict["redemption"], "the retried scan redeemed again")
        self._add("the same scan sent again (lost answer) gets the same verdict")
        refused = clerk.post("/counter/redeem", scan, key=secrets.token_hex(12))
        _must(refused.status == requests.codes.conflict, f"a second scan got {refused.status}")
        self._add(f"a second scan is refused: {refused.body['code']}, {refused.body['message']}")
        return verdict

    def _see_points(self, phone: Caller, verdict: dict[str, Any]) -> None:
        told = _expect(200, phone.get("/points"))
        _must(told["spendable"] == verdict["points"], f"she has {told['spendable']} points")
        self._tell(f"her points: {told['spendable']}")

    def _see_cashier_till(self) -> None:
        till = Caller(self._api, self._shop["api_key"])
        today = _expect(200, till.get("/counter/today"))
        _must(today["totals"]["redeemed"] >= 1, "the till does not know of today's redemption")
        self._tell(
            f"the cashier system counts {today['totals']['redeemed']} redemptions today at "
            f"{today['store_name']}"
        )

    def _check_books(self) -> None:
        for words in (("ledger", "verify"), ("audit", "seal"), ("audit", "verify")):
            self._tell(f"flask {' '.join(words)}: {self._house.flask(*words).strip()}")

    def _login(self, name: str) -> dict[str, str]:
        appid = self._shop["appid"]
        told = _expect(200, self._wechat.post(f"/_sim/users/{name}/login", {"appid": appid}))
        return {"appid": appid, "code": told["code"]}

    def _tell(self, sentence: str) -> None:
        self._step += 1
        self._say(f"{self._step:3}. {sentence}")

    def _add(self, detail: str) -> None:
        self._say(f"       {detail}")


def _expect(status: int, answer: Answer) -> Any:
    if answer.status != status:
        raise NotSeen(f"expected {status}, got {answer.status}: {answer.body!r}")
    return answer.body


def _must(happened: object, otherwise: str) -> None:
    if not happened:
        raise NotSeen(otherwise)


def _eventually(what: str, look: Callable[[], Seen | bool | None]) -> Seen:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = look()
        if found and not isinstance(found, bool):
            return found
        time.sleep(0.1)
    raise NotSeen(f"never seen within {PATIENCE_S:.0f} s: {what}")


def _yuan(fen: int) -> str:
    return f"{fen // FEN}.{fen % FEN:02d}"
