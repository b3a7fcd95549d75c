"""One customer's life: buys, has it redeemed, gives away, asks back, tops up, spends and helps."""

import random
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.client import Abandoned, Client
from chaos.phone import Answer, Phone, Wire

SCANS, REVERSALS, GIFTS, SPENDINGS = 5, 2, 2, 3
LATTE = "拿铁兑换券"
HANDED_OVER_WITHIN_S = 90.0
LOOKS_EVERY_S = 0.3
CONFLICT, SERVER_ERROR = 409, 500


@dataclass(frozen=True, kw_only=True)
class Street:
    """Where everything is, and what is for sale; `staff` are tokens of managers."""

    web_port: int
    wechat_port: int
    merchant: str
    appid: str
    offers: Mapping[str, str]
    price_fen: int
    helpers: int
    staff: tuple[str, ...] = ()


@dataclass
class Links:
    """What customers sent into the world for others: gifts, and tasks that wait for help."""

    gifts: deque[tuple[str, str]] = field(default_factory=deque)
    tasks: deque[str] = field(default_factory=deque)


class Customer:
    """Somebody new in WeChat; `live` raises Abandoned when she goes home early."""

    def __init__(
        self, street: Street, client: Client, links: Links, *, web: Wire, wechat: Wire, till: Phone
    ) -> None:
        self._street, self._client, self._links, self._till = street, client, links, till
        self._wechat = wechat
        self._phone = Phone(web, f"/api/v1/{street.merchant}")
        self._name = f"guest-{secrets.token_hex(5)}"
        self._member = ""

    def live(self) -> None:
        self.sign_in()
        self._help()
        self._claim(1)
        order = self._buy("place", "bundle", quantity=1)
        # Before she gives anything away herself: nobody takes his own gift.
        self._claim(1)
        self._use(order)
        if random.random() < 1 / self._street.helpers:
            self._open_task()
        self._top_up_and_spend()

    def sign_in(self) -> str:
        """Her number."""
        person = f"/_sim/users/{self._name}"
        self._client.asks(lambda: self._wechat.ask("POST", "/_sim/users", {"name": self._name}))

        def come() -> Answer | None:
            login = {"appid": self._street.appid}
            code = self._wechat.ask("POST", f"{person}/login", login)
            if code is None or not code.is_good:
                return None
            told = self._phone.post("/sessions", login | {"code": code.body["code"]})
            # A code is good once, so whoever is refused asks WeChat for another.
            return None if told is None or told.status == 401 else told  # noqa: PLR2004 - HTTP's own number

        told = self._client.asks(come)
        self._phone.become(told["token"])
        self._member = str(told["member"])
        return self._member

    def _buy(self, kind: str, what: str, **wish: Any) -> str:
        placed = self._place(kind, what, **wish)
        order = str(placed["order"])
        if placed["wechat_fen"]:
            self._pay(order)
            self._see_handed_over(order)
        return order

    def _place(self, kind: str, what: str, **wish: Any) -> dict[str, Any]:
        body = {"offer": self._street.offers[what], **wish}
        placed: dict[str, Any] = self._client.does(
            kind,
            lambda key: self._phone.post("/orders", body, key=key),
            asked={"member": self._member, **wish},
            keeps=lambda told: {name: told[name] for name in ("order", "total_fen", "wechat_fen")},
        )
        return placed

    def _pay(self, order: str) -> None:
        signed = self._client.asks(lambda: self._phone.post(f"/orders/{order}/prepay"))

        def pay(_key: str) -> Answer | None:
            told = self._wechat.ask("POST", f"/_sim/users/{self._name}/pay", signed)
            if told is None or not told.is_good or told.body["result"] == "requestPayment:ok":
                return told
            return Answer(CONFLICT, {"code": told.body["result"]})

        self._client.does(
            "pay",
            pay,
            asked={"order": order},
            keeps=lambda told: {"transaction": told["transaction_id"]},
        )

    def _see_handed_over(self, order: str) -> None:
        until = time.monotonic() + HANDED_OVER_WITHIN_S

        def look(_key: str) -> Answer | None:
            while time.monotonic() < until:
                told = self._phone.get(f"/orders/{order}")
                if told and told.is_good and told.body["state"] == "fulfilled":
                    return told
                time.sleep(LOOKS_EVERY_S)
            return Answer(SERVER_ERROR - 1, {"code": "not_handed_over"})

        self._client.does(
            "hand_over",
            look,
            asked={"order": order},
            keeps=lambda told: {"order": told["order"]},
        )

    def _use(self, order: str) -> None:
        """The bundle's lattes: some are drunk, some taken back, given away or asked back."""
        items = self._client.asks(lambda: self._phone.get("/wallet?limit=100"))["items"]
        mine = [each["voucher"] for each in items if each["name"] == LATTE]
        if len(mine) < SCANS + GIFTS + 1:
            raise Abandoned("too few vouchers")
        for number, voucher in enumerate(mine[:SCANS]):
            redemption = self._redeem(voucher)
            if number < REVERSALS:
                self._reverse(redemption)
        for voucher in mine[SCANS : SCANS + GIFTS]:
            self._give(voucher)
        self._ask_back(order, self._one_of(order, mine))

    def _one_of(self, order: str, mine: list[str]) -> str:
        """A voucher that this order brought and that is still here."""
        quote = self._client.asks(lambda: self._phone.get(f"/orders/{order}/refund-quote"))
        good = {line["voucher"] for line in quote["lines"] if not line["reason"]}
        for voucher in reversed(mine):
            if voucher in good:
                return voucher
        raise Abandoned("nothing to give back")

    def _redeem(self, voucher: str) -> str:
        code = self._client.asks(lambda: self._phone.get(f"/vouchers/{voucher}/code"))["qr_text"]
        told = self._client.does(
            "redeem",
            lambda key: self._till.post("/counter/redeem", {"code": code}, key=key),
            asked={"voucher": voucher},
            keeps=lambda told: {
                name: told[name] for name in ("redemption", "voucher", "points", "value_fen")
            },
        )
        return str(told["redemption"])

    def _reverse(self, redemption: str) -> None:
        path, body = f"/counter/redemptions/{redemption}/reverse", {"reason": "点错了"}
        self._client.does(
            "reverse",
            lambda key: self._till.post(path, body, key=key),
            asked={"redemption": redemption},
            keeps=lambda told: {"redemption": told["redemption"]},
        )

    def _give(self, voucher: str) -> None:
        body = {"vouchers": [voucher]}
        made = self._client.does(
            "gift",
            lambda key: self._phone.post("/gifts", body, key=key),
            asked={"voucher": voucher, "member": self._member},
            keeps=lambda told: {"gift": told["gift"]},
        )
        gift = str(made["gift"])
        token = self._client.asks(lambda: self._phone.get(f"/gifts/{gift}"))["token"]
        self._links.gifts.append((gift, token))

    def _claim(self, most: int) -> None:
        for _ in range(min(most, len(self._links.gifts))):
            self._take(*self._links.gifts.popleft())

    def _take(self, gift: str, token: str) -> None:
        self._client.does(
            "claim",
            lambda _key: self._phone.post("/gift-links/claim", {"token": token}),
            asked={"gift": gift, "member": self._member},
            keeps=lambda told: {"gift": told["gift"], "vouchers": told["vouchers"]},
        )

    def _ask_back(self, order: str, voucher: str) -> None:
        body = {"reason": "少一位朋友", "vouchers": [voucher]}
        self._client.does(
            "refund",
            lambda key: self._phone.post(f"/orders/{order}/refunds", body, key=key),
            asked={"order": order, "voucher": voucher},
            keeps=lambda told: {"refund": told["refund"]},
        )

    def _open_task(self) -> None:
        self._buy("place", "friends")
        items = self._client.asks(lambda: self._phone.get("/assists"))["items"]
        if not items:
            raise Abandoned("no task")
        path = f"/assists/{items[0]['assist']}/share"
        token = self._client.asks(lambda: self._phone.post(path))["token"]
        self._links.tasks.extend([token] * self._street.helpers)

    def _help(self) -> None:
        if not self._links.tasks:
            return
        token = self._links.tasks.popleft()
        self._client.does(
            "help",
            lambda _key: self._phone.post("/assist-links/help", {"token": token}),
            asked={"member": self._member},
            keeps=lambda told: {"help": told["help"]},
        )

    def _top_up_and_spend(self) -> None:
        self._buy("top_up", "value")
        for _ in range(SPENDINGS):
            self._buy("spend", "latte", value_fen=self._street.price_fen)
