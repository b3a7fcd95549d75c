"""Codes of third parties: what is left, who waits, and bringing in more after a dry run."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from flask import Blueprint, Response, make_response, request
from flask_babel import lazy_gettext as _
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.admin import door, pages
from app.admin.bodies import sent, takes_files
from app.admin.forms import Form
from app.admin.needs import needs
from app.domain import catalog, pools
from app.domain.catalog import BenefitKind, BenefitSheet
from app.domain.merchants import Role
from app.domain.pools import Imported, LineRefusal
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from app.web.tables import harmless

bp = Blueprint("codes", __name__)
MOST_LINES = 10_000
# How many wrong lines a page shows; the file has them all.
SHOWN = 20
takes_files(bp, "bring_in", "errors")


class WatchForm(Form):
    low_at = IntegerField(
        _("少于多少个时提醒"),
        validators=[InputRequired(_("必填")), NumberRange(0, 1_000_000, _("0 至 1000000"))],
    )


@dataclass(frozen=True)
class Stocked:
    """A benefit that gives codes, and what is in its pool."""

    number: str
    name: str
    pool: pools.PoolView | None


@bp.get("/<merchant>/codes")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        known = pools.list_pools(merchant_id=here.merchant_id, at=clock.now())
        benefits = catalog.list_choices(merchant_id=here.merchant_id)
    by_number = {pool.benefit_number: pool for pool in known}
    rows = [
        Stocked(each.number, each.name, by_number.get(each.number))
        for each in benefits
        if each.kind == BenefitKind.CODE
    ]
    return pages.page("codes/index.html", rows=rows, counted=counted)


@bp.route("/<merchant>/codes/<number>", methods=["GET", "POST"])
@needs(Role.MANAGER)
def bring_in(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """First a dry run, which keeps nothing; then, with the same file, the import."""
    if request.method == "GET":
        return _page(number)
    lines, form = _lines(), Form()
    is_real = request.form.get("step") == "import"
    done = list[Imported]()
    if not form.does(lambda: done.append(_import(number, lines, is_real=is_real))):
        return _page(number, refusals=form.refusals, status=422)
    if is_real:
        words = _(
            "已导入 %(added)s 个，%(refused)s 行未导入",
            added=done[0].added,
            refused=len(done[0].refused),
        )
        return pages.go("codes.bring_in", number=number, words=words)
    return _page(number, dry=done[0], text="\n".join(lines))


@bp.post("/<merchant>/codes/<number>/errors")
@needs(Role.MANAGER)
def errors(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Every wrong line of the file, to be mended; the codes themselves are not repeated."""
    done = _import(number, _lines(), is_real=False)
    return table("codes-errors.csv", [(each.line, each.text) for each in done.refused])


@bp.post("/<merchant>/codes/<number>/watch")
@needs(Role.MANAGER)
def watch(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form = WatchForm()
    if form.validate() and form.does(lambda: _watch(number, form.low_at.data)):
        return pages.go("codes.bring_in", number=number, words=_("提醒已更新"))
    return _page(number, refusals=[*form.refusals, *form.low_at.errors], status=422)


def counted(number: int) -> str:
    """As far as it was counted."""
    return f"{number:,}{'+' if number >= pools.MOST_COUNTED else ''}"


def table(name: str, rows: Sequence[tuple[int, str]]) -> Response:
    """A CSV that spreadsheets open as Chinese; no cell can be taken for a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(("行号", "原因"))
    writer.writerows((line, harmless(why)) for line, why in rows)
    response = make_response(b"\xef\xbb\xbf" + out.getvalue().encode())
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def read_lines(content: bytes) -> list[str]:
    """The lines of a text file, as spreadsheets write them. Raises Invalid."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
    raise Invalid(str(_("文件不是文本，请存为 CSV 后再上传")), field="file")


def _lines() -> list[str]:
    """From the file, or from what the dry run kept in the page."""
    typed = request.form.get("lines", "").replace("\r\n", "\n")
    return read_lines(sent("file")) or typed.split("\n")


def _import(number: str, lines: Sequence[str], *, is_real: bool) -> Imported:
    here = door.here()
    if not any(line.strip() for line in lines):
        raise Invalid(str(_("请选择文件或粘贴兑换码")), field="file")
    if len(lines) > MOST_LINES:
        raise Invalid(str(_("一次最多 10000 行，请分成几个文件")), field="file")
    with transaction(merchant=here.merchant_id):
        return pools.import_codes(
            merchant_id=here.merchant_id,
            benefit_number=number,
            lines=lines,
            is_dry_run=not is_real,
            actor=here.actor,
            at=clock.now(),
        )


def _watch(number: str, low_at: int) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        pools.watch(
            merchant_id=here.merchant_id,
            benefit_number=number,
            low_at=low_at,
            actor=here.actor,
            at=clock.now(),
        )


def _page(
    number: str,
    *,
    dry: Imported | None = None,
    text: str = "",
    refusals: Sequence[str] = (),
    status: int = 200,
) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found: BenefitSheet = catalog.get_benefit(merchant_id=here.merchant_id, number=number)
        known = pools.list_pools(
            merchant_id=here.merchant_id, at=clock.now(), benefit_number=number
        )
    wrong: Sequence[LineRefusal] = dry.refused[:SHOWN] if dry else ()
    return pages.page(
        "codes/bring_in.html",
        status=status,
        benefit=found,
        pool=next(iter(known), None),
        dry=dry,
        wrong=wrong,
        text=text,
        refusals=refusals,
        counted=counted,
    )
