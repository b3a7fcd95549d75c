"""What a message door was told becomes facts: once, in one commit, in whatever order it comes.

Nothing here asks the world, for the platform waits five seconds for our answer.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from app.domain import following, merchants
from app.gateways import told
from app.gateways.pushes import Push, PushKeys, understand
from app.kernel import inbox, outbox
from app.web.reacting import REACTIONS, Hearing

PUSHES, CARDS = "wechat.push", "wechat.card"


def keys_of(door: merchants.MessageDoor) -> PushKeys:
    return PushKeys(
        appid=door.appid,
        original_id=door.original_id,
        mode=door.mode.value,
        token=door.token,
        aes_key=door.aes_key,
    )


def hear(door: merchants.MessageDoor, push: Push, *, at: datetime) -> bool:
    """Keep and apply it, inside a transaction; False when it was told before or means nothing.

    Raises StillSending, among other refusals, for what is told too early: then it is kept and
    heard again.
    """
    if isinstance(push.told, told.Unknown | told.ChatEntered):
        return False
    notice_id = inbox.keep_for_job(notice_of(door, push), at=at)
    if notice_id is None:
        return False
    if isinstance(push.told, told.CardEvent):
        _publish_card(door.merchant_id, notice_id, at=at)
    apply(door, push, at=at)
    return True


def apply(door: merchants.MessageDoor, push: Push, *, at: datetime) -> None:
    """What it changes here. `at` is now; when it happened stands in the push."""
    react = REACTIONS.get(type(push.told))
    if react is not None:
        react(Hearing(door, push, at), push.told)


def notice_of(door: merchants.MessageDoor, push: Push) -> inbox.Notice:
    """As it is kept: a card's event in our words, for its job, everything else as it came."""
    is_card = isinstance(push.told, told.CardEvent)
    words = _card_words(door, push) if is_card else push.words
    return inbox.Notice(
        merchant_id=door.merchant_id,
        source=CARDS if is_card else f"{PUSHES}.{door.number}",
        reference=f"{door.number}:{push.reference}",
        headers="{}",
        body=orjson.dumps(words).decode(),
    )


def is_push(kept: inbox.Kept) -> bool:
    """Whether it came to a message door."""
    return kept.source == CARDS or kept.source.startswith(PUSHES)


def apply_kept(kept: inbox.Kept, *, at: datetime) -> None:
    """Apply what was kept unapplied. Raises NotFound when its door is closed."""
    if kept.source == CARDS:
        _publish_card(kept.merchant_id, kept.id, at=at)
        return
    door = merchants.get_message_door(
        merchant_id=kept.merchant_id, number=kept.source.removeprefix(f"{PUSHES}.")
    )
    apply(door, understand(orjson.loads(kept.body), is_sealed=True), at=at)


def _publish_card(merchant_id: int, inbox_id: int, *, at: datetime) -> None:
    outbox.publish(following.CardEventTold(merchant_id=merchant_id, inbox_id=inbox_id), at=at)


def _card_words(door: merchants.MessageDoor, push: Push) -> dict[str, Any]:
    return {
        "app_id": door.app_id,
        "appid": door.appid,
        "openid": push.openid,
        "at": push.at.isoformat(),
        **asdict(push.told),
    }
