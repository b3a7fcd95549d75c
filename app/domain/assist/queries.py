from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import catalog, members
from app.domain.assist import errors, statements
from app.domain.assist.models import HelpState
from app.domain.assist.promising import rule_lines
from app.domain.assist.rules import why_closed
from app.domain.campaigns import Terms, parse
from app.kernel import keyring, paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.paging import Page

_WORDS: dict[type[errors.AssistRefusal] | None, str] = {
    None: "open",
    errors.TaskFull: "full",
    errors.TaskExpired: "expired",
    errors.TaskUnderReview: "under_review",
    errors.TaskStopped: "stopped",
}


@dataclass(frozen=True, kw_only=True)
class Prize:
    """What somebody gets; its value in fen."""

    name: str
    face_text: str
    market_value_fen: int


@dataclass(frozen=True, kw_only=True)
class HelpView:
    """What came of the viewer's own help."""

    number: str
    state: str
    reward_card: str | None


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """A task as people see it: who asks, what both get, the rules, how far it is, until when.

    `state`: open, full, expired, under_review or stopped. Names are masked. `rule_lines` are what
    its buyer read before he paid.
    """

    id: int
    number: str
    state: str
    is_mine: bool
    sharer_name: str
    prize: Prize
    reward: Prize
    fallback: Prize | None
    terms: Terms
    rule_lines: Sequence[str]
    helpers_needed: int
    counted: int
    helper_names: Sequence[str]
    ends_at: datetime
    voucher_number: str
    rewards_left: int | None
    my_help: HelpView | None
    activity_id: str | None
    activity_ends_at: datetime | None


@dataclass(frozen=True)
class Progress:
    """What the shared card in a chat shows."""

    activity_id: str | None
    activity_ends_at: datetime | None
    counted: int
    helpers_needed: int
    appid: str


@dataclass(frozen=True, kw_only=True)
class AssistWords:
    """What a message about a task says, and whom it concerns."""

    task_number: str
    order_id: int
    order_number: str
    appid: str
    sharer_id: int
    sharer_name: str
    voucher: str
    reward: str
    counted: int
    helpers_needed: int
    ends_at: datetime
    has_fallback: bool
    state: str


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    state: str
    helpers_needed: int
    opened_at: datetime
    ends_at: datetime
    sharer_id: int
    order_id: int
    sharer_nickname: str | None
    sharer_number: str
    voucher_number: str
    voucher_state: str
    revision_id: int
    campaign_number: str
    campaign_state: str
    terms: dict[str, Any]
    revisions: Mapping[str, int]
    rewards: int
    activity_id: str | None
    activity_ends_at: datetime | None
    helpers: list[list[str]]

    def count(self, state: HelpState) -> int:
        return sum(each[1] == state for each in self.helpers)


@dataclass(frozen=True)
class _Mine:
    is_so: bool


@dataclass(frozen=True)
class _Help:
    number: str
    state: str
    reward_card: str | None


@dataclass(frozen=True)
class _Order:
    id: int
    number: str
    appid: str


def look(*, merchant_id: int, token: str, viewer_id: int, at: datetime) -> TaskView:
    """The task behind a link. Looking leaves nothing behind. Raises NotFound."""
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "member_id": viewer_id,
        "token_hash": keyring.fingerprint(token),
    }
    row = fetch_one(_Row, statements.TASK_BY_TOKEN, asked)
    if row is None:
        raise NotFound("There is no such link.")
    mine = fetch_one(_Mine, statements.IS_MINE, {**asked, "sharer_id": row.sharer_id})
    helped = fetch_one(_Help, statements.HELP_OF, asked)
    return _view(
        merchant_id,
        row,
        is_mine=bool(mine and mine.is_so),
        my_help=HelpView(**vars(helped)) if helped else None,
        at=at,
    )


def get_own(*, merchant_id: int, member_id: int, number: str, at: datetime) -> TaskView:
    """A task of one's own. Raises NotFound, also for another's."""
    asked = {"merchant_id": merchant_id, "member_id": member_id, "number": number}
    row = fetch_one(_Row, statements.OWN_TASK, asked)
    if row is None:
        raise NotFound("There is no such task.", number=number[:40])
    return _view(merchant_id, row, is_mine=True, my_help=None, at=at)


