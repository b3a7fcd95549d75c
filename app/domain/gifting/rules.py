"""How a gift stands, what may be done with it, and what may be given at all. All pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.catalog import Conditions
from app.domain.gifting.errors import (
    GiftDeclinedBefore,
    GiftNotYet,
    GiftOver,
    GiftRecalledBefore,
    GiftTaken,
    MessageRefused,
    NotGiftable,
)
from app.domain.vouchers import (
    AlreadyRedeemed,
    HeldVoucher,
    VoucherExpired,
    VoucherFrozen,
    VoucherHeld,
    VoucherLocked,
    VoucherRefusal,
    VoucherState,
    VoucherVoid,
)
from app.kernel.errors import DomainError, Invalid

CLAIM_WITHIN = timedelta(hours=24)
REMIND_BEFORE = timedelta(hours=3)
LONGEST_AHEAD = timedelta(days=60)
MOST_VOUCHERS = 100
MOST_HANDS = 3
"""A voucher is passed on so many times at most, so that it is given and not traded."""
LONGEST_MESSAGE = 60
COVERS = ("plain", "birthday", "thanks", "festival", "love", "cheer")

_ADVERTISING = re.compile(
    r"https?:|www\.|\.com|\.cn|1[3-9][0-9]{9}|微信号|加微信|VX", re.IGNORECASE
)


class GiftState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    DECLINED = "declined"
    RECALLED = "recalled"
    RETURNED = "returned"


class Standing(StrEnum):
    """A state as people see it: what waits may be meant for later, or be over already."""

    SCHEDULED = "scheduled"
    WAITING = "waiting"
    EXPIRED = "expired"
    CLAIMED = "claimed"
    DECLINED = "declined"
    RECALLED = "recalled"
    RETURNED = "returned"


@dataclass(frozen=True, kw_only=True)
class Wrapping:
    """What the giver adds: words, a cover, and from when on it may be taken (None: at once)."""

    message: str | None = None
    cover: str | None = None
    gives_at: datetime | None = None


@dataclass(frozen=True)
class Given:
    """A voucher that somebody wants to give, as it is under lock."""

    id: int
    number: str
    state: str
    revision_id: int
    valid_until: datetime
    times_given: int
    is_shared: bool


_NOT_ACTIVE: dict[VoucherState, type[VoucherRefusal]] = {
    VoucherState.ISSUING: VoucherLocked,
    VoucherState.LOCKED: VoucherLocked,
    VoucherState.HELD: VoucherHeld,
    VoucherState.FROZEN: VoucherFrozen,
    VoucherState.REDEEMED: AlreadyRedeemed,
    VoucherState.EXPIRED: VoucherExpired,
    VoucherState.VOID: VoucherVoid,
}
_SETTLED: dict[Standing, tuple[type[DomainError], str]] = {
    Standing.CLAIMED: (GiftTaken, "这份礼物已经被领走了"),
    Standing.DECLINED: (GiftDeclinedBefore, "这份礼物已被谢绝，退回给了送礼的人"),
    Standing.RECALLED: (GiftRecalledBefore, "送礼的人已经撤回了这份礼物"),
    Standing.RETURNED: (GiftOver, "礼物超过 24 小时没人领取，已退回"),
    Standing.EXPIRED: (GiftOver, "礼物超过 24 小时没人领取，已退回"),
}


def stand(state: str, *, gives_at: datetime, ends_at: datetime, at: datetime) -> Standing:
    """A gift is open from `gives_at` until just before `ends_at`."""
    if state != GiftState.WAITING:
        return Standing(state)
    if at >= ends_at:
        return Standing.EXPIRED
    return Standing.SCHEDULED if at < gives_at else Standing.WAITING


def check_open(standing: Standing, *, gives_at: datetime) -> None:
    """Whether a friend may take or decline it now. Raises why not."""
    if standing is Standing.SCHEDULED:
        raise GiftNotYet("还没到送出的时间", gives_at=gives_at)
    if told := _SETTLED.get(standing):
        raise told[0](told[1])


def check_recall(standing: Standing) -> None:
    """The giver may take back whatever nobody took, also before its day and after its end."""
    if standing in {Standing.CLAIMED, Standing.DECLINED, Standing.RETURNED}:
        refusal, words = _SETTLED[standing]
        raise refusal(words)


def check_given(voucher: Given, conditions: Conditions, *, until: datetime) -> None:
    """Whether this voucher may be given. Raises a VoucherRefusal or NotGiftable.

    It must still be valid at `until`, when the friend may take it first.
    """
    if refused := _NOT_ACTIVE.get(VoucherState(voucher.state)):
        raise refused.told_to_holder(voucher=voucher.number)
    if voucher.valid_until <= until:
        raise VoucherExpired.told_to_holder(voucher=voucher.number, expired_at=voucher.valid_until)
    if not conditions.giftable:
        raise NotGiftable("这张券不能转赠", voucher=voucher.number, reason="terms")
    if voucher.is_shared:
        raise NotGiftable("共享过的券不能再转赠", voucher=voucher.number, reason="shared")
    if voucher.times_given >= MOST_HANDS:
        raise NotGiftable("这张券转赠次数已达上限", voucher=voucher.number, reason="too_many_hands")


def is_giftable(voucher: HeldVoucher, *, at: datetime) -> bool:
    """Whether its holder may give it now, as `give` would answer him."""
    given = Given(
        id=voucher.id,
        number=voucher.number,
        state=voucher.state,
        revision_id=voucher.terms.revision_id,
        valid_until=voucher.valid_until,
        times_given=voucher.times_given,
        is_shared=voucher.was_shared,
    )
    try:
        check_given(given, voucher.terms.conditions, until=at)
    except DomainError:
        return False
    return not voucher.is_lost


def check_wrapping(wrapping: Wrapping, *, at: datetime) -> None:
    """Words, cover and date, before anything is bought or held. Raises Invalid, NotGiftable, MessageRefused."""
    if wrapping.cover is not None and wrapping.cover not in COVERS:
        raise Invalid("There is no such cover.", cover=list(COVERS))
    if wrapping.gives_at and wrapping.gives_at > at + LONGEST_AHEAD:
        raise NotGiftable("最多可以预约 60 天后送出", reason="too_far_ahead")
    check_message(wrapping.message or "")


def check_message(text: str) -> None:
    """Our own look, before the platform's: a wish is no advertisement."""
    if len(text) > LONGEST_MESSAGE:
        raise Invalid("A message has at most sixty signs.", longest=LONGEST_MESSAGE)
    if _ADVERTISING.search(text):
        raise MessageRefused("祝福语里不能有网址、电话或微信号")


def window(
    wrapping: Wrapping, ends: Sequence[datetime], *, at: datetime
) -> tuple[datetime, datetime]:
    """From when until when it may be taken: a day, or until its first voucher is over."""
    gives_at = max(wrapping.gives_at or at, at)
    return gives_at, min(gives_at + CLAIM_WITHIN, *ends)


def first_notice(gives_at: datetime, ends_at: datetime, *, at: datetime) -> datetime | None:
    """When the giver is told that its day has come, or else that it soon goes back."""
    return gives_at if gives_at > at else last_notice(gives_at, ends_at)


def last_notice(gives_at: datetime, ends_at: datetime) -> datetime | None:
    """Some hours before the end; None for what is open no longer than that."""
    remind_at = ends_at - REMIND_BEFORE
    return remind_at if remind_at > gives_at else None
