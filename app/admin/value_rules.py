"""Stored value: when a spending is confirmed once more, what is sold, and what the law limits."""

from flask import Blueprint, Response
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.forms import Form, Needed, YuanField
from app.admin.needs import needs
from app.domain import catalog, family, stored_value
from app.domain.catalog import OfferKind
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction

bp = Blueprint("value", __name__)
SHOWN = (OfferKind.TOPUP, OfferKind.GIFT_CARD)


class LimitsForm(Form):
    order = YuanField(_("单笔超过（元）"), validators=[Needed()])
    day = YuanField(_("一天合计超过（元）"), validators=[Needed()])


@bp.get("/<merchant>/value")
@needs(Role.MANAGER)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        limits = stored_value.spend_limits(merchant_id=here.merchant_id)
    form = LimitsForm(formdata=None, order=limits.order_fen, day=limits.day_fen)
    return _value(form)


@bp.post("/<merchant>/value")
@needs(Role.OWNER, is_dear=True)
def set_limits(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form = LimitsForm()
    if form.validate() and form.does(lambda: _set(form)):
        return pages.go("value.show", words=_("已保存"))
    return _value(form, status=422)


def _value(form: LimitsForm, *, status: int = 200) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        offers = [
            offer
            for kind in SHOWN
            for offer in catalog.list_offer_choices(merchant_id=here.merchant_id, kind=kind)
        ]
    return pages.page(
        "value/show.html",
        status=status,
        form=form,
        offers=offers,
        named_cap_fen=stored_value.NAMED_CAP_FEN,
        unnamed_cap_fen=stored_value.UNNAMED_CAP_FEN,
        seats=family.MOST_SEATS,
    )


def _set(form: LimitsForm) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        stored_value.set_spend_limits(
            merchant_id=here.merchant_id,
            order_fen=form.order.data or 0,
            day_fen=form.day.data or 0,
            actor=here.actor,
            at=clock.now(),
        )
