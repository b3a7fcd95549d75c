"""One card as its holder sees it: every use with its state, and what happened to it, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, vouchers
from app.domain.redemption import statements
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class UseOfCard:
    """One use: its voucher, what it gives, and when and where it was used (if it was)."""

    voucher_number: str
    name: str
    state: str
    valid_until: datetime
    used_at: datetime | None
    store_name: str | None


@dataclass(frozen=True)
class CardLine:
    """One line of the card's timeline; `reference` is a redemption's number."""

    at: datetime
    voucher_number: str
    text: str
    reference: str | None
    store_name: str | None


@dataclass(frozen=True, kw_only=True)
class CardView:
    """`uses` are the member's own; what he gave away is not in it any more."""

    number: str
    title: str
    issued_at: datetime
    uses: Sequence[UseOfCard]
    timeline: Sequence[CardLine]

    @property
    def left(self) -> int:
        return sum(use.state == vouchers.VoucherState.ACTIVE for use in self.uses)


@dataclass(frozen=True)
class _Card:
    id: int
    number: str
    title: str
    issued_at: datetime


@dataclass(frozen=True)
class _Use:
    number: str
    revision_id: int
    state: str
    valid_until: datetime
    used_at: datetime | None
    store_name: str | None


@dataclass(frozen=True)
class _Event:
    at: datetime
    number: str
    action: str
    reason: str | None
    reference: str | None
    store_name: str | None


def get_card(*, merchant_id: int, member_id: int, number: str) -> CardView:
    """A card of this member. Raises NotFound, also for another's."""
    which: dict[str, object] = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "number": number,
    }
    card = fetch_one(_Card, statements.OWN_CARD, which)
    if card is None:
        raise NotFound("There is no such card in this wallet.", number=number[:40])
    which["card_id"] = card.id
    return CardView(
        number=card.number,
        title=card.title,
        issued_at=card.issued_at,
        uses=_uses(merchant_id, fetch_all(_Use, statements.USES, which)),
        timeline=[_line(each) for each in fetch_all(_Event, statements.USE_EVENTS, which)],
    )


def _uses(merchant_id: int, rows: Sequence[_Use]) -> list[UseOfCard]:
    terms = catalog.find_revisions(
        merchant_id=merchant_id, revision_ids={row.revision_id for row in rows}
    )
    return [
        UseOfCard(
            voucher_number=row.number,
            name=terms[row.revision_id].name,
            state=row.state,
            valid_until=row.valid_until,
            used_at=row.used_at,
            store_name=row.store_name,
        )
        for row in rows
    ]


def _line(event: _Event) -> CardLine:
    return CardLine(
        at=event.at,
        voucher_number=event.number,
        text=vouchers.words_of(event.action, event.reason),
        reference=event.reference,
        store_name=event.store_name,
    )
