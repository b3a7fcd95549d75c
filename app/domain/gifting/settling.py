"""Every other end of a gift: declined, taken back, or returned because nobody came."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import vouchers
from app.domain.gifting import statements
from app.domain.gifting.errors import GiftUnknown, GiftWaiting
from app.domain.gifting.events import GiftDeclined, GiftDue, GiftEnding, GiftReturned
from app.domain.gifting.rules import GiftState, Standing, check_open, check_recall, last_notice
from app.domain.gifting.rules import stand as standing_of
from app.domain.gifting.tokens import fingerprint_of
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import Event, publish

BY_LINK = "link"
"""Who declines is known by his link alone: no account is made of him."""


@dataclass(frozen=True)
class _Gift:
    id: int
    number: str
    state: str
    giver_id: int
    receiver_id: int | None
    gives_at: datetime
    ends_at: datetime

    def stands(self, at: datetime) -> Standing:
        return standing_of(self.state, gives_at=self.gives_at, ends_at=self.ends_at, at=at)


@dataclass(frozen=True)
class _Settled:
    number: str
    voucher_ids: list[int] | None


@dataclass(frozen=True)
class _Due:
    merchant_id: int
    id: int


@dataclass(frozen=True)
class _Noticed:
    id: int
    number: str
    gives_at: datetime
    ends_at: datetime
    notice_at: datetime


@dataclass(frozen=True)
class _Number:
    number: str


def decline(*, merchant_id: int, token: str, at: datetime) -> str:
    """A friend does not want it: back to the giver; the gift's number. Repeatable.

    Raises GiftUnknown, GiftNotYet, GiftTaken, GiftRecalledBefore, GiftOver.
    """
    which = {"merchant_id": merchant_id, "fingerprint": fingerprint_of(token)}
    gift = fetch_one(_Gift, statements.LOCK_BY_TOKEN, which)
    if gift is None:
        raise GiftUnknown("没有找到这份礼物")
    if (standing := gift.stands(at)) is not Standing.DECLINED:
        check_open(standing, gives_at=gift.gives_at)
        _settle(merchant_id, [gift.id], GiftState.DECLINED, actor=BY_LINK, at=at)
        publish(GiftDeclined(merchant_id=merchant_id, gift_number=gift.number), at=at)
    return gift.number


def recall(*, merchant_id: int, member_id: int, number: str, at: datetime) -> None:
    """The giver takes it back before anybody took it. Repeatable.

    Raises NotFound, also for another's; GiftTaken, GiftDeclinedBefore, GiftOver.
    """
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    gift = fetch_one(_Gift, statements.LOCK_BY_NUMBER, which)
    if gift is None:
        raise NotFound("There is no such gift.", number=number[:40])
    if (standing := gift.stands(at)) is not Standing.RECALLED:
        check_recall(standing)
        actor = f"member:{member_id}"
        _settle(merchant_id, [gift.id], GiftState.RECALLED, actor=actor, at=at)


def return_due(*, at: datetime, limit: int) -> int:
    """Give back at most `limit` gifts that nobody took in time; how many went back.

    A gift that somebody holds at this moment is left for the next turn.
    """
    due = _by_merchant(fetch_all(_Due, statements.DUE_BACK, {"at": at, "limit": limit}))
    returned = 0
    for merchant_id, ids in due.items():
        settled = _settle(merchant_id, ids, GiftState.RETURNED, actor="system", at=at)
        for gift in settled:
            publish(GiftReturned(merchant_id=merchant_id, gift_number=gift.number), at=at)
        returned += len(settled)
    return returned


def notify_due(*, at: datetime, limit: int) -> int:
    """Have givers reminded: its day has come, or it soon goes back; how many."""
    due = _by_merchant(fetch_all(_Due, statements.DUE_NOTICES, {"at": at, "limit": limit}))
    return sum(_notify(merchant_id, ids, at=at) for merchant_id, ids in due.items())


def refuse_if_waiting(*, merchant_id: int, order_id: int) -> None:
    """What an order bought is not refunded while any of it waits for a friend.

    Only a look: who refunds freezes the voucher next, which a held one refuses under its own
    lock. Raises GiftWaiting with the gift's number.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    if found := fetch_one(_Number, statements.WAITING_OF_ORDER, which):
        raise GiftWaiting("券正在转赠中，请先撤回礼物再退款", gift=found.number)


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> int:
    """One person turned out to be two members: his gifts come together. Repeatable."""
    pair = {"loser_id": loser_id, "winner_id": winner_id}
    return execute(statements.TAKE_OVER, {"merchant_id": merchant_id, **pair})


def _settle(
    merchant_id: int, ids: Sequence[int], state: GiftState, *, actor: str, at: datetime
) -> list[_Settled]:
    """The vouchers come back as what they were, and as expired when their time is over."""
    settled = fetch_all(
        _Settled,
        statements.SETTLE,
        {
            "merchant_id": merchant_id,
            "ids": list(ids),
            "to_state": state.value,
            "actor": actor,
            "at": at,
        },
    )
    back = [voucher for gift in settled for voucher in gift.voucher_ids or ()]
    if back:
        vouchers.expire(merchant_id=merchant_id, voucher_ids=back, at=at)
    return settled


def _notify(merchant_id: int, ids: list[int], *, at: datetime) -> int:
    which = {"merchant_id": merchant_id, "ids": ids, "at": at}
    gifts = fetch_all(_Noticed, statements.LOCK_NOTICES, which)
    for gift in gifts:
        event, again = _notice_of(merchant_id, gift)
        noted = {"merchant_id": merchant_id, "id": gift.id, "notice_at": again}
        execute(statements.NOTE_NOTICE, noted)
        publish(event, at=at)
    return len(gifts)


def _notice_of(merchant_id: int, gift: _Noticed) -> tuple[Event, datetime | None]:
    """What this notice says, and when the next one is due."""
    if gift.notice_at <= gift.gives_at:
        due = GiftDue(merchant_id=merchant_id, gift_number=gift.number)
        return due, last_notice(gift.gives_at, gift.ends_at)
    return GiftEnding(merchant_id=merchant_id, gift_number=gift.number), None


def _by_merchant(due: Sequence[_Due]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for each in due:
        found[each.merchant_id].append(each.id)
    return found
