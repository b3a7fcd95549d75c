"""Refunds: what waits or stands still, and giving money back with every line of the sum."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import Length

from app.admin import actors, door, pages
from app.admin.forms import Form, Needed
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import aftersales, approvals
from app.domain.aftersales import Asker, Open, Quote, ReturnState
from app.domain.approvals import Outcome, Question
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, Invalid
from app.kernel.numbers import Kind

bp = Blueprint("refunds", __name__)
A_PAGE = 30
MOST_VOUCHERS = 500
ALL = "all"


class SumChanged(DomainError):
    """What was shown is not what would go back now."""

    code, status = "sum_changed", 409


class Ask(Form):
    """`ticket`: the complaint because of which the money goes back."""

    ticket = HiddenField(validators=[Length(max=40)])
    reason = StringField(_("退款原因"), validators=[Needed(), Length(max=200)])


class Confirm(Ask):
    back_fen = IntegerField(validators=[Needed()])


class Decide(Form):
    reason = StringField(_("说明（拒绝时顾客会看到）"), validators=[Needed(), Length(max=200)])


class ByHand(Form):
    how = StringField(_("退款方式和单号"), validators=[Needed(), Length(1, 200, _("1 至 200 字"))])


@bp.get("/<merchant>/refunds")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """`tab`: waiting for a word, standing still, or all of them."""
    said, here = request.args.get("q", "").strip(), door.here()
    if kind_of(said) is Kind.RETURN:
        return pages.go("refunds.show", number=said)
    if kind_of(said) is Kind.ORDER:
        return pages.go("orders.show", number=said)
    tab, cursor = request.args.get("tab", Open.ASKED.value), request.args.get("cursor")
    with transaction(merchant=here.merchant_id):
        if tab in set(Open):
            page = aftersales.list_open(
                merchant_id=here.merchant_id,
                cursor=cursor,
                limit=A_PAGE,
                at=clock.now(),
                only=Open(tab),
            )
        else:
            tab = "all"
            page = aftersales.list_all(
                merchant_id=here.merchant_id, state=_state(), cursor=cursor, limit=A_PAGE
            )
    rows = [(each, aftersales.explain(each)) for each in page.items]
    return pages.page("refunds/index.html", page=page, rows=rows, tab=tab, said=said)


@bp.get("/<merchant>/refunds/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _show(mine(number, Kind.RETURN), Decide())


@bp.get("/<merchant>/orders/<number>/refund")
@needs(Role.MANAGER)
def choose(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Every line of the order: what could go back of it, or why it stays."""
    form = Ask(formdata=None, ticket=_ticket(request.args.get("ticket")))
    return _choose(mine(number, Kind.ORDER), form, chosen=None)


