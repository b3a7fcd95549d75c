"""One purse, several people: a family card with its limits, and a gift card for a friend."""

import secrets
from typing import Any

import requests

from deploy.local.act import Act
from deploy.local.customer import Customer
from deploy.local.telling import Answer, eventually, expect, must, yuan

LATTE = "拿铁兑换券"
GIFT_CARD = "50元礼品卡"
CAP_FEN = 3000


class FamilyAct(Act):
    """Plays on with a member who has stored value."""

    def play(self, owner: Customer) -> None:
        """Raises NotSeen at the first step that did not happen."""
        relative = self._come("小陈")
        seat = self._open_family(owner, relative)
        self._spend_within(owner, relative)
        self._spend_beyond(relative)
        self._allow_more(owner, relative, seat)
        self._give_a_card(owner)

    def _open_family(self, owner: Customer, relative: Customer) -> str:
        expect(201, owner.phone.post("/family", {"monthly_cap_fen": None}))
        invited = {"name": "先生", "monthly_cap_fen": CAP_FEN}
        made = expect(201, owner.phone.post("/family/seats", invited))
        link = {"token": made["token"]}
        seen = expect(200, relative.phone.post("/family-links/look", link))
        expect(200, relative.phone.post("/family-links/join", link))
        self._telling.tell(
            f"{owner.name} opens a family card: {relative.name} is asked by "
            f"{seen['owner_name']}, may spend ¥{yuan(seen['monthly_cap_fen'])} a month, and joins"
        )
        return str(made["seat"])

    def _spend_within(self, owner: Customer, relative: Customer) -> None:
        before = self._value(owner)
        told = expect(201, self._buy(relative))
        must(told["state"] == "fulfilled", f"his order is {told['state']}")
        spent = before - self._value(owner)
        must(spent == told["total_fen"], f"¥{yuan(spent)} left her stored value")
        left = expect(200, relative.phone.get("/family"))["seats"][0]["left_fen"]
        must(left == CAP_FEN - spent, f"he has {left} fen left")
        self._telling.tell(
            f"he buys {told['title']} with it at once: ¥{yuan(spent)} of her stored value, "
            f"and ¥{yuan(left)} of his month are left"
        )

    def _spend_beyond(self, relative: Customer) -> None:
        refused = self._buy(relative)
        must(refused.status == requests.codes.conflict, f"a second one got {refused.status}")
        self._telling.tell(
            f"a second one is refused: {refused.body['code']}, {refused.body['message']}"
        )
        more = {"amount_fen": refused.body["details"]["over_fen"], "note": "请同事喝咖啡"}
        expect(204, relative.phone.post("/family/requests", more))
        self._telling.add(f"he asks her for ¥{yuan(more['amount_fen'])} more: {more['note']}")

    def _allow_more(self, owner: Customer, relative: Customer, seat: str) -> None:
        asked = expect(200, owner.phone.get("/family"))["requests"][0]
        must(asked["seat"] == seat, f"somebody else asks: {asked}")
        allowed = expect(200, owner.phone.post(f"/family/seats/{seat}/approve"))
        told = expect(201, self._buy(relative))
        must(told["state"] == "fulfilled", f"his order is {told['state']}")
        uses = expect(200, owner.phone.get("/family/uses"))["items"]
        self._telling.tell(
            f"she allows ¥{yuan(allowed['amount_fen'])}, once, and he has the second one too"
        )
        for use in uses:
            self._telling.add(f"she sees: {use['name']} ¥{yuan(use['amount_fen'])}, {use['order']}")
        must(
            len(uses) == len(expect(200, relative.phone.get("/orders"))["items"]), "one is missing"
        )

    def _give_a_card(self, giver: Customer) -> None:
        placed = giver.order(offer=self._shop["offers"][GIFT_CARD])
        giver.pay(placed["order"])
        card = eventually("the gift card is there", lambda: self._newest_card(giver))
        link = expect(200, giver.phone.get(f"/gift-cards/{card['gift_card']}/link"))
        friend, late = self._come("小夏"), self._come("路人")
        token = {"token": link["token"]}
        seen = expect(200, friend.phone.post("/gift-card-links/look", token))
        expect(200, friend.phone.post("/gift-card-links/claim", token))
        has = expect(200, friend.phone.get("/value"))
        must(has["paid_fen"] == seen["face_fen"] == card["face_fen"], f"the friend has {has}")
        self._telling.tell(
            f"{giver.name} buys a {placed['title']} with no name on it; {friend.name} opens its "
            f"link and has ¥{yuan(has['paid_fen'])} of stored value"
        )
        refused = late.phone.post("/gift-card-links/claim", token)
        must(refused.status == requests.codes.conflict, f"a second one got {refused.status}")
        self._telling.add(
            f"whoever has the link too is told: {refused.body['code']}, {refused.body['message']}"
        )

    def _newest_card(self, giver: Customer) -> dict[str, Any] | None:
        items: list[dict[str, Any]] = expect(200, giver.phone.get("/gift-cards"))["items"]
        return items[0] if items else None

    def _buy(self, relative: Customer) -> Answer:
        offer = self._shop["offers"][LATTE]
        quote = expect(200, relative.phone.get(f"/offers/{offer}"))
        wish = {"offer": offer, "value_fen": quote["price_fen"], "from_family": True}
        return relative.phone.post("/orders", wish, key=secrets.token_hex(12))

    def _value(self, owner: Customer) -> int:
        return int(expect(200, owner.phone.get("/value"))["total_fen"])
