"""A friend takes a gift: once, by one person, and never by whoever gave it."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain import members
from app.domain.gifting import statements
from app.domain.gifting.errors import GiftOver, GiftUnknown, OwnGift
from app.domain.gifting.events import GiftClaimed
from app.domain.gifting.rules import Standing, check_open, stand
from app.domain.gifting.tokens import fingerprint_of
from app.domain.members import SessionEnded
from app.domain.vouchers import VoucherState
from app.kernel import numbers, outbox
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import Busy


@dataclass(frozen=True, kw_only=True)
class Friend:
    """Whoever wants to take a gift. `epoch` is that of his session, asked about on the way."""

    merchant_id: int
    member_id: int
    epoch: int

    @property
    def actor(self) -> str:
        return f"member:{self.member_id}"


@dataclass(frozen=True)
class Claimed:
    """`vouchers` came into his wallet; with `replayed` they had come before."""

    gift_number: str
    vouchers: int
    replayed: bool = False


@dataclass(frozen=True)
class _Person:
    id: int
    was_merged: bool
    session_epoch: int
    state: str


@dataclass(frozen=True)
class _Row:
    """A gift with one of its vouchers, both locked."""

    id: int
    number: str
    state: str
    giver_id: int
    receiver_id: int | None
    gives_at: datetime
    ends_at: datetime
    voucher_id: int
    voucher_state: str
    card_id: int


@dataclass(frozen=True)
class _Written:
    taken: bool
    moved: int


def claim(friend: Friend, *, token: str, at: datetime) -> Claimed:
    """Take the gift behind this token into the friend's wallet; again by the same: the same answer.

    Every code that the giver may have shown before is dead. Raises SessionEnded, GiftUnknown,
    GiftNotYet, GiftTaken, GiftDeclinedBefore, GiftRecalledBefore, GiftOver, OwnGift, Busy.
    """
    which = {"merchant_id": friend.merchant_id, "fingerprint": fingerprint_of(token)}
    people = {
        person.id: person
        for person in fetch_all(
            _Person, statements.LOCK_PEOPLE, {**which, "member_id": friend.member_id}
        )
    }
    _check_session(friend, people.get(friend.member_id))
    rows = fetch_all(_Row, statements.LOCK_TO_CLAIM, which)
    if not rows:
        raise GiftUnknown("没有找到这份礼物")
    gift = rows[0]
    if gift.receiver_id == friend.member_id:
        return Claimed(gift.number, len(rows), replayed=True)
    _check(friend, gift, people, at=at)
    waiting = [row for row in rows if row.voucher_state == VoucherState.HELD]
    if not waiting:
        raise GiftOver("礼物里的券已经失效")
    return _take(friend, waiting, at=at)


def _check_session(friend: Friend, person: _Person | None) -> None:
    stands = (
        person is not None
        and not person.was_merged
        and (person.session_epoch, person.state) == (friend.epoch, "active")
    )
    if not stands:
        raise SessionEnded("The session has ended. Please sign in again.")


def _check(friend: Friend, gift: _Row, people: dict[int, _Person], *, at: datetime) -> None:
    standing = stand(gift.state, gives_at=gift.gives_at, ends_at=gift.ends_at, at=at)
    if standing is Standing.WAITING and gift.giver_id not in people:
        raise Busy("The giver is being joined with another member. Please try again.")
    if _is_same_person(friend, gift.giver_id, people):
        raise OwnGift("不能领取自己送出的礼物")
    check_open(standing, gives_at=gift.gives_at)


def _is_same_person(friend: Friend, giver_id: int, people: dict[int, _Person]) -> bool:
    """The friend is no merged member: his session would have ended."""
    giver = people.get(giver_id)
    if giver is None or not giver.was_merged:
        return giver_id == friend.member_id
    canonical = members.canonical_id(merchant_id=friend.merchant_id, member_id=giver_id)
    return canonical == friend.member_id


def _take(friend: Friend, waiting: list[_Row], *, at: datetime) -> Claimed:
    gift = waiting[0]
    written = fetch_one(_Written, statements.CLAIM, _parameters(friend, waiting, at=at))
    if written is None or not written.taken or written.moved != len(waiting):
        raise RuntimeError(f"gift {gift.number} was locked and yet moved away")
    return Claimed(gift.number, written.moved)


def _parameters(friend: Friend, waiting: list[_Row], *, at: datetime) -> dict[str, object]:
    gift = waiting[0]
    event = GiftClaimed(merchant_id=friend.merchant_id, gift_number=gift.number)
    old = sorted({row.card_id for row in waiting})
    fresh = numbers.bulk(numbers.Kind.CARD, merchant_id=friend.merchant_id, count=len(old))
    cards = [{"old_id": one, "number": other} for one, other in zip(old, fresh, strict=True)]
    return {
        **outbox.publish_parameters(event, at=at),
        "gift_id": gift.id,
        "number": gift.number,
        "member_id": friend.member_id,
        "actor": friend.actor,
        "ids": [row.voucher_id for row in waiting],
        "cards": msgspec.json.encode(cards).decode(),
    }
