"""Gift cards: sold, then claimed by one person, whose named balance they become."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger, members
from app.domain.ledger import AccountKind, Posting, house
from app.domain.stored_value import statements
from app.domain.stored_value.crediting import NewCredit, add_credit, check_top_up, fill
from app.domain.stored_value.errors import (
    GiftCardExpired,
    GiftCardOver,
    GiftCardTaken,
    GiftCardUnknown,
)
from app.domain.stored_value.lots import lock_wallet
from app.domain.stored_value.rules import (
    UNNAMED_GOOD_FOR,
    CreditKind,
    CreditState,
    GiftCardState,
    check_gift_card,
)
from app.domain.stored_value.tokens import fingerprint_of, link_token
from app.kernel import numbers, paging
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


@dataclass(frozen=True)
class GiftCardView:
    """A gift card as it stands; `face_fen` is what it is good for."""

    id: int
    number: str
    state: str
    buyer_id: int
    face_fen: int
    paid_fen: int
    is_named: bool
    sold_at: datetime
    valid_until: datetime | None
    claimed_by: int | None
    settled_at: datetime | None


@dataclass(frozen=True)
class ClaimedCard:
    number: str
    face_fen: int
    replayed: bool = False


def issue_gift_card(
    *,
    merchant_id: int,
    member_id: int,
    order_id: int,
    face_fen: int,
    is_named: bool,
    at: datetime,
    paid_fen: int | None = None,
) -> str:
    """Hand a paid card over to its buyer; its number. `paid_fen`: what was paid, else the face.

    Until somebody claims it its money belongs to nobody's balance.

    Raises GiftCardTooLarge.
    """
    check_gift_card(face_fen, is_named=is_named)
    number = numbers.new(numbers.Kind.GIFT, merchant_id=merchant_id)
    paid = face_fen if paid_fen is None else min(paid_fen, face_fen)
    execute(
        statements.ADD_GIFT_CARD,
        {
            "merchant_id": merchant_id,
            "number": number,
            "order_id": order_id,
            "member_id": member_id,
            "face_fen": face_fen,
            "paid_fen": paid,
            "is_named": is_named,
            "fingerprint": fingerprint_of(link_token(merchant_id=merchant_id, number=number)),
            "at": at,
            "valid_until": None if is_named else at + UNNAMED_GOOD_FOR,
        },
    )
    _book(merchant_id, f"gift_card_sold:{number}", face_fen, paid, is_back=False, at=at)
    return number


def claim_gift_card(*, merchant_id: int, member_id: int, token: str, at: datetime) -> ClaimedCard:
    """Take a card into the member's own named balance: one person, once. He is told so again.

    Raises GiftCardUnknown, GiftCardTaken, GiftCardOver, GiftCardExpired, ValueCapReached.
    """
    lock_wallet(merchant_id, member_id)
    card = _lock(merchant_id, token)
    if card.claimed_by == member_id:
        return ClaimedCard(card.number, card.face_fen, replayed=True)
    _check_open(card, at=at)
    check_top_up(merchant_id=merchant_id, member_id=member_id, adds_fen=card.face_fen)
    settled = _settle(merchant_id, card.id, GiftCardState.CLAIMED, member_id=member_id, at=at)
    if not settled:
        raise GiftCardTaken("礼品卡已被领取")
    _credit(merchant_id, member_id, card, at=at)
    return ClaimedCard(card.number, card.face_fen)


def look_at_gift_card(*, merchant_id: int, token: str) -> GiftCardView:
    """What is behind a link. Raises GiftCardUnknown."""
    which = {"merchant_id": merchant_id, "fingerprint": fingerprint_of(token)}
    card = fetch_one(GiftCardView, statements.LOOK_BY_TOKEN, which)
    if card is None:
        raise GiftCardUnknown("礼品卡链接无效")
    return card


def reactivate_gift_card(*, merchant_id: int, token: str, at: datetime) -> GiftCardView:
    """An unnamed card that is over is good again from now on, as long as a new one.

    Raises GiftCardUnknown, GiftCardTaken, GiftCardOver.
    """
    card = _lock(merchant_id, token)
    if card.state != GiftCardState.SOLD:
        _check_open(card, at=at)
    if card.valid_until is not None and at >= card.valid_until:
        until = at + UNNAMED_GOOD_FOR
        longer = {"merchant_id": merchant_id, "card_id": card.id, "valid_until": until}
        execute(statements.REACTIVATE, longer)
    return look_at_gift_card(merchant_id=merchant_id, token=token)


def refund_gift_cards(*, merchant_id: int, order_id: int, cause: str, at: datetime) -> int:
    """Take back an order's cards that nobody claimed; the paid fen, which rest in `prepaid` now.

    Their links are dead. Booked once per `cause` and card.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    cards = fetch_all(GiftCardView, statements.LOCK_UNCLAIMED, which)
    for card in cards:
        _settle(merchant_id, card.id, GiftCardState.REFUNDED, member_id=None, at=at)
        back = f"{cause}:{card.number}"
        _book(merchant_id, back, card.face_fen, card.paid_fen, is_back=True, at=at)
    return sum(card.paid_fen for card in cards)


