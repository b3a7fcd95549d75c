from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

import msgspec

from app.domain import catalog, gifting, stored_value
from app.domain.catalog import ForSale, LimitReached, NotOnSale, NotSoldOnWeb, OfferKind, SoldOut
from app.domain.gifting import NotGiftable
from app.domain.members import SessionEnded
from app.domain.orders import statements, tenders
from app.domain.orders.errors import TenderRefused
from app.domain.orders.events import OrderFromChat
from app.domain.orders.fulfilling import hand_over_free
from app.domain.orders.opening import opened_for
from app.domain.orders.planning import Plan, plan
from app.domain.orders.rules import (
    FIRST_LOOK,
    PAY_WITHIN,
    Line,
    Placed,
    Wish,
    check_sale,
    wrapping_to_json,
)
from app.domain.points import TooManyPoints
from app.domain.stored_value import GiftCardsOfDay, ValueCapReached
from app.kernel import numbers, request_keys
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Busy
from app.kernel.outbox import publish
from app.kernel.request_keys import RequestKey


@dataclass(frozen=True)
class _Written:
    offer_is_same: bool
    key_is_new: bool
    had_stock: bool
    order_id: int | None
    session_stands: bool


def place(wish: Wish, *, key: RequestKey | None, at: datetime) -> Placed:
    """Order one offer: stock, limit and pots are taken, the bill is made.

    What leaves nothing for WeChat to be paid is handed over at once.

    The same key again returns the first answer, marked as a replay.

    Raises NotFound, NotOnSale, NotSoldOnIos, NotSoldOnWeb, SoldOut, LimitReached, Invalid,
    NotGiftable, MessageRefused, KeyReused, SessionEnded; TenderRefused, TooManyPoints, NotEnoughPoints,
    NotEnoughValue, ValueFrozen, StepUpNeeded, ConfirmationInvalid, ValueCapReached,
    GiftCardsOfDay, NoFamily, OverFamilyCap.
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
        planned = plan(wish, offer, at=at)
    except (
        NotOnSale,
        LimitReached,
        NotGiftable,
        TenderRefused,
        TooManyPoints,
        ValueCapReached,
        GiftCardsOfDay,
    ):
        # The sale may have ended since the first attempt, or its voucher be held by it: its
        # answer counts, not this refusal.
        if first := key and _first_answer(key):
            return first
        raise
    placed = _answer(planned, offer, at)
    if placed.wechat_fen and wish.channel_id is None:
        raise NotOnSale("商家尚未开通支付")
    written = fetch_one(_Written, statements.PLACE, _parameters(planned, offer, placed, key, at))
    if written is None or not written.session_stands:
        raise SessionEnded("The session has ended. Please sign in again.")
    if not written.offer_is_same:
        return None
    if key and not written.key_is_new:
        return _replay(key)
    order_id = _taken(written, offer)
    _settle(planned, offer, placed, order_id, at)
    _tell_chat(wish, order_id, at)
    return placed


def note_chat(*, merchant_id: int, order_id: int, group: str) -> None:
    """The chat that an order was bought from, which is known a moment after it."""
    told = {"merchant_id": merchant_id, "order_id": order_id, "group": group}
    execute(statements.NOTE_CHAT, told)


def _settle(planned: Plan, offer: ForSale, placed: Placed, order_id: int, at: datetime) -> None:
    """Hold the pots; with nothing left for WeChat, capture them and hand over."""
    wish = planned.wish
    if planned.price.has_tenders:
        tenders.hold(planned, order_id=order_id, order_number=placed.order_number, at=at)
    if placed.wechat_fen:
        return
    if planned.price.has_tenders:
        tenders.capture(
            merchant_id=wish.merchant_id,
            order_id=order_id,
            order_number=placed.order_number,
            at=at,
        )
    hand_over_free(
        merchant_id=wish.merchant_id,
        order_id=order_id,
        order_number=placed.order_number,
        member_id=wish.member_id,
        lines=[_line(planned, offer)],
        gift=wish.gift,
        at=at,
    )


def _tell_chat(wish: Wish, order_id: int, at: datetime) -> None:
    """Somebody else opens it: no sale waits for a platform that may be slow or away."""
    if chat := wish.source.chat:
        told = OrderFromChat(
            merchant_id=wish.merchant_id,
            order_id=order_id,
            member_id=wish.member_id,
            appid=wish.appid,
            code=chat.code,
            encrypted_data=chat.encrypted_data,
            iv=chat.iv,
        )
        publish(told, at=at)


def _check(wish: Wish, offer: ForSale, *, at: datetime) -> None:
    his = opened_for(offer, merchant_id=wish.merchant_id, member_id=wish.member_id, at=at)
    check_sale(his, quantity=wish.quantity, on_ios=wish.on_ios, at=at)
    if wish.on_web and offer.kind == OfferKind.ASSIST:
        raise NotSoldOnWeb.told()
    if wish.gift:
        if offer.kind in catalog.MAY_HOLD_NO_VOUCHERS:
            raise NotGiftable("这类商品不能作为礼物购买", reason="kind")
        gifting.check_sale(
            merchant_id=wish.merchant_id, contents=offer.contents, wrapping=wish.gift, at=at
        )
    if offer.kind == OfferKind.TOPUP:
        _check_room(wish, offer)
    if offer.kind == OfferKind.GIFT_CARD:
        stored_value.check_gift_card_sale(
            merchant_id=wish.merchant_id,
            member_id=wish.member_id,
            adds_fen=offer.terms["face_fen"] * wish.quantity,
            is_named=offer.terms["is_named"],
            at=at,
        )


def _check_room(wish: Wish, offer: ForSale) -> None:
    """What does not fit under the cap is refused before it is paid for."""
    who = {"merchant_id": wish.merchant_id, "member_id": wish.member_id}
    bonus_fen = stored_value.bonus_for(
        **who,
        offer_id=offer.offer_id,
        bonus_fen=offer.terms["bonus_fen"],
        cap_fen=offer.terms["bonus_cap_fen"],
    )
    stored_value.check_top_up(**who, adds_fen=offer.price_fen * wish.quantity + bonus_fen)


def _refuse_moving() -> NoReturn:
    raise Busy("This offer is being changed right now. Please try again.")


def _taken(written: _Written, offer: ForSale) -> int:
    if not written.had_stock:
        raise SoldOut("已售罄")
    if written.order_id is None:
        raise LimitReached("已达到每人限购数量", limit=offer.per_member_limit)
    return written.order_id


def _line(planned: Plan, offer: ForSale) -> Line:
    return Line(
        offer_id=offer.offer_id,
        title=offer.title,
        quantity=planned.wish.quantity,
        amount_fen=planned.price.total_fen,
        contents=offer.contents,
        kind=offer.kind,
        terms=offer.terms,
    )


def _answer(planned: Plan, offer: ForSale, at: datetime) -> Placed:
    wish, bill = planned.wish, planned.price.wechat_fen
    return Placed(
        order_number=numbers.new(numbers.Kind.ORDER, merchant_id=wish.merchant_id),
        payment_number=(
            numbers.new(numbers.Kind.PAYMENT, merchant_id=wish.merchant_id) if bill else None
        ),
        title=offer.title,
        quantity=wish.quantity,
        total_fen=planned.price.total_fen,
        wechat_fen=bill,
        state="pending" if bill else "fulfilled",
        expires_at=at + PAY_WITHIN,
    )


def _parameters(
    planned: Plan, offer: ForSale, placed: Placed, key: RequestKey | None, at: datetime
) -> dict[str, Any]:
    wish, price = planned.wish, planned.price
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
        "list_fen": price.list_fen,
        "discount_fen": price.discount_fen,
        "total_fen": price.total_fen,
        "wechat_fen": price.wechat_fen,
        "has_tenders": price.has_tenders,
        "contents": msgspec.json.encode(offer.contents).decode(),
        "kind": offer.kind,
        "terms": msgspec.json.encode(offer.terms).decode(),
        "has_stock": offer.has_stock_limit,
        "per_member": offer.per_member_limit,
        "goods_kind": offer.goods_kind,
        "refund_policy": offer.refund_policy,
        "version": offer.version,
        "number": placed.order_number,
        "payment_number": placed.payment_number,
        "source_channel": source.channel,
        "source_scene": source.scene,
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
