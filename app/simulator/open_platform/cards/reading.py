"""How the card calls read a request: whose card, which code, in what state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.cards.dates import period, status_at
from app.simulator.open_platform.cards.state import (
    CONSUMED,
    EXPIRE,
    GIFT_TIMEOUT,
    NORMAL,
    Card,
    CardBag,
    HeldCard,
)
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.people import User
from app.simulator.settings import App
from app.simulator.world import World, here

LONGEST_CODE = 20


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of an official account, with the world's lock held."""

    world: World
    app: App
    bag: CardBag
    body: dict[str, Any]

    def card(self) -> Card:
        """The account's card named by `card_id`: 41012, 40073, and 45030 for somebody else's."""
        return own_card(self.bag, self.app, self.body.get("card_id"))

    def held(self) -> tuple[Card, HeldCard]:
        """The card and code named by `code`, and `card_id` where codes are the merchant's own."""
        card = self.card() if self.body.get("card_id") else None
        held = self._find(code_in(self.body), card)
        if held is None:
            raise OpenRefused(40056)
        return self.bag.cards[held.card_id], held

    def usable(self) -> tuple[Card, HeldCard]:
        """The same, in a state that can be consumed; see `require_usable`."""
        card, held = self.held()
        require_usable(card, held, at=self.world.clock.now())
        return card, held

    def holder(self, held: HeldCard) -> User:
        """The person who holds a code."""
        return person(self.world, held.holder)

    def _find(self, code: str, card: Card | None) -> HeldCard | None:
        if card is not None:
            return self.bag.held.get((card.card_id, code))
        mine = (each for each in self.bag.cards.values() if each.app.appid == self.app.appid)
        made_here = (each.card_id for each in mine if not each.custom_codes)
        found = (self.bag.held.get((card_id, code)) for card_id in made_here)
        return next((each for each in found if each is not None), None)


@contextmanager
def oa_call() -> Iterator[Call]:
    """Read the token of an official account and the JSON body; 48001 for a mini-program."""
    world = here()
    with world.lock:
        app = calling_app(world, kind="oa")
        yield Call(world=world, app=app, bag=world.part(CardBag), body=json_body())


def own_card(bag: CardBag, app: App, card_id: Any) -> Card:
    """The card of this id, when it is this account's."""
    if not card_id:
        raise OpenRefused(41012)
    card = bag.cards.get(str(card_id))
    if card is None:
        raise OpenRefused(40073)
    if card.app.appid != app.appid:
        raise OpenRefused(45030)
    return card


def code_in(body: dict[str, Any], name: str = "code") -> str:
    """A code of a request: at most 20 characters."""
    code = body.get(name)
    if code in (None, ""):
        raise OpenRefused(41011, name)
    if not isinstance(code, str) or len(code) > LONGEST_CODE:
        raise OpenRefused(40056)
    return code


def require_usable(card: Card, held: HeldCard, *, at: float) -> None:
    """40099 consumed, 40079 too early or too late, 40127 gifting, deleted or unavailable.

    A gift that nobody took within its time is its giver's again, so GIFT_TIMEOUT is usable; the
    platform's page does not say; chosen.
    """
    status = status_at(card, held, at=at)
    if status == CONSUMED:
        raise OpenRefused(40099)
    if status == EXPIRE or (status == NORMAL and at < period(card, held)[0]):
        raise OpenRefused(40079)
    if status not in {NORMAL, GIFT_TIMEOUT}:
        raise OpenRefused(40127)


def person(world: World, name: str) -> User:
    """The person of this name, who is known to be there."""
    user = world.people.named(name)
    if user is None:
        raise OpenRefused(46004)
    return user


def ok(**more: Any) -> dict[str, Any]:
    """A good answer."""
    return {"errcode": 0, "errmsg": "ok", **more}
