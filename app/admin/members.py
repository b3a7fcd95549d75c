"""Members: found fast, and one from every side; what is personal is masked until somebody asks."""

import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from app.admin import door, pages
from app.admin.forms import Form, Needed
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import (
    assist,
    complaints,
    family,
    members,
    membership,
    messaging,
    orders,
    points,
    stored_value,
    vouchers,
)
from app.domain.members import MemberRow
from app.domain.merchants import Role
from app.domain.risk import Action, Per
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from app.kernel.numbers import Kind
from app.kernel.paging import Page
from app.web import limits

bp = Blueprint("members", __name__)
A_PAGE = 30
PHONE = re.compile(r"[+\d][\d\s\-()]{4,24}")
TABS: dict[str, Callable[..., Page[Any]]] = {
    "vouchers": lambda *, member_id, **more: vouchers.list_for_desk(holder_id=member_id, **more),
    "orders": orders.list_orders,
    "points": points.list_entries,
    "value": stored_value.list_history,
    "messages": messaging.list_told,
    "complaints": complaints.list_mine,
}


class Why(Form):
    reason = StringField(_("原因"), validators=[Needed(), Length(max=200)])


@bp.get("/<merchant>/members")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """All, or those whose nickname begins so."""
    said, here = request.args.get("q", "").strip(), door.here()
    if kind_of(said.upper()) is Kind.MEMBER:
        return pages.go("members.show", number=said.upper())
    with transaction(merchant=here.merchant_id):
        page = (
            _whole(members.list_by_nickname(merchant_id=here.merchant_id, beginning=said))
            if said
            else members.list_for_desk(
                merchant_id=here.merchant_id, cursor=request.args.get("cursor"), limit=A_PAGE
            )
        )
    return pages.page("members/index.html", page=page, said=said)


@bp.post("/<merchant>/members/find")
@needs(Role.MANAGER)
def find(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """By number, by phone (through its blind index), by the beginning of a nickname.

    A phone stands in no address; how many are asked for is counted, and that it was is noted.
    """
    said, here = request.form.get("q", "").strip()[:40], door.here()
    if not PHONE.fullmatch(said):
        return pages.go("members.index", q=said or None)
    found = _by_phone(said)
    if len(found) == 1:
        return pages.go("members.show", number=found[0].number)
    if not found:
        with transaction(merchant=here.merchant_id):
            found = members.list_by_nickname(merchant_id=here.merchant_id, beginning=said)
    return pages.page("members/index.html", page=_whole(found), said=said)


@bp.get("/<merchant>/members/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """`tab`: what of him is listed; without one, the overview."""
    return _show(number, Why())


@bp.post("/<merchant>/members/<number>/phone")
@needs(Role.MANAGER, is_dear=True)
def reveal(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """The whole phone on this one answer. Who read it, and why, is written down."""
    form, read = Why(), list[str]()
    if form.validate() and form.does(
        lambda: read.append(_with(number, members.reveal_phone, reason=form.reason.data))
    ):
        return _show(number, Why(formdata=None), phone=read[0])
    return _show(number, form, status=422)


@bp.post("/<merchant>/members/<number>/block")
@needs(Role.MANAGER)
def block(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _do(number, members.block, str(_("已停用，会员的所有设备已退出")))


@bp.post("/<merchant>/members/<number>/unblock")
@needs(Role.MANAGER)
def unblock(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _do(number, members.unblock, str(_("已恢复，会员可以重新登录")))


@bp.post("/<merchant>/members/<number>/codes/freeze")
@needs(Role.MANAGER)
def freeze_codes(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """A lost card: every code of his is dead at once."""
    return _because(number, members.freeze_codes, str(_("已挂失，旧的二维码全部失效")))


@bp.post("/<merchant>/members/<number>/codes/reissue")
@needs(Role.MANAGER, is_dear=True)
def reissue_codes(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _because(number, members.reissue_codes, str(_("已补办，会员可以出示新的二维码")))


@bp.post("/<merchant>/members/<number>/value/freeze")
@needs(Role.MANAGER)
def freeze_value(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _because(number, stored_value.freeze, str(_("储值已冻结")))


@bp.post("/<merchant>/members/<number>/value/unfreeze")
@needs(Role.MANAGER, is_dear=True)
def unfreeze_value(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _because(number, stored_value.unfreeze, str(_("储值已解冻")))


def _by_phone(said: str) -> list[MemberRow]:
    """Raises TooOften."""
    here = door.here()
    limits.check(Action.FIND_BY_PHONE, merchant_id=here.merchant_id, who={Per.ACTOR: here.actor})
    try:
        with transaction(merchant=here.merchant_id):
            return members.find_by_phone(
                merchant_id=here.merchant_id, phone=said, actor=here.actor, at=clock.now()
            )
    except Invalid:
        return []


def _whole(rows: list[MemberRow]) -> Page[MemberRow]:
    return Page(items=rows, next_cursor=None)


def _show(number: str, form: Why, *, phone: str | None = None, status: int = 200) -> Response:
    here, tab = door.here(), request.args.get("tab", "")
    with transaction(merchant=here.merchant_id):
        member_id = _member_id(number)
        member = members.get_member(merchant_id=here.merchant_id, member_id=member_id)
        who = {"merchant_id": here.merchant_id, "member_id": member_id}
        known = _listed(tab, who) if tab in TABS else _overview(who)
    return pages.page(
        "members/show.html",
        status=status,
        member=member,
        row=members.row_of(member),
        tab=tab if tab in TABS else "",
        form=form,
        phone=phone,
        **known,
    )


def _listed(tab: str, who: dict[str, int]) -> dict[str, Any]:
    return {"page": TABS[tab](**who, cursor=request.args.get("cursor"), limit=A_PAGE)}


def _overview(who: dict[str, int]) -> dict[str, Any]:
    at = clock.now()
    return {
        "tier": _or_none(lambda: membership.view(**who, at=at)),
        "points": points.balance(**who, at=at),
        "value": stored_value.balance(**who),
        "freeze": stored_value.freeze_of(**who),
        "family": _or_none(lambda: family.get_family(**who, at=at)),
        "doubts": assist.list_doubts(**who),
        "orders": orders.list_orders(**who, cursor=None, limit=5).items,
        "tickets": complaints.list_mine(**who, cursor=None, limit=5).items,
    }


def _or_none(look: Callable[[], Any]) -> Any:
    """What many members do not have."""
    try:
        return look()
    except (NotFound, family.NoFamily):
        return None


def _member_id(number: str) -> int:
    found = members.find_member_id(
        merchant_id=door.here().merchant_id, number=mine(number, Kind.MEMBER)
    )
    if found is None:
        raise NotFound("There is no such member.", number=number[:40])
    return found


def _because(number: str, verb: Callable[..., Any], words: str) -> Response:
    """A verb that wants a reason."""
    form = Why()
    if form.validate() and form.does(lambda: _with(number, verb, reason=form.reason.data)):
        return pages.go("members.show", number=number, words=words)
    return _show(number, form, status=422)


def _do(number: str, verb: Callable[..., Any], words: str) -> Response:
    _with(number, verb)
    return pages.go("members.show", number=number, words=words)


def _with(number: str, verb: Callable[..., Any], **more: str) -> Any:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return verb(
            merchant_id=here.merchant_id,
            member_id=_member_id(number),
            actor=here.actor,
            at=clock.now(),
            **more,
        )
