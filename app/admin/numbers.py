"""The numbers: charts, the tables beneath, the rows behind them, and all of it to take along."""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, numbers_charts, numbers_span, pages
from app.admin.needs import needs
from app.admin.numbers_span import Span
from app.admin.numbers_words import CAUSES, CHANNELS, MEANINGS
from app.domain import analytics, merchants, works
from app.domain.analytics import CHANNEL, COMMUNITY, Cause, Numbers
from app.domain.merchants import Role
from app.kernel import audit, calendar, clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web import exports, tables
from app.web.exports import Ask, Row, Table

bp = Blueprint("numbers", __name__)
PER_PAGE = 30
# So many rows are sent at once; more are made by a job.
AT_ONCE = 5000
EXPORT = "export"


@bp.get("/<merchant>/numbers")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, span = door.here(), numbers_span.asked()
    with transaction(merchant=here.merchant_id):
        numbers = _look(span)
        days, owed, purchases = numbers.days(), numbers.owed(), numbers.purchases()
        stores = numbers.stores()
        known = merchants.list_stores(merchant_id=here.merchant_id)
    new, again = purchases
    return _page(
        "show",
        span,
        numbers,
        days=days,
        owed=owed,
        sums=numbers_charts.sums(days),
        again_bp=analytics.share_bp(again.count, new.count + again.count),
        again=again,
        stores=[(each, stores[each.id]) for each in known if each.id in stores],
        chart=numbers_charts.money(days),
        used_chart=numbers_charts.vouchers(days),
    )


