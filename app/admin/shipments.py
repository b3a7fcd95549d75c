"""Parcels of monthly cards: what is to be sent, labels to print, tracking numbers by table."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import DateField, FileField, StringField
from wtforms.validators import Length, Optional

from app.admin import door, pages
from app.admin.bodies import sent, takes_files
from app.admin.forms import Form, Needed, YuanField
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import approvals, subscriptions
from app.domain.approvals import Outcome
from app.domain.merchants import Role
from app.domain.subscriptions import Label, LinesRefused, ParcelFilter, ParcelState
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.numbers import Kind
from app.web.tables import harmless

bp = Blueprint("shipments", __name__)
takes_files(bp, "upload")
A_PAGE = 50
CSV = "text/csv; charset=utf-8"
HEAD = (
    "parcel",
    "发货日",
    "内容",
    "收件人",
    "电话",
    "地区",
    "地址",
    "company",
    "tracking_number",
)


class Sent(Form):
    company = StringField(_("快递公司"), validators=[Needed(), Length(max=128)])
    tracking_number = StringField(_("运单号"), validators=[Needed(), Length(max=128)])


class Why(Form):
    reason = StringField(_("原因"), validators=[Needed(), Length(max=200)])


class Again(Form):
    cost = YuanField(_("重发成本（元）"), validators=[Needed()])


class Until(Form):
    until = DateField(_("发货日截止"), validators=[Optional()])


class Table(Form):
    table = FileField(_("运单表（CSV）"))


@bp.get("/<merchant>/shipments")
@needs(Role.CLERK)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """By the day on which they are to be sent; `state` any for all of them."""
    return _parcels(Table())


@bp.get("/<merchant>/shipments/<number>")
@needs(Role.CLERK)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _show(mine(number, Kind.PARCEL))


@bp.post("/<merchant>/shipments/<number>/sent")
@needs(Role.CLERK)
def send(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Sent()
    said = {"company": form.company.data, "tracking_number": form.tracking_number.data}
    return _do(number, form, subscriptions.send, str(_("已发货，顾客会收到通知")), **said)


@bp.post("/<merchant>/shipments/<number>/delivered")
@needs(Role.CLERK)
def deliver(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _do(number, Form(), subscriptions.deliver, str(_("已签收")))


@bp.post("/<merchant>/shipments/<number>/failed")
@needs(Role.CLERK)
def fail(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Why()
    return _do(
        number, form, subscriptions.fail, str(_("已记录，等待重发")), reason=form.reason.data
    )


@bp.post("/<merchant>/shipments/<number>/resend")
@needs(Role.MANAGER)
def resend(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Again()
    return _do(number, form, subscriptions.resend, str(_("已转为待发货")), cost_fen=form.cost.data)


@bp.post("/<merchant>/shipments/<number>/refund")
@needs(Role.MANAGER, is_dear=True)
def refund(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """It is not sent any more, and its part of the money goes back; much of it by two people."""
    form, told, number = Why(), list[Outcome](), mine(number, Kind.PARCEL)
    if not (form.validate() and form.does(lambda: told.append(_refund(number, form)))):
        return _refused(number, form)
    if told[0].is_done:
        words = _("不再发货，对应款项将原路退回")
        return pages.go("shipments.show", number=number, words=words)
    words = _("金额超过上限，已提交复核")
    return pages.go("approvals.show", approval_id=told[0].approval_id, words=words)


@bp.post("/<merchant>/shipments/labels.csv")
@needs(Role.MANAGER, is_dear=True)
def labels(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Whole addresses of what is to be sent. Who took them is written down."""
    here, form = door.here(), Until()
    form.validate()
    with transaction(merchant=here.merchant_id):
        found = subscriptions.labels(
            merchant_id=here.merchant_id,
            send_on=form.until.data,
            actor=here.actor,
            at=clock.now(),
        )
    headers = {"Content-Disposition": 'attachment; filename="labels.csv"'}
    return Response(_as_csv(found), content_type=CSV, headers=headers)


