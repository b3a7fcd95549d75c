from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain import catalog, members
from app.domain.gifting import statements
from app.domain.gifting.errors import GiftUnknown
from app.domain.gifting.rules import Standing, stand
from app.domain.gifting.tokens import fingerprint_of
from app.kernel import paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


class Box(StrEnum):
    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True)
class Inside:
    """So many of one benefit."""

    name: str
    kind: str
    face: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class GiftView:
    """A gift as both sides see it; names are masked. `picture` is a file of the offer's.

    `vouchers` are those in it that the reader holds now: a number is its holder's business.
    """

    id: int
    number: str
    standing: Standing
    giver_id: int
    receiver_id: int | None
    giver_name: str
    receiver_name: str | None
    message: str | None
    cover: str | None
    inside: list[Inside]
    vouchers: list[str]
    picture: str | None
    created_at: datetime
    gives_at: datetime
    ends_at: datetime
    settled_at: datetime | None
    order_number: str | None


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    state: str
    giver_id: int
    receiver_id: int | None
    giver_nickname: str | None
    receiver_nickname: str | None
    message: str | None
    cover: str | None
    created_at: datetime
    gives_at: datetime
    ends_at: datetime
    settled_at: datetime | None
    order_number: str | None
    vouchers: list[tuple[str, int, int]]
    picture: str | None


@dataclass(frozen=True)
class GiftWords:
    """What a message about a gift says, and through which order and app its giver came."""

    number: str
    giver_id: int
    receiver_id: int | None
    giver_nickname: str | None
    receiver_nickname: str | None
    ends_at: datetime
    settled_at: datetime | None
    first_name: str
    count: int
    order_id: int | None
    order_number: str | None
    appid: str

    @property
    def giver(self) -> str:
        return members.masked_name(self.giver_nickname)

    @property
    def receiver(self) -> str:
        return members.masked_name(self.receiver_nickname)

    @property
    def what(self) -> str:
        """Such as 热拿铁兑换券等2张."""
        return self.first_name if self.count == 1 else f"{self.first_name}等{self.count}张"


def look(*, merchant_id: int, token: str, at: datetime) -> GiftView:
    """The gift behind a link, for whoever has it. Nothing is written. Raises GiftUnknown."""
    which = {"merchant_id": merchant_id, "fingerprint": fingerprint_of(token)}
    row = fetch_one(_Row, statements.VIEW_BY_TOKEN, which)
    if row is None:
        raise GiftUnknown("没有找到这份礼物")
    return _views(merchant_id, [row], reader_id=None, at=at)[0]


def get_gift(*, merchant_id: int, member_id: int, number: str, at: datetime) -> GiftView:
    """A gift that this member gave or took. Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    row = fetch_one(_Row, statements.VIEW_ONE, which)
    if row is None:
        raise NotFound("There is no such gift.", number=number[:40])
    return _views(merchant_id, [row], reader_id=member_id, at=at)[0]


def list_gifts(
    *, merchant_id: int, member_id: int, box: Box, cursor: str | None, limit: int, at: datetime
) -> Page[GiftView]:
    """What this member gave, or took; the newest first. Raises Invalid for a strange cursor."""
    sql = statements.VIEW_SENT if box is Box.SENT else statements.VIEW_RECEIVED
    which = {"merchant_id": merchant_id, "member_id": member_id, "after": paging.after(cursor)}
    rows = fetch_all(_Row, sql, {**which, "limit": limit + 1})
    page = paging.cut(rows, limit=limit, key=lambda row: row.id)
    items = _views(merchant_id, page.items, reader_id=member_id, at=at)
    return Page(items=items, next_cursor=page.next_cursor)


def notice_words(*, merchant_id: int, gift_number: str) -> GiftWords:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "number": gift_number}
    found = fetch_one(GiftWords, statements.WORDS, which)
    if found is None:
        raise NotFound("There is no such gift.", number=gift_number)
    return found


def _views(
    merchant_id: int, rows: Sequence[_Row], *, reader_id: int | None, at: datetime
) -> list[GiftView]:
    revisions = {revision for row in rows for _, revision, _ in row.vouchers}
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids=revisions)
    return [_view(row, terms, reader_id=reader_id, at=at) for row in rows]


def _view(
    row: _Row, terms: dict[int, catalog.RevisionTerms], *, reader_id: int | None, at: datetime
) -> GiftView:
    receiver = members.masked_name(row.receiver_nickname) if row.receiver_id else None
    return GiftView(
        id=row.id,
        number=row.number,
        standing=stand(row.state, gives_at=row.gives_at, ends_at=row.ends_at, at=at),
        giver_id=row.giver_id,
        receiver_id=row.receiver_id,
        giver_name=members.masked_name(row.giver_nickname),
        receiver_name=receiver,
        message=row.message,
        cover=row.cover,
        inside=_inside(row, terms),
        vouchers=[number for number, _, holder in row.vouchers if holder == reader_id],
        picture=row.picture,
        created_at=row.created_at,
        gives_at=row.gives_at,
        ends_at=row.ends_at,
        settled_at=row.settled_at,
        order_number=row.order_number,
    )


def _inside(row: _Row, terms: dict[int, catalog.RevisionTerms]) -> list[Inside]:
    counted = Counter(revision for _, revision, _ in row.vouchers)
    return [
        Inside(terms[one].name, terms[one].kind.value, terms[one].face_text, count)
        for one, count in counted.items()
    ]
