from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.vouchers import statements
from app.kernel import numbers
from app.kernel.db import execute


@dataclass(frozen=True, kw_only=True)
class Use:
    """One voucher to issue: on which terms, worth how much of what was paid, valid when."""

    revision_id: int
    allocated_fen: int
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class NewCard:
    """One bought piece of an offer and the uses it holds."""

    offer_id: int
    title: str
    uses: Sequence[Use]


def issue(
    *,
    merchant_id: int,
    order_id: int,
    order_number: str,
    member_id: int,
    cards: Sequence[NewCard],
    at: datetime,
) -> int:
    """Put cards and their vouchers into a member's wallet, in one statement; how many vouchers."""
    card_numbers = numbers.bulk(numbers.Kind.CARD, merchant_id=merchant_id, count=len(cards))
    uses = [
        (number, use) for number, card in zip(card_numbers, cards, strict=True) for use in card.uses
    ]
    return execute(
        statements.ISSUE,
        {
            "merchant_id": merchant_id,
            "order_id": order_id,
            "member_id": member_id,
            "at": at,
            "actor": f"member:{member_id}",
            "reference": order_number,
            "card_numbers": card_numbers,
            "card_offers": [card.offer_id for card in cards],
            "card_titles": [card.title for card in cards],
            "numbers": numbers.bulk(numbers.Kind.VOUCHER, merchant_id=merchant_id, count=len(uses)),
            "on_cards": [number for number, _ in uses],
            "revisions": [use.revision_id for _, use in uses],
            "allocated": [use.allocated_fen for _, use in uses],
            "valid_froms": [use.valid_from for _, use in uses],
            "valid_untils": [use.valid_until for _, use in uses],
        },
    )
