"""The inbox, and one complaint with its dialogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.complaints import statements
from app.domain.complaints.absorbing import phone_context
from app.kernel import keyring, paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page


class Tab(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class TicketView:
    """A complaint as the inbox lists it. `needs_a_look`: WeChat did not take what we said.

    Until `urgent_at` somebody must have acted; `waits_now`: the customer sits there and waits.
    `is_of_buyer`: who complains also bought; a friend was given a part of it.
    """

    id: int
    number: str
    source: str
    kind: str
    state: str
    platform_id: str | None
    opened_at: datetime
    answer_by: datetime | None
    settle_by: datetime
    awaits_us: bool
    with_platform: bool
    is_refunded: bool
    times: int
    asked_fen: int | None
    resolved_at: datetime | None
    resolution: str | None
    satisfaction: int | None
    phone_sealed: bytes | None = field(repr=False)
    order_id: int | None
    member_id: int | None
    order_number: str | None
    voucher_number: str | None
    member_number: str | None
    text: str | None
    needs_a_look: bool
    urgent_at: datetime
    waits_now: bool
    handler_number: str | None
    handler_name: str | None
    is_of_buyer: bool


@dataclass(frozen=True)
class LineView:
    """One entry of the dialogue; `delivery` says whether WeChat has heard it.

    `refund` is the return it speaks of; pictures of WeChat's may be still to come, or given up.
    """

    at: datetime
    who: str
    actor: str
    action: str
    text: str
    photos: list[str]
    delivery: str | None
    trouble: str | None
    refund: str | None
    photos_to_come: int
    photos_given_up: int


def inbox(*, merchant_id: int, tab: Tab, cursor: str | None, limit: int) -> Page[TicketView]:
    """Open ones by what must be done soonest, settled ones by what ended last."""
    after_time, after_id = paging.after_moment(cursor)
    is_open = tab is Tab.OPEN
    rows = fetch_all(
        TicketView,
        statements.INBOX_OPEN if is_open else statements.INBOX_DONE,
        {
            "merchant_id": merchant_id,
            "after_time": after_time,
            "after_id": after_id,
            "limit": limit + 1,
        },
    )
    return paging.cut(rows, limit=limit, key=lambda row: _key(row, is_open=is_open))


def list_mine(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int
) -> Page[TicketView]:
    """A member's complaints, the newest first."""
    rows = fetch_all(
        TicketView,
        statements.LIST_OF_MEMBER,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "after": paging.after(cursor),
            "limit": limit + 1,
        },
    )
    return paging.cut(rows, limit=limit, key=lambda row: row.id)


def get_ticket(*, merchant_id: int, number: str, member_id: int | None = None) -> TicketView:
    """With `member_id` only his own. Raises NotFound."""
    statement = statements.VIEW if member_id is None else statements.VIEW_OF_MEMBER
    named = {"merchant_id": merchant_id, "number": number, "member_id": member_id}
    found = fetch_one(TicketView, statement, named)
    if found is None:
        raise NotFound("There is no such complaint.", number=number[:40])
    return found


def list_of_order(*, merchant_id: int, order_id: int) -> list[TicketView]:
    """Every complaint about an order, the oldest first."""
    named = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_all(TicketView, statements.LIST_OF_ORDER, named)


def lines_of(*, merchant_id: int, ticket_id: int) -> Sequence[LineView]:
    """The dialogue, the oldest first."""
    named: Mapping[str, object] = {"merchant_id": merchant_id, "ticket_id": ticket_id}
    return fetch_all(LineView, statements.LINES, named)


def find_photo(
    *, merchant_id: int, number: str, name: str, member_id: int | None = None
) -> str | None:
    """The key of the dialogue's file (of this member's complaint) whose key ends so."""
    named = {
        "merchant_id": merchant_id,
        "number": number,
        "member_id": member_id,
        "name": name,
    }
    found = fetch_one(_Photo, statements.PHOTO_OF_TICKET, named)
    return found.key if found else None


def masked_phone(ticket: TicketView, *, merchant_id: int) -> str | None:
    """The payer's phone as 138****8000; WeChat told it, and it is kept sealed."""
    if ticket.phone_sealed is None:
        return None
    phone = keyring.unseal(ticket.phone_sealed, context=phone_context(merchant_id))
    return f"{phone[:3]}****{phone[-4:]}"


@dataclass(frozen=True)
class _Photo:
    key: str


def _key(row: TicketView, *, is_open: bool) -> tuple[int, int]:
    return paging.moment_key(row.urgent_at if is_open else row.resolved_at or row.settle_by, row.id)
