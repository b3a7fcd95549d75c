"""What a task brings: small vouchers for helpers, and the big one unlocked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog, merchants, vouchers
from app.domain.campaigns import Terms
from app.domain.vouchers import NewCard, Use
from app.kernel import numbers


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The order behind a task. Cards hang on it; nobody paid for these, so they hold 0 fen of it."""

    merchant_id: int
    order_id: int
    offer_id: int


def give(
    cause: Cause, *, member_id: int, revision_id: int, title: str, reference: str, at: datetime
) -> str:
    """One voucher of that wording into a wallet; the number of its card."""
    starts_at, ends_at = _window(cause.merchant_id, revision_id, at=at)
    number = numbers.new(numbers.Kind.CARD, merchant_id=cause.merchant_id)
    use = Use(revision_id=revision_id, allocated_fen=0, valid_from=starts_at, valid_until=ends_at)
    vouchers.issue(
        merchant_id=cause.merchant_id,
        order_id=cause.order_id,
        order_number=reference,
        member_id=member_id,
        cards=[NewCard(offer_id=cause.offer_id, title=title, uses=[use], number=number)],
        at=at,
    )
    return number


def reward(
    cause: Cause,
    *,
    helper_id: int,
    terms: Terms,
    revisions: Mapping[str, int],
    reference: str,
    at: datetime,
) -> str:
    """The helper's own small voucher, at once; the number of its card."""
    return give(
        cause,
        member_id=helper_id,
        revision_id=revisions[terms.reward],
        title="好友助力礼",
        reference=reference,
        at=at,
    )


def unlock(
    *, merchant_id: int, voucher_id: int, revision_id: int, task_number: str, at: datetime
) -> None:
    """The locked voucher may be used, and its validity begins now."""
    starts_at, ends_at = _window(merchant_id, revision_id, at=at)
    vouchers.unlock(
        merchant_id=merchant_id,
        voucher_id=voucher_id,
        valid_from=starts_at,
        valid_until=ends_at,
        actor="system",
        reference=task_number,
        at=at,
    )


def _window(merchant_id: int, revision_id: int, *, at: datetime) -> tuple[datetime, datetime]:
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids={revision_id})
    zone = merchants.profile(merchant_id=merchant_id).zone
    return catalog.validity_window(terms[revision_id].conditions, issued_at=at, zone=zone)
