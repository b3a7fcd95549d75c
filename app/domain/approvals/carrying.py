"""One table: for each kind of action what it costs, whom it favours, and the verb that does it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar

from app.domain import aftersales, complaints, promotions
from app.domain.aftersales import Asker
from app.domain.approvals import statements
from app.domain.approvals.actions import (
    Action,
    AgreeToRefund,
    By,
    GiveGoodwill,
    MassGrant,
    Price,
    RefundOrder,
)
from app.domain.approvals.errors import ApprovalOutgrown
from app.domain.approvals.models import Kind
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound

Wanted = TypeVar("Wanted", bound=Action)


@dataclass(frozen=True)
class Work(Generic[Wanted]):
    """`subject` is what one question waits about; `carry_out` gives the number of what it made."""

    action: type[Wanted]
    subject: Callable[[Wanted], str]
    price: Callable[[Wanted, By], Price]
    carry_out: Callable[[Wanted, By], str]


@dataclass(frozen=True)
class _Fen:
    fen: int


@dataclass(frozen=True)
class _Member:
    member_id: int


def _price_refund(wanted: RefundOrder, by: By) -> Price:
    quote = aftersales.quote(
        merchant_id=by.merchant_id,
        member_id=None,
        order_number=wanted.order_number,
        asker=Asker.MERCHANT,
        at=by.at,
    )
    chosen = aftersales.choose(quote, wanted.vouchers or None, asker=Asker.MERCHANT)
    return Price(
        amount_fen=chosen.back_fen,
        member_id=_member(statements.BUYER, by, number=wanted.order_number),
    )


def _refund(wanted: RefundOrder, by: By) -> str:
    return aftersales.ask_for_buyer(
        merchant_id=by.merchant_id,
        wanted=aftersales.Wanted(
            order_number=wanted.order_number, reason=by.reason, vouchers=wanted.vouchers
        ),
        actor=by.actor,
        at=by.at,
    )


def _price_agreed(wanted: AgreeToRefund, by: By) -> Price:
    found = aftersales.get_return(merchant_id=by.merchant_id, number=wanted.refund_number)
    return Price(
        amount_fen=found.amount_fen,
        member_id=_member(statements.BUYER, by, number=found.order_number),
    )


def _agree(wanted: AgreeToRefund, by: By) -> str:
    aftersales.approve(
        merchant_id=by.merchant_id,
        number=wanted.refund_number,
        reason=by.reason,
        actor=by.actor,
        at=by.at,
    )
    return wanted.refund_number


def _price_goodwill(wanted: GiveGoodwill, by: By) -> Price:
    which = {"merchant_id": by.merchant_id, "number": wanted.benefit_number}
    cost = fetch_one(_Fen, statements.COST_OF_BENEFIT, which)
    if cost is None:
        raise NotFound("There is no such benefit on sale.", number=wanted.benefit_number[:40])
    member_id = wanted.member_id
    if wanted.ticket_number:
        member_id = _member(statements.COMPLAINER, by, number=wanted.ticket_number)
    return Price(amount_fen=cost.fen, member_id=member_id)


def _give(wanted: GiveGoodwill, by: By) -> str:
    present = complaints.Present(
        merchant_id=by.merchant_id,
        member_id=wanted.member_id,
        benefit_number=wanted.benefit_number,
        reason=by.reason,
        actor=by.actor,
        role=wanted.role,
        ticket_number=wanted.ticket_number,
    )
    return complaints.grant(present, at=by.at).card_number


def _price_mass(wanted: MassGrant, by: By) -> Price:
    found = promotions.get_promotion(merchant_id=by.merchant_id, number=wanted.campaign_number)
    if wanted.terms_print and wanted.terms_print != terms_print(found.terms):
        raise ApprovalOutgrown("活动内容已修改，请重新提交审批")
    is_grant = found.kind == promotions.Kind.GRANT
    return Price(amount_fen=found.most_fen if is_grant else 0, member_id=None)


def _publish(wanted: MassGrant, by: By) -> str:
    promotions.publish(
        merchant_id=by.merchant_id, number=wanted.campaign_number, actor=by.actor, at=by.at
    )
    return wanted.campaign_number


def terms_print(terms: Mapping[str, object]) -> str:
    """By which a second person knows that nobody changed what he reads."""
    told = json.dumps(terms, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _member(sql: str, by: By, *, number: str) -> int | None:
    found = fetch_one(_Member, sql, {"merchant_id": by.merchant_id, "number": number})
    return found.member_id if found else None


def _subject_of_goodwill(wanted: GiveGoodwill) -> str:
    return wanted.ticket_number or f"member:{wanted.member_id}"


WORKS: Mapping[Kind, Work[Any]] = {
    Kind.REFUND: Work(RefundOrder, attrgetter("order_number"), _price_refund, _refund),
    Kind.AGREED_REFUND: Work(AgreeToRefund, attrgetter("refund_number"), _price_agreed, _agree),
    Kind.GOODWILL: Work(GiveGoodwill, _subject_of_goodwill, _price_goodwill, _give),
    Kind.MASS_GRANT: Work(MassGrant, attrgetter("campaign_number"), _price_mass, _publish),
}
_KINDS: Mapping[type[Action], Kind] = {work.action: kind for kind, work in WORKS.items()}


def kind_of(action: Action) -> Kind:
    return _KINDS[type(action)]
