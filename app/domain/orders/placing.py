from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

import msgspec

from app.domain import catalog, gifting
from app.domain.catalog import ForSale, LimitReached, NotOnSale, SoldOut
from app.domain.gifting import NotGiftable
from app.domain.members import SessionEnded
from app.domain.orders import statements
from app.domain.orders.fulfilling import hand_over_free
from app.domain.orders.rules import (
    FIRST_LOOK,
    PAY_WITHIN,
    Line,
    Placed,
    Wish,
    check_sale,
    wrapping_to_json,
)
from app.kernel import numbers, request_keys
from app.kernel.db import fetch_one
from app.kernel.errors import Busy
from app.kernel.request_keys import RequestKey


@dataclass(frozen=True)
class _Written:
    offer_is_same: bool
    key_is_new: bool
    had_stock: bool
    order_id: int | None
    session_stands: bool


def place(wish: Wish, *, key: RequestKey | None, at: datetime) -> Placed:
    """Order one offer: stock and limit are taken, the bill is made; free orders are handed over.

    The same key again returns the first answer, marked as a replay.

    Raises NotFound, NotOnSale, NotSoldOnIos, SoldOut, LimitReached, Invalid, NotGiftable,
    MessageRefused, KeyReused, SessionEnded.
    """
    shop, number = wish.merchant_id, wish.offer_number
    lately = catalog.for_sale_lately(merchant_id=shop, offer_number=number)
    if placed := _place(wish, lately, key=key, at=at):
        return placed
    offer = catalog.for_sale(merchant_id=shop, offer_number=number)
    return _place(wish, offer, key=key, at=at) or _refuse_moving()


def _place(wish: Wish, offer: ForSale, *, key: RequestKey | None, at: datetime) -> Placed | None:
    """None when the offer is not any more as it was read; then nothing was written."""
    try:
        _check(wish, offer, at=at)
    except (NotOnSale, LimitReached, NotGiftable):
        # The sale may have ended since the first attempt: its answer counts, not this refusal.
        if first := key and _first_answer(key):
            return first
        raise
    placed = _answer(wish, offer, at)
    if placed.total_fen and wish.channel_id is None:
        raise NotOnSale("商家尚未开通支付")
    written = fetch_one(_Written, statements.PLACE, _parameters(wish, offer, placed, key, at))
    if written is None or not written.session_stands:
        raise SessionEnded("The session has ended. Please sign in again.")
    if not written.offer_is_same:
        return None
    if key and not written.key_is_new:
        return _replay(key)
    order_id = _taken(written, offer)
    if placed.total_fen == 0:
        _hand_over_free(wish, offer, placed, order_id, at)
    return placed


def _check(wish: Wish, offer: ForSale, *, at: datetime) -> None:
    check_sale(offer, quantity=wish.quantity, on_ios=wish.on_ios, at=at)
    if wish.gift:
        gifting.check_sale(
            merchant_id=wish.merchant_id, contents=offer.contents, wrapping=wish.gift, at=at
        )


def _refuse_moving() -> NoReturn:
    raise Busy("This offer is being changed right now. Please try again.")


def _taken(written: _Written, offer: ForSale) -> int:
    if not written.had_stock:
        raise SoldOut("已售罄")
    if written.order_id is None:
        raise LimitReached("已达到每人限购数量", limit=offer.per_member_limit)
    return written.order_id


def _hand_over_free(
    wish: Wish, offer: ForSale, placed: Placed, order_id: int, at: datetime
) -> None:
    hand_over_free(
        merchant_id=wish.merchant_id,
        order_id=order_id,
        order_number=placed.order_number,
        member_id=wish.member_id,
        lines=[Line(offer.offer_id, offer.title, wish.quantity, 0, offer.contents)],
        gift=wish.gift,
        at=at,
    )


def _answer(wish: Wish, offer: ForSale, at: datetime) -> Placed:
    total = offer.price_fen * wish.quantity
    return Placed(
        order_number=numbers.new(numbers.Kind.ORDER, merchant_id=wish.merchant_id),
        payment_number=(
            numbers.new(numbers.Kind.PAYMENT, merchant_id=wish.merchant_id) if total else None
        ),
        title=offer.title,
        quantity=wish.quantity,
        total_fen=total,
        state="pending" if total else "fulfilled",
        expires_at=at + PAY_WITHIN,
    )


def _parameters(
    wish: Wish, offer: ForSale, placed: Placed, key: RequestKey | None, at: datetime
) -> dict[str, Any]:
    source = wish.source
    return {
        "merchant_id": wish.merchant_id,
        "member_id": wish.member_id,
        "epoch": wish.epoch,
        "app_id": wish.app_id,
        "appid": wish.appid,
        "openid": wish.openid,
        "channel_id": wish.channel_id,
        "offer_id": offer.offer_id,
        "title": offer.title,
        "quantity": wish.quantity,
        "unit_price_fen": offer.price_fen,
        "total_fen": placed.total_fen,
        "contents": msgspec.json.encode(offer.contents).decode(),
        "has_stock": offer.has_stock_limit,
        "per_member": offer.per_member_limit,
        "sale_starts_at": offer.sale_starts_at,
        "sale_ends_at": offer.sale_ends_at,
        "number": placed.order_number,
        "payment_number": placed.payment_number,
        "source_channel": source.channel,
        "source_scene": source.scene,
        "source_group": source.group,
        "source_referrer": source.referrer,
        "sharer_member_id": _sharer(wish),
        "gift": wrapping_to_json(wish.gift),
        "at": at,
        "expires_at": placed.expires_at,
        "look_at": at + FIRST_LOOK,
        "key": key.key if key else None,
        "key_actor": key.actor if key else None,
        "key_hash": key.body_hash if key else None,
        "answer": msgspec.json.encode(placed).decode(),
    }


def _sharer(wish: Wish) -> int | None:
    """Nobody brings himself."""
    sharer = wish.source.sharer_member_id
    return sharer if sharer != wish.member_id else None


def _replay(key: RequestKey) -> Placed:
    first = _first_answer(key)
    if first is None:
        raise RuntimeError("a request key was taken and yet has no answer")
    return first


def _first_answer(key: RequestKey) -> Placed | None:
    answer = request_keys.find_answer(key)
    if answer is None:
        return None
    told = answer.body
    placed = Placed(**told | {"expires_at": datetime.fromisoformat(told["expires_at"])})
    return replace(placed, replayed=True)
