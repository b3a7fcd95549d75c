from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.sharing import statements
from app.domain.sharing.errors import LinkUnknown
from app.kernel import keyring, paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

NOBODY = 0


class Box(StrEnum):
    GIVEN = "given"
    RECEIVED = "received"


_BOXES = {Box.GIVEN: statements.VIEW_GIVEN, Box.RECEIVED: statements.VIEW_RECEIVED}


@dataclass(frozen=True)
class ShareView:
    """A share. Uses: {voucher, name, state, is_back, valid_until, used_at, store}.

    The nicknames are whole; an edge masks them.
    """

    id: int
    number: str
    kind: str
    state: str
    title: str
    is_mine: bool
    owner_nickname: str | None
    friend_nickname: str | None
    made_at: datetime
    ends_at: datetime
    claimed_at: datetime | None
    over_at: datetime | None
    uses: list[Mapping[str, Any]]


def get_share(*, merchant_id: int, member_id: int, number: str) -> ShareView:
    """A share as its owner or its friend sees it. Raises NotFound, also for others."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    found = fetch_one(ShareView, statements.VIEW_ONE, which)
    if found is None:
        raise NotFound("There is no such share.", number=number[:40])
    return found


def list_shares(
    *, merchant_id: int, member_id: int, box: Box, cursor: str | None, limit: int
) -> Page[ShareView]:
    """What the member gave or received, the newest first. Raises Invalid for a strange cursor."""
    rows = fetch_all(
        ShareView,
        _BOXES[box],
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "after": paging.after(cursor),
            "limit": limit + 1,
        },
    )
    return paging.cut(rows, limit=limit, key=lambda share: share.id)


def look(*, merchant_id: int, token: str) -> ShareView:
    """What a link offers; nothing is kept about whoever looks. Raises LinkUnknown."""
    hashed = keyring.fingerprint(token)
    which = {"merchant_id": merchant_id, "member_id": NOBODY, "token_hash": hashed}
    found = fetch_one(ShareView, statements.VIEW_BY_TOKEN, which)
    if found is None:
        raise LinkUnknown("这个共享链接无效")
    return found
