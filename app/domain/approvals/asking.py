"""Doing what one person may, and asking a second one for the rest."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from app.domain.approvals import carrying, statements
from app.domain.approvals.actions import Action, By, Price
from app.domain.approvals.errors import ApprovalNeeded, ApprovalWaits, ReasonNeeded
from app.domain.approvals.limits import limits_of
from app.domain.approvals.models import Kind
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import DomainError

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


@dataclass(frozen=True)
class _Id:
    id: int


def ask_or_do(
    *, merchant_id: int, action: Action, reason: str, actor: str, at: datetime
) -> Outcome:
    """Do it at once up to the merchant's limit; above it, ask a second person.

    The caller has looked at the actor's role. Raises ReasonNeeded, ApprovalWaits, and all that
    the verb itself raises.
    """
    by = By(merchant_id=merchant_id, actor=actor, reason=_checked(reason), at=at)
    kind = carrying.kind_of(action)
    price = carrying.WORKS[kind].price(action, by)
    if is_within(limits_of(merchant_id=merchant_id)[kind], price):
        return Outcome(result=carrying.WORKS[kind].carry_out(action, by))
    return Outcome(approval_id=_ask(by, kind, action, price))


def needs_second(*, merchant_id: int, action: Action, actor: str, at: datetime) -> bool:
    """Whether `ask_or_do` would ask somebody, for the page that says so before."""
    by = By(merchant_id=merchant_id, actor=actor, reason="-", at=at)
    kind = carrying.kind_of(action)
    price = carrying.WORKS[kind].price(action, by)
    return not is_within(limits_of(merchant_id=merchant_id)[kind], price)


def refuse_alone(*, merchant_id: int, action: Action, actor: str, at: datetime) -> None:
    """Where nobody can be asked, such as on a phone: above the limit it is not done at all.

    What cannot be priced is left to the verb, which says why. Raises ApprovalNeeded.
    """
    try:
        is_dear = needs_second(merchant_id=merchant_id, action=action, actor=actor, at=at)
    except DomainError:
        return
    if is_dear:
        raise ApprovalNeeded("金额超过上限，请在管理后台提交复核")


def is_within(above_fen: int | None, price: Price) -> bool:
    """Whether one person may do it alone."""
    if above_fen is None:
        return True
    return price.amount_fen is not None and price.amount_fen <= above_fen


def _ask(by: By, kind: Kind, action: Action, price: Price) -> int:
    subject = carrying.WORKS[kind].subject(action)
    which: dict[str, object] = {
        "merchant_id": by.merchant_id,
        "kind": kind.value,
        "subject": subject,
        "at": by.at,
    }
    execute(statements.LAPSE, which)
    said: dict[str, object] = {
        "payload": msgspec.json.encode(action).decode(),
        "amount_fen": price.amount_fen,
        "member_id": price.member_id,
        "reason": by.reason,
        "by": by.actor,
        "ends_at": by.at + WAITS_FOR,
    }
    asked = fetch_one(_Id, statements.ASK, which | said)
    if asked is None:
        raise ApprovalWaits("已提交过审批，请等待处理", subject=subject)
    audit.record(
        merchant_id=by.merchant_id,
        actor=by.actor,
        action="approval.ask",
        subject=subject,
        details={"approval": asked.id, "kind": kind.value, "amount_fen": price.amount_fen},
        at=by.at,
    )
    return asked.id


def _checked(reason: str) -> str:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ReasonNeeded("请填写原因（不超过 200 字）")
    return reason.strip()
