"""Booking sessions: put on, made larger, called off; and who comes."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Length, NumberRange

from app.admin import door, pages, till_store
from app.admin.forms import Form, MomentField, Needed, choices
from app.admin.needs import needs
from app.admin.numbering import mine
from app.domain import bookings, catalog, merchants
from app.domain.bookings import BookingState, Guest, Plan
from app.domain.catalog import BenefitKind
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.kernel.numbers import Kind

bp = Blueprint("bookings", __name__)
PAST = timedelta(days=30)
A_PAGE = 30


class AddSession(Form):
    benefit = SelectField(_("凭哪种券入场"), validators=[Needed()])
    title = StringField(_("场次名称"), validators=[Needed(), Length(max=40)])
    starts_at = MomentField(_("开始时间"), validators=[Needed()])
    ends_at = MomentField(_("结束时间"), validators=[Needed()])
    capacity = IntegerField(_("座位数"), validators=[Needed(), NumberRange(1, 100_000)])
    store = SelectField(_("门店"), coerce=int, validators=[Needed()])
    changes_until = MomentField(_("最晚改期时间（不填为开始前一天）"))


class Resize(Form):
    capacity = IntegerField(_("座位数"), validators=[Needed(), NumberRange(1, 100_000)])


@bp.get("/<merchant>/bookings")
@needs(Role.CLERK)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Sessions to come; with `past` those of the last thirty days as well."""
    return _sessions(AddSession())


@bp.post("/<merchant>/bookings")
@needs(Role.MANAGER)
def add(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form, made = AddSession(), list[str]()
    _fill(form)
    if form.validate() and form.does(lambda: made.append(_add(form))):
        return pages.go("bookings.show", number=made[0], words=_("场次已发布"))
    return _sessions(form, status=422)


@bp.get("/<merchant>/bookings/<number>")
@needs(Role.CLERK)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Who comes, waits or is here already; asked again every ten seconds by the page."""
    return _show(mine(number, Kind.SESSION), Resize(formdata=None))


@bp.post("/<merchant>/bookings/<number>/capacity")
@needs(Role.MANAGER)
def resize(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """More seats go to whoever waits, in order."""
    form, number, offered = Resize(), mine(number, Kind.SESSION), list[int]()
    if form.validate() and form.does(lambda: offered.append(_resize(number, form))):
        words = _("座位数已更新，已通知 %(n)s 位候补", n=offered[0])
        return pages.go("bookings.show", number=number, words=words)
    return _show(number, form, status=422)


@bp.post("/<merchant>/bookings/<number>/call-off")
@needs(Role.MANAGER)
def call_off(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Everybody gets his voucher back and is told."""
    here, number = door.here(), mine(number, Kind.SESSION)
    with transaction(merchant=here.merchant_id):
        bookings.call_off(
            merchant_id=here.merchant_id, session_number=number, actor=here.actor, at=clock.now()
        )
    return pages.go("bookings.show", number=number, words=_("场次已取消，券会退回并通知顾客"))


def _sessions(form: AddSession, *, status: int = 200) -> Response:
    here, at = door.here(), clock.now()
    since = at - PAST if request.args.get("past") else at
    may_add = here.staff.is_at_least(Role.MANAGER)
    if may_add:
        _fill(form)
    own = _own_store()
    with transaction(merchant=here.merchant_id):
        page = bookings.page_sessions(
            merchant_id=here.merchant_id,
            store_id=own,
            since=since,
            cursor=request.args.get("cursor"),
            limit=A_PAGE,
        )
        stores = _store_names()
    return pages.page(
        "bookings/index.html",
        status=status,
        page=page,
        stores=stores,
        form=form,
        may_add=may_add,
        now=at,
    )


@bp.get("/<merchant>/bookings/<number>/report")
@needs(Role.MANAGER)
def report(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """The evening in figures: what became of the seats, who was asked in early, what they spent."""
    here, number = door.here(), mine(number, Kind.SESSION)
    with transaction(merchant=here.merchant_id):
        found = bookings.report(merchant_id=here.merchant_id, session_number=number)
        stores = _store_names()
    return pages.page("bookings/report.html", found=found, stores=stores, now=clock.now())


def _show(number: str, form: Resize, *, status: int = 200) -> Response:
    here, own = door.here(), _own_store()
    with transaction(merchant=here.merchant_id):
        seating, guests = bookings.list_guests(
            merchant_id=here.merchant_id, session_number=number, store_id=own
        )
        stores = _store_names()
    template = "bookings/_guests.html" if pages.is_fragment() else "bookings/show.html"
    return pages.page(
        template,
        status=status,
        each=seating,
        guests=guests,
        counts=_counts(guests),
        stores=stores,
        form=form,
        now=clock.now(),
    )


def _counts(guests: list[Guest]) -> dict[str, int]:
    states = [guest.state for guest in guests]
    return {state.value: states.count(state.value) for state in BookingState}


def _own_store() -> int | None:
    """A clerk sees sessions of the store where he works now. Raises ChooseStoreFirst."""
    return None if door.here().staff.is_at_least(Role.MANAGER) else till_store.at_counter().id


def _store_names() -> dict[int, str]:
    stores = merchants.list_stores(merchant_id=door.here().merchant_id)
    return {store.id: store.name for store in stores}


def _fill(form: AddSession) -> None:
    merchant_id = door.here().merchant_id
    with transaction(merchant=merchant_id):
        benefits = catalog.list_choices(merchant_id=merchant_id)
        stores = merchants.list_stores(merchant_id=merchant_id)
    fit = [each for each in benefits if each.kind == BenefitKind.BOOKING]
    form.benefit.choices = choices((each.number, each.name) for each in fit)
    open_stores = [(store.id, store.name) for store in stores if store.is_open]
    form.store.choices = choices([(0, _("所有门店")), *open_stores])


def _add(form: AddSession) -> str:
    here = door.here()
    plan = Plan(
        title=form.title.data,
        starts_at=_instant(form.starts_at),
        ends_at=_instant(form.ends_at),
        capacity=form.capacity.data,
        store_id=form.store.data or None,
        changes_until=form.changes_until.instant,
    )
    with transaction(merchant=here.merchant_id):
        return bookings.add_session(
            merchant_id=here.merchant_id,
            benefit_number=mine(form.benefit.data, Kind.BENEFIT),
            plan=plan,
            actor=here.actor,
            at=clock.now(),
        )


def _instant(field: MomentField) -> datetime:
    found = field.instant
    if found is None:
        raise Invalid("A session begins and ends.")
    return found


def _resize(number: str, form: Resize) -> int:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return bookings.set_capacity(
            merchant_id=here.merchant_id,
            session_number=number,
            capacity=form.capacity.data,
            actor=here.actor,
            at=clock.now(),
        )
