"""The till: scan, say yes or no at once, undo, and close the shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import Length, NumberRange, Optional

from app.admin import door, pages, till_store, words
from app.admin.forms import Form, Needed, YuanField
from app.admin.needs import needs
from app.admin.till_store import Counter
from app.domain import accounts, offline, redemption, shifts, vouchers
from app.domain.merchants import Role
from app.domain.redemption import Match, Redeemed, Scan
from app.domain.vouchers import CodeUnknown, VoucherRefusal
from app.kernel import clock, numbers
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import DomainError, NotFound
from app.web import attempts, metrics, parse

bp = Blueprint("till", __name__)
RECENT, CLOSINGS = 20, 20


class ScanForm(Form):
    """`attempt` names this try, so that a lost answer can be asked for again."""

    code = StringField(_("券码"), validators=[Needed(), Length(max=128)])
    spend = YuanField(_("消费金额（元，选填）"))
    attempt = HiddenField(validators=[Needed(), Length(max=64)])
    voucher = HiddenField(validators=[Length(max=17)])


class Undo(Form):
    reason = StringField(_("撤销原因"), validators=[Needed(), Length(max=200)])


class CloseShift(Form):
    starts_at = HiddenField(validators=[Needed(), Length(max=40)])
    counted = IntegerField(
        _("实际清点数量（选填）"),
        validators=[Optional(), NumberRange(0, 100_000, message=_("请输入 0–100000 的整数"))],
    )
    note = StringField(_("备注（选填）"), validators=[Length(max=200)])


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the big field shows: `kind` is its colour and sound."""

    kind: str
    title: str
    verdict: Redeemed | None = None
    matches: Sequence[Match] = ()
    lines: Sequence[str] = ()
    code: str = ""
    spend: str = ""
    status: int = 200


@bp.get("/<merchant>/till/")
@needs(Role.CLERK)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _till(ScanForm(formdata=None))


