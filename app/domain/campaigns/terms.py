"""What a campaign promises, to the buyer and to those who help him."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.kernel.errors import Invalid

Word = Annotated[str, Meta(min_length=1, max_length=40)]
Title = Annotated[str, Meta(min_length=1, max_length=60)]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Few = Annotated[int, Meta(ge=1, le=100)]
Many = Annotated[int, Meta(ge=1, le=100_000_000)]
Hours = Annotated[int, Meta(ge=1, le=24 * 366)]


class KillRule(StrEnum):
    """What a killed campaign does with tasks that friends have begun to help with.

    Those nobody helped with get the fallback in either case.
    """

    UNLOCK_BEGUN = "unlock_begun"
    FALLBACK = "fallback"


class Sub(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One locked voucher beside the main ones, and how many friends unlock it."""

    benefit: Word
    helpers: Few


class Copy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people read. `share_picture` is an address of our own files."""

    title: Title
    rules: Text
    share_title: Title
    share_picture: str | None = None

    @property
    def text(self) -> str:
        """All of it, as the platform's judge of texts gets it."""
        return f"{self.title}\n{self.rules}\n{self.share_title}"


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`offer` and every benefit are numbers. `hours` after payment, and not after `ends_at`.

    `fallback` is the smaller benefit at the deadline; None and the voucher is void. Caps are
    helps: of one helper and for one sharer in a business day; `unlocks` and `rewards` (the
    budget) in all. None is no cap.
    """

    offer: Word
    subs: Annotated[tuple[Sub, ...], Meta(min_length=1, max_length=20)]
    reward: Word
    hours: Hours
    ends_at: datetime | None = None
    new_users_only: bool = False
    helper_daily_cap: Few | None = None
    sharer_daily_cap: Few | None = None
    unlocks: Many | None = None
    rewards: Many | None = None
    fallback: Word | None = None
    kill_rule: KillRule = KillRule.UNLOCK_BEGUN
    wording: Copy

    @property
    def benefits(self) -> list[str]:
        """Every benefit that is promised, each once."""
        named = [*(sub.benefit for sub in self.subs), self.reward, self.fallback]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def friends(self) -> int:
        """How many different people one main card needs."""
        return sum(sub.helpers for sub in self.subs)

    def to_json(self) -> dict[str, Any]:
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def parse(value: object) -> Terms:
    """Terms from JSON. Raises Invalid for what is missing, unknown or out of bounds."""
    try:
        terms = msgspec.convert(value, Terms)
    except msgspec.ValidationError as wrong:
        raise Invalid("These terms cannot be meant.", terms=[str(wrong)[:200]]) from None
    if terms.ends_at is not None and terms.ends_at.tzinfo is None:
        raise Invalid("An end needs its time zone.", field="ends_at")
    return terms
