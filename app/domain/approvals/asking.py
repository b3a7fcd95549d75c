"""Doing what one person may, and asking a second one for the rest."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from app.domain.approvals import carrying, spending, statements
from app.domain.approvals.actions import Action, By, Price
from app.domain.approvals.carrying import Work
from app.domain.approvals.errors import ApprovalNeeded, ApprovalWaits, ReasonNeeded
from app.domain.approvals.limits import limits_of
from app.domain.approvals.models import Kind
from app.domain.approvals.spending import Part
from app.kernel import audit, request_keys
from app.kernel.db import execute, fetch_one
from app.kernel.request_keys import RequestKey

WAITS_FOR = timedelta(hours=72)
LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Done: `result` is the number of what was made. Else `approval_id` waits for somebody."""

    result: str | None = None
    approval_id: int | None = None

    @property
    def is_done(self) -> bool:
        return self.result is not None


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What somebody wants to do, at its price of now."""

    action: Action
    work: Work[Any]
    by: By
    part: Part
    is_within: bool


@dataclass(frozen=True)
class _Id:
    id: int


def ask_or_do(
    *, merchant_id: int, action: Action, reason: str, actor: str, at: datetime
) -> Outcome:
    """Do it at once up to the merchant's limit; above it, ask a second person.

    The limit is for all that the actor does alone on one day, and for the same order or member.
    The caller has looked at the actor's role. Raises ReasonNeeded, ApprovalWaits, and all that
    the verb itself raises.
    """
    by = By(merchant_id=merchant_id, actor=actor, reason=_checked(reason), at=at)
    wish = _weigh(action, by)
    if wish.is_within:
        return Outcome(result=_do(wish))
    wish.work.hold(action, by)
    return Outcome(approval_id=_ask(wish))


def do_alone(*, merchant_id: int, action: Action, reason: str, actor: str, at: datetime) -> str:
    """Where nobody can be asked, such as on a phone: the number of what was made.

    Raises ApprovalNeeded above the limit, and as `ask_or_do` does.
    """
    by = By(merchant_id=merchant_id, actor=actor, reason=_checked(reason), at=at)
    wish = _weigh(action, by)
    _require_within(wish)
    return _do(wish)


def refuse_alone(
    *, merchant_id: int, action: Action, actor: str, at: datetime, key: RequestKey | None = None
) -> None:
    """As `do_alone`, for a caller who does it himself in the same transaction; it counts from now.

    An attempt whose answer is known already does nothing again, and does not count again.
    """
    by = By(merchant_id=merchant_id, actor=actor, reason="-", at=at)
    # The first attempt of the same key may be under way: whoever waits here finds its answer.
    spending.lock_actor(by, carrying.kind_of(action))
    if key and request_keys.find_answer(key):
        return
    wish = _weigh(action, by)
    _require_within(wish)
    spending.note(wish.part, by)


def needs_second(*, merchant_id: int, action: Action, actor: str, at: datetime) -> bool:
    """Whether `ask_or_do` would ask somebody, for the page that says so before. Locks nothing."""
    by = By(merchant_id=merchant_id, actor=actor, reason="-", at=at)
    kind = carrying.kind_of(action)
    work = carrying.WORKS[kind]
    return not _is_within(
        Part(kind=kind, subject=work.subject(action), price=work.price(action, by)), by
    )


def _weigh(action: Action, by: By) -> _Wish:
    """The price holds until the transaction ends: what it depends on is locked before it is read."""
    kind = carrying.kind_of(action)
    work = carrying.WORKS[kind]
    subject = work.subject(action)
    spending.lock_actor(by, kind)
    execute(statements.LAPSE, _which(by, kind, subject))
    work.lock(action, by)
    about = work.about(action, by) if work.about else (subject,)
    _refuse_waiting(by, about)
    part = Part(kind=kind, subject=subject, price=work.price(action, by))
    return _Wish(action=action, work=work, by=by, part=part, is_within=_is_within(part, by))


def _is_within(part: Part, by: By) -> bool:
    return spending.is_within(limits_of(merchant_id=by.merchant_id)[part.kind], part, by)


def _require_within(wish: _Wish) -> None:
    if not wish.is_within:
        raise ApprovalNeeded("金额超过上限，请在管理后台提交复核")


def _refuse_waiting(by: By, about: tuple[str, ...]) -> None:
    """While somebody decides about it, nobody takes a slice of it."""
    which = {"merchant_id": by.merchant_id, "about": list(about), "at": by.at}
    if fetch_one(_Id, statements.WAITS, which):
        raise _waits(about[0])


def _do(wish: _Wish) -> str:
    spending.note(wish.part, wish.by)
    return carrying.carry_out(wish.work, wish.action, wish.by, price=wish.part.price)


def _ask(wish: _Wish) -> int:
    by, part = wish.by, wish.part
    price: Price = part.price
    said: dict[str, object] = {
        "payload": msgspec.json.encode(wish.action).decode(),
        "amount_fen": price.amount_fen,
        "member_id": price.member_id,
        "reason": by.reason,
        "by": by.actor,
        "ends_at": by.at + WAITS_FOR,
    }
    asked = fetch_one(_Id, statements.ASK, _which(by, part.kind, part.subject) | said)
    if asked is None:
        raise _waits(part.subject)
    audit.record(
        merchant_id=by.merchant_id,
        actor=by.actor,
        action="approval.ask",
        subject=part.subject,
        details={
            "approval": asked.id,
            "kind": part.kind.value,
            "amount_fen": price.amount_fen,
        },
        at=by.at,
    )
    return asked.id


def _which(by: By, kind: Kind, subject: str) -> dict[str, object]:
    return {"merchant_id": by.merchant_id, "kind": kind.value, "subject": subject, "at": by.at}


def _waits(subject: str) -> ApprovalWaits:
    return ApprovalWaits("已提交过审批，请等待处理", subject=subject)


def _checked(reason: str) -> str:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ReasonNeeded("请填写原因（不超过 200 字）")
    return reason.strip()