@bp.post("/<merchant>/shipments/tracking")
@needs(Role.CLERK)
def upload(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """All lines of the table are written, or none and every bad one is named."""
    try:
        count = _take_table()
    except LinesRefused as refused:
        lines: Any = refused.details.get("lines", [])
        form = Table(formdata=None)
        form.refusals = [refused.message]
        return _parcels(form, bad=lines, status=422)
    return pages.go("shipments.index", words=_("已发货 %(n)s 个包裹", n=count), state="sent")


def _parcels(form: Table, *, bad: Sequence[Any] = (), status: int = 200) -> Response:
    said, here = request.args.get("q", "").strip(), door.here()
    if kind_of(said) is Kind.PARCEL:
        return pages.go("shipments.show", number=said)
    state = request.args.get("state", ParcelState.TO_SEND.value)
    wanted = ParcelFilter(
        state=ParcelState(state) if state in set(ParcelState) else None,
        since=_day(request.args.get("since")),
        until=_day(request.args.get("until")),
        card_number=said if kind_of(said) is Kind.SUBSCRIPTION else None,
    )
    with transaction(merchant=here.merchant_id):
        page = subscriptions.list_parcels(
            merchant_id=here.merchant_id,
            wanted=wanted,
            cursor=request.args.get("cursor"),
            limit=A_PAGE,
        )
    return pages.page(
        "shipments/index.html",
        status=status,
        page=page,
        state=wanted.state.value if wanted.state else "any",
        said=said,
        form=form,
        bad=bad,
    )


def _show(number: str, *, refusals: Sequence[str] = (), status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        each = subscriptions.get_parcel(merchant_id=here.merchant_id, number=number)
        worth = subscriptions.worth_of(merchant_id=here.merchant_id, number=number)
    return pages.page(
        "shipments/show.html", status=status, each=each, worth=worth, refusals=refusals
    )


def _do(number: str, form: Form, verb: Callable[..., Any], words: str, **more: Any) -> Response:
    here, number = door.here(), mine(number, Kind.PARCEL)

    def done() -> None:
        with transaction(merchant=here.merchant_id):
            verb(
                merchant_id=here.merchant_id,
                number=number,
                actor=here.actor,
                at=clock.now(),
                **more,
            )

    if form.validate() and form.does(done):
        return pages.go("shipments.show", number=number, words=words)
    return _refused(number, form)


def _refund(number: str, form: Why) -> Outcome:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return approvals.ask_or_do(
            merchant_id=here.merchant_id,
            action=approvals.RefundParcel(parcel_number=number),
            reason=form.reason.data,
            actor=here.actor,
            at=clock.now(),
        )


def _refused(number: str, form: Form) -> Response:
    wrong = [f"{field.label.text}：{each}" for field in form for each in field.errors]
    return _show(number, refusals=[*form.refusals, *wrong], status=422)


def _take_table() -> int:
    """How many are on their way now. Raises LinesRefused."""
    here = door.here()
    lines = subscriptions.read_table(_text(sent("table")))
    with transaction(merchant=here.merchant_id):
        return subscriptions.send_all(
            merchant_id=here.merchant_id, lines=lines, actor=here.actor, at=clock.now()
        )


def _text(content: bytes) -> str:
    """Spreadsheets write UTF-8 or, in China, GB 18030. Raises LinesRefused for neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LinesRefused("无法识别这个文件，请存为 CSV", lines=[])


def _as_csv(found: Sequence[Label]) -> bytes:
    """With empty columns for the courier's numbers, so that the same table can be handed in."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(HEAD)
    for each in found:
        to = each.address
        row = (each.send_on, each.goods, to.name, to.phone, to.region, to.street)
        table.writerow([each.number, *(harmless(str(cell)) for cell in row), "", ""])
    return out.getvalue().encode("utf-8-sig")


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None
