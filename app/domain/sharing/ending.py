"""How a share ends: withdrawn or not claimed in time, or what is unused taken back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from app.domain import vouchers
from app.domain.sharing import statements
from app.domain.sharing.claiming import lock_parts
from app.domain.sharing.errors import NothingToTakeBack, ShareOver
from app.domain.sharing.events import ShareTakenBack
from app.domain.sharing.giving import Count, hold_member, lock_own
from app.domain.sharing.models import ShareState
from app.domain.sharing.rules import Standing
from app.domain.vouchers import Move, VoucherState
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class TakenBack:
    """How many uses are the owner's again, and how the share stands now."""

    number: str
    uses: int
    state: ShareState


@dataclass(frozen=True)
class _Due:
    merchant_id: int
    id: int


def take_back(
    *, merchant_id: int, member_id: int, epoch: int, number: str, at: datetime
) -> TakenBack:
    """The owner takes back what the friend has not used; or the link, when nobody came.

    What was claimed stays shared once, so it cannot be shared again.

    Raises NotFound, ShareOver, NothingToTakeBack, SessionEnded.
    """
    hold_member(merchant_id=merchant_id, member_id=member_id, epoch=epoch)
    share = lock_own(merchant_id=merchant_id, member_id=member_id, number=number)
    actor = f"member:{member_id}"
    if share.state == ShareState.WAITING:
        uses = _let_go(merchant_id, share, ShareState.WITHDRAWN, actor=actor, at=at)
        return TakenBack(share.number, uses, ShareState.WITHDRAWN)
    if share.friend_id is None:
        raise ShareOver("共享已结束", state=str(share.state))
    uses = _take_unused(merchant_id, share, actor=actor, at=at)
    _end(merchant_id, share, ShareState.TAKEN_BACK, at=at)
    publish(ShareTakenBack(merchant_id=merchant_id, share_number=share.number), at=at)
    return TakenBack(share.number, uses, ShareState.TAKEN_BACK)


def expire_due(*, at: datetime, limit: int) -> int:
    """Give back what no friend came for, at most `limit` shares; how many were."""
    by_merchant: dict[int, list[int]] = defaultdict(list)
    for due in fetch_all(_Due, statements.DUE, {"at": at, "limit": limit}):
        by_merchant[due.merchant_id].append(due.id)
    return sum(_expire(merchant_id, ids, at=at) for merchant_id, ids in by_merchant.items())


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> int:
    """One person turned out to be two members: his shares come together. Repeatable.

    Before the vouchers, in the order in which everybody locks them.
    """
    who = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    return execute(statements.TAKE_OVER, who)


def _expire(merchant_id: int, ids: list[int], *, at: datetime) -> int:
    which = {"merchant_id": merchant_id, "ids": ids, "at": at}
    shares = fetch_all(Standing, statements.LOCK_DUE, which)
    for share in shares:
        _let_go(merchant_id, share, ShareState.EXPIRED, actor="system", at=at)
    return len(shares)


def _let_go(
    merchant_id: int, share: Standing, state: ShareState, *, actor: str, at: datetime
) -> int:
    """The vouchers are usable again, and count as never shared; how many are."""
    held = [part for part in lock_parts(merchant_id, share.id) if part.state == VoucherState.HELD]
    for part in held:
        vouchers.move(
            merchant_id=merchant_id,
            voucher_id=part.id,
            what=Move.RELEASE,
            actor=actor,
            reference=share.number,
            reason=state.value,
            at=at,
        )
    execute(statements.UNCOUNT, {"merchant_id": merchant_id, "share_id": share.id})
    _end(merchant_id, share, state, at=at)
    return len(held)


def _take_unused(merchant_id: int, share: Standing, *, actor: str, at: datetime) -> int:
    unused = [
        part.id
        for part in lock_parts(merchant_id, share.id)
        if part.state == VoucherState.ACTIVE and part.card_id == share.sub_card_id
    ]
    if not unused:
        raise NothingToTakeBack("没有可收回的次数，好友已用完或已收回")
    taken = fetch_one(
        Count,
        statements.TAKE_BACK,
        {
            "merchant_id": merchant_id,
            "voucher_ids": unused,
            "owner_id": share.owner_id,
            "card_id": share.card_id,
            "number": share.number,
            "actor": actor,
            "at": at,
        },
    )
    if taken is None or taken.number != len(unused):
        raise RuntimeError(f"uses of share {share.number} were locked and yet moved away")
    return taken.number


def _end(merchant_id: int, share: Standing, state: ShareState, *, at: datetime) -> None:
    which = {"merchant_id": merchant_id, "share_id": share.id, "state": state.value, "at": at}
    execute(statements.END, which)
