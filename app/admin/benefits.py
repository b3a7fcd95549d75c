"""Benefits: what one voucher gives, worded as drafts, published, and worded anew."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.benefits_form import KINDS, BenefitForm, filled
from app.admin.needs import needs
from app.admin.preview import FIELDS, problems_of
from app.domain import catalog, merchants
from app.domain.catalog import BenefitRevision, BenefitSheet, Problem
from app.domain.merchants import Role, Store
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, Invalid

bp = Blueprint("benefits", __name__)


@bp.app_context_processor
def words() -> dict[str, object]:
    """What templates call kinds of benefits, and the places of a form."""
    return {"benefit_kinds": KINDS, "field_names": FIELDS}


@bp.get("/<merchant>/benefits")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    wanted = request.args.get("words", "").strip()
    with transaction(merchant=here.merchant_id):
        page = catalog.list_benefits(
            merchant_id=here.merchant_id, words=wanted, cursor=request.args.get("cursor")
        )
    return pages.page("benefits/index.html", page=page, wanted=wanted)


@bp.route("/<merchant>/benefits/new", methods=["GET", "POST"])
@needs(Role.MANAGER)
def add(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form, made = _form(BenefitForm()), list[str]()
    if request.method == "POST" and form.validate() and form.does(lambda: made.append(_add(form))):
        return pages.go("benefits.show", number=made[0], words=_("草稿已保存"))
    return _sheet(form, None)


@bp.get("/<merchant>/benefits/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _show(number)


@bp.route("/<merchant>/benefits/<number>/edit", methods=["GET", "POST"])
@needs(Role.MANAGER)
def edit(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """A new wording; what was sold keeps its own."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = catalog.get_benefit(merchant_id=here.merchant_id, number=number)
        given = filled(found.newest)
    form = _form(BenefitForm(data=given))
    if request.method == "POST" and form.validate() and form.does(lambda: _revise(form, number)):
        return pages.go("benefits.show", number=number, words=_("新的版本已存为草稿"))
    return _sheet(form, found)


@bp.post("/<merchant>/benefits/<number>/publish")
@needs(Role.MANAGER)
def publish(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    try:
        with transaction(merchant=here.merchant_id):
            catalog.publish_benefit(
                merchant_id=here.merchant_id,
                benefit_number=number,
                actor=here.actor,
                at=clock.now(),
            )
    except catalog.NotPublishable as refusal:
        return _show(number, problems=problems_of(refusal), status=409)
    return pages.go("benefits.show", number=number, words=_("已发布，可以放入商品出售"))


@bp.post("/<merchant>/benefits/preview")
@needs(Role.MANAGER)
def preview(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """What customers will read of what is in the form now, and what will have to be mended."""
    here, form = door.here(), BenefitForm()
    with transaction(merchant=here.merchant_id):
        stores = merchants.list_stores(merchant_id=here.merchant_id)
        form.offer_stores(stores)
        form.validate()
        try:
            return _preview(form, stores)
        except DomainError as problem:
            return pages.page("benefits/_preview.html", refusal=problem.message)


def _preview(form: BenefitForm, stores: Sequence[Store]) -> Response:
    here, told = door.here(), form.draft()
    lines = catalog.condition_lines(
        told.conditions,
        zone=here.shop.zone,
        store_names={store.id: store.name for store in stores},
    )
    return pages.page(
        "benefits/_preview.html",
        draft=told,
        face=catalog.face_text(told.kind, told.face),
        lines=lines,
        problems=catalog.examine_benefit(merchant_id=here.merchant_id, draft=told, at=clock.now()),
    )


def _show(number: str, *, problems: Sequence[Problem] | None = None, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = catalog.get_benefit(merchant_id=here.merchant_id, number=number)
        names = {
            store.id: store.name for store in merchants.list_stores(merchant_id=here.merchant_id)
        }
        if problems is None and found.newest.published_at is None:
            problems = catalog.examine_benefit(
                merchant_id=here.merchant_id, draft=catalog.draft_of(found.newest), at=clock.now()
            )
        lines = {each.revision: _lines(each, names) for each in found.revisions}
        return pages.page(
            "benefits/show.html", status=status, benefit=found, lines=lines, problems=problems or ()
        )


def _lines(revision: BenefitRevision, names: dict[int, str]) -> list[str]:
    return catalog.condition_lines(
        catalog.draft_of(revision).conditions, zone=door.here().shop.zone, store_names=names
    )


def _form(form: BenefitForm) -> BenefitForm:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        form.offer_stores(merchants.list_stores(merchant_id=here.merchant_id))
    return form


def _sheet(form: BenefitForm, found: BenefitSheet | None) -> Response:
    status = 200 if request.method == "GET" else 422
    return pages.page("benefits/edit.html", status=status, form=form, benefit=found)


def _add(form: BenefitForm) -> str:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        revision = catalog.add_benefit(
            merchant_id=here.merchant_id, **_words(form), actor=here.actor, at=clock.now()
        )
        return revision.benefit_number


def _revise(form: BenefitForm, number: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        catalog.revise_benefit(
            merchant_id=here.merchant_id,
            benefit_number=number,
            **_words(form),
            actor=here.actor,
            at=clock.now(),
        )


def _words(form: BenefitForm) -> dict[str, Any]:
    """Raises Invalid where the kind's own figure is missing or impossible."""
    told = form.words()
    if told["market_value_fen"] <= 0:
        raise Invalid(str(_("请填写市场价值")), field="market_value_fen")
    return told
