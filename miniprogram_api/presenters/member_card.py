from collections.abc import Sequence
from datetime import datetime

from app.domain.paper_cards import Bound
from app.domain.redemption import Match
from app.web.words import Told


class MatchItem(Told):
    """What the member may use here and now; redeem it with `voucher` beside the same code."""

    voucher: str
    name: str
    face: str
    hand_over: str
    valid_until: datetime
    count: int
    reasons: list[str]


class Matches(Told):
    """The best first; nothing else of the member is told."""

    items: list[MatchItem]


class CardState(Told):
    """Since when the member's codes are frozen, or null. What staff froze, staff opens again."""

    frozen_at: datetime | None
    by_staff: bool


class PaperCardBound(Told):
    """What the card brought: vouchers under `card` in the wallet, and points."""

    card: str
    title: str
    vouchers: int
    points: int


def present_matches(found: Sequence[Match]) -> Matches:
    return Matches(
        items=[
            MatchItem(
                voucher=match.voucher_number,
                name=match.benefit_name,
                face=match.face_text,
                hand_over=match.hand_over,
                valid_until=match.valid_until,
                count=match.count,
                reasons=list(match.reasons),
            )
            for match in found
        ]
    )


def present_bound(bound: Bound) -> PaperCardBound:
    return PaperCardBound(
        card=bound.card_number, title=bound.title, vouchers=bound.vouchers, points=bound.points
    )
