"""Complaints: one inbox by what is due soonest, the dialogue, and how it is settled."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import TextAreaField
from wtforms.validators import Length

from app.admin import actors, door, pages
from app.admin.bodies import takes_files
from app.admin.forms import Form, Needed
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import complaints
from app.domain.complaints import LONGEST_REPLY, MOST_PHOTOS, Tab
from app.domain.merchants import Role
from app.gateways.files import BadImage
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.numbers import Kind
from app.web import complaints as desks
from app.web.answers import picture

bp = Blueprint("complaints", __name__)
takes_files(bp, "reply")
A_PAGE = 30


class Reply(Form):
    text = TextAreaField(_("回复"), validators=[Needed(), Length(max=LONGEST_REPLY)])


class Resolve(Form):
    resolution = TextAreaField(
        _("处理结果（顾客会看到）"), validators=[Needed(), Length(max=LONGEST_REPLY)]
    )


@bp.get("/<merchant>/complaints")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Open ones by what must be done soonest, settled ones by what ended last."""
    said, here = request.args.get("q", "").strip(), door.here()
    if kind_of(said) is Kind.TICKET:
        return pages.go("complaints.show", number=said)
    tab = Tab.RESOLVED if request.args.get("tab") == Tab.RESOLVED else Tab.OPEN
    with transaction(merchant=here.merchant_id):
        page = complaints.inbox(
            merchant_id=here.merchant_id,
            tab=tab,
            cursor=request.args.get("cursor"),
            limit=A_PAGE,
        )
    return pages.page("complaints/index.html", page=page, tab=tab, now=clock.now(), said=said)


@bp.get("/<merchant>/complaints/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _show(mine(number, Kind.TICKET), Reply(), Resolve())


@bp.get("/<merchant>/complaints/<number>/photos/<name>")
@needs(Role.MANAGER)
def photo(merchant: str, number: str, name: str) -> Response:  # noqa: ARG001 - the door reads it
    content = desks.photo_of(
        name, merchant_id=door.here().merchant_id, number=mine(number, Kind.TICKET)
    )
    return picture(content, kind=name.rpartition(".")[2])


@bp.post("/<merchant>/complaints/<number>/take")
@needs(Role.MANAGER)
def take(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """I deal with it from now on, instead of whom the page showed."""
    here, number = door.here(), mine(number, Kind.TICKET)
    with transaction(merchant=here.merchant_id):
        complaints.take(
            merchant_id=here.merchant_id,
            number=number,
            staff_id=here.staff.staff_id,
            instead_of=request.form.get("instead_of") or None,
            at=clock.now(),
        )
    return pages.go("complaints.show", number=number, words=_("已由你处理"))


@bp.post("/<merchant>/complaints/<number>/reply")
@needs(Role.MANAGER)
def reply(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """What came from WeChat Pay is answered there, within seconds."""
    form, number = Reply(), mine(number, Kind.TICKET)
    if form.validate() and form.does(lambda: _reply(number, form)):
        return pages.go("complaints.show", number=number, words=_("已回复"))
    return _show(number, form, Resolve(formdata=None), status=422)


@bp.post("/<merchant>/complaints/<number>/resolve")
@needs(Role.MANAGER)
def resolve(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form, number = Resolve(), mine(number, Kind.TICKET)
    if form.validate() and form.does(
        lambda: _with(number, complaints.resolve, resolution=form.resolution.data)
    ):
        return pages.go("complaints.show", number=number, words=_("已标记为处理完成"))
    return _show(number, Reply(formdata=None), form, status=422)


def _show(number: str, form: Reply, end: Resolve, *, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        ticket = complaints.get_ticket(merchant_id=here.merchant_id, number=number)
        lines = complaints.lines_of(merchant_id=here.merchant_id, ticket_id=ticket.id)
        names = actors.told(here.merchant_id, (line.actor for line in lines))
    return pages.page(
        "complaints/show.html",
        status=status,
        each=ticket,
        lines=lines,
        names=names,
        phone=complaints.masked_phone(ticket, merchant_id=here.merchant_id),
        now=clock.now(),
        form=form,
        end=end,
    )


def _reply(number: str, form: Reply) -> None:
    keys = _photos()
    here = door.here()
    with transaction(merchant=here.merchant_id):
        for key in keys:
            complaints.note_upload(
                merchant_id=here.merchant_id, key=key, member_id=None, at=clock.now()
            )
        complaints.claim_uploads(merchant_id=here.merchant_id, keys=keys)
        complaints.reply(
            merchant_id=here.merchant_id,
            number=number,
            text=form.text.data,
            photos=keys,
            actor=here.actor,
            at=clock.now(),
        )


def _photos() -> list[str]:
    """What was handed in with the answer, drawn anew. Raises PhotoUnusable."""
    here = door.here()
    given = [each for each in request.files.getlist("photos") if each.filename]
    folder = f"{desks.PHOTOS}-staff-{here.staff.staff_id}"
    if len(given) > MOST_PHOTOS:
        raise complaints.PhotoUnusable("最多上传4张图片", reason="too_many")
    try:
        return [_kept(each, folder) for each in given]
    except BadImage as bad:
        raise complaints.PhotoUnusable("图片无法识别或过大", reason=bad.code) from bad


def _kept(given: FileStorage, folder: str) -> str:
    with closing(given):
        content = given.read()
    return desks.keep_photo(content, merchant_id=door.here().merchant_id, folder=folder)


def _with(number: str, verb: Callable[..., Any], **more: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        verb(
            merchant_id=here.merchant_id,
            number=number,
            actor=here.actor,
            at=clock.now(),
            **more,
        )