@bp.get("/<merchant>/numbers/today")
@needs(Role.MANAGER)
def today(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """For the first page: today beside yesterday, and the last month as a chart."""
    here, span = door.here(), numbers_span.latest()
    with transaction(merchant=here.merchant_id):
        numbers = _look(span)
        days, owed = numbers.days(), numbers.owed()
    return _page(
        "_today",
        span,
        numbers,
        today=days[-1],
        yesterday=days[-2],
        owed=owed,
        is_busy=any(day.received.count for day in days),
        chart=numbers_charts.money(days),
    )


@bp.get("/<merchant>/numbers/cohorts")
@needs(Role.MANAGER)
def cohorts(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, span = door.here(), numbers_span.asked()
    with transaction(merchant=here.merchant_id):
        numbers = _look(span)
        sold, bought = numbers.cohorts(), numbers.repurchases()
    return _page(
        "cohorts",
        span,
        numbers,
        cohorts=sold,
        repurchases=bought,
        chart=numbers_charts.cohorts(sold),
        again_chart=numbers_charts.repurchases(bought),
    )


@bp.get("/<merchant>/numbers/sources")
@needs(Role.MANAGER)
def sources(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, span = door.here(), numbers_span.asked()
    with transaction(merchant=here.merchant_id):
        numbers = _look(span)
        channels, communities = numbers.sources(CHANNEL), numbers.sources(COMMUNITY)
        whole = numbers.conversion()
    return _page(
        "sources",
        span,
        numbers,
        channels=channels,
        communities=communities,
        whole=whole,
        names=CHANNELS,
        chart=numbers_charts.sources(channels),
    )


@bp.get("/<merchant>/numbers/unused")
@needs(Role.MANAGER)
def unused(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, span, at = door.here(), numbers_span.asked(), clock.now()
    which: dict[str, Any] = {
        "merchant_id": here.merchant_id,
        "sold_before": calendar.end_of(span.until, here.shop.zone),
        "at": at,
    }
    cause = _cause()
    with transaction(merchant=here.merchant_id):
        causes = analytics.list_causes(**which)
        page = analytics.list_unused(
            **which, cause=cause, cursor=request.args.get("cursor"), limit=PER_PAGE
        )
    return _page(
        "unused",
        span,
        None,
        causes=causes,
        page=page,
        cause=cause,
        names=CAUSES,
        chart=numbers_charts.causes(causes),
    )


@bp.get("/<merchant>/numbers/used")
@needs(Role.MANAGER)
def used(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, span = door.here(), numbers_span.asked()
    with transaction(merchant=here.merchant_id):
        page = analytics.list_used(
            merchant_id=here.merchant_id,
            starts_at=calendar.start_of_day(span.since, here.shop.zone),
            ends_at=calendar.end_of(span.until, here.shop.zone),
            store_id=_store_id(),
            cursor=request.args.get("cursor"),
            limit=PER_PAGE,
        )
        stores = merchants.list_stores(merchant_id=here.merchant_id)
    return _page("used", span, None, page=page, stores=stores, store_id=_store_id())


@bp.post("/<merchant>/numbers/export")
@needs(Role.MANAGER)
def export(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """A short table at once, a long one by a job. Who took it along is written down."""
    here, kind = door.here(), request.form.get("format", "")
    if kind not in tables.MEDIA_TYPES:
        raise Invalid(str(_("请选择导出格式")), field="format")
    name = request.form.get("table", "")
    table, ask = exports.find(name), _ask()
    with transaction(merchant=here.merchant_id):
        rows, rest = table.read(ask, None, AT_ONCE)
        if rest is None:
            _note(name, kind, len(rows))
        else:
            work_id = _have_it_done(name, kind, table, ask)
    if rest is None:
        return _send(kind, table, ask, rows)
    return pages.go("works.show", work_id=work_id, words=_("数据较多，正在后台导出"))


def _look(span: Span) -> Numbers:
    here = door.here()
    return analytics.look(
        merchant_id=here.merchant_id,
        zone=here.shop.zone,
        since=span.since,
        until=span.until,
        at=clock.now(),
    )


def _page(name: str, span: Span, numbers: Numbers | None, **more: Any) -> Response:
    return pages.page(
        f"numbers/{name}.html",
        span=span,
        choices=numbers_span.CHOICES,
        gap_from=numbers.gap_from if numbers else None,
        meanings=MEANINGS,
        **more,
    )


def _ask() -> Ask:
    here, span = door.here(), numbers_span.asked()
    return Ask(
        merchant_id=here.merchant_id,
        zone=here.shop.zone,
        since=span.since,
        until=span.until,
        at=clock.now(),
        cause=_cause(),
        store_id=_store_id(),
    )


def _cause() -> Cause | None:
    said = request.values.get("cause", "")
    return Cause(said) if said in set(Cause) else None


def _store_id() -> int | None:
    said = request.values.get("store", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None  # noqa: PLR2004 - fits a bigint


def _note(name: str, kind: str, rows: int) -> None:
    here, span = door.here(), numbers_span.asked()
    audit.record(
        merchant_id=here.merchant_id,
        actor=here.actor,
        action="numbers.export",
        subject=name,
        details={
            "format": kind,
            "rows": rows,
            "since": span.since.isoformat(),
            "until": span.until.isoformat(),
        },
        at=clock.now(),
    )


def _have_it_done(name: str, kind: str, table: Table, ask: Ask) -> int:
    here = door.here()
    return works.ask(
        merchant_id=here.merchant_id,
        kind=EXPORT,
        title=str(
            _(
                "导出%(table)s %(since)s 至 %(until)s",
                table=table.title,
                since=ask.since,
                until=ask.until,
            )
        ),
        payload={"table": name, "format": kind, "ask": exports.to_json(ask)},
        asked_by=here.actor,
        at=clock.now(),
    )


def _send(kind: str, table: Table, ask: Ask, rows: list[Row]) -> Response:
    cells = (table.cells(row) for row in rows)
    if kind == tables.CSV:
        response = Response(tables.csv_pieces(table.words, cells))
    else:
        out = BytesIO()
        tables.write(kind, table.words, cells, out)
        response = Response(out.getvalue())
    response.headers["Content-Type"] = tables.MEDIA_TYPES[kind]
    name = f"{table.title}_{ask.since}_{ask.until}.{kind}"
    response.headers["Content-Disposition"] = pages.attachment(name)
    return response
