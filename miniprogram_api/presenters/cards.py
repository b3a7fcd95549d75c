from datetime import datetime

from app.domain.redemption import CardView
from app.web.words import Told


class CardUse(Told):
    voucher: str
    name: str
    state: str
    valid_until: datetime
    used_at: datetime | None
    store: str | None


class CardTimelineItem(Told):
    """What happened to which use; `reference` is the number of a redemption."""

    at: datetime
    voucher: str
    text: str
    reference: str | None
    store: str | None


class CardDetails(Told):
    """`left` uses of `total` can still be used."""

    card: str
    title: str
    issued_at: datetime
    total: int
    left: int
    uses: list[CardUse]
    timeline: list[CardTimelineItem]


def present_card(card: CardView) -> CardDetails:
    return CardDetails(
        card=card.number,
        title=card.title,
        issued_at=card.issued_at,
        total=len(card.uses),
        left=card.left,
        uses=[
            CardUse(
                voucher=use.voucher_number,
                name=use.name,
                state=use.state,
                valid_until=use.valid_until,
                used_at=use.used_at,
                store=use.store_name,
            )
            for use in card.uses
        ],
        timeline=[
            CardTimelineItem(
                at=line.at,
                voucher=line.voucher_number,
                text=line.text,
                reference=line.reference,
                store=line.store_name,
            )
            for line in card.timeline
        ],
    )
