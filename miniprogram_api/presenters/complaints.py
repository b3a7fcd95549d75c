from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import structs

from app.domain.complaints import Granted, LineView, TicketView
from app.kernel.paging import Page
from app.web.words import Told


class TicketOpened(Told):
    ticket: str


class PhotoKept(Told):
    """Name it in `photos` of what you say next."""

    photo: str


class TicketItem(Told):
    """A complaint. `answer_by` runs while the last word is the customer's."""

    ticket: str
    kind: str
    state: str
    text: str
    order: str | None
    voucher: str | None
    opened_at: datetime
    answer_by: datetime | None
    settle_by: datetime
    resolved_at: datetime | None
    resolution: str | None
    satisfaction: int | None


class TicketPage(Told):
    items: list[TicketItem]
    next_cursor: str | None


class DialogueLine(Told):
    """Who said what. `photos` are names under `…/photos/<name>`; `refund` is the return meant."""

    at: datetime
    who: str
    action: str
    text: str
    photos: list[str]
    refund: str | None


class TicketDetail(TicketItem):
    dialogue: list[DialogueLine]


class InboxItem(TicketItem):
    """As staff sees it. `needs_a_look`: WeChat did not take what we said.

    `is_late`: a clock has run out. Until `urgent_at` somebody must have acted; `waits_now`: the
    customer sits there and waits. `handler` has taken it over.
    """

    source: str
    platform_id: str | None
    member: str | None
    phone: str | None
    asked_fen: int | None
    awaits_us: bool
    with_platform: bool
    is_refunded: bool
    times: int
    needs_a_look: bool
    is_late: bool
    urgent_at: datetime
    waits_now: bool
    handler: str | None
    handler_name: str | None


class InboxPage(Told):
    items: list[InboxItem]
    next_cursor: str | None


class InboxLine(DialogueLine):
    """`delivery` says whether WeChat has heard it, `trouble` why not.

    Pictures that WeChat did not hand out yet are still to come, or given up: look there then.
    """

    actor: str
    delivery: str | None
    trouble: str | None
    photos_to_come: int
    photos_given_up: int


class InboxDetail(InboxItem):
    """A complaint with what is known of its order: payments, vouchers, redemptions."""

    dialogue: list[InboxLine]
    evidence: dict[str, Any] | None


class PresentGiven(Told):
    """A voucher of the house; cost and value in fen."""

    card: str
    name: str
    cost_fen: int
    market_value_fen: int
    valid_until: datetime


def present_page(page: Page[TicketView]) -> TicketPage:
    return TicketPage(items=[_his(ticket) for ticket in page.items], next_cursor=page.next_cursor)


def present_ticket(ticket: TicketView, lines: Sequence[LineView]) -> TicketDetail:
    return TicketDetail(
        **structs.asdict(_his(ticket)),
        # What the house notes for itself and what the platform logs is not the customer's talk.
        dialogue=[DialogueLine(**_line(line)) for line in lines],
    )


def present_inbox(page: Page[TicketView], phones: Sequence[str | None], at: datetime) -> InboxPage:
    items = [_staffs(ticket, phone, at) for ticket, phone in zip(page.items, phones, strict=True)]
    return InboxPage(items=items, next_cursor=page.next_cursor)


def present_inbox_ticket(
    ticket: TicketView,
    lines: Sequence[LineView],
    *,
    phone: str | None,
    evidence: dict[str, Any] | None,
    at: datetime,
) -> InboxDetail:
    dialogue = [
        InboxLine(
            **_line(line),
            actor=line.actor,
            delivery=line.delivery,
            trouble=line.trouble,
            photos_to_come=line.photos_to_come,
            photos_given_up=line.photos_given_up,
        )
        for line in lines
    ]
    item = structs.asdict(_staffs(ticket, phone, at))
    return InboxDetail(**item, dialogue=dialogue, evidence=evidence)


def present_given(given: Granted) -> PresentGiven:
    return PresentGiven(
        card=given.card_number,
        name=given.name,
        cost_fen=given.cost_fen,
        market_value_fen=given.market_value_fen,
        valid_until=given.valid_until,
    )


def _line(line: LineView) -> dict[str, Any]:
    return {
        "at": line.at,
        "who": line.who,
        "action": line.action,
        "text": line.text,
        "photos": [key.rpartition("/")[2] for key in line.photos],
        "refund": line.refund,
    }


def _his(ticket: TicketView) -> TicketItem:
    """A friend who was given a voucher of an order does not learn its number."""
    item = _item(ticket)
    return item if ticket.is_of_buyer else structs.replace(item, order=None)


def _item(ticket: TicketView) -> TicketItem:
    return TicketItem(
        ticket=ticket.number,
        kind=ticket.kind,
        state=ticket.state,
        text=ticket.text or "",
        order=ticket.order_number,
        voucher=ticket.voucher_number,
        opened_at=ticket.opened_at,
        answer_by=ticket.answer_by,
        settle_by=ticket.settle_by,
        resolved_at=ticket.resolved_at,
        resolution=ticket.resolution,
        satisfaction=ticket.satisfaction,
    )


def _staffs(ticket: TicketView, phone: str | None, at: datetime) -> InboxItem:
    ends = [end for end in (ticket.answer_by, ticket.settle_by) if end is not None]
    return InboxItem(
        **structs.asdict(_item(ticket)),
        source=ticket.source,
        platform_id=ticket.platform_id,
        member=ticket.member_number,
        phone=phone,
        asked_fen=ticket.asked_fen,
        awaits_us=ticket.awaits_us,
        with_platform=ticket.with_platform,
        is_refunded=ticket.is_refunded,
        times=ticket.times,
        needs_a_look=ticket.needs_a_look,
        urgent_at=ticket.urgent_at,
        waits_now=ticket.waits_now,
        handler=ticket.handler_number,
        handler_name=ticket.handler_name,
        is_late=ticket.resolved_at is None and min(ends) <= at,
    )
