"""Who may help, and what to make of him: sums on paper."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.assist import errors
from app.domain.assist.errors import AssistRefusal
from app.domain.assist.models import HelpState, TaskState
from app.domain.campaigns import Terms

HIGH_RANK, MEDIUM_RANK = 4, 2
"""Of the platform's risk ranks 0 to 4: from here on refused, and looked at first."""

CROWDED_ADDRESS = 20
"""Helps of one campaign from one address within an hour before the next is looked at first.

A household, a shop's own Wi-Fi and whoever stands behind one gateway of a mobile carrier have one
address, and are no crowd.
"""

HURRY_BEFORE = timedelta(hours=3)


class Weight(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class Signals:
    """What speaks against a helper. `risk_rank` is None where nobody could be asked."""

    risk_rank: int | None = None
    is_sharers_device: bool = False
    is_known_device: bool = False
    paid_the_order: bool = False
    from_this_address: int = 0


@dataclass(frozen=True)
class Look:
    """A task, its campaign and the one who would help, as the locked look found them."""

    task_id: int
    task_number: str
    task_state: str
    helpers_needed: int
    ends_at: datetime
    opened_at: datetime
    order_id: int
    offer_id: int
    sharer_id: int
    voucher_id: int
    voucher_state: str
    voucher_revision: int
    campaign_id: int
    campaign_state: str
    counted: int
    held: int
    is_own: bool
    helped_before: bool
    joined_at: datetime
    helped_today: int
    sharer_today: int
    is_sharers_device: bool
    is_known_device: bool
    paid_the_order: bool
    from_this_address: int
    session_stands: bool


def weigh(signals: Signals) -> tuple[Weight, list[str]]:
    """How much is spoken against a helper, and what. An unknown rank speaks for nobody's guilt."""
    rank = signals.risk_rank or 0
    said = {
        "risk_rank": rank >= MEDIUM_RANK,
        "sharers_device": signals.is_sharers_device,
        "known_device": signals.is_known_device,
        "payer": signals.paid_the_order,
        "crowded_address": signals.from_this_address >= CROWDED_ADDRESS,
    }
    reasons = [reason for reason, is_so in said.items() if is_so]
    if rank >= HIGH_RANK:
        return Weight.HIGH, reasons
    return (Weight.MEDIUM if reasons else Weight.LOW), reasons


def why_closed(
    *,
    task_state: str,
    campaign_state: str,
    voucher_state: str,
    ends_at: datetime,
    counted: int,
    held: int,
    helpers_needed: int,
    at: datetime,
) -> type[AssistRefusal] | None:
    """Why nobody can help with this task any more, or just now; None and it is open."""
    if task_state == TaskState.UNLOCKED:
        return errors.TaskFull
    if task_state in {TaskState.STOPPED, TaskState.RELEASED} or campaign_state == "killed":
        return errors.TaskStopped
    if task_state == TaskState.EXPIRED or at >= ends_at:
        return errors.TaskExpired
    # Refunded, frozen or void: there is nothing to unlock.
    if voucher_state != "locked":
        return errors.TaskStopped
    if counted + held >= helpers_needed:
        return errors.TaskUnderReview
    return None


def refuse_help(found: Look, terms: Terms, *, at: datetime) -> None:
    """Raises an AssistRefusal for whoever may not help with this task now."""
    if found.is_own:
        raise errors.OwnTask.told()
    closed = why_closed(
        task_state=found.task_state,
        campaign_state=found.campaign_state,
        voucher_state=found.voucher_state,
        ends_at=found.ends_at,
        counted=found.counted,
        held=found.held,
        helpers_needed=found.helpers_needed,
        at=at,
    )
    # Whoever helped already hears that, whatever became of the task.
    if found.helped_before:
        raise errors.HelpedBefore.told()
    if closed:
        raise closed.told()
    if terms.new_users_only and found.joined_at < found.opened_at:
        raise errors.NewOnly.told()
    if _is_reached(found.helped_today, terms.helper_daily_cap):
        raise errors.HelperCap.told()
    if _is_reached(found.sharer_today, terms.sharer_daily_cap):
        raise errors.SharerCap.told()


def becomes(weight: Weight) -> HelpState:
    """What a help is at first. Raises NotNow for a high risk."""
    if weight == Weight.HIGH:
        raise errors.NotNow.told()
    return HelpState.HELD if weight == Weight.MEDIUM else HelpState.COUNTED


def _is_reached(count: int, cap: int | None) -> bool:
    return cap is not None and count >= cap
