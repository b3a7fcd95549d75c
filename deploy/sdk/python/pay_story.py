"""One purchase from order to refund, told with any library of WeChat Pay."""

import secrets
from typing import Any, Protocol

from deploy.sdk.python.checking import PERSON, Stage, check, expect, refused

PRICE_FEN = 3500
PAID, REFUNDED = "TRANSACTION.SUCCESS", "REFUND.SUCCESS"


class PaySdk(Protocol):
    """What the story asks of a library; `read` answers the opened resource of a notice."""

    def order(self, asked: dict[str, Any]) -> dict[str, str]: ...

    def by_number(self, number: str) -> dict[str, Any]: ...

    def by_id(self, transaction_id: str) -> dict[str, Any]: ...

    def refund(self, asked: dict[str, Any]) -> dict[str, Any]: ...

    def refund_by_number(self, number: str) -> dict[str, Any]: ...

    def bill(self, day: str) -> str: ...

    def close(self, number: str) -> None: ...

    def read(self, headers: dict[str, str], body: str) -> Any: ...


class PayStory:
    """Every check has its own words; `merchant` is the one of the world's to be."""

    def __init__(self, sdk: PaySdk, stage: Stage, merchant: dict[str, Any]) -> None:
        self._sdk = sdk
        self._stage = stage
        self._merchant = merchant
        self._number = _new_number()
        self._transaction_id = ""

    def tell(self) -> None:
        """From the first order to the last."""
        self._buy()
        self._query()
        self._refund()
        self._bill()
        self._close()
        self._refuse_forgeries()

    def _order(self, number: str) -> dict[str, str]:
        return self._sdk.order(
            {
                "description": "咖啡兑换券",
                "out_trade_no": number,
                "notify_url": self._stage.world["notify_url"],
                "amount": {"total": PRICE_FEN, "currency": "CNY"},
                "payer": {"openid": self._stage.openid(self._stage.mini)},
            }
        )

    def _pay(self, params: dict[str, str]) -> None:
        said = self._stage.tell(f"users/{PERSON}/pay", **params)
        expect(said["result"] == "requestPayment:ok", saw=said)

    def _buy(self) -> None:
        since, params = self._stage.mark(), {}
        with check("JSAPI order"):
            params = self._order(self._number)
        with check("the phone takes the paySign"):
            self._pay(params)
        with check("notice of the payment verified and opened"):
            notice = self._stage.notices(since, PAID)
            told = self._sdk.read(notice["headers"], notice["body"])
            expect(told["out_trade_no"] == self._number, saw=told)
            self._transaction_id = told["transaction_id"]

    def _query(self) -> None:
        with check("query by out_trade_no"):
            told = self._sdk.by_number(self._number)
            expect(told["trade_state"] == "SUCCESS", saw=told)
        with check("query by transaction_id"):
            told = self._sdk.by_id(self._transaction_id)
            expect(told["out_trade_no"] == self._number, saw=told)

    def _refund(self) -> None:
        since, number = self._stage.mark(), _new_number()
        with check("refund"):
            told = self._sdk.refund(
                {
                    "out_trade_no": self._number,
                    "out_refund_no": number,
                    "notify_url": self._stage.world["notify_url"],
                    "amount": {"refund": PRICE_FEN, "total": PRICE_FEN, "currency": "CNY"},
                }
            )
            expect(told["status"] == "PROCESSING", saw=told)
        with check("notice of the refund verified and opened"):
            notice = self._stage.notices(since, REFUNDED)
            told = self._sdk.read(notice["headers"], notice["body"])
            expect(told["out_refund_no"] == number, saw=told)
        with check("query of the refund"):
            told = self._sdk.refund_by_number(number)
            expect(told["status"] == "SUCCESS", saw=told)

    def _bill(self) -> None:
        with check("trade bill fetched"):
            text = self._sdk.bill(self._stage.world["bill_date"])
            expect(self._merchant["billed"] in text, saw=text[:200])

    def _close(self) -> None:
        with check("an order closed"):
            number = _new_number()
            self._order(number)
            self._sdk.close(number)
            told = self._sdk.by_number(number)
            expect(told["trade_state"] == "CLOSED", saw=told)

    def _refuse_forgeries(self) -> None:
        sdk, since = self._sdk, self._stage.mark()
        forged: dict[str, Any] = {}
        with check("a forged notice refused, the true one after it taken"):
            self._stage.tell("faults", kind="forge", scope=PAID)
            self._pay(self._order(_new_number()))
            forged, true = self._stage.notices(since, PAID, count=2)
            expect(refused(lambda: sdk.read(forged["headers"], forged["body"])), saw=forged)
            expect(sdk.read(true["headers"], true["body"]), saw=true)
        with check("a notice with another body refused"):
            other = true["body"].replace("支付成功", "支付失败")
            expect(other != true["body"])
            expect(refused(lambda: sdk.read(true["headers"], other)), saw=other)
        with check("a forged answer refused"):
            self._stage.tell("faults", kind="forge_answer", scope="/v3/pay/transactions/id")
            told = refused(lambda: sdk.by_id(self._transaction_id))
            expect(told, saw="an answer")


def _new_number() -> str:
    return "K" + secrets.token_hex(10)
