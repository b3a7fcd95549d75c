"""Presents that make good: given within the day's limit of one's role, each with a reason."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange

from app.admin import actors, door, pages, words
from app.admin.forms import Form, Needed, YuanField, choices
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import approvals, complaints, members
from app.domain.approvals import Outcome
from app.domain.complaints import GrantFilter, GrantLine
from app.domain.merchants import Role
from app.kernel import calendar, clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.kernel.numbers import Kind
from app.kernel.paging import Page

bp = Blueprint("goodwill", __name__)
A_PAGE = 30


class Give(Form):
    """To a member, or within a complaint."""

    ticket = HiddenField(validators=[Length(max=40)])
    member = StringField(_("会员号"), validators=[Length(max=40)])
    benefit = SelectField(_("赠送什么"), validators=[Needed()])
    reason = StringField(_("原因"), validators=[Needed(), Length(max=200)])


class Limit(Form):
    role = SelectField(_("角色"), choices=choices((role.value, words.ROLES[role]) for role in Role))
    per_day = IntegerField(_("每人每天最多几次"), validators=[Needed(), NumberRange(0, 1000)])
    day_cost = YuanField(_("每人每天最多成本（元）"), validators=[Needed()])


@bp.get("/<merchant>/goodwill")
@needs(Role.CLERK)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    asked = {"ticket": request.args.get("ticket", ""), "member": request.args.get("member", "")}
    return _goodwill(Give(formdata=None, **asked), Limit(formdata=None))


@bp.post("/<merchant>/goodwill")
@needs(Role.CLERK, is_dear=True)
def give(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form, told = Give(), list[Outcome]()
    form.benefit.choices = _on_offer()
    if form.validate() and form.does(lambda: told.append(_give(form))):
        if not told[0].is_done:
            return pages.go(
                "approvals.show",
                approval_id=told[0].approval_id,
                words=_("金额超过上限，已提交复核"),
            )
        return pages.go("goodwill.index", words=_("已放入会员的卡包"))
    return _goodwill(form, Limit(formdata=None), status=422)


@bp.post("/<merchant>/goodwill/limits")
@needs(Role.OWNER, is_dear=True)
def set_limit(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Limit()
    if form.validate() and form.does(lambda: _set_limit(form)):
        return pages.go("goodwill.index", words=_("额度已更新"))
    return _goodwill(Give(formdata=None), form, status=422)


def _goodwill(form: Give, limit: Limit, *, status: int = 200) -> Response:
    here = door.here()
    form.benefit.choices = _on_offer()
    today = calendar.day_of(clock.now(), here.shop.zone)
    with transaction(merchant=here.merchant_id):
        rules = {rule.role: rule for rule in complaints.list_rules(merchant_id=here.merchant_id)}
        page = _given()
        names = actors.told(here.merchant_id, (each.actor for each in page.items))
        times = complaints.count_given(merchant_id=here.merchant_id, actor=here.actor, day=today)
    return pages.page(
        "goodwill/index.html",
        status=status,
        form=form,
        limit=limit,
        rules=rules,
        rule=rules.get(here.staff.acts_as),
        page=page,
        said=request.args.get("q", "").strip(),
        times=times,
        names=names,
    )


def _given() -> Page[GrantLine]:
    """A clerk sees his own."""
    here, said = door.here(), request.args.get("q", "").strip()
    kind = kind_of(said) if said else None
    if said and kind not in {Kind.MEMBER, Kind.TICKET}:
        return Page(items=(), next_cursor=None)
    wanted = GrantFilter(
        actor=None if here.staff.is_at_least(Role.MANAGER) else here.actor,
        member=said if kind is Kind.MEMBER else None,
        ticket=said if kind is Kind.TICKET else None,
    )
    return complaints.page_grants(
        merchant_id=here.merchant_id,
        wanted=wanted,
        cursor=request.args.get("cursor"),
        limit=A_PAGE,
    )


def _on_offer() -> list[object]:
    """What may be given: published, not over, and of a kind that needs no address and no code."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        fit = complaints.list_giveable(merchant_id=here.merchant_id, at=clock.now())
    return list(
        choices(
            (each.number, f"{each.name}（{words.yuan(each.market_value_fen)}）") for each in fit
        )
    )


def _give(form: Give) -> Outcome:
    here = door.here()
    ticket = mine(form.ticket.data, Kind.TICKET) if form.ticket.data else None
    with transaction(merchant=here.merchant_id):
        member_id = None if ticket else _member_id(form.member.data.strip())
        return approvals.ask_or_do(
            merchant_id=here.merchant_id,
            action=approvals.GiveGoodwill(
                benefit_number=mine(form.benefit.data, Kind.BENEFIT),
                role=here.staff.acts_as,
                member_id=member_id,
                ticket_number=ticket,
            ),
            reason=form.reason.data,
            actor=here.actor,
            at=clock.now(),
        )


def _member_id(number: str) -> int:
    if not number:
        raise complaints.GoodwillForWhom("请填写会员号，或从投诉里赠送")
    found = members.find_member_id(
        merchant_id=door.here().merchant_id, number=mine(number, Kind.MEMBER)
    )
    if found is None:
        raise NotFound("There is no such member.", number=number[:40])
    return found


def _set_limit(form: Limit) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        complaints.set_rule(
            merchant_id=here.merchant_id,
            role=Role(form.role.data),
            per_day=form.per_day.data,
            day_cost_fen=form.day_cost.data or 0,
            actor=here.actor,
            at=clock.now(),
        )
