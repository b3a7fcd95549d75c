"""What the platform tells of a card, and what that does to our voucher."""

from datetime import datetime
from enum import StrEnum

from app.domain.card_bag import statements
from app.domain.card_bag.cards import Card, facts_about, find_card_of, keep_fact, look_again, moved
from app.domain.card_bag.obeying import Home, obey
from app.domain.card_bag.rules import BagEvent
from app.kernel.db import fetch_one


class Outcome(StrEnum):
    """`stranger`: the card is none of ours, or not yet known to be."""

    APPLIED = "applied"
    KNOWN_ALREADY = "known_already"
    STRANGER = "stranger"


def apply_event(
    *, merchant_id: int, event: BagEvent, told_by: str | None = None, at: datetime
) -> Outcome:
    """Join one happening to what is known of its card. Order and repetition do not matter.

    `told_by` is the appid whose message door it came in by; None for what WeChat Pay has signed.

    A use at the platform's counter redeems our voucher; a gift that a friend took gives it to
    that friend; a card that was thrown away leaves the voucher alone. What our books cannot
    follow is noted as a difference, and never dropped.
    """
    which = {"merchant_id": merchant_id, "platform_id": event.platform_id}
    home = fetch_one(Home, statements.LOCK_TEMPLATE, which)
    if home is None or (told_by is not None and not home.is_told_by(told_by)):
        return Outcome.STRANGER
    if _is_echo(event, merchant_id=merchant_id):
        return Outcome.KNOWN_ALREADY
    if not keep_fact(event, merchant_id=merchant_id, at=at):
        return Outcome.KNOWN_ALREADY
    card = _card_of(event, merchant_id=merchant_id)
    if card is None:
        return Outcome.STRANGER
    now = look_again(card, merchant_id=merchant_id, at=at)
    obey(card, now, home, merchant_id=merchant_id, at=at)
    moved(card, merchant_id=merchant_id, at=at)
    return Outcome.APPLIED


def _card_of(event: BagEvent, *, merchant_id: int) -> Card | None:
    facts = facts_about(
        merchant_id=merchant_id,
        platform_id=event.platform_id,
        codes=[event.code],
        references=[event.outer] if event.outer else [],
    )
    return find_card_of(
        merchant_id=merchant_id,
        platform_id=event.platform_id,
        codes=sorted({fact.code for fact in facts} | {event.code}),
        references=sorted({fact.outer for fact in facts if fact.outer}),
    )


def _is_echo(event: BagEvent, *, merchant_id: int) -> bool:
    """Whether we are told of what we did: each of our request numbers begins with a reference."""
    if event.request_number is None:
        return False
    card = find_card_of(
        merchant_id=merchant_id, platform_id=event.platform_id, codes=[event.code], references=[]
    )
    return card is not None and event.request_number.startswith(card.reference)
