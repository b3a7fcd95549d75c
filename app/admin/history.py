"""Who did what: the chained log, searched by person, action, number and time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from app.admin import actors, door, history_words, pages, words
from app.admin.forms import Form, choices
from app.admin.needs import needs
from app.domain import merchants
from app.domain.merchants import Role
from app.kernel import audit, audit_search, calendar, clock
from app.kernel.audit_search import AuditLine, Wanted
from app.kernel.db import transaction
from app.kernel.money import BASIS_POINTS
from app.kernel.paging import Page

bp = Blueprint("history", __name__)
PER_PAGE = 30
PEOPLE = {"staff", "member"}
# So many lines are checked within a second; the whole chain by `flask verify`.
MOST_VERIFIED = 20_000


class Search(Form):
    """Asked in the address, so that a search can be kept and sent."""

    actor = SelectField(_("操作人"), validate_choice=False)
    action = SelectField(_("操作"), validate_choice=False)
    subject = StringField(_("编号"), validators=[Length(max=80)])
    since = DateField(_("从"), validators=[Optional()])
    until = DateField(_("到"), validators=[Optional()])


@bp.get("/<merchant>/history")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Search(request.args)
    is_good = form.validate()
    return _history(form, _wanted(form) if is_good else Wanted(), status=200 if is_good else 422)


@bp.get("/<merchant>/history/<int:line_id>")
@needs(Role.MANAGER)
def show(merchant: str, line_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        line = audit_search.get_line(merchant_id=here.merchant_id, line_id=line_id)
        names = _names(here.merchant_id, [line])
    return pages.page(
        "history/show.html",
        line=line,
        actor=names[line.actor],
        subject=names.get(line.subject) or history_words.subject(line.subject),
        action=history_words.action(line.action),
        changes=[(history_words.field(n), _told(n, b), _told(n, a)) for n, b, a in _changes(line)],
        others=[(history_words.field(n), _told(n, v)) for n, v in _others(line)],
    )


@bp.post("/<merchant>/history/verify")
@needs(Role.OWNER)
def verify(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Walk the chain; it says so when a line was changed or taken out since it was sealed."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        broken = audit.verify(merchant_id=here.merchant_id, most=MOST_VERIFIED)
    return _history(
        Search(formdata=None),
        Wanted(),
        broken=broken,
        verified_at=clock.now(),
        most_verified=MOST_VERIFIED,
    )


def _history(form: Search, wanted: Wanted, *, status: int = 200, **more: Any) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        page = audit_search.search(
            merchant_id=here.merchant_id,
            wanted=wanted,
            cursor=request.args.get("cursor") if request.method == "GET" else None,
            limit=PER_PAGE,
        )
        names = _names(here.merchant_id, page.items)
        staff = merchants.list_staff(merchant_id=here.merchant_id)
    form.actor.choices = choices(
        [
            ("", _("所有人")),
            *((f"staff:{each.id}", each.name) for each in staff),
            ("system", _("系统")),
        ]
    )
    form.action.choices = {"": [("", _("所有操作"))], **history_words.choices()}
    return pages.page(
        "history/index.html",
        status=status,
        form=form,
        page=page,
        names=names,
        told=history_words.subject,
        is_searched=wanted != Wanted(),
        summaries=_summaries(page),
        **more,
    )


def _names(merchant_id: int, lines: Sequence[AuditLine]) -> dict[str, str]:
    """Of who did it, and of whom it is about where that is a person."""
    people = {line.subject for line in lines if line.subject.partition(":")[0] in PEOPLE}
    return actors.told(merchant_id, people | {line.actor for line in lines})


def _wanted(form: Search) -> Wanted:
    zone = door.shop().zone
    until = form.until.data + timedelta(days=1) if form.until.data else None
    return Wanted(
        actor=form.actor.data or None,
        action=form.action.data or None,
        subject=(form.subject.data or "").strip() or None,
        since=calendar.start_of_day(form.since.data, zone) if form.since.data else None,
        until=calendar.start_of_day(until, zone) if until else None,
    )


def _summaries(page: Page[AuditLine]) -> dict[int, tuple[str, str]]:
    """What was done, and the first two things about it."""
    return {line.id: (history_words.action(line.action), _brief(line)) for line in page.items}


def _brief(line: AuditLine) -> str:
    changed = [
        f"{history_words.field(name)} {_told(name, old)} → {_told(name, new)}"
        for name, old, new in _changes(line)[:2]
    ]
    said = [
        f"{history_words.field(name)} {_told(name, value)}" for name, value in _others(line)[:2]
    ]
    return "；".join(changed or said)[:120]


def _changes(line: AuditLine) -> list[tuple[str, Any, Any]]:
    return history_words.changes(line.details)


def _others(line: AuditLine) -> list[tuple[str, Any]]:
    return history_words.others(line.details)


def _told(name: str, value: Any) -> str:
    """A value as a person reads it: money in yuan, an instant in the shop's zone, words of ours."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, int):
        return _number(name, value)
    if isinstance(value, dict):
        return "；".join(f"{history_words.field(n)} {_told(n, v)}" for n, v in value.items())
    if isinstance(value, list):
        return "、".join(_told(name, each) for each in value)
    return _moment(value) or history_words.value(str(value))


def _number(name: str, value: int) -> str:
    if name.endswith("_fen"):
        return words.yuan(value)
    if name == "bp":
        return str(_("%(times)s 倍", times=f"{value / BASIS_POINTS:g}"))
    return words.percent(value) if name.endswith("_bp") else str(value)


def _moment(value: Any) -> str | None:
    """Instants are written down as ISO 8601 with their offset; nothing else of ours looks so."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return words.moment(at) if at.tzinfo else None