def list_own(
    *, merchant_id: int, member_id: int, cursor: str | None, limit: int, at: datetime
) -> Page[TaskView]:
    """One's own tasks, the newest first."""
    asked: dict[str, object] = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "after": paging.after(cursor),
        "limit": limit + 1,
    }
    rows = fetch_all(_Row, statements.OWN_TASKS, asked)
    views = [_view(merchant_id, row, is_mine=True, my_help=None, at=at) for row in rows]
    return paging.cut(views, limit=limit, key=lambda view: view.id)


def progress(*, merchant_id: int, task_id: int) -> Progress:
    """How far a task is. Raises NotFound."""
    row, order = _task_and_order(merchant_id, task_id)
    return Progress(
        activity_id=row.activity_id,
        activity_ends_at=row.activity_ends_at,
        counted=row.count(HelpState.COUNTED),
        helpers_needed=row.helpers_needed,
        appid=order.appid,
    )


def notice_words(*, merchant_id: int, task_id: int) -> AssistWords:
    """Raises NotFound."""
    row, order = _task_and_order(merchant_id, task_id)
    terms = parse(row.terms)
    return AssistWords(
        task_number=row.number,
        order_id=order.id,
        order_number=order.number,
        appid=order.appid,
        sharer_id=row.sharer_id,
        sharer_name=members.masked_name(row.sharer_nickname),
        voucher=_prize(merchant_id, row.revision_id).name,
        reward=_prize(merchant_id, row.revisions[terms.reward]).name,
        counted=row.count(HelpState.COUNTED),
        helpers_needed=row.helpers_needed,
        ends_at=row.ends_at,
        has_fallback=terms.fallback is not None,
        state=row.state,
    )


def _task_and_order(merchant_id: int, task_id: int) -> tuple[_Row, _Order]:
    asked: dict[str, object] = {"merchant_id": merchant_id, "task_id": task_id}
    row = fetch_one(_Row, statements.TASK_BY_ID, asked)
    order = fetch_one(_Order, statements.ORDER_OF_TASK, asked)
    if row is None or order is None:
        raise NotFound("There is no such task.")
    return row, order


def _view(
    merchant_id: int, row: _Row, *, is_mine: bool, my_help: HelpView | None, at: datetime
) -> TaskView:
    terms = parse(row.terms)
    counted = row.count(HelpState.COUNTED)
    closed = why_closed(
        task_state=row.state,
        campaign_state=row.campaign_state,
        voucher_state=row.voucher_state,
        ends_at=row.ends_at,
        counted=counted,
        held=row.count(HelpState.HELD),
        helpers_needed=row.helpers_needed,
        at=at,
    )
    fallback = row.revisions.get(terms.fallback) if terms.fallback else None
    return TaskView(
        id=row.id,
        number=row.number,
        state=_WORDS[closed],
        is_mine=is_mine,
        sharer_name=members.masked_name(row.sharer_nickname),
        prize=_prize(merchant_id, row.revision_id),
        reward=_prize(merchant_id, row.revisions[terms.reward]),
        fallback=_prize(merchant_id, fallback) if fallback else None,
        terms=terms,
        rule_lines=rule_lines(merchant_id=merchant_id, terms=terms, revisions=row.revisions),
        helpers_needed=row.helpers_needed,
        counted=counted,
        helper_names=[
            members.masked_name(name or None)
            for name, state in row.helpers
            if state == HelpState.COUNTED
        ],
        ends_at=row.ends_at,
        voucher_number=row.voucher_number,
        rewards_left=None if terms.rewards is None else max(0, terms.rewards - row.rewards),
        my_help=my_help,
        activity_id=row.activity_id,
        activity_ends_at=row.activity_ends_at,
    )


def _prize(merchant_id: int, revision_id: int) -> Prize:
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids={revision_id})[revision_id]
    return Prize(
        name=terms.name, face_text=terms.face_text, market_value_fen=terms.market_value_fen
    )
