"""What the platform and our books say differently, kept until somebody has seen it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain import merchants
from app.domain.card_bag import statements
from app.domain.card_bag.cards import Card
from app.kernel import calendar
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class Difference:
    """One line; `mended_at` is set when both sides say the same again."""

    id: int
    day: date
    kind: str
    platform_id: str
    code: str
    ours: str
    theirs: str
    voucher_number: str | None
    found_at: datetime
    mended_at: datetime | None


def note(
    card: Card,
    *,
    merchant_id: int,
    kind: str,
    ours: str,
    theirs: str,
    at: datetime,
    is_mended: bool = False,
) -> None:
    """One line a day for each card and kind; a second one only tells that it was mended."""
    _note(
        merchant_id=merchant_id,
        kind=kind,
        platform_id=card.platform_id,
        code=card.code or card.reference,
        bag_card_id=card.id,
        ours=ours,
        theirs=theirs,
        at=at,
        is_mended=is_mended,
    )


def note_unknown(*, merchant_id: int, platform_id: str, code: str, at: datetime) -> None:
    """A code in somebody's bag that is none of our cards'."""
    _note(
        merchant_id=merchant_id,
        kind="unknown_code",
        platform_id=platform_id,
        code=code,
        bag_card_id=None,
        ours="unknown",
        theirs="held",
        at=at,
        is_mended=False,
    )


def _note(*, merchant_id: int, at: datetime, is_mended: bool, **words: str | int | None) -> None:
    day = calendar.day_of(at, merchants.profile(merchant_id=merchant_id).zone)
    execute(
        statements.NOTE_DIFFERENCE,
        {
            "merchant_id": merchant_id,
            "day": day,
            **words,
            "at": at,
            "mended_at": at if is_mended else None,
        },
    )


def list_differences(*, merchant_id: int, with_mended: bool, limit: int) -> list[Difference]:
    """The newest first; those that still stand, or all."""
    which = {"merchant_id": merchant_id, "with_mended": with_mended, "limit": limit}
    return fetch_all(Difference, statements.LIST_DIFFERENCES, which)
