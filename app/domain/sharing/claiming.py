"""The friend's side: look at a link, and take what is behind it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.sharing import statements
from app.domain.sharing.errors import LinkUnknown, ShareOver
from app.domain.sharing.events import ShareClaimed
from app.domain.sharing.giving import Count, hold_member
from app.domain.sharing.models import ShareKind, ShareState
from app.domain.sharing.rules import Part, Standing, check_claim, check_friend
from app.domain.vouchers import VoucherState
from app.kernel import keyring, numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Claimed:
    """What a friend has now; `replayed` when he had claimed before."""

    number: str
    uses: int
    replayed: bool = False


def claim(*, merchant_id: int, member_id: int, epoch: int, token: str, at: datetime) -> Claimed:
    """Take a share: one friend, once. Every code that the owner was shown is dead.

    The friend who has it already is told so again.

    Raises LinkUnknown, OwnShare, ShareTaken, ShareOver, TooMuchShared, SessionEnded.
    """
    hold_member(merchant_id=merchant_id, member_id=member_id, epoch=epoch)
    share = _lock(merchant_id, token)
    parts = lock_parts(merchant_id, share.id)
    if share.friend_id == member_id and share.state == ShareState.CLAIMED:
        return Claimed(share.number, len(parts), replayed=True)
    owner_id = members.canonical_id(merchant_id=merchant_id, member_id=share.owner_id)
    check_claim(share, member_id=member_id, owner_id=owner_id, at=at)
    held = [part.id for part in parts if part.state == VoucherState.HELD]
    if not held:
        raise ShareOver("共享已失效", state=str(share.state))
    if share.kind == ShareKind.SUB_CARD:
        _check_friend(share, member_id, len(held), merchant_id=merchant_id)
    _lend(share, held, merchant_id=merchant_id, member_id=member_id, at=at)
    publish(ShareClaimed(merchant_id=merchant_id, share_number=share.number), at=at)
    return Claimed(share.number, len(held))


def lock_parts(merchant_id: int, share_id: int) -> list[Part]:
    which = {"merchant_id": merchant_id, "share_id": share_id}
    return fetch_all(Part, statements.LOCK_VOUCHERS, which)


def _lock(merchant_id: int, token: str) -> Standing:
    which = {"merchant_id": merchant_id, "token_hash": keyring.fingerprint(token)}
    share = fetch_one(Standing, statements.LOCK_BY_TOKEN, which)
    if share is None:
        raise LinkUnknown("这个共享链接无效")
    return share


def _check_friend(share: Standing, member_id: int, gets: int, *, merchant_id: int) -> None:
    which = {"merchant_id": merchant_id, "card_id": share.card_id, "member_id": member_id}
    has = fetch_one(Count, statements.USES_OF_FRIEND, which)
    check_friend(has=has.number if has else 0, gets=gets)


def _lend(
    share: Standing, voucher_ids: list[int], *, merchant_id: int, member_id: int, at: datetime
) -> None:
    lent = execute(
        statements.LEND,
        {
            "merchant_id": merchant_id,
            "share_id": share.id,
            "number": share.number,
            "card_id": share.card_id,
            "card_number": numbers.new(numbers.Kind.CARD, merchant_id=merchant_id),
            "member_id": member_id,
            "voucher_ids": voucher_ids,
            "actor": f"member:{member_id}",
            "at": at,
        },
    )
    if lent != len(voucher_ids):
        raise RuntimeError(f"share {share.number} was locked and yet moved away")