def cards_of_order(*, merchant_id: int, order_id: int) -> list[GiftCardView]:
    which = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(GiftCardView, statements.CARDS_OF_ORDER, which)


def list_gift_cards(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[GiftCardView]:
    """The cards that this member bought, the newest first. Raises Invalid."""
    which = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    found = fetch_all(GiftCardView, statements.LIST_GIFT_CARDS, which)
    return paging.cut(found, limit=limit, key=lambda card: card.id)


def gift_card_link(*, merchant_id: int, member_id: int, number: str) -> str:
    """The token of a card that this member bought.

    Raises NotFound, GiftCardTaken, GiftCardOver, CodesFrozen.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    card = fetch_one(GiftCardView, statements.OWN_GIFT_CARD, which)
    if card is None:
        raise NotFound("There is no such gift card of yours.", number=number[:40])
    if card.state != GiftCardState.SOLD:
        _check_open(card, at=card.sold_at)
    return link_token(merchant_id=merchant_id, number=number)


def _lock(merchant_id: int, token: str) -> GiftCardView:
    which = {"merchant_id": merchant_id, "fingerprint": fingerprint_of(token)}
    card = fetch_one(GiftCardView, statements.LOCK_BY_TOKEN, which)
    if card is None:
        raise GiftCardUnknown("礼品卡链接无效")
    return card


def _check_open(card: GiftCardView, *, at: datetime) -> None:
    if card.state == GiftCardState.CLAIMED:
        raise GiftCardTaken("礼品卡已被领取")
    if card.state == GiftCardState.REFUNDED:
        raise GiftCardOver("礼品卡已退款")
    if card.valid_until is not None and at >= card.valid_until:
        raise GiftCardExpired("礼品卡已过有效期，激活后可继续使用", valid_until=card.valid_until)


def _settle(
    merchant_id: int, card_id: int, state: GiftCardState, *, member_id: int | None, at: datetime
) -> int:
    said = {
        "merchant_id": merchant_id,
        "card_id": card_id,
        "state": state.value,
        "member_id": member_id,
        "at": at,
    }
    return execute(statements.SETTLE_GIFT_CARD, said)


def _credit(merchant_id: int, member_id: int, card: GiftCardView, *, at: datetime) -> None:
    new = NewCredit(
        kind=CreditKind.GIFT_CARD,
        reference=f"gift_card:{card.number}",
        paid_fen=card.paid_fen,
        bonus_fen=card.face_fen - card.paid_fen,
        made_at=at,
    )
    credit_id = add_credit(merchant_id, member_id, new, state=CreditState.OPEN)
    if credit_id is None:
        raise GiftCardTaken("礼品卡已被领取")
    rest = house(AccountKind.GIFT_CARDS)
    fill(merchant_id, member_id, credit_id, new, source=rest, bonus_source=rest, at=at)


def _book(
    merchant_id: int, cause: str, face_fen: int, paid_fen: int, *, is_back: bool, at: datetime
) -> None:
    """Paid money and, when the card holds more than was paid, bonus; into the cards or out again."""
    rest = house(AccountKind.GIFT_CARDS)
    sources = [(AccountKind.PREPAID, paid_fen), (AccountKind.BONUS_ISSUED, face_fen - paid_fen)]
    postings = [
        Posting(source=house(kind), destination=rest, amount=amount)
        for kind, amount in sources
        if amount
    ]
    if is_back:
        postings = [posting.reversed() for posting in postings]
    ledger.post(merchant_id=merchant_id, cause=cause, postings=postings, at=at)
