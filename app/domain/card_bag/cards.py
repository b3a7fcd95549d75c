"""One card in somebody's bag, as our rows have it."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.card_bag import statements
from app.domain.card_bag.events import BagCardMoved
from app.domain.card_bag.rules import ENDED, BagEvent, Capability, Kind, Seen, Standing, Wanted
from app.domain.card_bag.rules import stand as standing_of
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Card:
    """A row of `bag_cards`, as it was when it was read."""

    id: int
    template_id: int
    voucher_id: int | None
    member_id: int
    offered_to: int
    capability: Capability
    platform_id: str
    reference: str
    own_code: str | None
    code: str | None
    next_code: str | None
    openid: str | None = field(repr=False)
    wanted: Wanted
    seen: Seen
    request_number: str | None
    told_points: int | None
    activated_at: datetime | None
    tries: int
    closed_at: datetime | None

    def __post_init__(self) -> None:
        for name, words in (("capability", Capability), ("wanted", Wanted), ("seen", Seen)):
            object.__setattr__(self, name, words(getattr(self, name)))


@dataclass(frozen=True)
class _Fact:
    kind: str
    platform_id: str
    code: str
    at: datetime
    openid: str | None
    friend: str | None
    unionid: str | None
    old_code: str | None
    outer: str | None
    is_gift: bool
    source: str | None
    location: str | None


def get_card(*, merchant_id: int, bag_card_id: int) -> Card:
    """Raises NotFound."""
    return _found(statements.GET_CARD, merchant_id, bag_card_id)


def lock_card(*, merchant_id: int, bag_card_id: int) -> Card:
    """The freshest, ours until commit. Raises NotFound."""
    return _found(statements.LOCK_CARD, merchant_id, bag_card_id)


def find_card_of(
    *, merchant_id: int, platform_id: str, codes: list[str], references: list[str]
) -> Card | None:
    """The card that has or had one of these codes or was offered so, ours until commit."""
    names = {"codes": codes, "references": references}
    which = {"merchant_id": merchant_id, "platform_id": platform_id, **names}
    return fetch_one(Card, statements.FIND_CARD_OF, which)


def keep_fact(event: BagEvent, *, merchant_id: int, at: datetime) -> bool:
    """False when it was told before."""
    told = {**vars(event), "kind": event.kind.value, "fingerprint": event.fingerprint}
    return bool(execute(statements.KEEP_FACT, {**told, "merchant_id": merchant_id, "told_at": at}))


def facts_about(
    *, merchant_id: int, platform_id: str, codes: list[str], references: list[str]
) -> list[BagEvent]:
    """All that was told of a card under any of its codes."""
    names = {"codes": codes, "references": references}
    which = {"merchant_id": merchant_id, "platform_id": platform_id, **names}
    rows = fetch_all(_Fact, statements.FACTS, which)
    return [BagEvent(**{**vars(row), "kind": Kind(row.kind)}) for row in rows]


def look_again(card: Card, *, merchant_id: int, at: datetime) -> Standing:
    """Read from all facts where a locked card stands, and write it down."""
    codes = [code for code in (card.own_code, card.code, card.next_code) if code]
    facts = facts_about(
        merchant_id=merchant_id,
        platform_id=card.platform_id,
        codes=codes,
        references=[card.reference],
    )
    now = standing_of(facts)
    execute(
        statements.SEE,
        {
            "merchant_id": merchant_id,
            "bag_card_id": card.id,
            "seen": now.seen.value,
            "seen_at": now.at,
            "code": now.code,
            "openid": now.openid,
            "is_over": now.seen in ENDED,
            "at": at,
        },
    )
    return now


def belongs_to(
    card: Card, *, merchant_id: int, member_id: int, next_code: str | None = None
) -> None:
    """Who holds it by our books; with a `next_code` when another person knows the present one."""
    which = {"merchant_id": merchant_id, "bag_card_id": card.id}
    execute(statements.HAND_OVER, {**which, "member_id": member_id, "next_code": next_code})


def want(card: Card, wanted: Wanted, *, merchant_id: int) -> None:
    """What our books say from now on; another wish has another request number."""
    if card.wanted is not wanted:
        which = {"merchant_id": merchant_id, "bag_card_id": card.id}
        execute(statements.WANT, {**which, "wanted": wanted.value})


def moved(card: Card, *, merchant_id: int, at: datetime) -> None:
    """Have somebody tell the platform."""
    publish(BagCardMoved(merchant_id=merchant_id, bag_card_id=card.id), at=at)


def _found(statement: str, merchant_id: int, bag_card_id: int) -> Card:
    found = fetch_one(Card, statement, {"merchant_id": merchant_id, "bag_card_id": bag_card_id})
    if found is None:
        raise NotFound("There is no such card in a bag.")
    return found
