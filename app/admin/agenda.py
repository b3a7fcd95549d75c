"""The calendar: what runs on which day, what is in each other's way, and events that may move."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from app.admin import door, pages, words
from app.admin.campaigns import titled
from app.admin.campaigns_form import WEEKDAYS
from app.admin.forms import Form, MomentField, Needed
from app.admin.needs import needs
from app.domain import catalog, promotions
from app.domain.merchants import Role
from app.domain.promotions import Calendar, Clash, Promotion, PromotionEvent, Shift
from app.kernel import calendar, clock
from app.kernel.calendar import A_DAY
from app.kernel.db import transaction
from app.kernel.errors import Invalid

bp = Blueprint("agenda", __name__)
WEEK = 7
DECEMBER = 12


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One business day; `clashes` are in titles."""

    day: date
    is_outside: bool
    is_today: bool
    campaigns: Sequence[Promotion]
    events: Sequence[PromotionEvent]
    clashes: Sequence[tuple[Clash, str]]

    @property
    def is_empty(self) -> bool:
        return not (self.campaigns or self.events)


class EventForm(Form):
    name = StringField(_("名称"), validators=[Needed(), Length(max=40)])
    starts_at = MomentField(_("开始"), validators=[Needed()])
    ends_at = MomentField(_("结束"), validators=[Needed()])


class MoveForm(Form):
    starts_at = MomentField(_("新的开始时间"), validators=[Needed()])
    ends_at = MomentField(_("新的结束时间"), validators=[Needed()])


@bp.get("/<merchant>/agenda")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _month_page(EventForm(formdata=None))


@bp.post("/<merchant>/agenda/events")
@needs(Role.MANAGER)
def add_event(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = EventForm()
    if form.validate() and form.does(lambda: _add(form)):
        return pages.go("agenda.show", month=_month_of(form), words=_("已加入日历"))
    return _month_page(form, status=422)


@bp.get("/<merchant>/agenda/events/<number>")
@needs(Role.MANAGER)
def event(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = promotions.get_event(merchant_id=here.merchant_id, number=number)
    form = MoveForm(formdata=None, starts_at=found.starts_at, ends_at=found.ends_at)
    return _event_page(found, form)


@bp.post("/<merchant>/agenda/events/<number>")
@needs(Role.MANAGER)
def move(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """First what moves along; it moves when that was seen."""
    here, form = door.here(), MoveForm()
    with transaction(merchant=here.merchant_id):
        found = promotions.get_event(merchant_id=here.merchant_id, number=number)
    if not form.validate():
        return _event_page(found, form, status=422)
    if request.form.get("sure"):
        if form.does(lambda: _move(form, number)):
            promotions.forget_doors(here.merchant_id)
            return pages.go("agenda.event", number=number, words=_("已改期，相关活动一起改了"))
        return _event_page(found, form, status=422)
    shifts = list[Shift]()
    if form.does(lambda: shifts.extend(_foresee(form, number))):
        return _event_page(found, form, shifts=shifts)
    return _event_page(found, form, status=422)


def _event_page(
    found: PromotionEvent,
    form: MoveForm,
    *,
    shifts: Sequence[Shift] | None = None,
    status: int = 200,
) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        around = promotions.foresee_move(
            merchant_id=here.merchant_id,
            number=found.number,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
        )
    return pages.page(
        "agenda/event.html",
        status=status,
        event=found,
        form=form,
        around=around,
        shifts=shifts,
        has_dead=any(each.now is None for each in shifts or ()),
    )


def _month_page(form: EventForm, *, status: int = 200) -> Response:
    first = _asked_month()
    here, start = door.here(), first - first.weekday() * A_DAY
    following = _next_month(first)
    end = following + (-following.weekday() % WEEK) * A_DAY
    with transaction(merchant=here.merchant_id):
        plan = promotions.plan(merchant_id=here.merchant_id, since=start, until=end)
        events = promotions.list_events(
            merchant_id=here.merchant_id, since=calendar.start_of_day(start, here.shop.zone)
        )
        offers = catalog.list_offer_choices(merchant_id=here.merchant_id)
    titles = {each.number: each.title for each in offers}
    cells = _cells(plan, events, titles, first)
    return pages.page(
        "agenda/show.html",
        status=status,
        form=form,
        first=first,
        before=(first - A_DAY).strftime("%Y-%m"),
        after=following.strftime("%Y-%m"),
        weeks=[cells[place : place + WEEK] for place in range(0, len(cells), WEEK)],
        weekdays=WEEKDAYS,
        names={each.number: each for each in plan.campaigns},
        clashes=[(each, titled(each.why, titles)) for each in plan.clashes],
        events=[each for each in events if _is_between(each, first, following)],
    )


def _cells(
    plan: Calendar,
    events: Sequence[PromotionEvent],
    titles: Mapping[str, str],
    first: date,
) -> list[Cell]:
    zone = door.here().shop.zone
    known, today = (
        {each.number: each for each in plan.campaigns},
        calendar.day_of(clock.now(), zone),
    )
    return [
        Cell(
            day=each.day,
            is_outside=each.day.month != first.month,
            is_today=each.day == today,
            campaigns=[known[number] for number in each.campaigns],
            events=[one for one in events if _is_between(one, each.day, each.day + A_DAY)],
            clashes=[(clash, titled(clash.why, titles)) for clash in each.clashes],
        )
        for each in plan.days
    ]


def _is_between(event: PromotionEvent, since: date, until: date) -> bool:
    zone = door.here().shop.zone
    return event.ends_at > calendar.start_of_day(
        since, zone
    ) and event.starts_at < calendar.start_of_day(until, zone)


def _asked_month() -> date:
    today = calendar.day_of(clock.now(), door.here().shop.zone)
    try:
        asked = date.fromisoformat(f"{request.args.get('month', '')}-01")
        is_near = asked.year in range(2001, 2200)
    except ValueError:
        return today.replace(day=1)
    return asked if is_near else today.replace(day=1)


def _next_month(first: date) -> date:
    is_last = first.month == DECEMBER
    return date(first.year + is_last, 1 if is_last else first.month + 1, 1)


def _month_of(form: EventForm) -> str:
    starts, _ends = _ends_of(form)
    return words.local(starts).strftime("%Y-%m")


def _ends_of(form: EventForm | MoveForm) -> tuple[datetime, datetime]:
    starts, ends = form.starts_at.instant, form.ends_at.instant
    if starts is None or ends is None or starts >= ends:
        raise Invalid(str(_("结束须晚于开始")))
    return starts, ends


def _add(form: EventForm) -> None:
    here, (starts, ends) = door.here(), _ends_of(form)
    with transaction(merchant=here.merchant_id):
        promotions.add_event(
            merchant_id=here.merchant_id,
            name=form.name.data or "",
            starts_at=starts,
            ends_at=ends,
            actor=here.actor,
            at=clock.now(),
        )


def _foresee(form: MoveForm, number: str) -> Sequence[Shift]:
    here, (starts, ends) = door.here(), _ends_of(form)
    with transaction(merchant=here.merchant_id):
        return promotions.foresee_move(
            merchant_id=here.merchant_id, number=number, starts_at=starts, ends_at=ends
        )


def _move(form: MoveForm, number: str) -> None:
    here, (starts, ends) = door.here(), _ends_of(form)
    with transaction(merchant=here.merchant_id):
        promotions.move_event(
            merchant_id=here.merchant_id,
            number=number,
            starts_at=starts,
            ends_at=ends,
            actor=here.actor,
            at=clock.now(),
        )
