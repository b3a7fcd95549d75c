"""What can be bought: put together, looked at as customers will, and changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.admin import door, pages
from app.admin.needs import needs
from app.admin.offers_form import (
    KINDS,
    STATES,
    WITH_ITEMS,
    OfferForm,
    Row,
    filled,
    held,
    rows_of,
    typed_rows,
)
from app.admin.offers_publishing import findings, tiers
from app.admin.preview import Audience, audiences, cover_address, unsaved
from app.admin.words import in_colour
from app.domain import catalog, orders
from app.domain.catalog import Offer, OfferKind, OfferSheet, OfferState, Problem
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, NotFound

bp = Blueprint("offers", __name__)
# More orders of one offer are not added up each time that somebody looks at it.
COUNTED = 500


@bp.app_context_processor
def words() -> dict[str, object]:
    return {
        "offer_kinds": KINDS,
        "offer_states": STATES,
        "offer_badge": badge,
        "cover_address": cover_address,
    }


def badge(state: str) -> Markup:
    """In what state an offer is, in colour."""
    return in_colour(STATES[OfferState(state)])


@bp.get("/<merchant>/offers")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    wanted, state = request.args.get("words", "").strip(), request.args.get("state", "")
    with transaction(merchant=here.merchant_id):
        page = catalog.list_all_offers(
            merchant_id=here.merchant_id,
            state=OfferState(state) if state in set(OfferState) else None,
            words=wanted,
            cursor=request.args.get("cursor"),
        )
    return pages.page("offers/index.html", page=page, wanted=wanted, state=state)


@bp.get("/<merchant>/offers/new")
@needs(Role.MANAGER)
def choose(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Which kind it shall be."""
    return pages.page("offers/choose.html")


@bp.route("/<merchant>/offers/new/<kind>", methods=["GET", "POST"])
@needs(Role.MANAGER)
def add(merchant: str, kind: str) -> Response:  # noqa: ARG001 - the door reads it
    wanted, form, made = kind_of(kind), _form(OfferForm()), list[str]()
    if (
        request.method == "POST"
        and form.validate()
        and form.does(lambda: made.append(_add(form, wanted)))
    ):
        return pages.go("offers.show", number=made[0], words=_("草稿已保存，检查后发布"))
    return _sheet(form, wanted, None)


