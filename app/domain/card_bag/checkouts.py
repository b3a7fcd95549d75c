"""Vouchers and points that pay for an order, and the cards that stand for them."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.card_bag import statements
from app.domain.card_bag.cards import lock_card, look_again, moved
from app.domain.card_bag.mirroring import follow, follow_member, last_of_voucher
from app.domain.card_bag.obeying import Home, use_at_last
from app.kernel.db import execute, fetch_one


@dataclass(frozen=True)
class _Refused:
    platform_id: str


def follow_pots(*, merchant_id: int, member_id: int, voucher_id: int | None, at: datetime) -> None:
    """What pays for an order was set aside, spent or given back: its cards follow.

    While an order holds a voucher nothing is told: a card that was made useless stays so. A use
    at the platform's counter in that time is refused by our books, and booked as soon as the
    order lets the voucher go.
    """
    if voucher_id is not None:
        card_id = last_of_voucher(merchant_id=merchant_id, voucher_id=voucher_id)
        if card_id is not None:
            _catch_up(merchant_id, card_id, at=at)
            follow(merchant_id=merchant_id, bag_card_id=card_id, at=at)
    follow_member(merchant_id=merchant_id, member_id=member_id, at=at)


def _catch_up(merchant_id: int, card_id: int, *, at: datetime) -> None:
    which: dict[str, object] = {"merchant_id": merchant_id, "bag_card_id": card_id}
    refused = fetch_one(_Refused, statements.USE_REFUSED, which)
    if refused is None:
        return
    home = fetch_one(Home, statements.LOCK_TEMPLATE, which | {"platform_id": refused.platform_id})
    card = lock_card(merchant_id=merchant_id, bag_card_id=card_id)
    now = look_again(card, merchant_id=merchant_id, at=at)
    if home and use_at_last(card, now, home, merchant_id=merchant_id, at=at):
        execute(statements.MEND_USE, which | {"at": at})
        moved(card, merchant_id=merchant_id, at=at)
