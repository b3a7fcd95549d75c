"""Stores, and the people who work there."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin import door, pages, words
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.domain import merchants
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction

bp = Blueprint("people", __name__)


class AddStore(Form):
    name = StringField(_("门店名称"), validators=[Needed(), Length(max=60)])
    address = StringField(_("地址"), validators=[Length(max=200)])


class Invite(Form):
    name = StringField(_("姓名"), validators=[Needed(), Length(max=40)])
    role = SelectField(_("角色"), choices=choices((role.value, words.ROLES[role]) for role in Role))
    stores = SelectMultipleField(
        _("可核销的门店（店员必选）"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )


@bp.get("/<merchant>/people")
@needs(Role.OWNER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _people(AddStore(), Invite())


@bp.post("/<merchant>/people/stores")
@needs(Role.OWNER)
def add_store(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = AddStore()
    if form.validate() and form.does(lambda: _add_store(form)):
        return pages.go("people.index", words=_("门店已添加"))
    return _people(form, Invite(formdata=None), status=422)


@bp.post("/<merchant>/people/invitations")
@needs(Role.OWNER, is_dear=True)
def invite(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The link is shown once; we keep its fingerprint."""
    form, made = Invite(), list[merchants.Invitation]()
    if form.validate() and form.does(lambda: made.append(_invite(form))):
        link = request.host_url.rstrip("/") + pages.to("entering.accept") + f"#{made[0].token}"
        return pages.page("invited.html", link=link, name=form.name.data)
    return _people(AddStore(formdata=None), form, status=422)


@bp.post("/<merchant>/people/<number>/disable")
@needs(Role.OWNER, is_dear=True)
def disable(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.disable_staff(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )
    return pages.go("people.index", words=_("已停用，其所有设备已退出"))


def _people(stores: AddStore, invite: Invite, *, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        all_stores = merchants.list_stores(merchant_id=here.merchant_id)
        staff = merchants.list_staff(merchant_id=here.merchant_id)
    invite.stores.choices = choices((store.id, store.name) for store in all_stores if store.is_open)
    return pages.page(
        "people.html",
        status=status,
        stores=all_stores,
        people=staff,
        add_store=stores,
        invite=invite,
    )


def _add_store(form: AddStore) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.add_store(
            merchant_id=here.merchant_id,
            name=form.name.data,
            address=form.address.data or "",
            actor=here.actor,
            at=clock.now(),
        )


def _invite(form: Invite) -> merchants.Invitation:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return merchants.invite_staff(
            merchant_id=here.merchant_id,
            name=form.name.data,
            role=Role(form.role.data),
            store_ids=form.stores.data or [],
            actor=here.actor,
            at=clock.now(),
        )
