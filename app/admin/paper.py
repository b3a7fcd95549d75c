"""Cards of paper: batches made to be printed or brought in from a list, and stopped."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from io import StringIO

from flask import Blueprint, Response, flash, make_response, request
from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from app.admin import attempts, door, pages, paper_sheet
from app.admin.bodies import sent, takes_files
from app.admin.codes import read_lines, table
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.admin.numbering import mine
from app.admin.offers_form import Row, typed_rows
from app.domain import approvals, catalog, paper_cards
from app.domain.approvals import Outcome
from app.domain.catalog import Choice
from app.domain.merchants import Role
from app.domain.paper_cards import BadLine, Wish
from app.kernel import calendar, clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.kernel.numbers import Kind

bp = Blueprint("paper", __name__)
# A sheet is drawn while one waits; the printer's list is not drawn at all.
MOST_ON_SHEETS = 1000
SHOWN = 20
HELD = _("金额超过上限，已提交复核，同意前不能绑定")
# What is wrong with a line, in words for whoever has to mend it.
WHY = {
    "is a card here already": _("这个卡号已经导入过"),
    "not 6 to 40 letters and digits": _("卡号须为 6 至 40 位字母或数字"),
    "more than code, uses, points": _("每行最多三列：卡号、次数、积分"),
    "uses of its own need a batch of one benefit": _("写了次数的卡，本批只能有一项权益"),
    "nothing on it": _("这张卡里什么都没有"),
}
takes_files(bp, "bring_in")


class BatchForm(Form):
    title = StringField(_("卡名"), validators=[Needed(), Length(max=40)])
    points = IntegerField(
        _("每张积分"), default=0, validators=[Optional(), NumberRange(0, 1_000_000, _("0 或以上"))]
    )
    until = DateField(_("最晚绑定日期"), validators=[Needed()])


class PrintForm(BatchForm):
    count = IntegerField(
        _("张数"),
        default=100,
        validators=[Needed(), NumberRange(1, paper_cards.MOST_PER_BATCH, _("1 至 20000 张"))],
    )
    to = SelectField(
        _("下载为"),
        choices=choices(
            (
                ("pdf", _("A4 二维码卡片（PDF，最多 1000 张）")),
                ("csv", _("给印刷厂的卡号表（CSV）")),
            )
        ),
    )


class ImportForm(BatchForm):
    lines = TextAreaField(_("或直接粘贴卡号"))


@bp.get("/<merchant>/paper")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _index(Form(formdata=None))


@bp.route("/<merchant>/paper/new", methods=["GET", "POST"])
@needs(Role.MANAGER, is_dear=True)
def make(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The answer to this is the file with the codes, which exist nowhere else in plain text."""
    form, made = PrintForm(), list[Response]()
    if request.method == "POST" and form.validate() and form.does(lambda: made.append(_make(form))):
        return made[0]
    return _page("paper/make.html", form)


