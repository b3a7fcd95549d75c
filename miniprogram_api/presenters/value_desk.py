"""Words about stored value at the manager's desk. All amounts are fen."""

from datetime import datetime

from app.domain.stored_value import Adjustment, Custody, Freeze, SpendLimits, ValueBalance
from app.kernel.paging import Page
from app.web.words import Told


class AdjustmentTold(Told):
    """`change_fen` below zero takes away. `proposed_by` is not the one who may approve it."""

    adjustment: int
    member: str
    kind: str
    change_fen: int
    reason: str
    proposed_by: str
    proposed_at: datetime


class AdjustmentPage(Told):
    items: list[AdjustmentTold]
    next_cursor: str | None


class AdjustmentDecided(Told):
    adjustment: int
    state: str


class FreezeTold(Told):
    since: datetime
    reason: str


class Purse(Told):
    """`unconfirmed_today_fen`: what he spent today without saying once more that it is he."""

    paid_fen: int
    bonus_fen: int
    held_fen: int
    parked_fen: int
    unconfirmed_today_fen: int
    frozen: FreezeTold | None
    waiting: AdjustmentTold | None


class SpendRules(Told):
    """One order above the first, or a person's day above the second, is confirmed once more."""

    confirm_above_fen: int
    confirm_day_above_fen: int


class ValueCustody(Told):
    """`gift_cards_fen` is on cards that nobody claimed; `accounts` is how many hold something."""

    paid_fen: int
    bonus_fen: int
    held_fen: int
    gift_cards_fen: int
    parked_fen: int
    accounts: int


def present_purse(
    found: ValueBalance,
    *,
    freeze: Freeze | None,
    waiting: Adjustment | None,
    unconfirmed_fen: int,
) -> Purse:
    return Purse(
        paid_fen=found.paid_fen,
        bonus_fen=found.bonus_fen,
        held_fen=found.held_fen,
        parked_fen=found.parked_fen,
        unconfirmed_today_fen=unconfirmed_fen,
        frozen=FreezeTold(since=freeze.since, reason=freeze.reason) if freeze else None,
        waiting=present_adjustment(waiting) if waiting else None,
    )


def present_adjustments(page: Page[Adjustment]) -> AdjustmentPage:
    items = [present_adjustment(each) for each in page.items]
    return AdjustmentPage(items=items, next_cursor=page.next_cursor)


def present_adjustment(found: Adjustment) -> AdjustmentTold:
    return AdjustmentTold(
        adjustment=found.id,
        member=found.member_number,
        kind=found.kind,
        change_fen=found.change_fen,
        reason=found.reason,
        proposed_by=found.proposed_by,
        proposed_at=found.proposed_at,
    )


def present_rules(limits: SpendLimits) -> SpendRules:
    return SpendRules(confirm_above_fen=limits.order_fen, confirm_day_above_fen=limits.day_fen)


def present_custody(found: Custody) -> ValueCustody:
    return ValueCustody(
        paid_fen=found.paid_fen,
        bonus_fen=found.bonus_fen,
        held_fen=found.held_fen,
        gift_cards_fen=found.gift_cards_fen,
        parked_fen=found.parked_fen,
        accounts=found.accounts,
    )
