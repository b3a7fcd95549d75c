"""Members as the merchant looks for them: by the beginning of a name, or the newest first.

A phone is shown masked; whoever wants to read it says why, and that is written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.members.details import masked_phone
from app.domain.members.models import Member
from app.domain.members.queries import get_member, list_by_phone, phone_context
from app.domain.members.rules import mask
from app.kernel import audit, keyring, paging
from app.kernel.db import fetch_all
from app.kernel.errors import NotFound
from app.kernel.paging import Page

MOST_FOUND = 50
# Above every character, so that what begins with a prefix ends below it.
_LAST = "\U0010ffff"

_ROW = """
SELECT m.id, m.number, m.nickname, m.phone_sealed, m.state, m.joined_at
FROM members m WHERE m.merchant_id = %(merchant_id)s AND m.merged_into IS NULL
"""
_NEWEST = (
    _ROW
    + """ AND m.id < coalesce(%(after)s::bigint, 9223372036854775807)
ORDER BY m.id DESC LIMIT %(limit)s"""
)
# By the index, so that a million names cost what fifty do.
_NAMED = (
    _ROW
    + """ AND m.nickname_key >= %(first)s AND m.nickname_key < %(last)s
ORDER BY m.nickname_key, m.id LIMIT %(limit)s"""
)
_LABELS = """
SELECT id, number, nickname FROM members
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s)
"""


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    nickname: str | None
    phone_sealed: bytes | None
    state: str
    joined_at: datetime


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    """One line of the list; the phone as 138****8000."""

    id: int
    number: str
    nickname: str | None
    phone: str | None
    state: str
    joined_at: datetime


@dataclass(frozen=True)
class Label:
    """What a member is called on a page."""

    id: int
    number: str
    nickname: str | None


def list_for_desk(*, merchant_id: int, cursor: str | None, limit: int) -> Page[MemberRow]:
    """The newest first, merged ones left out. Raises Invalid for a cursor that is not ours."""
    which = {"merchant_id": merchant_id, "after": paging.after(cursor), "limit": limit + 1}
    rows = fetch_all(_Row, _NEWEST, which)
    page = paging.cut(rows, limit=limit, key=lambda row: row.id)
    shown = [_shown(merchant_id, row) for row in page.items]
    return Page(items=shown, next_cursor=page.next_cursor)


def list_by_nickname(*, merchant_id: int, beginning: str) -> list[MemberRow]:
    """Whose nickname begins so, whatever its case; by name, at most 50."""
    first = beginning.strip().lower()
    if not first:
        return []
    which = {
        "merchant_id": merchant_id,
        "first": first,
        "last": first + _LAST,
        "limit": MOST_FOUND,
    }
    return [_shown(merchant_id, row) for row in fetch_all(_Row, _NAMED, which)]


def labels_of(*, merchant_id: int, member_ids: Sequence[int]) -> list[Label]:
    """Numbers and nicknames of these members, in no order."""
    return fetch_all(Label, _LABELS, {"merchant_id": merchant_id, "ids": list(member_ids)})


def reveal_phone(*, merchant_id: int, member_id: int, reason: str, actor: str, at: datetime) -> str:
    """The whole phone; who read it, and why, is written down. Raises NotFound without one."""
    member = get_member(merchant_id=merchant_id, member_id=member_id)
    if member.phone_sealed is None:
        raise NotFound("This member gave no phone.")
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="member.reveal_phone",
        subject=member.number,
        at=at,
        details={"reason": reason},
    )
    return keyring.unseal(member.phone_sealed, context=phone_context(merchant_id))


def find_by_phone(*, merchant_id: int, phone: str, actor: str, at: datetime) -> list[MemberRow]:
    """Who gave this phone; that it was asked for is written down, the phone is not.

    Raises Invalid for no phone at all.
    """
    found = list_by_phone(merchant_id=merchant_id, phone=phone)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="member.find_by_phone",
        subject=found[0].number if found else "-",
        at=at,
        details={"found": len(found)},
    )
    return [row_of(each) for each in found]


def row_of(member: Member) -> MemberRow:
    """The same line for a member that was found in another way."""
    return MemberRow(
        id=member.id,
        number=member.number,
        nickname=member.nickname,
        phone=masked_phone(member),
        state=member.state.value,
        joined_at=member.joined_at,
    )


def _shown(merchant_id: int, row: _Row) -> MemberRow:
    sealed = row.phone_sealed
    phone = (
        mask(keyring.unseal(bytes(sealed), context=phone_context(merchant_id))) if sealed else None
    )
    return MemberRow(
        id=row.id,
        number=row.number,
        nickname=row.nickname,
        phone=phone,
        state=row.state,
        joined_at=row.joined_at,
    )
