"""What may be shared, with whom, and for how long a link waits. Pure."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.catalog import RevisionTerms
from app.domain.sharing.errors import (
    NotShareable,
    OwnShare,
    SharedBefore,
    ShareOver,
    ShareTaken,
    TooMuchShared,
)
from app.domain.sharing.models import ShareState
from app.domain.vouchers import HeldVoucher, VoucherState

LINK_LASTS = timedelta(hours=24)
# With the owner they are five people, the most that the platform lets take part.
MOST_FRIENDS_OF_CARD = 4
MOST_USES_OF_FRIEND = 10
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class Use:
    """A voucher of the owner's, locked."""

    id: int
    number: str
    state: str
    revision_id: int
    card_id: int
    valid_from: datetime
    valid_until: datetime
    was_shared: bool


@dataclass(frozen=True)
class Standing:
    """How a share stands, locked or just looked at."""

    id: int
    number: str
    kind: str
    state: ShareState | str
    owner_id: int
    friend_id: int | None
    card_id: int
    sub_card_id: int | None
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Part:
    """One voucher of a share, locked."""

    id: int
    state: str
    holder_id: int
    card_id: int


def new_token() -> str:
    """128 random bits for a link; whoever has it may claim."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_shareable_once(voucher: HeldVoucher, *, at: datetime) -> bool:
    """Whether its holder may share it now, as `share_once` would answer him."""
    use = Use(
        id=voucher.id,
        number=voucher.number,
        state=voucher.state,
        revision_id=voucher.terms.revision_id,
        card_id=voucher.card_id,
        valid_from=voucher.valid_from,
        valid_until=voucher.valid_until,
        was_shared=voucher.was_shared,
    )
    return not voucher.is_lost and is_shareable(use, {use.revision_id: voucher.terms}, at=at)


def check_shareable(use: Use, terms: RevisionTerms, *, at: datetime) -> None:
    """Raises NotShareable, SharedBefore."""
    if not terms.conditions.shareable_once:
        raise NotShareable("这张券的使用规则不支持共享", voucher=use.number)
    if use.was_shared:
        raise SharedBefore("这张券已共享过一次，不能再次共享", voucher=use.number)
    if use.state != VoucherState.ACTIVE:
        raise NotShareable("这张券当前不能共享", voucher=use.number, state=use.state)
    if at >= use.valid_until:
        raise NotShareable("这张券已过有效期", voucher=use.number)


def is_shareable(use: Use, terms: Mapping[int, RevisionTerms], *, at: datetime) -> bool:
    try:
        check_shareable(use, terms[use.revision_id], at=at)
    except NotShareable:
        return False
    return True


def choose(free: Sequence[Use], *, uses: int) -> list[Use]:
    """Those that end last: the owner, who has more of them, keeps what is urgent.

    Raises NotShareable when there are not so many.
    """
    if len(free) < uses:
        raise NotShareable("这张卡没有这么多可共享的次数", shareable=len(free), wanted=uses)
    return sorted(free, key=lambda use: (use.valid_until, use.id))[-uses:]


def link_ends(uses: Sequence[Use], *, at: datetime) -> datetime:
    """A day, or sooner when a use ends sooner."""
    return min(at + LINK_LASTS, *(use.valid_until for use in uses))


def check_claim(share: Standing, *, member_id: int, owner_id: int, at: datetime) -> None:
    """`owner_id` is the person whom the owner has turned out to be.

    Raises OwnShare, ShareTaken, ShareOver.
    """
    if member_id == owner_id:
        raise OwnShare("不能领取自己的共享")
    if share.state == ShareState.CLAIMED:
        raise ShareTaken("已被其他好友领取")
    if share.state != ShareState.WAITING or at >= share.ends_at:
        raise ShareOver("共享已失效", state=str(share.state))


def check_friend(*, has: int, gets: int) -> None:
    """How many uses of one card a friend has had and would get. Raises TooMuchShared."""
    if has + gets > MOST_USES_OF_FRIEND:
        raise TooMuchShared("已达到同一张卡的共享次数上限", most=MOST_USES_OF_FRIEND)


def check_friends(*, friends: int) -> None:
    """Raises TooMuchShared."""
    if friends >= MOST_FRIENDS_OF_CARD:
        raise TooMuchShared("这张卡的副卡数量已达上限", most=MOST_FRIENDS_OF_CARD)
