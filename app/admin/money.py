"""Our books beside WeChat's bill: what differs, whose it is to clear up, and how it was."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import Length

from app.admin import actors, door, pages
from app.admin.forms import Form, Needed, choices
from app.admin.needs import needs
from app.domain import merchants, payments
from app.domain.merchants import Role, StaffState
from app.kernel import clock
from app.kernel.db import transaction
from app.web import standing

bp = Blueprint("money", __name__)
PER_PAGE = 30
TABS = ("open", "mine", "settled")


class Assign(Form):
    staff = SelectField(_("负责人"), coerce=int, validate_choice=False)


class Settle(Form):
    reason = StringField(_("处理结果"), validators=[Needed(), Length(max=200)])


@bp.get("/<merchant>/money")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, said = door.here(), request.args.get("tab", "")
    tab = said if said in TABS else TABS[0]
    with transaction(merchant=here.merchant_id):
        page = payments.list_differences(
            merchant_id=here.merchant_id,
            is_open=tab != "settled",
            staff_id=here.staff.staff_id if tab == "mine" else None,
            cursor=request.args.get("cursor"),
            limit=PER_PAGE,
        )
        names = actors.told(here.merchant_id, (each.settled_by for each in page.items))
    return pages.page("money/index.html", page=page, tab=tab, names=names)


@bp.get("/<merchant>/money/<int:difference_id>")
@needs(Role.MANAGER)
def show(merchant: str, difference_id: int) -> Response:  # noqa: ARG001 - the door reads it
    return _show(difference_id, Assign(formdata=None), Settle(formdata=None))


@bp.post("/<merchant>/money/<int:difference_id>/assign")
@needs(Role.MANAGER)
def assign(merchant: str, difference_id: int) -> Response:  # noqa: ARG001 - the door reads it
    form, here = Assign(), door.here()

    def assigned() -> None:
        with transaction(merchant=here.merchant_id):
            payments.assign_difference(
                merchant_id=here.merchant_id,
                difference_id=difference_id,
                staff_id=form.staff.data,
                actor=here.actor,
                at=clock.now(),
            )

    if form.validate() and form.does(assigned):
        return pages.go("money.show", difference_id=difference_id, words=_("已指派"))
    return _show(difference_id, form, Settle(formdata=None), status=422)


@bp.post("/<merchant>/money/<int:difference_id>/settle")
@needs(Role.MANAGER, is_dear=True)
def settle(merchant: str, difference_id: int) -> Response:  # noqa: ARG001 - the door reads it
    form, here = Settle(), door.here()

    def settled() -> None:
        with transaction(merchant=here.merchant_id):
            payments.settle_difference(
                merchant_id=here.merchant_id,
                difference_id=difference_id,
                reason=form.reason.data,
                actor=here.actor,
                at=clock.now(),
            )

    if form.validate() and form.does(settled):
        standing.forget()
        return pages.go("money.index", words=_("差异已处理"))
    return _show(difference_id, Assign(formdata=None), form, status=422)


def _show(
    difference_id: int, assigning: Assign, settling: Settle, *, status: int = 200
) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = payments.get_difference(merchant_id=here.merchant_id, difference_id=difference_id)
        staff = merchants.list_staff(merchant_id=here.merchant_id)
        names = actors.told(here.merchant_id, [found.settled_by])
    working = [each for each in staff if each.state == StaffState.ACTIVE]
    assigning.staff.choices = choices((each.id, each.name) for each in working)
    if status == 200 and found.assigned_to:  # noqa: PLR2004 - nothing was refused
        assigning.staff.data = found.assigned_to
    return pages.page(
        "money/show.html",
        status=status,
        each=found,
        assigning=assigning,
        settling=settling,
        names=names,
    )
