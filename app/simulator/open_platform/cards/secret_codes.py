"""Codes and card ids as pages see them: sealed, so that only the account can read them."""

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.state import CardBag, HeldCard
from app.simulator.settings import App
from app.simulator.signing import nonce_text

SEALED_LENGTH = 44


def seal_code(bag: CardBag, held: HeldCard) -> str:
    """What wx.addCard and jumps from a card carry as the code."""
    sealed = nonce_text(SEALED_LENGTH)
    bag.sealed_codes[sealed] = (held.card_id, held.code)
    return sealed


def open_code(bag: CardBag, app: App, sealed: str) -> str:
    """The code, for the account that owns the card; 40056 for anything else."""
    card_id, code = bag.sealed_codes.get(sealed, ("", ""))
    if card_id not in bag.cards or bag.cards[card_id].app.appid != app.appid:
        raise OpenRefused(40056)
    return code
