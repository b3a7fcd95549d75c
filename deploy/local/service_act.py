"""Something went wrong: a complaint that WeChat tells, and a refund that WeChat does not pay."""

from typing import Any

import requests

from deploy.local.act import Act
from deploy.local.customer import Customer
from deploy.local.telling import Caller, eventually, expect, must, yuan

LATTE = "拿铁兑换券"
MANAGER = "店长小林"
ANSWER = "非常抱歉，我们马上为您退款。"
SETTLED = "已全额退款。"


class ServiceAct(Act):
    """Plays with a new customer and the shop's manager."""

    def play(self) -> None:
        """Raises NotSeen at the first step that did not happen."""
        manager, customer = self._manager(), self._come("小米")
        customer.allow_messages()
        complaint, ticket = self._complain(customer, manager)
        self._answer(manager, ticket, complaint)
        self._settle(customer, manager, ticket, complaint)
        self._collect(customer, self._refuse_refund(customer))

    def _complain(self, customer: Customer, manager: Caller) -> tuple[str, dict[str, Any]]:
        self._house.flask("complaints", "listen", self._shop["merchant"])
        order, transaction = self._buy(customer)
        said = {
            "transaction_id": transaction,
            "text": "店里咖啡机坏了，兑不了",
            "problem_type": "REFUND",
            "refund_fen": order["wechat_fen"],
        }
        made = expect(200, self._wechat.post(f"/_sim/users/{customer.name}/complain", said))

        def look() -> dict[str, Any] | None:
            inbox: list[dict[str, Any]] = expect(200, manager.get("/counter/complaints"))["items"]
            mine = (each for each in inbox if each["platform_id"] == made["complaint_id"])
            return next(mine, None)

        ticket = eventually("the complaint reaches the manager", look)
        must(ticket["order"] == order["order"], f"the ticket is about {ticket['order']}")
        self._telling.tell(f"{customer.name} complains in WeChat Pay: {ticket['text']}")
        self._telling.add(
            f"the manager has it as {ticket['ticket']}, with order {ticket['order']} and the phone "
            f"{ticket['phone']}; to be answered by {ticket['answer_by']}"
        )
        return made["complaint_id"], ticket

    def _answer(self, manager: Caller, ticket: dict[str, Any], complaint: str) -> None:
        reply = {"text": ANSWER}
        expect(204, manager.post(f"/counter/complaints/{ticket['ticket']}/reply", reply))
        eventually("WeChat has the answer", lambda: self._known(complaint, ANSWER))
        self._telling.tell(f"the manager answers, and WeChat shows it to her: {ANSWER}")

    def _settle(
        self, customer: Customer, manager: Caller, ticket: dict[str, Any], complaint: str
    ) -> None:
        reason = {"reason": "投诉退款"}
        asked = expect(201, manager.post(f"/counter/orders/{ticket['order']}/refunds", reason))
        done = eventually("her money is back", lambda: self._done(customer, asked["refund"]))
        self._telling.tell(f"¥{yuan(done['wechat_fen'])} go back: refund {done['refund']} is done")
        self._show(customer, "退款成功通知")
        said = {"resolution": SETTLED}
        expect(204, manager.post(f"/counter/complaints/{ticket['ticket']}/resolve", said))
        eventually("WeChat's complaint ends", lambda: self._known(complaint, "PROCESSED"))
        told = eventually("the complaint ends here too", lambda: self._resolved(customer, ticket))
        self._telling.tell(f"the complaint is settled in WeChat and here: {told['resolution']}")

    def _refuse_refund(self, customer: Customer) -> str:
        order, transaction = self._buy(customer)
        self._wechat.post("/_sim/faults", {"kind": "refund_closed"})
        wish = {"reason": "买错了"}
        asked = expect(
            201,
            customer.phone.post(f"/orders/{order['order']}/refunds", wish, key=order["order"]),
        )
        number = str(asked["refund"])
        eventually("WeChat closes the refund", lambda: self._closed(transaction))
        self._telling.tell(f"another refund, {number}, is closed by WeChat: the money is not gone")
        transfer = self._house.flask("refunds", "transfer", number).strip()
        self._telling.add(f"flask refunds transfer: {transfer} pays it instead")
        return number

    def _collect(self, customer: Customer, number: str) -> None:
        asks = eventually("the transfer waits for her", lambda: self._sheet(customer, number))
        said = {name: asks[ours] for name, ours in SHEET.items()}
        person = f"/_sim/users/{customer.name}"
        told = expect(200, self._wechat.post(f"{person}/confirm-transfer", said))
        must(told["result"] == "requestMerchantTransfer:ok", f"WeChat says {told['result']}")
        done = eventually("the transfer arrived", lambda: self._done(customer, number))
        self._telling.tell(
            f"she confirms it on her phone and has ¥{yuan(asks['amount_fen'])}: refund "
            f"{done['refund']} is done"
        )

    def _buy(self, customer: Customer) -> tuple[dict[str, Any], str]:
        placed = customer.order(offer=self._shop["offers"][LATTE])
        return placed, customer.pay(placed["order"])

    def _sheet(self, customer: Customer, number: str) -> dict[str, Any] | None:
        told: dict[str, Any] = expect(200, customer.phone.post(f"/refunds/{number}/collect"))
        return told if told["package"] else None

    def _done(self, customer: Customer, number: str) -> dict[str, Any] | None:
        told: dict[str, Any] = expect(200, customer.phone.get(f"/refunds/{number}"))
        return told if told["state"] == "done" else None

    def _resolved(self, customer: Customer, ticket: dict[str, Any]) -> dict[str, Any] | None:
        told: dict[str, Any] = expect(200, customer.phone.get(f"/complaints/{ticket['ticket']}"))
        return told if told["state"] == "resolved" else None

    def _closed(self, transaction: str) -> dict[str, Any] | None:
        """WeChat's word, once we have taken note."""
        notices: list[dict[str, Any]] = expect(200, self._wechat.get("/_sim/notices"))
        closed = (each for each in notices if "REFUND.CLOSED" in str(each))
        told = next((each for each in closed if transaction in str(each)), None)
        answers = told["attempts"] if told else []
        return told if requests.codes.no_content in [each["status"] for each in answers] else None

    def _known(self, complaint: str, word: str) -> dict[str, Any] | None:
        """What WeChat knows of it, once that has this word in it."""
        every: list[dict[str, Any]] = expect(200, self._wechat.get("/_sim/complaints"))
        mine = next(each for each in every if each["complaint_id"] == complaint)
        return mine if word in str(mine) else None

    def _manager(self) -> Caller:
        counter = Caller(self._api)
        here = {"store": next(iter(self._shop["stores"].values()))}
        opened = counter.post("/counter/sessions", self._login(MANAGER) | here)
        if opened.status == requests.codes.forbidden:
            token = self._shop["invitations"]["manager"]
            invited = self._login(MANAGER) | {"token": token}
            expect(201, counter.post("/counter/invitations/accept", invited))
            opened = counter.post("/counter/sessions", self._login(MANAGER) | here)
        return Caller(self._api, expect(201, opened)["token"])

    def _login(self, name: str) -> dict[str, str]:
        appid = self._shop["appid"]
        told = expect(200, self._wechat.post(f"/_sim/users/{name}/login", {"appid": appid}))
        return {"appid": appid, "code": told["code"]}


# What wx.requestMerchantTransfer calls it, and what we call it.
SHEET = {"mchId": "mch_id", "appId": "app_id", "package": "package"}
