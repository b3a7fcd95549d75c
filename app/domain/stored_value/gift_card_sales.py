"""How many gift cards without a name somebody may buy in a day."""

from datetime import datetime

from app.domain import merchants
from app.domain.stored_value import statements
from app.domain.stored_value.errors import GiftCardsOfDay
from app.domain.stored_value.lots import Fen
from app.domain.stored_value.rules import UNNAMED_A_DAY_FEN
from app.kernel import calendar, money
from app.kernel.db import execute, fetch_one


def check_gift_card_sale(
    *, merchant_id: int, member_id: int, adds_fen: int, is_named: bool, at: datetime
) -> None:
    """Before somebody pays for cards of so many fen. Raises GiftCardsOfDay with the room left.

    Ten thousand yuan of unnamed cards at once want the buyer's papers, which nobody can show
    here; a day counts as once, orders that wait for their payment included. Until commit he
    orders no other ones: by a lock of its own, since his wallet comes after stock and points.
    """
    if is_named:
        return
    _hold_buyer(merchant_id, member_id)
    zone = merchants.profile(merchant_id=merchant_id).zone
    day = calendar.day_of(at, zone)
    which = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "since": calendar.start_of_day(day, zone),
        "until": calendar.end_of(day, zone),
    }
    found = fetch_one(Fen, statements.UNNAMED_OF_DAY, which)
    has = found.amount if found else 0
    if has + adds_fen >= UNNAMED_A_DAY_FEN:
        room = max(0, UNNAMED_A_DAY_FEN - 1 - has)
        raise GiftCardsOfDay(
            f"不记名礼品卡每人每天购买须低于 {money.yuan(UNNAMED_A_DAY_FEN)} 元",
            below_fen=UNNAMED_A_DAY_FEN,
            room_fen=room,
        )


def _hold_buyer(merchant_id: int, member_id: int) -> None:
    who = {"merchant_id": merchant_id, "member_id": member_id}
    execute(statements.HOLD_BUYER, who)
