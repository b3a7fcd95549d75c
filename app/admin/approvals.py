"""What waits for a second person: read, decided, done; and above which sums it waits."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from app.admin import actors, door, pages
from app.admin.forms import Form, YuanField
from app.admin.needs import needs
from app.admin.paper import last_day
from app.domain import approvals, members, merchants, paper_cards, stored_value
from app.domain.approvals import ApprovalView, Kind
from app.domain.merchants import Role, StaffState
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

bp = Blueprint("approvals", __name__)
PER_PAGE = 20
KINDS: Mapping[str, str] = {
    Kind.REFUND: _("主动退款"),
    Kind.AGREED_REFUND: _("同意退款申请"),
    Kind.PARCEL_REFUND: _("包裹退款"),
    Kind.PAID_BY_HAND: _("线下退款登记"),
    Kind.GOODWILL: _("补偿赠送"),
    Kind.MASS_GRANT: _("批量发券"),
    Kind.CARD_BATCH: _("批量制卡"),
}
# Where one reads what it is about, once that page exists: endpoint, and its word for the number.
SUBJECTS: Mapping[str, tuple[str, str]] = {
    Kind.REFUND: ("orders.show", "number"),
    Kind.AGREED_REFUND: ("refunds.show", "number"),
    Kind.PARCEL_REFUND: ("shipments.show", "number"),
    Kind.PAID_BY_HAND: ("refunds.show", "number"),
    Kind.MASS_GRANT: ("campaigns.show", "number"),
}


class Decline(Form):
    reason = StringField(_("拒绝原因"), validators=[Length(max=200)])


class Limits(Form):
    """An empty field: never."""

    refund = YuanField(KINDS[Kind.REFUND])
    agreed_refund = YuanField(KINDS[Kind.AGREED_REFUND])
    parcel_refund = YuanField(KINDS[Kind.PARCEL_REFUND])
    paid_by_hand = YuanField(KINDS[Kind.PAID_BY_HAND])
    goodwill = YuanField(KINDS[Kind.GOODWILL])
    mass_grant = YuanField(KINDS[Kind.MASS_GRANT])
    card_batch = YuanField(KINDS[Kind.CARD_BATCH])


@bp.get("/<merchant>/approvals")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, is_old = door.here(), request.args.get("tab") == "settled"
    list_them = approvals.list_settled if is_old else approvals.list_waiting
    with transaction(merchant=here.merchant_id):
        page = list_them(
            merchant_id=here.merchant_id,
            at=clock.now(),
            cursor=request.args.get("cursor"),
            limit=PER_PAGE,
        )
        corrections = [] if is_old else _corrections(here.merchant_id)
        names = actors.told(here.merchant_id, [each.proposed_by for each in corrections])
    return pages.page(
        "approvals/index.html",
        page=page,
        is_old=is_old,
        kinds=KINDS,
        corrections=corrections,
        names=names,
    )


@bp.get("/<merchant>/approvals/<int:approval_id>")
@needs(Role.CLERK)
def show(merchant: str, approval_id: int) -> Response:  # noqa: ARG001 - the door reads it
    """For whoever decides, and for whoever asked."""
    return _show(approval_id, Decline())


@bp.post("/<merchant>/approvals/<int:approval_id>/withdraw")
@needs(Role.CLERK)
def withdraw(merchant: str, approval_id: int) -> Response:  # noqa: ARG001 - the door reads it
    """By whoever asked, and nobody else."""
    here, form = door.here(), Decline(formdata=None)

    def do() -> None:
        with transaction(merchant=here.merchant_id):
            approvals.withdraw(
                merchant_id=here.merchant_id,
                approval_id=approval_id,
                by=here.actor,
                at=clock.now(),
            )

    if form.does(do):
        return pages.go("approvals.show", approval_id=approval_id, words=_("已撤回"))
    return _show(approval_id, form, status=409)


@bp.post("/<merchant>/approvals/<int:approval_id>/approve")
@needs(Role.MANAGER, is_dear=True)
def approve(merchant: str, approval_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here, form = door.here(), Decline(formdata=None)

    def do() -> None:
        with transaction(merchant=here.merchant_id):
            approvals.approve(
                merchant_id=here.merchant_id,
                approval_id=approval_id,
                by=here.actor,
                at=clock.now(),
            )

    if form.does(do):
        return pages.go("approvals.index", words=_("已同意并执行"))
    return _show(approval_id, form, status=409)


@bp.post("/<merchant>/approvals/<int:approval_id>/decline")
@needs(Role.MANAGER, is_dear=True)
def decline(merchant: str, approval_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here, form = door.here(), Decline()

    def do() -> None:
        with transaction(merchant=here.merchant_id):
            approvals.decline(
                merchant_id=here.merchant_id,
                approval_id=approval_id,
                reason=form.reason.data or "",
                by=here.actor,
                at=clock.now(),
            )

    if form.validate() and form.does(do):
        return pages.go("approvals.index", words=_("已拒绝"))
    return _show(approval_id, form, status=409)


@bp.post("/<merchant>/approvals/value/<number>/<int:adjustment_id>/<any(approve,reject):word>")
@needs(Role.MANAGER, is_dear=True)
def correct(merchant: str, number: str, adjustment_id: int, word: str) -> Response:  # noqa: ARG001 - the door reads it
    """A correction of stored value that somebody else proposed."""
    here = door.here()
    decide = (
        stored_value.approve_adjustment if word == "approve" else stored_value.reject_adjustment
    )
    with transaction(merchant=here.merchant_id):
        member_id = members.find_member_id(merchant_id=here.merchant_id, number=number)
        if member_id is None:
            raise NotFound("There is nobody of this number.", number=number[:40])
        decide(
            merchant_id=here.merchant_id,
            member_id=member_id,
            by=here.actor,
            at=clock.now(),
            adjustment_id=adjustment_id,
        )
    return pages.go("approvals.index", words=_("已处理"))


@bp.route("/<merchant>/approvals/limits", methods=["GET", "POST"])
@needs(Role.OWNER, is_dear=True)
def limits(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        known = approvals.limits_of(merchant_id=here.merchant_id)
        staff = merchants.list_staff(merchant_id=here.merchant_id)
    form = Limits(data={kind.value: fen for kind, fen in known.items()})
    if request.method == "POST" and form.validate() and form.does(lambda: _set_limits(form)):
        return pages.go("approvals.limits", words=_("复核金额已保存"))
    deciders = [each for each in staff if _may_decide(each)]
    status = 422 if request.method == "POST" else 200
    return pages.page(
        "approvals/limits.html",
        status=status,
        form=form,
        is_alone=len(deciders) < 2,  # noqa: PLR2004 - two people
    )


def _show(approval_id: int, form: Decline, *, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = approvals.get_approval(
            merchant_id=here.merchant_id, approval_id=approval_id, at=clock.now()
        )
        batch = _batch(found)
    if found.asked_by != here.actor and not here.staff.is_at_least(Role.MANAGER):
        raise NotFound("There is nothing to decide under this number.")
    return pages.page(
        "approvals/show.html",
        status=status,
        each=found,
        form=form,
        kind=KINDS[found.kind],
        link=_link(found),
        batch=batch,
        last_day=last_day,
        is_mine=found.asked_by == here.actor,
    )


def _link(found: ApprovalView) -> str | None:
    """The page of what it is about."""
    endpoint, word = SUBJECTS.get(found.kind, ("", ""))
    if f"panel.{endpoint}" not in current_app.view_functions:
        return None
    which: dict[str, Any] = {word: found.subject}
    return pages.to(endpoint, **which)


def _batch(found: ApprovalView) -> paper_cards.Contents | None:
    """The cards that a yes releases: they have no page of their own."""
    if found.kind != Kind.CARD_BATCH:
        return None
    return paper_cards.contents_of(merchant_id=door.here().merchant_id, number=found.subject)


def _corrections(merchant_id: int) -> list[stored_value.Adjustment]:
    return list(stored_value.list_adjustments(merchant_id=merchant_id).items)


def _may_decide(staff: merchants.Staff) -> bool:
    return staff.state == StaffState.ACTIVE and staff.role in {Role.OWNER, Role.MANAGER}


def _set_limits(form: Limits) -> None:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        for kind in Kind:
            approvals.set_limit(
                merchant_id=here.merchant_id,
                kind=kind,
                above_fen=form[kind.value].data,
                actor=here.actor,
                at=at,
            )
