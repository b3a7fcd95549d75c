"""One table: for each kind of action what it is about, what it comes to, and who does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from app.domain.approvals import presents, refunds
from app.domain.approvals.actions import (
    Action,
    AgreeToRefund,
    By,
    CardBatch,
    Done,
    GiveGoodwill,
    MassGrant,
    PaidByHand,
    Price,
    RefundOrder,
    RefundParcel,
)
from app.domain.approvals.errors import ApprovalOutgrown
from app.domain.approvals.models import Kind

Wanted = TypeVar("Wanted", bound=Action)


def _nothing(_wanted: Action, _by: By) -> None:
    """What was only just made has no rival, and what costs more in the end is found out then."""


@dataclass(frozen=True, kw_only=True)
class Work(Generic[Wanted]):
    """`subject` is what one question waits about, `about` what else must not wait meanwhile.

    `lock` holds what the price depends on; `hold` is done when somebody is asked, and refuses
    what no yes could do.
    """

    action: type[Wanted]
    subject: Callable[[Wanted], str]
    price: Callable[[Wanted, By], Price]
    carry_out: Callable[[Wanted, By], Done]
    lock: Callable[[Wanted, By], None] = _nothing
    hold: Callable[[Wanted, By], None] = _nothing
    about: Callable[[Wanted, By], tuple[str, ...]] | None = None


WORKS: Mapping[Kind, Work[Any]] = {
    Kind.REFUND: Work(
        action=RefundOrder,
        subject=attrgetter("order_number"),
        lock=refunds.lock_order,
        price=refunds.price_order,
        carry_out=refunds.refund_order,
    ),
    Kind.AGREED_REFUND: Work(
        action=AgreeToRefund,
        subject=attrgetter("refund_number"),
        lock=refunds.lock_return,
        price=refunds.price_return,
        carry_out=refunds.agree,
    ),
    Kind.PARCEL_REFUND: Work(
        action=RefundParcel,
        subject=attrgetter("parcel_number"),
        about=refunds.about_parcel,
        lock=refunds.lock_parcel,
        price=refunds.price_parcel,
        carry_out=refunds.refund_parcel,
    ),
    Kind.PAID_BY_HAND: Work(
        action=PaidByHand,
        subject=attrgetter("refund_number"),
        lock=refunds.lock_return,
        price=refunds.price_return,
        carry_out=refunds.say_paid,
        hold=refunds.require_unpaid,
    ),
    Kind.GOODWILL: Work(
        action=GiveGoodwill,
        subject=presents.subject_of_goodwill,
        price=presents.price_goodwill,
        carry_out=presents.give,
    ),
    Kind.MASS_GRANT: Work(
        action=MassGrant,
        subject=attrgetter("campaign_number"),
        lock=presents.lock_draft,
        price=presents.price_mass,
        carry_out=presents.publish,
    ),
    Kind.CARD_BATCH: Work(
        action=CardBatch,
        subject=attrgetter("batch_number"),
        price=presents.price_batch,
        carry_out=presents.release_batch,
        hold=presents.hold_batch,
    ),
}
_KINDS: Mapping[type[Action], Kind] = {work.action: kind for kind, work in WORKS.items()}


def kind_of(action: Action) -> Kind:
    return _KINDS[type(action)]


def carry_out(work: Work[Any], action: Action, by: By, *, price: Price) -> str:
    """Do it; the number of what was made. Raises ApprovalOutgrown where it moved more than priced."""
    done = work.carry_out(action, by)
    if price.amount_fen is not None and (done.amount_fen or 0) > price.amount_fen:
        raise ApprovalOutgrown(
            "金额刚刚有变化，请重新提交", asked_fen=price.amount_fen, now_fen=done.amount_fen
        )
    return done.result