@bp.get("/<merchant>/till/store")
@needs(Role.CLERK)
def stores(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return pages.page("till/stores.html", stores=till_store.stores())


@bp.post("/<merchant>/till/store")
@needs(Role.CLERK)
def choose_store(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Behind which counter this browser stands."""
    here, number = door.here(), request.form.get("store", "")
    store = next((each for each in till_store.stores() if each.number == number), None)
    if store is None:
        raise NotFound("There is no such store.")
    with transaction(merchant=here.merchant_id):
        accounts.work_at(merchant_id=here.merchant_id, signed=here.staff, store_id=store.id)
    return pages.go("till.show")


@bp.post("/<merchant>/till/scan")
@needs(Role.CLERK)
def scan(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """One scan, one answer. A member's own code asks which of his vouchers."""
    form = ScanForm()
    if not form.validate():
        said = Said(kind="bad", title=_first_error(form), status=422)
    else:
        said = _answer(form)
    if pages.is_fragment():
        return pages.page("till/_verdict.html", status=said.status, said=said)
    return _till(form, said=said)


@bp.route("/<merchant>/till/redemptions/<number>/undo", methods=["GET", "POST"])
@needs(Role.MANAGER)
def undo(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Within 24 hours, with a reason, by a manager."""
    here, form = door.here(), Undo()
    parse.number(number, numbers.Kind.REDEMPTION, merchant_id=here.merchant_id)
    if request.method == "POST" and form.validate() and form.does(lambda: _undo(form, number)):
        return pages.go("till.show", words=_("已撤销，券已恢复可用"))
    with transaction(merchant=here.merchant_id):
        found = redemption.notice_words(merchant_id=here.merchant_id, redemption_number=number)
    status = 200 if request.method == "GET" else 422
    return pages.page("till/undo.html", status=status, form=form, found=found)


@bp.get("/<merchant>/till/shift")
@needs(Role.CLERK)
def shift(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _shift(CloseShift(formdata=None))


@bp.post("/<merchant>/till/shift")
@needs(Role.CLERK)
def close_shift(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = CloseShift()
    if form.validate() and form.does(lambda: _close_shift(form)):
        return pages.go("till.shift", words=_("已交班"))
    return _shift(form, status=422)


def _till(form: ScanForm, *, said: Said | None = None) -> Response:
    here, at = door.here(), clock.now()
    counter = till_store.counter()
    if counter is None:
        return pages.page("till/stores.html", stores=till_store.stores())
    mine = None if here.staff.is_at_least(Role.MANAGER) else here.actor
    with transaction(merchant=here.merchant_id):
        lines, totals = redemption.today(
            merchant_id=here.merchant_id, store_id=counter.id, actor=mine, at=at
        )
        rules = offline.get_rules(merchant_id=here.merchant_id)
        conflicts = offline.count_open(merchant_id=here.merchant_id) if mine is None else 0
    return pages.page(
        "till/till.html",
        status=said.status if said else 200,
        form=form,
        said=said,
        counter=counter,
        lines=lines[:RECENT],
        totals=totals,
        rules=rules,
        conflicts=conflicts,
        now_ms=int(at.timestamp() * 1000),
        may_undo=here.staff.is_at_least(Role.MANAGER),
        attempt=str(uuid4()),
    )


def _answer(form: ScanForm) -> Said:
    counter = till_store.at_counter()
    here, code = door.here(), bare(form.code.data)
    wanted = Scan(
        merchant_id=here.merchant_id,
        acceptor_merchant_id=here.merchant_id,
        code_text=code,
        actor=here.actor,
        store_id=counter.id,
        store_name=counter.name,
        spend_fen=form.spend.data,
        chosen=form.voucher.data or None,
    )
    try:
        attempts.count(code, merchant_id=here.merchant_id, actor=here.actor)
        if is_member_code(code) and wanted.chosen is None:
            return _offer(wanted, form)
        return _redeemed(_redeem(wanted, form.attempt.data))
    except VoucherRefusal as refusal:
        _record(wanted, refusal)
        return _refused(refusal)
    except DomainError as refusal:
        return _refused(refusal)


def _redeem(wanted: Scan, attempt: str) -> Redeemed:
    chosen = f"/{wanted.chosen}" if wanted.chosen else ""
    key = offline.attempt_key(
        merchant_id=wanted.merchant_id,
        actor=wanted.actor,
        attempt=attempt,
        code=wanted.code_text + chosen,
        spend_fen=wanted.spend_fen,
    )
    with hot_transaction(merchant=wanted.merchant_id):
        return redemption.redeem(wanted, key=key, at=clock.now())


def _offer(wanted: Scan, form: ScanForm) -> Said:
    """What a member may use here and now, the best first."""
    with transaction(merchant=wanted.merchant_id):
        matches = redemption.best_match(wanted, at=clock.now())
    if not matches:
        return Said(kind="bad", title=str(_("没有此时此地可用的券")), status=409)
    return Said(
        kind="pick",
        title=str(_("请选择要核销的券")),
        matches=matches,
        code=wanted.code_text,
        spend=words.plain_yuan(form.spend.data),
    )


def _redeemed(verdict: Redeemed) -> Said:
    title = _("此码刚才已核销成功") if verdict.replayed else _("核销成功")
    return Said(kind="good", title=str(title), verdict=verdict)


def _refused(refusal: DomainError) -> Said:
    metrics.REFUSALS.labels(refusal.code).inc()
    details = refusal.details
    lines = [str(details[name]) for name in ("holder_text", "next_step") if details.get(name)]
    if isinstance(when := details.get("next_allowed_at"), datetime):
        lines.append(str(_("最早可用：%(when)s", when=words.moment(when))))
    title = str(details.get("clerk_text") or words.refusal(refusal))
    return Said(kind="bad", title=title, lines=lines, status=refusal.status)


def _record(wanted: Scan, refusal: VoucherRefusal) -> None:
    with transaction(merchant=wanted.merchant_id):
        redemption.record_refusal(wanted, code=refusal.code, at=clock.now())


def _undo(form: Undo, number: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        redemption.reverse(
            merchant_id=here.merchant_id,
            number=number,
            reason=form.reason.data.strip(),
            actor=here.actor,
            role=here.staff.acts_as,
            at=clock.now(),
        )


def _shift(form: CloseShift, *, status: int = 200) -> Response:
    here, counter = door.here(), till_store.at_counter()
    is_manager = here.staff.is_at_least(Role.MANAGER)
    with transaction(merchant=here.merchant_id):
        found = shifts.current(**_mine(counter), at=clock.now())
        closings = shifts.list_closings(
            merchant_id=here.merchant_id,
            staff_id=None if is_manager else here.staff.staff_id,
            limit=CLOSINGS,
            cursor=request.args.get("cursor"),
        )
    return pages.page(
        "till/shift.html",
        status=status,
        form=form,
        shift=found,
        closings=closings,
        counter=counter,
    )


def _close_shift(form: CloseShift) -> None:
    counter = till_store.at_counter()
    with transaction(merchant=door.here().merchant_id):
        shifts.close(
            **_mine(counter),
            starts_at=_instant(form.starts_at.data),
            counted=form.counted.data,
            note=(form.note.data or "").strip(),
            at=clock.now(),
        )


def _mine(counter: Counter) -> dict[str, int]:
    here = door.here()
    return {
        "merchant_id": here.merchant_id,
        "staff_id": here.staff.staff_id,
        "store_id": counter.id,
    }


def _instant(text: str) -> datetime:
    """The shift that the page showed; nonsense is no open shift."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise shifts.ShiftClosed("这个班次已经交接，请刷新页面")
    return found


def bare(text: str) -> str:
    """As scanners and people give it, without what people add; the same as the page's own."""
    return "".join(text.split()).replace("-", "").upper()


def is_member_code(code: str) -> bool:
    try:
        vouchers.read_member_code(code)
    except CodeUnknown:
        return False
    return True


def _first_error(form: ScanForm) -> str:
    return str(_("请扫描或输入券码") if form.code.errors else next(iter(form.errors.values()))[0])
