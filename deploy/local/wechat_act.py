"""The second act: what WeChat tells, shows and keeps beside the sale itself.

She follows the official account at the store's table and opens its page; WeChat hears that her
order was delivered; a voucher goes into WeChat's own card bag, is used at our counter, and a
difference on WeChat's side is found and mended.
"""

import json
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from deploy.local.act import Act
from deploy.local.telling import Answer, Caller, eventually, expect, must, yuan

LATTE = "拿铁兑换券"
DELIVERED = 2


class WechatAct(Act):
    """Plays on after the first act, with the same customer and clerk."""

    def play(self) -> None:
        """Raises NotSeen at the first step that did not happen."""
        self._see_delivery()
        self._follow_at_the_table()
        phone = self._open_the_page()
        voucher, code = self._put_into_the_bag(phone)
        self._redeem(phone, voucher)
        self._see_it_used(code)
        self._mend_a_difference(code)

    def _see_delivery(self) -> None:
        def look() -> dict[str, Any] | None:
            orders: list[dict[str, Any]] = expect(200, self._wechat.get("/_sim/shipping"))
            mine = [each for each in orders if self._played.transaction in str(each)]
            return next((each for each in mine if each["order_state"] == DELIVERED), None)

        order = eventually("WeChat knows that the order was delivered", look)
        stuck = json.loads(self._flask("shipping", "stuck", self._shop["merchant"]).splitlines()[0])
        self._telling.tell("WeChat was told that the order is delivered and will let the money go")
        self._telling.add(f"still kept there: ¥{yuan(order['frozen_fen'])} of this order")
        self._telling.add(
            f"not reported: {stuck['waiting']}, refused: {stuck['refused']}, "
            f"overdue: {stuck['overdue']}"
        )

    def _follow_at_the_table(self) -> None:
        merchant, account = self._shop["merchant"], self._shop["account"]
        store_name, store = next(iter(self._shop["stores"].items()))
        added = self._flask(
            *("scene", "add", merchant, account, "store", f"{store_name}桌贴"), "--store", store
        )
        scene = added.split()[-1]
        told = expect(
            200, self._wechat.post(f"{self._person}/scan", {"appid": account, "scene": scene})
        )
        must(told["reply"], "nobody greets her")
        self._telling.tell(f"at {store_name} she scans the code {scene} and follows the account")
        self._telling.add(f"it answers within the same breath: {told['reply'].get('Content')}")

    def _open_the_page(self) -> Caller:
        browser = requests.Session()
        browser.trust_env = False
        door = f"{self._api}/official/{self._shop['account']}"
        left = browser.get(
            f"{door}/authorize",
            params={"scope": "snsapi_userinfo"},
            allow_redirects=False,
            timeout=10,
        )
        agreed = expect(
            200, self._wechat.post(f"{self._person}/authorize", {"url": left.headers["Location"]})
        )
        back = urlsplit(agreed["location"])
        landed = browser.get(
            f"{self._house.web_url}{back.path}",
            params=dict(parse_qsl(back.query)),
            allow_redirects=False,
            timeout=10,
        )
        ticket = landed.headers["Location"].partition("#ticket=")[2]
        page = browser.post(f"{door}/sessions", json={"ticket": ticket}, timeout=10)
        session = expect(201, Answer(page.status_code, page.json(), dict(page.headers)))
        phone = Caller(self._api, session["token"])
        wallet = eventually(
            "both of her ways into the shop lead to one wallet",
            lambda: expect(200, phone.get("/wallet"))["items"],
        )
        self._telling.tell(
            f"she opens the account's page: WeChat says who she is, and she is member "
            f"{session['member']} with the same {len(wallet)} vouchers"
        )
        return phone

    def _put_into_the_bag(self, phone: Caller) -> tuple[str, str]:
        card = {
            "appid": self._shop["account"],
            "card_type": "GIFT",
            "card_id": self._shop["latte_card"],
            "base_info": {"title": LATTE[:9], "use_custom_code": True, "can_give_friend": False},
        }
        expect(200, self._wechat.post("/_sim/cards", card))
        wallet = expect(200, phone.get("/wallet"))["items"]
        voucher = next(each["voucher"] for each in wallet if each["name"] == LATTE)
        offered = expect(200, phone.post(f"/vouchers/{voucher}/card-bag"))
        asked = {"cardList": offered["parameters"]["card_list"]}
        told = expect(200, self._wechat.post(f"{self._person}/add-card", asked))
        must(told.get("errMsg") == "addCard:ok", f"WeChat says {told}")
        held = eventually("the card is in her WeChat card bag", self._find_held)
        self._telling.tell(f"she puts {voucher} into WeChat's card bag: {held['state']}")
        return voucher, str(held["code"])

    def _redeem(self, phone: Caller, voucher: str) -> None:
        code = expect(200, phone.get(f"/vouchers/{voucher}/code"))
        scan = {"code": code["qr_text"]}
        verdict = expect(
            201, self._played.clerk.post("/counter/redeem", scan, key=secrets.token_hex(12))
        )
        self._telling.tell(f"the clerk scans it in our wallet: {verdict['hand_over']}")

    def _see_it_used(self, code: str) -> None:
        eventually("WeChat's card is used too", lambda: self._find_held(code, state="CONSUMED"))
        self._telling.tell("WeChat's card follows: CONSUMED")

    def _mend_a_difference(self, code: str) -> None:
        wrong = {"state": "NORMAL"}
        expect(
            200, self._wechat.post(f"/_sim/cards/{self._shop['latte_card']}/codes/{code}", wrong)
        )
        self._telling.tell("somebody at WeChat makes the used card valid again; nobody tells us")
        merchant = self._shop["merchant"]
        self._flask("card-bag", "compare", merchant)
        self._flask("jobs", "sweep", "compare_bags")
        listed = self._flask("card-bag", "differences", merchant, "--all").splitlines()
        found = [json.loads(line) for line in listed]
        must(found, "the comparison found nothing")
        self._telling.tell(f"the nightly comparison lists {found[0]['kind']}: {_short(found[0])}")
        self._see_mended(code, found[0])

    def _see_mended(self, code: str, found: dict[str, Any]) -> None:
        held = self._find_held(code)
        must(held and held["state"] == "CONSUMED", f"WeChat's card is still {held}")
        must(found["mended_at"], "the difference is not marked as mended")
        self._telling.tell("and mends it: WeChat's card is CONSUMED again")

    def _find_held(self, code: str = "", *, state: str = "") -> dict[str, Any] | None:
        cards: list[dict[str, Any]] = expect(200, self._wechat.get(f"{self._person}/cards"))
        mine = [each for each in cards if each["card_id"] == self._shop["latte_card"]]
        found = [each for each in mine if code in {"", each["code"]}]
        return next((each for each in found if state in {"", each["state"]}), None)

    def _flask(self, *words: str) -> str:
        return self._house.flask(*words)


def _short(difference: dict[str, Any]) -> str:
    return f"ours {difference['ours']}, theirs {difference['theirs']}"
