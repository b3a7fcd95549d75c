"""Somebody with a phone: what she does in WeChat and in the mini-program, act after act."""

import secrets
from typing import Any

from deploy.local.telling import Caller, eventually, expect, must

# As many as one tap may ask about.
TEMPLATES_AT_ONCE = 3


class Customer:
    """A new person in WeChat who opens the mini-program. `phone` is her session there."""

    def __init__(self, wechat: Caller, api: str, *, appid: str, name: str) -> None:
        self.name = f"{name}-{secrets.token_hex(3)}"
        self._wechat, self._appid = wechat, appid
        self._person = f"/_sim/users/{self.name}"
        self.telephone: str = wechat.post("/_sim/users", {"name": self.name}).body["phone"]
        code = expect(200, wechat.post(f"{self._person}/login", {"appid": appid}))["code"]
        login = {"appid": appid, "code": code}
        told = expect(201, Caller(api).post("/sessions", login))
        self.member: str = told["member"]
        self.phone = Caller(api, told["token"])

    def allow_messages(self) -> int:
        """How many she allows, once each."""
        return allow_messages(self.phone, self._wechat, name=self.name, appid=self._appid)

    def order(self, **wish: Any) -> dict[str, Any]:
        """Order something; with nothing left to pay it is fulfilled at once."""
        placed: dict[str, Any] = expect(
            201, self.phone.post("/orders", wish, key=secrets.token_hex(12))
        )
        return placed

    def pay(self, order: str) -> str:
        """Pay in WeChat and wait until it is handed over; WeChat's transaction."""
        signed = expect(200, self.phone.post(f"/orders/{order}/prepay"))
        paid = expect(200, self._wechat.post(f"{self._person}/pay", signed))
        must(paid["result"] == "requestPayment:ok", f"WeChat says {paid['result']}")
        eventually(f"{order} is fulfilled", lambda: self._is_fulfilled(order))
        return str(paid["transaction_id"])

    def wallet(self) -> list[dict[str, Any]]:
        """The usable vouchers, what ends soonest first."""
        items: list[dict[str, Any]] = expect(200, self.phone.get("/wallet"))["items"]
        return items

    def read_message(self, title: str) -> list[str]:
        """The lines of the newest message of this title, as her phone shows them."""
        found = eventually(f"the message {title} arrives", lambda: self._message(title))
        return [f"{field['label']}: {field['value']}" for field in found["fields"]]

    def _is_fulfilled(self, order: str) -> dict[str, Any] | None:
        told: dict[str, Any] = expect(200, self.phone.get(f"/orders/{order}"))
        return told if told["state"] == "fulfilled" else None

    def _message(self, title: str) -> dict[str, Any] | None:
        received: list[dict[str, Any]] = expect(200, self._wechat.get(f"{self._person}/messages"))
        return next((each for each in reversed(received) if each["title"] == title), None)


def allow_messages(phone: Caller, wechat: Caller, *, name: str, appid: str) -> int:
    """Ask about every template of the shop, so many a tap; how many were allowed."""
    ids: list[str] = expect(200, phone.get("/templates"))["template_ids"]
    for first in range(0, len(ids), TEMPLATES_AT_ONCE):
        few = ids[first : first + TEMPLATES_AT_ONCE]
        asked = {"appid": appid, "template_ids": few, "accept": True}
        said = expect(200, wechat.post(f"/_sim/users/{name}/subscribe", asked))
        expect(204, phone.post("/grants", {"answers": {each: said[each] for each in few}}))
    return len(ids)
