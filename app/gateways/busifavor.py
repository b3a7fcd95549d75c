"""商家券 of WeChat Pay, for merchants who have them already.

They cannot be given to friends; giving is done in our own books.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from wechatpayv3.type import RequestType

from app.gateways._pay_client import ask, connect, understand
from app.gateways._reading import Json, word, word_or_none
from app.gateways.card_mirrors import HeldCode, Look, PlaceState
from app.gateways.coupon_notices import AnyCouponNotice, read_coupon_notice
from app.gateways.errors import Refused
from app.gateways.pay_channel import PayChannel
from app.gateways.signatures import coupon_plugin_signature

BASE = "/v3/marketing/busifavor"
BEIJING = ZoneInfo("Asia/Shanghai")
UNKNOWN = {"RESOURCE_NOT_EXISTS"}
LONGEST_REASON = 64

STATES = {
    "SENDED": PlaceState.HELD,
    "USED": PlaceState.CONSUMED,
    "EXPIRED": PlaceState.EXPIRED,
    "DELETED": PlaceState.DELETED,
    "DEACTIVATED": PlaceState.UNAVAILABLE,
}


class Busifavor:
    """Safe to repeat under the same request number. Raises as WechatPay does."""

    def __init__(self, channel: PayChannel) -> None:
        self._client = connect(channel)
        self._channel = channel

    def sign_offer(
        self, *, platform_id: str, code: str | None, reference: str, secret: str
    ) -> dict[str, object]:
        """What the send-coupon component wants. The same number gives no second coupon.

        `secret` is the old APIv2 key, which signs here and nowhere else.
        """
        coupon = {"stock_id": platform_id, "out_request_no": reference}
        if code:
            coupon["coupon_code"] = code
        merchant = self._channel.sub_mchid or self._channel.mchid
        return {
            "send_coupon_params": [coupon],
            "sign": coupon_plugin_signature([coupon], merchant=merchant, key=secret),
            "send_coupon_merchant": merchant,
        }

    def read_notice(
        self, headers: Mapping[str, str], body: bytes, *, received_at: datetime
    ) -> AnyCouponNotice:
        """What became of a coupon of either kind; raises ForgedNotice or StaleNotice."""
        return read_coupon_notice(
            self._client,
            headers,
            body,
            public_key_id=self._channel.public_key_id,
            received_at=received_at,
        )

    def look(self, held: HeldCode) -> Look | None:
        """What a coupon is now; None when WeChat knows none of it, or whose it is we do not."""
        if held.openid is None:
            return None
        path = f"{BASE}/users/{_in_path(held.openid)}/coupons/{_in_path(held.code)}"
        doing = "look at coupon"
        try:
            answer = self._get(doing, f"{path}/appids/{_in_path(self._channel.appid)}")
        except Refused as refusal:
            if refusal.code in UNKNOWN:
                return None
            raise
        return understand(doing, lambda said: _look(said, held.openid), answer, changes=False)

    def list_codes(self, *, openid: str, platform_id: str) -> list[tuple[str, str]]:
        """(stock, code) of a person's coupons of one stock."""
        question = f"appid={_in_path(self._channel.appid)}&stock_id={_in_path(platform_id)}"
        path = f"{BASE}/users/{_in_path(openid)}/coupons?{question}&offset=0&limit=100"
        answer = self._get("list coupons", path)
        return understand("list coupons", _listed, answer, changes=False)

    def consume(self, held: HeldCode, *, at: datetime) -> None:
        """Use it up, at that moment."""
        self._post(
            "use coupon",
            "use",
            {
                "coupon_code": held.code,
                "stock_id": held.platform_id,
                "appid": self._channel.appid,
                "use_time": at.astimezone(BEIJING).isoformat(timespec="seconds"),
                "use_request_no": held.request_number,
                **({"openid": held.openid} if held.openid else {}),
            },
        )

    def give_back(self, held: HeldCode) -> None:
        """Undo a use, while the coupon is good."""
        self._post("return coupon", "return", _named(held, "return_request_no"))

    def withdraw(self, held: HeldCode, *, reason: str) -> None:
        """Make it useless, for ever."""
        question = _named(held, "deactivate_request_no")
        question["deactivate_reason"] = reason[:LONGEST_REASON]
        self._post("deactivate coupon", "deactivate", question)

    def confirm(self, held: HeldCode) -> PlaceState:  # noqa: ARG002 - the same for every code
        """Nothing to do: a coupon that was given can be used."""
        return PlaceState.HELD

    def be_told_at(self, url: str) -> None:
        """Have notices about coupons sent to this address from now on."""
        question = {"mchid": self._channel.mchid, "notify_url": url}
        core = self._client._core  # noqa: SLF001 - the library knows coupons' addresses otherwise
        path = f"{BASE}/callbacks"
        doing = "set coupon address"
        ask(doing, lambda: core.request(path, method=RequestType.POST, data=question), changes=True)

    def _get(self, doing: str, path: str) -> Json:
        return ask(doing, lambda: self._client._core.request(path), changes=False)  # noqa: SLF001 - the library has half of these calls

    def _post(self, doing: str, verb: str, question: Json) -> None:
        path = f"{BASE}/coupons/{verb}"
        core = self._client._core  # noqa: SLF001 - the library insists on fields we do not send
        ask(doing, lambda: core.request(path, method=RequestType.POST, data=question), changes=True)


def _named(held: HeldCode, name: str) -> Json:
    return {
        "coupon_code": held.code,
        "stock_id": held.platform_id,
        name: held.request_number,
    }


def _look(answer: Json, openid: str | None) -> Look:
    return Look(state=STATES[word(answer["coupon_state"])], openid=openid)


def _listed(answer: Json) -> list[tuple[str, str]]:
    rows = answer.get("data") or []
    return [(word(row["stock_id"]), word_or_none(row.get("coupon_code")) or "") for row in rows]


def _in_path(text: str) -> str:
    return quote(text, safe="")
