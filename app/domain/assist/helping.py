import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.domain import merchants
from app.domain.assist import errors, giving, rules, statements
from app.domain.assist.events import AssistHelped, AssistShort, AssistUnlocked
from app.domain.assist.giving import Cause
from app.domain.assist.links import mark_of
from app.domain.assist.models import HelpState
from app.domain.assist.rules import Look, Signals
from app.domain.campaigns import Terms, parse
from app.domain.members import SessionEnded
from app.kernel import calendar, keyring, numbers
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import Busy, NotFound
from app.kernel.outbox import publish


@dataclass(frozen=True, kw_only=True)
class HelpWish:
    """Who would help, by which link, and what is known of him.

    `epoch` is that of his session, None where nobody signed in. `risk_rank` is the platform's
    word, 0 to 4; None where it could not be asked.
    """

    merchant_id: int
    member_id: int
    epoch: int | None
    token: str = field(repr=False)
    appid: str
    openid: str = field(repr=False)
    device: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    group_id: str | None = None
    risk_rank: int | None = None


@dataclass(frozen=True, kw_only=True)
class Helped:
    """What came of it. A held help has no reward yet; `replayed`: he had helped here before."""

    number: str
    state: str
    reward_card: str | None
    unlocked: bool = False
    replayed: bool = False


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Terms:
    terms: dict[str, Any]
    revisions: dict[str, int]


@dataclass(frozen=True)
class _Before:
    number: str
    state: str
    reward_card: str | None


def help_out(wish: HelpWish, *, at: datetime) -> Helped:
    """Help a friend, knowingly and once; the small voucher is his at once.

    The last helper unlocks. Whoever helped with this very task before hears what came of it.
    Raises NotFound for no link of ours, SessionEnded, an AssistRefusal, Busy.
    """
    asked = _asked(wish, at=at)
    people = {row.id for row in fetch_all(_Id, statements.LOCK_PEOPLE, asked)}
    found = fetch_one(Look, statements.LOOK, asked)
    if found is None:
        raise NotFound("There is no such link.")
    if not found.session_stands:
        raise SessionEnded("The session has ended. Please sign in again.")
    if found.sharer_id not in people:
        # The sharer turned out to be another member just now, whom we do not hold.
        raise Busy("Somebody is working on this right now. Please try again.")
    before = fetch_one(_Before, statements.HELP_OF, asked) if found.helped_before else None
    if before is not None:
        return Helped(
            number=before.number,
            state=before.state,
            reward_card=before.reward_card,
            replayed=True,
        )
    return _write(wish, found, asked, at=at)


def _asked(wish: HelpWish, *, at: datetime) -> dict[str, object]:
    zone = merchants.profile(merchant_id=wish.merchant_id).zone
    context = f"assist:{wish.merchant_id}"
    return {
        "merchant_id": wish.merchant_id,
        "member_id": wish.member_id,
        "epoch": wish.epoch,
        "token_hash": keyring.fingerprint(wish.token),
        "appid": wish.appid,
        "openid": wish.openid,
        "device": mark_of(wish.device, context=f"{context}:device"),
        "address": mark_of(wish.address, context=f"{context}:address"),
        "day_began": calendar.start_of_day(calendar.day_of(at, zone), zone),
        "hour_began": at - timedelta(hours=1),
        "at": at,
    }


def _write(wish: HelpWish, found: Look, asked: dict[str, object], *, at: datetime) -> Helped:
    terms, revisions = terms_of(wish.merchant_id, found.campaign_id)
    rules.refuse_help(found, terms, at=at)
    weight, reasons = rules.weigh(_signals(wish, found))
    state = rules.becomes(weight)
    is_last = state == HelpState.COUNTED and found.counted + 1 >= found.helpers_needed
    number = numbers.new(numbers.Kind.HELP, merchant_id=wish.merchant_id)
    reward_card = None
    if state == HelpState.COUNTED:
        reward_card = giving.reward(
            Cause(merchant_id=wish.merchant_id, order_id=found.order_id, offer_id=found.offer_id),
            helper_id=wish.member_id,
            terms=terms,
            revisions=revisions,
            reference=number,
            at=at,
        )
    written = fetch_one(
        _Id,
        statements.HELP,
        {
            **asked,
            "number": number,
            "task_id": found.task_id,
            "campaign_id": found.campaign_id,
            "state": state.value,
            "reward_card": reward_card,
            "reasons": json.dumps(reasons),
            "risk_rank": wish.risk_rank,
            "group_id": wish.group_id,
            "unlocks": int(is_last),
            "most_rewards": terms.rewards,
            "most_unlocks": terms.unlocks,
        },
    )
    if written is None:
        raise errors.RewardsGone.told()
    _follow_up(wish, found, state, is_last=is_last, at=at)
    return Helped(number=number, state=state.value, reward_card=reward_card, unlocked=is_last)


def _follow_up(
    wish: HelpWish, found: Look, state: HelpState, *, is_last: bool, at: datetime
) -> None:
    merchant_id = wish.merchant_id
    if state == HelpState.COUNTED:
        publish(AssistHelped(merchant_id=merchant_id, task_id=found.task_id), at=at)
    if is_last:
        giving.unlock(
            merchant_id=merchant_id,
            voucher_id=found.voucher_id,
            revision_id=found.voucher_revision,
            task_number=found.task_number,
            at=at,
        )
        tell_unlocked(
            merchant_id=merchant_id, task_id=found.task_id, sharer_id=found.sharer_id, at=at
        )
    elif state == HelpState.COUNTED and found.counted + 2 == found.helpers_needed:
        publish(
            AssistShort(merchant_id=merchant_id, task_id=found.task_id, member_id=found.sharer_id),
            at=at,
        )


@dataclass(frozen=True)
class _Helper:
    member_id: int


def tell_unlocked(*, merchant_id: int, task_id: int, sharer_id: int, at: datetime) -> None:
    """The fact, once for the owner and once for each whose help counted."""
    asked: dict[str, object] = {"merchant_id": merchant_id, "task_id": task_id}
    helpers = [row.member_id for row in fetch_all(_Helper, statements.HELPERS, asked)]
    for member_id in dict.fromkeys([sharer_id, *helpers]):
        publish(
            AssistUnlocked(merchant_id=merchant_id, task_id=task_id, member_id=member_id), at=at
        )


def terms_of(merchant_id: int, campaign_id: int) -> tuple[Terms, dict[str, int]]:
    """What was promised, and the wordings of then."""
    asked: dict[str, object] = {"merchant_id": merchant_id, "campaign_id": campaign_id}
    found = fetch_one(_Terms, statements.TERMS, asked)
    if found is None:
        raise NotFound("There is no such campaign.")
    return parse(found.terms), found.revisions


def _signals(wish: HelpWish, found: Look) -> Signals:
    return Signals(
        risk_rank=wish.risk_rank,
        is_sharers_device=found.is_sharers_device,
        is_known_device=found.is_known_device,
        paid_the_order=found.paid_the_order,
        from_this_address=found.from_this_address,
    )
