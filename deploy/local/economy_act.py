"""The fourth act: what a member has. Stored value, points and a voucher pay beside WeChat.

She reaches a tier, her points are multiplied by it at the counter, and what she gives back goes
to the pots that it came from.
"""

import secrets
from typing import Any

import requests

from deploy.local.act import Act
from deploy.local.customer import Customer
from deploy.local.story import BUNDLE
from deploy.local.telling import eventually, expect, must, yuan

TOP_UP = "储值200元赠20元"
FREE_VOUCHER = "满30减5券 新客领取"
LATTE = "拿铁兑换券"
PRESENT = "曲奇兑换券"
PIECES = 2
POINTS = 200
VALUE_FEN = 6000


class EconomyAct(Act):
    """Plays with a new customer and the clerk of the first act."""

    def play(self) -> Customer:
        """Who joined, for the next act. Raises NotSeen at the first step that did not happen."""
        customer = self._join()
        self._top_up(customer)
        order = self._buy(customer)
        self._see_tier(customer)
        self._redeem(customer)
        self._give_back(customer, order)
        return customer

    def _join(self) -> Customer:
        customer = self._come("小雅")
        found = expect(200, customer.phone.get("/membership"))
        self._telling.tell(f"{customer.name} joins and is {found['tier']['name']}")
        self._telling.add(f"the way up: {found['next']['sentence']}")
        event = (self._shop["merchant"], customer.member, self._shop["joined"], customer.member)
        given = self._house.flask("points", "event", *event).strip()
        self._telling.add(f"for joining: {given}; she allows {customer.allow_messages()} messages")
        free = customer.order(offer=self._shop["offers"][FREE_VOUCHER])
        must(free["state"] == "fulfilled", f"the free voucher is {free['state']}")
        self._telling.add(f"a voucher for ¥0.00 is hers at once: {free['title']}")
        return customer

    def _top_up(self, customer: Customer) -> None:
        placed = customer.order(offer=self._shop["offers"][TOP_UP])
        customer.pay(placed["order"])
        value = expect(200, customer.phone.get("/value"))
        must(value["paid_fen"] == placed["wechat_fen"], f"her stored value is {value}")
        must(value["bonus_fen"] > 0, "there is no bonus")
        self._telling.tell(
            f"she tops up, ¥{yuan(placed['wechat_fen'])} by WeChat Pay: now she has "
            f"¥{yuan(value['paid_fen'])} paid and ¥{yuan(value['bonus_fen'])} bonus"
        )

    def _buy(self, customer: Customer) -> str:
        offer = self._shop["offers"][BUNDLE]
        pots = {"points": POINTS, "value_fen": VALUE_FEN}
        query = f"offer={offer}&quantity={PIECES}&points={POINTS}&value_fen={VALUE_FEN}"
        quote = expect(200, customer.phone.get(f"/checkout/quote?{query}"))
        must(quote["best"], f"no voucher serves: {quote['vouchers']}")
        self._telling.tell(f"{PIECES} x {quote['title']} cost ¥{yuan(quote['list_fen'])}")
        self._tell_pots(quote)
        placed = customer.order(offer=offer, quantity=PIECES, voucher=quote["best"], **pots)
        must(placed["wechat_fen"] == quote["wechat_fen"], "the order costs more than the quote")
        customer.pay(placed["order"])
        receipt = expect(200, customer.phone.get(f"/value/receipts/{placed['order']}"))
        self._telling.tell(f"all four pay, and order {placed['order']} is fulfilled")
        self._telling.add(
            f"of the stored value ¥{yuan(receipt['paid_fen'])} was paid money and "
            f"¥{yuan(receipt['bonus_fen'])} bonus"
        )
        return str(placed["order"])

    def _tell_pots(self, quote: dict[str, Any]) -> None:
        best = next(each for each in quote["vouchers"] if each["voucher"] == quote["best"])
        self._telling.add(f"the best voucher is {best['name']}: -¥{yuan(quote['voucher_fen'])}")
        self._telling.add(f"{quote['points']} points: -¥{yuan(quote['points_fen'])}")
        self._telling.add(f"stored value: ¥{yuan(quote['value_fen'])}")
        self._telling.add(f"WeChat Pay: ¥{yuan(quote['wechat_fen'])}")
        parts = ("voucher_fen", "points_fen", "value_fen", "wechat_fen")
        must(sum(quote[part] for part in parts) == quote["list_fen"], "the parts are not the whole")

    def _see_tier(self, customer: Customer) -> None:
        def look() -> dict[str, Any] | None:
            found = expect(200, customer.phone.get("/membership"))
            return found if found["tier"]["rank"] else None

        found = eventually("she reaches the next tier", look)
        times = found["tier"]["points_multiplier_bp"] / 10_000
        self._telling.tell(f"that makes her {found['tier']['name']}: points x {times:g}")
        self._show(customer, "会员升级通知")
        presents = [each["card_title"] for each in customer.wallet() if each["name"] == PRESENT]
        must(presents, "the present of the tier is not in her wallet")
        self._telling.add(f"in her wallet: {PRESENT} of {presents[0]}")

    def _redeem(self, customer: Customer) -> None:
        voucher = self._latte(customer)
        scan = {"code": self._code(customer, voucher)}
        verdict = expect(201, self._clerk.post("/counter/redeem", scan, key=secrets.token_hex(12)))
        entry = expect(200, customer.phone.get("/points/entries?limit=1"))["items"][0]
        must(entry["change"] == verdict["points"], f"her newest points are {entry}")
        self._telling.tell(f"one scan: {verdict['hand_over']}, {verdict['points']} points")
        for working in entry["workings"]:
            factors = ", ".join(
                f"{each['name']} {each['times']} adds {each['added']}"
                for each in working["factors"]
            )
            must(factors, "no factor is shown")
            self._telling.add(f"{working['name']}: {working['base']} points; {factors}")

    def _give_back(self, customer: Customer, order: str) -> None:
        voucher = self._latte(customer)
        code = self._code(customer, voucher)
        self._quote_return(customer, order, voucher)
        before = self._pots(customer, order)
        wish = {"reason": "少一位朋友", "vouchers": [voucher]}
        asked = expect(
            201,
            customer.phone.post(f"/orders/{order}/refunds", wish, key=secrets.token_hex(12)),
        )
        done = eventually("the refund is done", lambda: self._done(customer, asked["refund"]))
        after = self._pots(customer, order)
        back = {name: after[name] - before[name] for name in before}
        told = {name: done[name] for name in before}
        must(back == told, f"{told} were to come back, and {back} did")
        self._telling.tell(
            f"refund {done['refund']} is done: ¥{yuan(back['wechat_fen'])} to WeChat, "
            f"¥{yuan(back['value_fen'])} to stored value, {back['points']} points"
        )
        self._show(customer, "退款成功通知")
        self._see_dead(customer, voucher, code)

    def _quote_return(self, customer: Customer, order: str, voucher: str) -> None:
        quote = expect(200, customer.phone.get(f"/orders/{order}/refund-quote"))
        self._telling.tell("she asks first what of the order could go back")
        for line in quote["lines"]:
            mark = "→" if line["voucher"] == voucher else " "
            self._telling.add(f"{mark} {line['title']}: {line['words']}")
        self._telling.add(f"all of it would be {quote['formula']}; she wants one latte back")

    def _pots(self, customer: Customer, order: str) -> dict[str, int]:
        paid = expect(200, customer.phone.get(f"/orders/{order}"))
        return {
            "wechat_fen": paid["wechat_returned_fen"],
            "value_fen": expect(200, customer.phone.get("/value"))["total_fen"],
            "points": expect(200, customer.phone.get("/points"))["spendable"],
        }

    def _done(self, customer: Customer, refund: str) -> dict[str, Any] | None:
        told: dict[str, Any] = expect(200, customer.phone.get(f"/refunds/{refund}"))
        return told if told["state"] == "done" else None

    def _see_dead(self, customer: Customer, voucher: str, code: str) -> None:
        told = expect(200, customer.phone.get(f"/vouchers/{voucher}"))
        must(told["state"] == "void", f"the voucher is {told['state']}")
        scan = {"code": code}
        refused = self._clerk.post("/counter/redeem", scan, key=secrets.token_hex(12))
        must(refused.status == requests.codes.conflict, f"its old code got {refused.status}")
        self._telling.add(
            f"the voucher is {told['state']}, and the code that she had for it is refused: "
            f"{refused.body['code']}, {refused.body['message']}"
        )

    def _latte(self, customer: Customer) -> str:
        found = (each for each in customer.wallet() if each["name"] == LATTE)
        return str(next(found)["voucher"])
