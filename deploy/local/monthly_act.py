"""The last act before the books: a card that sends something every month."""

import secrets
from typing import Any

from deploy.local.act import Act
from deploy.local.customer import Customer
from deploy.local.telling import eventually, expect, must, yuan

MONTHLY_CARD = "咖啡豆尝鲜月卡"
COMPANY = "SF"


class MonthlyAct(Act):
    """Plays on with a customer who joined."""

    def play(self, customer: Customer) -> None:
        """Raises NotSeen at the first step that did not happen."""
        transaction = self._buy(customer)
        card = self._begin(customer)
        self._choose(customer, card)
        parcel, tracking = self._send(card)
        self._see_sent(customer, parcel)
        self._see_reported(transaction, tracking)

    def _buy(self, customer: Customer) -> str:
        home = {
            "name": "小雅",
            "phone": customer.telephone,
            "province": "浙江省",
            "city": "杭州市",
            "county": "滨江区",
            "street": "滨江大道 6 号 2 幢 301 室",
        }
        expect(201, customer.phone.post("/addresses", home | {"prefer": True}))
        kept = expect(200, customer.phone.get("/addresses"))["items"][0]
        placed = customer.order(offer=self._shop["offers"][MONTHLY_CARD])
        transaction = customer.pay(placed["order"])
        self._telling.tell(f"she buys {placed['title']} for ¥{yuan(placed['wechat_fen'])}")
        self._telling.add(
            f"to be sent to {kept['name']}, {kept['phone']}, {kept['region']} {kept['street']}: "
            "nobody is shown more than that"
        )
        return transaction

    def _begin(self, customer: Customer) -> dict[str, Any]:
        self._house.flask("jobs", "sweep", "open_periods")

        def look() -> dict[str, Any] | None:
            cards: list[dict[str, Any]] = expect(200, customer.phone.get("/monthly-cards"))["items"]
            return next((each for each in cards if each["parcels"]), None)

        card = eventually("the first period begins", look)
        self._telling.tell(f"monthly card {card['subscription']}: the first period begins")
        for period in card["calendar"]:
            chosen = ", ".join(place["chosen"]["name"] for place in period["places"])
            self._telling.add(
                f"period {period['period']}, {period['starts_on']}, {period['state']}: {chosen}, "
                f"¥{yuan(period['amount_fen'])} of the price"
            )
        entry = expect(200, customer.phone.get("/points/entries?limit=1"))["items"][0]
        must(entry["change"] == card["points_per_period"], f"her newest points are {entry}")
        self._telling.add(f"and {entry['change']} points: {entry['reason']}")
        return card

    def _choose(self, customer: Customer, card: dict[str, Any]) -> None:
        ahead = card["next"]
        place = ahead["places"][0]
        other = next(each for each in place["choices"] if each != place["chosen"])
        wish = {"period": ahead["period"], "place": 0, "benefit": other["benefit"]}
        changed = expect(
            200, customer.phone.post(f"/monthly-cards/{card['subscription']}/choose", wish)
        )
        must(changed["next"]["places"][0]["chosen"] == other, "her choice was not kept")
        self._telling.tell(f"for period {ahead['period']} she chooses {other['name']} instead")

    def _send(self, card: dict[str, Any]) -> tuple[str, str]:
        parcel = card["parcels"][0]["parcel"]
        tracking = f"SF{secrets.randbelow(10**12):012}"
        said = {"company": COMPANY, "tracking_number": tracking}
        sent = expect(200, self._clerk.post(f"/counter/parcels/{parcel}/sent", said))
        must(sent["state"] == "sent", f"the parcel is {sent['state']}")
        self._telling.tell(f"the shop packs {sent['name']} and sends {parcel} with {COMPANY}")
        return parcel, tracking

    def _see_sent(self, customer: Customer, parcel: str) -> None:
        lines = customer.read_message("包裹寄出通知")
        self._telling.tell(f"her phone shows: 包裹寄出通知, for {parcel}")
        for line in lines:
            self._telling.add(line)

    def _see_reported(self, transaction: str, tracking: str) -> None:
        def look() -> dict[str, Any] | None:
            known: list[dict[str, Any]] = expect(200, self._wechat.get("/_sim/shipping"))
            mine = next((each for each in known if each["transaction_id"] == transaction), None)
            return mine if mine and tracking in str(mine["shipping"]) else None

        order = eventually("WeChat knows of the parcel", look)
        must(not order["shipping"]["finish_shipping"], "WeChat thinks that nothing is to come")
        self._telling.tell(
            f"WeChat was told of {tracking}, and that more parcels are to come: "
            f"¥{yuan(order['frozen_fen'])} stay frozen there"
        )