@bp.post("/<merchant>/orders/<number>/refund/preview")
@needs(Role.MANAGER)
def preview(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """The sum, line by line, before any money goes."""
    form, number, chosen = Ask(), mine(number, Kind.ORDER), _chosen()
    sums = list[Quote]()

    def reckon() -> None:
        _refuse_doubt(chosen)
        sums.append(_quote_chosen(number, chosen))

    if form.validate() and form.does(reckon):
        return pages.page(
            "refunds/preview.html",
            number=number,
            quote=sums[0],
            chosen=chosen,
            form=form,
            needs_second=_needs_second(number, chosen),
        )
    return _choose(number, form, chosen=chosen, status=422)


@bp.post("/<merchant>/orders/<number>/refund")
@needs(Role.MANAGER, is_dear=True)
def ask(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """The money goes, unless the sum is another one by now."""
    form, number, chosen, told = Confirm(), mine(number, Kind.ORDER), _chosen(), list[Outcome]()
    if form.validate() and form.does(lambda: told.append(_ask(number, chosen, form))):
        return _gone(told[0])
    again = Ask(formdata=None, reason=form.reason.data, ticket=form.ticket.data)
    again.refusals = form.refusals
    return _choose(number, again, chosen=chosen, status=422)


@bp.post("/<merchant>/refunds/<number>/approve")
@needs(Role.MANAGER, is_dear=True)
def approve(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """The money goes; above the merchant's limit a second person has to agree as well."""
    form, number, told = Decide(), mine(number, Kind.RETURN), list[Outcome]()
    if form.validate() and form.does(lambda: told.append(_agree(number, form))):
        return _gone(told[0])
    return _show(number, form, status=422)


@bp.post("/<merchant>/refunds/<number>/decline")
@needs(Role.MANAGER)
def decline(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form, number = Decide(), mine(number, Kind.RETURN)
    if form.validate() and form.does(lambda: _decline(number, form)):
        return pages.go("refunds.show", number=number, words=_("已拒绝，权益恢复可用"))
    return _show(number, form, status=422)


@bp.post("/<merchant>/refunds/<number>/retry")
@needs(Role.MANAGER, is_dear=True)
def retry(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Once more; what may still arrive is not paid twice."""
    return _help(number, aftersales.retry)


@bp.post("/<merchant>/refunds/<number>/transfer")
@needs(Role.MANAGER, is_dear=True)
def transfer(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """By a transfer, which the buyer confirms on his phone."""
    return _help(number, aftersales.retry_by_transfer)


@bp.post("/<merchant>/refunds/<number>/paid-by-hand")
@needs(Role.MANAGER, is_dear=True)
def paid_by_hand(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Somebody paid the buyer outside; above the limit a second person has to agree as well."""
    form, number, told = ByHand(), mine(number, Kind.RETURN), list[Outcome]()
    if form.validate() and form.does(lambda: told.append(_say_paid(number, form))):
        is_done = told[0].is_done
        said = _("已登记为已退") if is_done else _("金额超过上限，已提交复核")
        return pages.go("refunds.show", number=number, words=said)
    return _show(number, Decide(formdata=None), by_hand=form, status=422)


def _state() -> ReturnState | None:
    said = request.args.get("state", "")
    return ReturnState(said) if said in set(ReturnState) else None


def _chosen() -> list[str]:
    """Voucher numbers; none of them: everything that can go back."""
    return [mine(each, Kind.VOUCHER) for each in request.form.getlist("voucher")[:MOST_VOUCHERS]]


def _refuse_doubt(chosen: list[str]) -> None:
    """Nothing ticked is an oversight unless all was asked for. Raises Invalid."""
    wants_all = request.form.get("scope") == ALL
    if wants_all and chosen:
        raise Invalid(str(_("已勾选部分内容：请选“只退上面勾选的”，或取消勾选")), field="scope")
    if not wants_all and not chosen:
        raise Invalid(str(_("请勾选要退的内容，或选择退回全部")), field="scope")


def _needs_second(number: str, chosen: list[str]) -> bool:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return approvals.needs_second(
            merchant_id=here.merchant_id,
            action=approvals.RefundOrder(order_number=number, vouchers=tuple(chosen)),
            actor=here.actor,
            at=clock.now(),
        )


def _ticket(said: str | None) -> str | None:
    return mine(said, Kind.TICKET) if said else None


def _quote_chosen(number: str, chosen: list[str]) -> Quote:
    with transaction(merchant=door.here().merchant_id):
        return aftersales.quote_chosen(
            merchant_id=door.here().merchant_id,
            order_number=number,
            vouchers=chosen,
            at=clock.now(),
        )


def _ask(number: str, chosen: list[str], form: Confirm) -> Outcome:
    """Raises SumChanged where it comes to another sum than was shown: then nothing is done."""
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        told = approvals.ask_or_do(
            merchant_id=here.merchant_id,
            action=approvals.RefundOrder(
                order_number=number,
                vouchers=tuple(chosen),
                ticket_number=_ticket(form.ticket.data),
            ),
            reason=form.reason.data,
            actor=here.actor,
            at=at,
        )
        if _sum_of(told) != form.back_fen.data:
            raise SumChanged("可退金额已变化，请重新确认")
        return told


def _sum_of(told: Outcome) -> int | None:
    mine = door.here().merchant_id
    if told.result:
        return aftersales.get_return(merchant_id=mine, number=told.result).amount_fen
    asked = approvals.get_approval(
        merchant_id=mine, approval_id=told.approval_id or 0, at=clock.now()
    )
    return asked.amount_fen


def _choose(number: str, form: Ask, *, chosen: list[str] | None, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        quote = aftersales.quote(
            merchant_id=here.merchant_id,
            member_id=None,
            order_number=number,
            asker=Asker.MERCHANT,
            at=clock.now(),
        )
    return pages.page(
        "refunds/choose.html",
        status=status,
        number=number,
        quote=quote,
        form=form,
        chosen=chosen,
        scope=request.form.get("scope"),
        some=any(line.voucher and not line.reason for line in quote.lines),
    )


def _show(
    number: str, form: Decide, *, by_hand: ByHand | None = None, status: int = 200
) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = aftersales.get_return(merchant_id=here.merchant_id, number=number)
        names = actors.told(here.merchant_id, [found.asked_by])
        takes_by_hand = aftersales.takes_by_hand(found)
        waiting = _waiting_by_hand(number) if takes_by_hand else None
    standing = aftersales.explain(found)
    return pages.page(
        "refunds/show.html",
        status=status,
        each=found,
        standing=standing,
        helps=aftersales.Help,
        names=names,
        form=form,
        by_hand=by_hand or ByHand(formdata=None),
        takes_by_hand=takes_by_hand,
        waiting=waiting,
    )


def _waiting_by_hand(number: str) -> Question | None:
    """The question of whoever said already that he paid it."""
    found = approvals.newest_about(
        merchant_id=door.here().merchant_id,
        kind=approvals.Kind.PAID_BY_HAND,
        subjects=[number],
        at=clock.now(),
    ).get(number)
    return found if found and found.is_waiting else None


def _say_paid(number: str, form: ByHand) -> Outcome:
    here, how = door.here(), form.how.data.strip()
    with transaction(merchant=here.merchant_id):
        return approvals.ask_or_do(
            merchant_id=here.merchant_id,
            action=approvals.PaidByHand(refund_number=number, how=how),
            reason=how,
            actor=here.actor,
            at=clock.now(),
        )


def _agree(number: str, form: Decide) -> Outcome:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return approvals.ask_or_do(
            merchant_id=here.merchant_id,
            action=approvals.AgreeToRefund(refund_number=number),
            reason=form.reason.data,
            actor=here.actor,
            at=clock.now(),
        )


def _gone(told: Outcome) -> Response:
    if told.is_done:
        return pages.go("refunds.show", number=told.result, words=_("退款已提交，款项将原路退回"))
    return pages.go("approvals.index", words=_("金额超过上限，已提交复核"))


def _decline(number: str, form: Decide) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        aftersales.decline(
            merchant_id=here.merchant_id,
            number=number,
            reason=form.reason.data,
            actor=here.actor,
            at=clock.now(),
        )


def _help(number: str, verb: Callable[..., str | None]) -> Response:
    form, here, number = Decide(), door.here(), mine(number, Kind.RETURN)

    def helped() -> None:
        with transaction():
            verb(merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now())

    if form.does(helped):
        return pages.go("refunds.show", number=number, words=_("已重新发起"))
    return _show(number, form, status=422)
