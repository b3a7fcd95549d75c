"""Points: what they are worth, how they are earned and multiplied, and what they buy."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.needs import needs
from app.admin.points_form import (
    SOURCES,
    STEPS,
    FactorForm,
    RuleForm,
    TermsForm,
    TryForm,
)
from app.domain import merchants, points
from app.domain.merchants import Role
from app.domain.points import EarnOn, Idea, IdeaOfRule, PointFactor, RuleSource, Terms, Tried
from app.kernel import clock
from app.kernel.calendar import Hours
from app.kernel.db import transaction
from app.kernel.errors import Invalid

bp = Blueprint("points", __name__)
PERCENT = 100
PER_PAGE = 20
# Forms on one page with fields of the same names.
TRIED, FACTOR = "try-", "factor-"


@bp.context_processor
def known_words() -> dict[str, object]:
    return {"point_sources": SOURCES, "point_steps": STEPS, "factor_words": factor_words}


@bp.get("/<merchant>/points")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _points()


@bp.post("/<merchant>/points/terms")
@needs(Role.MANAGER, is_dear=True)
def set_terms(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = TermsForm()
    if form.validate() and form.does(lambda: _set(form)):
        return pages.go("points.show", words=_("已保存，半分钟内处处生效"))
    return _points(terms_form=form, status=422)


@bp.post("/<merchant>/points/rules")
@needs(Role.MANAGER, is_dear=True)
def add_rule(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = RuleForm()
    if form.validate() and form.does(lambda: _add_rule(form)):
        return pages.go("points.show", words=_("规则已生效"))
    return _points(rule_form=form, status=422)


@bp.post("/<merchant>/points/rules/<int:rule_id>/end")
@needs(Role.MANAGER, is_dear=True)
def end_rule(merchant: str, rule_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        points.end_rule(
            merchant_id=here.merchant_id, rule_id=rule_id, actor=here.actor, at=clock.now()
        )
    return pages.go("points.show", words=_("规则已结束，已得的积分不变"))


@bp.post("/<merchant>/points/factors")
@needs(Role.MANAGER, is_dear=True)
def add_factor(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = _factor_form()
    if form.validate() and form.does(lambda: _add_factor(form)):
        return pages.go("points.show", words=_("倍数已生效"))
    return _points(factor_form=form, status=422)


@bp.post("/<merchant>/points/factors/<int:factor_id>/end")
@needs(Role.MANAGER, is_dear=True)
def end_factor(merchant: str, factor_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        points.end_factor(
            merchant_id=here.merchant_id, factor_id=factor_id, actor=here.actor, at=clock.now()
        )
    return pages.go("points.show", words=_("倍数已结束，已得的积分不变"))


@bp.post("/<merchant>/points/try")
@needs(Role.MANAGER)
def try_out(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """What the last days would have earned by another rule. Nothing is changed."""
    form = TryForm(prefix=TRIED)
    if not form.validate():
        return pages.page("points/_tried.html", found=None)
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = _try(form)
    return pages.page("points/_tried.html", found=found, days=int(form.days.data))


def factor_words(factor: PointFactor, stores: Mapping[int, str]) -> str:
    """When and where it multiplies."""
    told = [str(SOURCES[RuleSource(factor.source)])] if factor.source else []
    if factor.hours:
        told.append(Hours.from_json(factor.hours).words())
    if factor.days_of_month:
        days = "、".join(map(str, factor.days_of_month))
        told.append(str(_("每月 %(days)s 日", days=days)))
    if factor.store_ids:
        told.append("、".join(stores.get(each, "–") for each in factor.store_ids))
    return " · ".join(told) or str(_("一直"))


def _points(
    *,
    terms_form: TermsForm | None = None,
    rule_form: RuleForm | None = None,
    factor_form: FactorForm | None = None,
    status: int = 200,
) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        terms = points.rulebook(merchant_id=here.merchant_id).terms
        told: dict[str, Any] = {
            "rules": points.list_rules(merchant_id=here.merchant_id),
            "factors": points.list_factors(merchant_id=here.merchant_id),
            "mall": points.list_prices(
                merchant_id=here.merchant_id,
                cursor=request.args.get("cursor"),
                limit=PER_PAGE,
                at=at,
            ),
            "profile": merchants.profile(merchant_id=here.merchant_id),
            "stores": {
                each.id: each.name for each in merchants.list_stores(merchant_id=here.merchant_id)
            },
        }
    return pages.page(
        "points/show.html",
        status=status,
        terms=terms,
        terms_form=terms_form or _filled(terms),
        rule_form=rule_form or RuleForm(formdata=None),
        factor_form=factor_form or _factor_form(is_blank=True),
        try_form=TryForm(formdata=None, prefix=TRIED, earn_on=terms.earn_on.value, days="30"),
        is_rule_open=rule_form is not None,
        is_factor_open=factor_form is not None,
        **told,
    )


def _filled(terms: Terms) -> TermsForm:
    return TermsForm(
        formdata=None,
        earn_on=terms.earn_on.value,
        worth=terms.worth,
        pay_percent=terms.pay_bp // PERCENT,
        warn_days=terms.warn_days,
        valid_months=terms.valid_months,
    )


def _factor_form(*, is_blank: bool = False) -> FactorForm:
    here = door.here()
    form = FactorForm(formdata=None, prefix=FACTOR) if is_blank else FactorForm(prefix=FACTOR)
    with transaction(merchant=here.merchant_id):
        form.lists(merchants.list_stores(merchant_id=here.merchant_id))
    return form


def _set(form: TermsForm) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        points.set_terms(
            merchant_id=here.merchant_id,
            pay_bp=form.pay_percent.data * PERCENT,
            worth=form.worth.data,
            warn_days=form.warn_days.data,
            earn_on=EarnOn(form.earn_on.data),
            valid_months=form.valid_months.data,
            actor=here.actor,
            at=clock.now(),
        )


def _add_rule(form: RuleForm) -> None:
    here, told = door.here(), form.rule()
    with transaction(merchant=here.merchant_id):
        terms = points.rulebook(merchant_id=here.merchant_id).terms
        if not terms.earn_on.pays(told["source"]):
            raise Invalid(str(_("这一步现在不给积分：先在上面改“什么时候得积分”")))
        points.add_rule(merchant_id=here.merchant_id, actor=here.actor, at=clock.now(), **told)


def _add_factor(form: FactorForm) -> None:
    here, told = door.here(), form.factor()
    with transaction(merchant=here.merchant_id):
        points.add_factor(merchant_id=here.merchant_id, actor=here.actor, at=clock.now(), **told)


def _try(form: TryForm) -> Tried:
    here, earn_on = door.here(), EarnOn(form.earn_on.data)
    steps = [step for step in (RuleSource.PURCHASE, RuleSource.REDEMPTION) if earn_on.pays(step)]
    rules = [IdeaOfRule(step, form.amount.data, None) for step in steps]
    return points.dry_run(
        merchant_id=here.merchant_id,
        idea=Idea(earn_on, rules),
        days=int(form.days.data),
        at=clock.now(),
    )
