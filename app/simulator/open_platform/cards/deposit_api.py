"""/card/code/{deposit,getdepositcount,checkcode}: codes that the merchant hands in beforehand."""

from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.handing import is_taken
from app.simulator.open_platform.cards.reading import LONGEST_CODE, Call, oa_call, ok
from app.simulator.open_platform.cards.state import Card

MOST_CODES = 100

deposit_api = Blueprint("deposit_api", __name__, url_prefix="/card/code")


@deposit_api.post("/deposit")
def deposit() -> dict[str, Any]:
    """{card_id, code[<=100]}: which were taken in, which were there, which are no codes.

    43009 for a card that takes no codes, 40097 for another number of codes.
    """
    with oa_call() as call:
        card, codes = _asked(call)
        taken, again, bad = [], [], []
        for code in codes:
            if not isinstance(code, str) or not 0 < len(code) <= LONGEST_CODE:
                bad.append(code)
            elif _is_known(call, card, code):
                again.append(code)
            else:
                card.deposited.append(code)
                card.deposit_count += 1
                taken.append(code)
        return ok(succ_code=taken, duplicate_code=again, fail_code=bad)


@deposit_api.post("/getdepositcount")
def getdepositcount() -> dict[str, Any]:
    """{card_id}: how many codes were taken in so far."""
    with oa_call() as call:
        return ok(count=call.card().deposit_count)


@deposit_api.post("/checkcode")
def checkcode() -> dict[str, Any]:
    """{card_id, code[<=100]}: which are there and which are not."""
    with oa_call() as call:
        card, codes = _asked(call)
        there = [each for each in codes if _is_known(call, card, str(each))]
        return ok(exist_code=there, not_exist_code=[each for each in codes if each not in there])


def _asked(call: Call) -> tuple[Card, list[Any]]:
    card, codes = call.card(), call.body.get("code")
    if not card.deposits_codes:
        raise OpenRefused(43009)
    if not isinstance(codes, list) or not 0 < len(codes) <= MOST_CODES:
        raise OpenRefused(40097, "code")
    return card, codes


def _is_known(call: Call, card: Card, code: str) -> bool:
    return code in card.deposited or is_taken(call.bag, card, code)
