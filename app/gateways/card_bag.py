"""The card bag of an official account (微信卡券, /card/*): cards that exist, and member cards."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from redis import Redis

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, Json, mapping, whole, word
from app.gateways.card_mirrors import HeldCode, Look, PlaceState
from app.gateways.errors import Refused
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.signatures import card_signature
from app.gateways.tickets import TicketKind, Tickets
from app.gateways.tokens import AccessTokens

NO_SUCH_CODE = {"40056", "40116"}
CONSUMED_ALREADY = "40099"
SIGNED_FOR_SECONDS = 3600
LONGEST_REASON = 60
T = TypeVar("T")

STATES = {
    "NORMAL": PlaceState.HELD,
    "GIFT_TIMEOUT": PlaceState.HELD,
    "GIFTING": PlaceState.GIFTING,
    "GIFT_SUCC": PlaceState.GIFTING,
    "CONSUMED": PlaceState.CONSUMED,
    "EXPIRE": PlaceState.EXPIRED,
    "DELETE": PlaceState.DELETED,
    "UNAVAILABLE": PlaceState.UNAVAILABLE,
}


class CardBag:
    """Raises Refused with the errcode, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens, *, redis: Redis) -> None:
        self._platform = OpenPlatform(app, tokens)
        self._tickets = Tickets(redis=redis, platform=self._platform)

    def sign_offer(
        self, *, platform_id: str, code: str | None, reference: str, at: datetime
    ) -> dict[str, str]:
        """One entry of wx.addCard's cardList. `reference` comes back with the card's events.

        The same for an hour, and WeChat takes a signature once: nobody gets two for one voucher.
        """
        second = int(at.timestamp())
        stamp = str(second - second % SIGNED_FOR_SECONDS)
        ticket = self._tickets.ticket(TicketKind.CARD)
        # The outer text takes no part in the signature; an empty code neither.
        signed = [ticket, stamp, platform_id, reference, *([code] if code else [])]
        extension = {
            "timestamp": stamp,
            "nonce_str": reference,
            "outer_str": reference,
            "signature": card_signature(*signed),
        }
        if code:
            extension["code"] = code
        return {"cardId": platform_id, "cardExt": json.dumps(extension)}

    def look(self, held: HeldCode) -> Look | None:
        """What a code is now, used up or not; None when WeChat knows none of it."""
        question = {**_which(held), "check_consume": False}
        try:
            answer = self._ask("look at card", "/card/code/get", question)
        except Refused as refusal:
            if refusal.code in NO_SUCH_CODE:
                return None
            raise
        return _understand("look at card", _look, answer)

    def look_at_membership(self, held: HeldCode) -> Look | None:
        """The same for a member card, with the points that it shows."""
        try:
            answer = self._ask("look at member card", "/card/membercard/userinfo/get", _which(held))
        except Refused as refusal:
            if refusal.code in NO_SUCH_CODE:
                return None
            raise
        return _understand("look at member card", _member_look, answer)

    def list_codes(self, *, openid: str, platform_id: str | None = None) -> list[tuple[str, str]]:
        """(card id, code) of what a person holds of this account and could use."""
        question = {"openid": openid, **({"card_id": platform_id} if platform_id else {})}
        answer = self._ask("list cards", "/card/user/getcardlist", question)
        return _understand("list cards", _listed, answer)

    def consume(self, held: HeldCode, *, at: datetime) -> None:  # noqa: ARG002 - WeChat's clock counts
        """Use it up. One that is used up already counts as done: our books know by whom."""
        try:
            self._do("consume card", "/card/code/consume", _which(held))
        except Refused as refusal:
            if refusal.code != CONSUMED_ALREADY:
                raise

    def give_back(self, held: HeldCode) -> None:  # noqa: ARG002 - the same for every code
        """Cards of an official account stay used up."""
        raise Refused("a card that was used up stays so", code="cannot_give_back")

    def withdraw(self, held: HeldCode, *, reason: str) -> None:
        """Make it useless, for ever. The holder reads the reason. Safe to repeat."""
        question = {**_which(held), "reason": reason[:LONGEST_REASON]}
        self._do("withdraw card", "/card/code/unavailable", question)

    def confirm(self, held: HeldCode) -> PlaceState:  # noqa: ARG002 - the same for every code
        """Nothing to do: a card in the bag can be used."""
        return PlaceState.HELD

    def change_code(self, held: HeldCode, *, code: str) -> None:
        """Let another code stand on a card whose codes are ours."""
        self._do("change code", "/card/code/update", {**_which(held), "new_code": code})

    def activate(self, held: HeldCode, *, number: str, points: int) -> None:
        """Open a member card under a number that its holder sees. Safe to repeat."""
        question = {**_which(held), "membership_number": number, "init_bonus": points}
        self._do("activate card", "/card/membercard/activate", question)

    def set_points(self, held: HeldCode, *, points: int, why: str) -> None:
        """Let a member card show this total. Safe to repeat, because it is a total."""
        question = {**_which(held), "bonus": points, "record_bonus": why}
        self._do("set points", "/card/membercard/updateuser", question)

    def _ask(self, doing: str, path: str, question: Json) -> Json:
        answer = self._platform.call(doing, path, question, changes=False)
        return dict(answer) if isinstance(answer, dict) else {}

    def _do(self, doing: str, path: str, question: Json) -> None:
        self._platform.call(doing, path, question)


def _understand(doing: str, read: Callable[[Json], T], answer: Json) -> T:
    try:
        return read(answer)
    except UNREADABLE:
        raise unanswered(doing, code="unreadable_answer", changes=False) from None


def _which(held: HeldCode) -> Json:
    return {"card_id": held.platform_id, "code": held.code}


def _look(answer: Json) -> Look:
    return Look(state=STATES[word(answer["user_card_status"])], openid=word(answer["openid"]))


def _member_look(answer: Json) -> Look:
    return Look(
        state=STATES[word(answer["user_card_status"])],
        openid=word(answer["openid"]),
        points=whole(answer["bonus"]) if answer.get("has_active") else None,
    )


def _listed(answer: Json) -> list[tuple[str, str]]:
    rows = [mapping(row) for row in answer["card_list"]]
    return [(word(row["card_id"]), word(row["code"])) for row in rows]