@bp.route("/<merchant>/paper/import", methods=["GET", "POST"])
@needs(Role.MANAGER, is_dear=True)
def bring_in(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Cards that are in people's pockets already: a dry run, the wrong lines, then all or none."""
    form, done = ImportForm(), list[paper_cards.Imported]()
    if request.method == "GET" or not form.validate():
        return _page("paper/import.html", form)
    step = request.form.get("step")
    if not form.does(lambda: done.append(_bring_in(form, is_real=step == "import"))):
        return _page("paper/import.html", form)
    if step == "errors":
        return table("cards-errors.csv", [(each.line, why_of(each)) for each in done[0].bad])
    if done[0].batch_number:
        return pages.go("paper.index", words=_("已导入 %(n)s 张卡", n=done[0].count))
    return _page("paper/import.html", form, dry=done[0], text="\n".join(_lines()), status=200)


@bp.post("/<merchant>/paper/<number>/stop")
@needs(Role.MANAGER)
def stop(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        paper_cards.stop_batch(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )
    return pages.go("paper.index", words=_("已停用，未绑定的卡不能再绑定"))


@bp.post("/<merchant>/paper/<number>/ask")
@needs(Role.MANAGER, is_dear=True)
def ask_again(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """A second person said no, or nothing: somebody asks once more."""
    form, number, told = Form(formdata=None), mine(number, Kind.CARD_BATCH), list[Outcome]()
    if not form.does(lambda: told.append(_ask_again(number))):
        return _index(form, status=409)
    if told[0].is_done:
        return pages.go("paper.index", words=_("金额未超过上限，这批卡现在可以绑定"))
    return pages.go("paper.index", words=HELD)


def last_day(until: datetime) -> date:
    """The last day on which something that ends then is good."""
    return calendar.day_of(until - timedelta(microseconds=1), door.here().shop.zone)


def why_of(bad: BadLine) -> str:
    """What is wrong with a line, in Chinese where we know the words."""
    if bad.why.startswith("the same as line "):
        return str(_("与第 %(n)s 行重复", n=bad.why.rpartition(" ")[2]))
    return str(WHY.get(bad.why, bad.why))


def _index(form: Form, *, status: int = 200) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        page = paper_cards.list_batches(
            merchant_id=here.merchant_id, cursor=request.args.get("cursor")
        )
        questions = approvals.newest_about(
            merchant_id=here.merchant_id,
            kind=approvals.Kind.CARD_BATCH,
            subjects=[each.number for each in page.items if each.is_held],
            at=at,
        )
    return pages.page(
        "paper/index.html",
        status=status,
        page=page,
        questions=questions,
        now=at,
        last_day=last_day,
        form=form,
    )


def _ask_again(number: str) -> Outcome:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        title = paper_cards.lock_held(merchant_id=here.merchant_id, number=number, at=at)
        return _hold(title, number, at=at)


def _make(form: PrintForm) -> Response:
    here, at, count = door.here(), clock.now(), form.count.data
    is_sheet = form.to.data == "pdf"
    if is_sheet and count > MOST_ON_SHEETS:
        raise Invalid(str(_("PDF 一次最多 1000 张，更多请下载 CSV 交给印刷厂")), field="count")
    with transaction(merchant=here.merchant_id):
        wish = _wish(form, at=at)
        number, codes = paper_cards.print_cards(wish, count=count, actor=here.actor, at=at)
        # Within the transaction: without the file there must be no batch.
        content = _sheet(wish, number, codes) if is_sheet else _list(codes)
        outcome = _hold(wish.title, number, at=at)
    _tell_held(outcome)
    attempts.shown_once("paper.index", str(_("这批卡已经生成；没有收到文件时，请停用后重新生成")))
    response = make_response(content)
    response.mimetype = "application/pdf" if is_sheet else "text/csv"
    name = f"cards-{number}.{'pdf' if is_sheet else 'csv'}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _sheet(wish: Wish, number: str, codes: Sequence[str]) -> bytes:
    here = door.here()
    names = {each.number: each.name for each in catalog.list_choices(merchant_id=wish.merchant_id)}
    holds = [f"{names[each]} ×{quantity}" for each, quantity in wish.benefits.items()]
    points = [f"{wish.points}积分"] if wish.points else []
    face = paper_sheet.Face(
        shop=here.shop.name,
        title=wish.title,
        holds=[*holds, *points],
        until=f"微信扫码绑定，截至{calendar.day_words(last_day(wish.bind_until))}",
        number=number,
    )
    return paper_sheet.draw(face, codes)


def _list(codes: Sequence[str]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(("code", "qr_text"))
    writer.writerows((paper_cards.in_groups(code), paper_cards.qr_text(code)) for code in codes)
    return out.getvalue().encode()


def _bring_in(form: ImportForm, *, is_real: bool) -> paper_cards.Imported:
    here, at, lines = door.here(), clock.now(), _lines()
    if not any(line.strip() for line in lines):
        raise Invalid(str(_("请选择文件或粘贴卡号")), field="lines")
    if len(lines) > paper_cards.MOST_PER_BATCH + 1:
        raise Invalid(str(_("一批最多 20000 张")), field="lines")
    outcome = None
    with transaction(merchant=here.merchant_id):
        wish = _wish(form, at=at)
        done = paper_cards.import_cards(wish, lines, dry_run=not is_real, actor=here.actor, at=at)
        if done.batch_number:
            outcome = _hold(wish.title, done.batch_number, at=at)
    _tell_held(outcome)
    return done


def _hold(title: str, number: str, *, at: datetime) -> Outcome:
    """Above the limit nobody can bind the cards until a second person agrees."""
    here = door.here()
    return approvals.ask_or_do(
        merchant_id=here.merchant_id,
        action=approvals.CardBatch(batch_number=number),
        reason=title,
        actor=here.actor,
        at=at,
    )


def _tell_held(outcome: Outcome | None) -> None:
    if outcome and not outcome.is_done:
        flash(str(HELD), "success")


def _lines() -> list[str]:
    typed = request.form.get("lines", "").replace("\r\n", "\n")
    return read_lines(sent("file")) or typed.split("\n")


def _wish(form: BatchForm, *, at: datetime) -> Wish:
    """Raises Invalid for a day that is over, and for a benefit that is said twice."""
    here = door.here()
    known = {each.id: each for each in catalog.list_choices(merchant_id=here.merchant_id)}
    held = dict[str, int]()
    for row in typed_rows():
        if row.benefit_id not in known:
            raise Invalid(str(_("没有这项权益")), field="items")
        if known[row.benefit_id].number in held:
            raise Invalid(str(_("同一项权益只填一行，写上总数量")), field="items")
        held[known[row.benefit_id].number] = row.quantity
    until = calendar.end_of(form.until.data, here.shop.zone)
    if until <= at:
        raise Invalid(str(_("最晚绑定日期须在今天以后")), field="until")
    return Wish(
        merchant_id=here.merchant_id,
        title=form.title.data.strip(),
        benefits=held,
        points=form.points.data or 0,
        bind_until=until,
    )


def _page(
    template: str,
    form: BatchForm,
    *,
    dry: paper_cards.Imported | None = None,
    text: str = "",
    status: int | None = None,
) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        known: list[Choice] = [
            each for each in catalog.list_choices(merchant_id=here.merchant_id) if each.is_published
        ]
    return pages.page(
        template,
        status=status or (200 if request.method == "GET" else 422),
        form=form,
        known=known,
        rows=[*(typed_rows() if request.method == "POST" else ()), Row(id="new")],
        dry=dry,
        wrong=[(each, why_of(each)) for each in dry.bad[:SHOWN]] if dry else (),
        text=text,
    )
