"""Service cards: a message that stands on its payment, without any question to the person."""

import json
from dataclasses import dataclass
from datetime import datetime

from app.gateways._reading import Json
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

WHOLE_NUMBERS = ("cur_status", "product_count")


@dataclass(frozen=True, kw_only=True)
class Paid:
    """The payment that the card belongs to, made in this very mini-program. Amount in fen."""

    transaction_id: str
    paid_fen: int
    paid_at: datetime


class ServiceCard:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._platform = OpenPlatform(app, tokens)

    def show(
        self, *, openid: str, kind: str, paid: Paid, data: dict[str, str], page: str | None
    ) -> None:
        """Open the card of a payment, or change it; the same words twice are one state.

        `kind` "2003" is for what is delivered at once, "2002" for what is fetched. `data` has
        `cur_status` and `product_…` as the page on the kind lists them. Unavailable "85437" until
        the platform knows its payment, which takes up to a minute.
        """
        question = {
            "openid": openid,
            "notify_type": int(kind),
            "notify_code": paid.transaction_id,
            "content_json": _text(_content(data, page)),
            # Asked for when a card is opened; it does no harm when it is changed.
            "check_json": _text(
                {"pay_amount": paid.paid_fen, "pay_time": int(paid.paid_at.timestamp())}
            ),
        }
        self._platform.call("show card", "/wxa/set_user_notify", question)


def _content(data: dict[str, str], page: str | None) -> Json:
    product = {
        name: value
        for name, value in data.items()
        if name.startswith("product_") and name not in WHOLE_NUMBERS
    }
    content: Json = {name: int(data[name]) for name in WHOLE_NUMBERS if name in data}
    if page:
        content["wxa_path_query"] = page
    if product:
        product["product_path_query"] = page or ""
        content["product_list"] = {"info_list": [product]}
        content.setdefault("product_count", 1)
    return content


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
