from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.domain import catalog, vouchers
from app.domain.assist import statements
from app.domain.assist.links import token_of
from app.domain.campaigns import Running
from app.domain.vouchers import NewCard, Use
from app.kernel import keyring, numbers
from app.kernel.db import execute


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A paid order, and how many pieces of which offer are in it."""

    merchant_id: int
    order_id: int
    order_number: str
    member_id: int
    pieces: Mapping[int, int]


def open_tasks(bought: Bought, campaigns: Sequence[Running], *, at: datetime) -> int:
    """Beside the main vouchers: the locked ones, and a task for each; how many. Call it once."""
    terms = catalog.find_revisions(
        merchant_id=bought.merchant_id,
        revision_ids={each.revisions[sub.benefit] for each in campaigns for sub in each.terms.subs},
    )
    names = {revision: found.name for revision, found in terms.items()}
    tasks = [
        _task(bought, campaign, place, names, at=at)
        for campaign in campaigns
        for _ in range(bought.pieces.get(campaign.offer_id, 0))
        for place in range(len(campaign.terms.subs))
    ]
    if not tasks:
        return 0
    vouchers.issue(
        merchant_id=bought.merchant_id,
        order_id=bought.order_id,
        order_number=bought.order_number,
        member_id=bought.member_id,
        cards=[task.card for task in tasks],
        at=at,
    )
    return execute(
        statements.OPEN,
        {
            "merchant_id": bought.merchant_id,
            "order_id": bought.order_id,
            "sharer_id": bought.member_id,
            "tasks": msgspec.json.encode([task.row for task in tasks]).decode(),
            "at": at,
        },
    )


@dataclass(frozen=True, kw_only=True)
class _Task:
    card: NewCard
    row: dict[str, Any]


def _task(
    bought: Bought,
    campaign: Running,
    place: int,
    names: Mapping[int, str],
    *,
    at: datetime,
) -> _Task:
    sub, ends_at = campaign.terms.subs[place], deadline(campaign, at=at)
    revision_id = campaign.revisions[sub.benefit]
    number = numbers.new(numbers.Kind.ASSIST, merchant_id=bought.merchant_id)
    card = numbers.new(numbers.Kind.CARD, merchant_id=bought.merchant_id)
    use = Use(
        revision_id=revision_id,
        allocated_fen=0,
        valid_from=at,
        # Paid after the campaign's end: over before it began, and the sweep says so.
        valid_until=max(ends_at, at + timedelta(minutes=1)),
        state="locked",
    )
    title = f"助力解锁 · {names[revision_id]}"
    return _Task(
        card=NewCard(offer_id=campaign.offer_id, title=title, uses=[use], number=card),
        row={
            "number": number,
            "campaign_id": campaign.campaign_id,
            "helpers": sub.helpers,
            "token_hash": keyring.fingerprint(token_of(number)).hex(),
            "card": card,
            "ends_at": ends_at,
        },
    )


def deadline(campaign: Running, *, at: datetime) -> datetime:
    """So many hours after the payment, and not after the campaign's own end."""
    hours = at + timedelta(hours=campaign.terms.hours)
    return min(hours, campaign.terms.ends_at) if campaign.terms.ends_at else hours