@bp.get("/<merchant>/offers/row")
@needs(Role.MANAGER)
def row(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """One more line of what is inside."""
    here, name = door.here(), f"{clock.now().timestamp() * 1000:.0f}"
    with transaction(merchant=here.merchant_id):
        known = catalog.list_choices(merchant_id=here.merchant_id)
    has_others = request.args.get("kind") == OfferKind.SUBSCRIPTION
    return pages.page(
        "offers/_row.html",
        row=Row(id=name),
        known=known,
        twins=_twins(known),
        has_others=has_others,
    )


@bp.get("/<merchant>/offers/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return sheet_page(number)


@bp.route("/<merchant>/offers/<number>/edit", methods=["GET", "POST"])
@needs(Role.MANAGER)
def edit(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = catalog.open_offer(merchant_id=here.merchant_id, number=number, at=clock.now())
    form = _form(OfferForm(data=filled(found)))
    if request.method == "POST" and form.validate() and form.does(lambda: _edit(form, found)):
        return pages.go("offers.show", number=number, words=_("已保存"))
    return _sheet(form, found.detail.kind, found)


@bp.post("/<merchant>/offers/preview/<kind>")
@needs(Role.MANAGER)
def preview(merchant: str, kind: str) -> Response:  # noqa: ARG001 - the door reads it
    """The phone's screen with what is in the form now."""
    here, wanted, form = door.here(), kind_of(kind), OfferForm()
    form.validate()
    try:
        rows = typed_rows()
        told = form.words(wanted)
    except DomainError as problem:
        return pages.page("offers/_preview.html", refusal=problem.message)
    with transaction(merchant=here.merchant_id):
        items = catalog.describe(
            merchant_id=here.merchant_id,
            quantities=held(rows, wanted, told["terms"].get("periods", 1)),
        )
    shown = unsaved(wanted, told, items, stock=form.stock.data, cover=_cover_of(form))
    return pages.page("offers/_preview.html", offer=shown)


def kind_of(word: str) -> OfferKind:
    """Raises NotFound."""
    if word not in set(OfferKind):
        raise NotFound("There is no such kind of offer.")
    return OfferKind(word)


def sheet_page(
    number: str, *, problems: Sequence[Problem] | None = None, status: int = 200, **more: Any
) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        found = catalog.open_offer(merchant_id=here.merchant_id, number=number, at=at)
        if problems is None and found.detail.state != OfferState.ON_SALE:
            problems = findings(number, at=at)
        sold = orders.sold_of_offer(
            merchant_id=here.merchant_id, offer_id=found.detail.offer_id, most=COUNTED
        )
        shown_to: list[Audience] = audiences(here.merchant_id, number)
    return pages.page(
        "offers/show.html",
        status=status,
        sheet=found,
        offer=found.detail,
        problems=problems or (),
        sold=sold,
        audiences=shown_to,
        **more,
    )


def _cover_of(_form: OfferForm) -> str | None:
    number = request.args.get("offer", "")
    if not number:
        return None
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = catalog.open_offer(merchant_id=here.merchant_id, number=number, at=clock.now())
    return found.detail.cover


def _form(form: OfferForm) -> OfferForm:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        form.offer(categories=catalog.list_categories(merchant_id=here.merchant_id), tiers=tiers())
    return form


def _sheet(form: OfferForm, kind: OfferKind, found: OfferSheet | None) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        known = catalog.list_choices(merchant_id=here.merchant_id)
    return pages.page(
        "offers/edit.html",
        status=200 if request.method == "GET" else 422,
        form=form,
        kind=kind,
        sheet=found,
        rows=_rows(found),
        known=known,
        twins=_twins(known),
        has_items=kind in WITH_ITEMS,
    )


def _twins(known: Iterable[catalog.Choice]) -> set[str]:
    """Names that do not tell one benefit from another."""
    return {name for name, times in Counter(each.name for each in known).items() if times > 1}


def _rows(found: OfferSheet | None) -> list[Row]:
    if request.method == "GET":
        return [*(rows_of(found) if found else ()), Row(id="new")]
    try:
        return [*typed_rows(), Row(id="new")]
    except DomainError:
        return [Row(id="new")]


def _add(form: OfferForm, kind: OfferKind) -> str:
    here, at = door.here(), clock.now()
    told = form.words(kind)
    with transaction(merchant=here.merchant_id):
        offer: Offer = catalog.add_offer(
            merchant_id=here.merchant_id,
            kind=kind,
            stock=form.stock.data,
            category_id=_category(form, at=at),
            actor=here.actor,
            at=at,
            **told,
        )
        return offer.number


def _edit(form: OfferForm, found: OfferSheet) -> None:
    here, at = door.here(), clock.now()
    told = form.words(found.detail.kind)
    with transaction(merchant=here.merchant_id):
        catalog.edit_offer(
            merchant_id=here.merchant_id,
            number=found.detail.number,
            category_id=_category(form, at=at),
            actor=here.actor,
            at=at,
            **told,
        )


def _category(form: OfferForm, *, at: datetime) -> int | None:
    """The one that was chosen, or the new one that was typed."""
    here, fresh = door.here(), (form.new_category.data or "").strip()
    if fresh:
        return catalog.add_category(
            merchant_id=here.merchant_id, name=fresh, actor=here.actor, at=at
        ).id
    chosen = form.category.data or ""
    known = catalog.list_categories(merchant_id=here.merchant_id)
    return next((each.id for each in known if str(each.id) == chosen), None)
