"""How the JSON texts of a service card are read."""

import json
from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.service_card_state import (
    BEGINNINGS,
    NEXT,
    STATES,
    WITH_PRODUCTS,
    ServiceCard,
)
from app.simulator.pay.state import Order

PRODUCT_TEXTS = ("product_img", "product_name", "product_path_query")
CHANNELS = (0, 1001)


def read_content(text: Any) -> dict[str, Any]:
    """content_json: cur_status, wxa_path_query, and the products where a state shows them.

    The platform has 85435 to 85443 for it without saying in stored pages which is which; chosen:
    85435 no JSON, 85439 cur_status, 85440 a field that the state needs.
    """
    content = _json(text, errcode=85435)
    if content.get("cur_status") not in tuple(STATES) or content["cur_status"] is True:
        raise OpenRefused(85439)
    if not isinstance(content.get("wxa_path_query"), str):
        raise OpenRefused(85440, "wxa_path_query")
    if content["cur_status"] in WITH_PRODUCTS:
        _check_products(content)
    return content


def check_step(card: ServiceCard | None, status: int) -> None:
    """A card begins in a state it may begin in, and goes on to one that follows; else 85441.

    From its last state nothing follows: the code is used up (85448).
    """
    if card is None:
        if status not in BEGINNINGS:
            raise OpenRefused(85441)
    elif not NEXT[card.status]:
        raise OpenRefused(85448)
    elif status not in NEXT[card.status]:
        raise OpenRefused(85441)


def check_payment(text: Any, order: Order) -> None:
    """check_json says what was paid (fen) and when (unix seconds), as the payment has it."""
    told = _json(text, errcode=85433)
    if told.get("pay_amount") != order.total_fen or told.get("pay_time") != int(order.paid_at):
        raise OpenRefused(85433)
    if told.get("pay_channel", 0) not in CHANNELS:
        raise OpenRefused(85433)


def read_ext(text: Any) -> str:
    """ext_json, any JSON object."""
    _json(text, errcode=85470)
    return str(text)


def _check_products(content: dict[str, Any]) -> None:
    count, products = content.get("product_count"), content.get("product_list")
    if type(count) is not int or count < 1:
        raise OpenRefused(85440, "product_count")
    listed = products.get("info_list") if isinstance(products, dict) else None
    if not isinstance(listed, list) or not listed:
        raise OpenRefused(85440, "product_list")
    for product in listed:
        for name in PRODUCT_TEXTS:
            if not isinstance(product, dict) or not isinstance(product.get(name), str):
                raise OpenRefused(85440, f"product_list.info_list.{name}")


def _json(text: Any, *, errcode: int) -> dict[str, Any]:
    if not isinstance(text, str):
        raise OpenRefused(errcode)
    try:
        value = json.loads(text)
    except ValueError:
        raise OpenRefused(errcode) from None
    if not isinstance(value, dict):
        raise OpenRefused(errcode)
    return value
