"""商品券 of a brand on WeChat Pay.

The brand signs with the keys of its pay channel, under a scheme of its own. A coupon must be
confirmed once it was given, and is used for a paid order. It cannot be given to friends.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from wechatpayv3.type import RequestType

from app.gateways._pay_client import ask, connect, understand
from app.gateways._reading import Json, word
from app.gateways.card_mirrors import HeldCode, Look, PlaceState
from app.gateways.errors import Misconfigured, Refused
from app.gateways.pay_channel import PayChannel

BASE = "/brand/marketing/product-coupon"
BEIJING = ZoneInfo("Asia/Shanghai")
UNKNOWN = {"RESOURCE_NOT_EXISTS"}
LONGEST_REASON = 150
MOST_PER_PAGE = 50

STATES = {
    "CONFIRMING": PlaceState.CONFIRMING,
    "PENDING": PlaceState.PENDING,
    "EFFECTIVE": PlaceState.HELD,
    "USED": PlaceState.CONSUMED,
    "EXPIRED": PlaceState.EXPIRED,
    "DELETED": PlaceState.DELETED,
    "DEACTIVATED": PlaceState.UNAVAILABLE,
}


class ProductCoupon:
    """Safe to repeat under the same request number. Raises as WechatPay does.

    A coupon is named by "product/stock" and its code, and always with the openid of its holder.
    """

    def __init__(self, channel: PayChannel) -> None:
        if channel.brand_id is None:
            raise Misconfigured(f"pay channel {channel.mchid}: product coupons want a brand")
        self._client = connect(channel)
        self._appid = channel.appid

    def offer(self, *, platform_id: str, code: str | None, reference: str, openid: str) -> str:
        """A token for the component, good for five minutes. One reference gives one coupon."""
        question = {**self._named(platform_id), "send_request_no": reference}
        if code:
            question["coupon_code"] = code
        doing = "offer product coupon"
        answer = self._post(doing, f"/users/{_in_path(openid)}/pre-send-coupon", question)
        return understand(doing, lambda said: word(said["token"]), answer, changes=False)

    def look(self, held: HeldCode) -> Look | None:
        """What a coupon is now; None when WeChat knows none of it, or whose it is we do not."""
        if held.openid is None:
            return None
        doing = "look at product coupon"
        question = urlencode(self._named(held.platform_id))
        try:
            answer = self._get(doing, f"{_path(held)}?{question}")
        except Refused as refusal:
            if refusal.code in UNKNOWN:
                return None
            raise
        return understand(
            doing, lambda said: Look(state=_state(said), openid=held.openid), answer, changes=False
        )

    def list_codes(self, *, openid: str, platform_id: str) -> list[tuple[str, str]]:
        """(product/stock, code) of a person's coupons of one stock, page by page."""
        doing, found, token = "list product coupons", list[tuple[str, str]](), ""
        while True:
            question = {**self._named(platform_id), "page_size": str(MOST_PER_PAGE)}
            question |= {"page_token": token} if token else {}
            path = f"/users/{_in_path(openid)}/coupons?{urlencode(question)}"
            answer = self._get(doing, path)
            codes = understand(doing, _codes, answer, changes=False)
            found += [(platform_id, code) for code in codes]
            token = str(answer.get("next_page_token") or "")
            if not token:
                return found

    def confirm(self, held: HeldCode) -> PlaceState:
        """Take note that it was given; it is of no use before. What it is now."""
        doing = "confirm product coupon"
        answer = self._do(doing, held, "confirm")
        return understand(doing, _state, answer, changes=True)

    def consume(self, held: HeldCode, *, at: datetime) -> None:
        """Use it up for the payment that bought it. Raises Refused without one."""
        if held.transaction_id is None:
            raise Refused("a product coupon is used for a paid order only", code="not_paid")
        self._do(
            "use product coupon",
            held,
            "use",
            use_time=at.astimezone(BEIJING).isoformat(timespec="seconds"),
            associated_order_info={"transaction_id": held.transaction_id},
        )

    def give_back(self, held: HeldCode) -> None:
        """Undo a use, while the coupon is good."""
        self._do("return product coupon", held, "return")

    def withdraw(self, held: HeldCode, *, reason: str) -> None:
        """Make it useless, for ever."""
        doing = "deactivate product coupon"
        self._do(doing, held, "deactivate", deactivate_reason=reason[:LONGEST_REASON])

    def be_told_at(self, url: str) -> None:
        """Have the brand's notices about coupons sent to this address from now on."""
        self._post("set product coupon address", "/notify-configs", {"notify_url": url})

    def _do(self, doing: str, held: HeldCode, verb: str, **more: Any) -> Json:
        if held.openid is None:
            raise Refused(f"{doing}: whose it is nobody told", code="holder_unknown")
        named = {**self._named(held.platform_id), "out_request_no": held.request_number}
        return self._post(doing, f"{_path(held)}/{verb}", {**named, **more})

    def _named(self, platform_id: str) -> dict[str, str]:
        product, _, stock = platform_id.partition("/")
        return {"product_coupon_id": product, "stock_id": stock, "appid": self._appid}

    def _get(self, doing: str, path: str) -> Json:
        core = self._client._core  # noqa: SLF001 - the library knows no product coupons
        return ask(doing, lambda: core.request(BASE + path), changes=False)

    def _post(self, doing: str, path: str, question: Json) -> Json:
        core = self._client._core  # noqa: SLF001 - the library knows no product coupons
        return ask(
            doing,
            lambda: core.request(BASE + path, method=RequestType.POST, data=question),
            changes=True,
        )


def _path(held: HeldCode) -> str:
    return f"/users/{_in_path(str(held.openid))}/coupons/{_in_path(held.code)}"


def _state(said: Json) -> PlaceState:
    return STATES[word(said["coupon_state"])]


def _codes(said: Json) -> list[str]:
    return [word(row["coupon_code"]) for row in said.get("user_coupon_list") or []]


def _in_path(text: str) -> str:
    return quote(text, safe="")
