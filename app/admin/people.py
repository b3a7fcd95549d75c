"""Stores, and the people who work there."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.admin import attempts, door, pages, words
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.domain import accounts, merchants
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound

bp = Blueprint("people", __name__)
_INVITED = _("邀请已生成；没有看到链接时，请重新邀请")


class AddStore(Form):
    name = StringField(_("门店名称"), validators=[Needed(), Length(max=60)])
    address = StringField(_("地址"), validators=[Length(max=200)])


class Rights(Form):
    """What somebody may do, and where."""

    role = SelectField(
        _("角色"),
        choices=choices((role.value, words.ROLES[role]) for role in Role),
        # Nobody becomes an owner by a form that was sent too fast.
        default=Role.CLERK.value,
    )
    stores = SelectMultipleField(
        _("可核销的门店（店员必选）"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )


class Invite(Rights):
    name = StringField(_("姓名"), validators=[Needed(), Length(max=40)])


@bp.get("/<merchant>/people")
@needs(Role.OWNER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return _people(AddStore(), Invite())


@bp.post("/<merchant>/people/stores")
@needs(Role.OWNER, is_dear=True)
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
        attempts.shown_once("people.index", str(_INVITED))
        return pages.page("invited.html", link=_link(made[0]), name=form.name.data)
    return _people(AddStore(formdata=None), form, status=422)


@bp.get("/<merchant>/people/<number>")
@needs(Role.OWNER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return _person(number, None)


@bp.post("/<merchant>/people/<number>/rights")
@needs(Role.OWNER, is_dear=True)
def change(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form = Rights()
    if form.validate() and form.does(lambda: _change(number, form)):
        return pages.go("people.show", number=number, words=_("已保存，立即生效"))
    return _person(number, form, status=422)


@bp.post("/<merchant>/people/<number>/invite-again")
@needs(Role.OWNER, is_dear=True)
def invite_again(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        staff = merchants.get_staff(merchant_id=here.merchant_id, number=number)
        made = merchants.invite_again(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )
    attempts.shown_once("people.show", str(_INVITED), number=number)
    return pages.page("invited.html", link=_link(made), name=staff.name)


@bp.post("/<merchant>/people/<number>/second-factor/reset")
@needs(Role.OWNER, is_dear=True)
def reset_second_factor(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """For who lost his phone and his codes; the owner's own page is another."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        staff = merchants.get_staff(merchant_id=here.merchant_id, number=number)
        if staff.id == here.staff.staff_id:
            raise Invalid("自己的动态验证码请在“我的账号”更换")
        accounts.reset(
            merchant_id=here.merchant_id, staff_id=staff.id, by=here.actor, at=clock.now()
        )
    return pages.go("people.show", number=number, words=_("已重置，对方登录后需重新绑定"))


@bp.post("/<merchant>/people/<number>/browsers/<int:session_id>/end")
@needs(Role.OWNER)
def end_browser(merchant: str, number: str, session_id: int) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        staff = merchants.get_staff(merchant_id=here.merchant_id, number=number)
        ended = accounts.sign_out(
            merchant_id=here.merchant_id,
            staff_id=staff.id,
            session_id=session_id,
            by=here.actor,
            at=clock.now(),
        )
    if not ended:
        raise NotFound("There is no such browser.")
    return pages.go("people.show", number=number, words=_("该设备已退出"))


@bp.post("/<merchant>/people/stores/<number>/close")
@needs(Role.OWNER, is_dear=True)
def close_store(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.close_store(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )
    return pages.go("people.index", words=_("门店已关闭"))


@bp.route("/<merchant>/people/stores/<number>", methods=["GET", "POST"])
@needs(Role.OWNER, is_dear=True)
def store(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = merchants.get_store(merchant_id=here.merchant_id, number=number)
    form = AddStore(data={"name": found.name, "address": found.address})
    if (
        request.method == "POST"
        and form.validate()
        and form.does(lambda: _change_store(number, form))
    ):
        return pages.go("people.index", words=_("门店已保存"))
    status = 422 if request.method == "POST" else 200
    return pages.page("store.html", status=status, form=form, store=found)


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


def _person(number: str, form: Rights | None, *, status: int = 200) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        staff = merchants.get_staff(merchant_id=here.merchant_id, number=number)
        given = merchants.store_ids_of(merchant_id=here.merchant_id, staff_id=staff.id)
        all_stores = merchants.list_stores(merchant_id=here.merchant_id)
        browsers = accounts.list_sessions(merchant_id=here.merchant_id, staff_id=staff.id, at=at)
        has_factor = accounts.has_one(merchant_id=here.merchant_id, staff_id=staff.id)
    form = form or Rights(formdata=None, data={"role": staff.role.value, "stores": list(given)})
    form.stores.choices = choices(
        (each.id, each.name) for each in all_stores if each.is_open or each.id in given
    )
    return pages.page(
        "person.html",
        status=status,
        form=form,
        person=staff,
        staff_actor=f"staff:{staff.id}",
        browsers=browsers,
        may_reset=has_factor and staff.id != here.staff.staff_id,
    )


def _link(made: merchants.Invitation) -> str:
    """Its token stands behind the `#`, which no server sees."""
    return door.public_url() + pages.to("entering.accept") + f"#{made.token}"


def _change(number: str, form: Rights) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.change_staff(
            merchant_id=here.merchant_id,
            number=number,
            role=Role(form.role.data),
            store_ids=form.stores.data or [],
            actor=here.actor,
            at=clock.now(),
        )


def _change_store(number: str, form: AddStore) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        merchants.change_store(
            merchant_id=here.merchant_id,
            number=number,
            name=form.name.data,
            address=form.address.data or "",
            actor=here.actor,
            at=clock.now(),
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
