"""Publishing, stopping, the emergency stop, stock: each tells first what will follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import Response
from flask_babel import lazy_gettext as _
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from app.admin import door, pages
from app.admin.forms import Form
from app.admin.needs import needs
from app.admin.offers import bp, sheet_page
from app.admin.offers_publishing import drafts_in, findings, publish
from app.admin.preview import problems_of
from app.domain import catalog, orders, vouchers
from app.domain.catalog import OfferSheet, OfferState
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

__all__ = ["bp"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """`states`: in which one it can be taken."""

    words: str
    done: str
    icon: str
    style: str
    states: frozenset[OfferState]
    take: Callable[[str], None]


class StockForm(Form):
    quota = IntegerField(
        _("库存（份，含已售）"), validators=[Optional(), NumberRange(0, 100_000_000, _("0 或以上"))]
    )


@bp.get("/<merchant>/offers/<number>/steps/<step>")
@needs(Role.MANAGER)
def consider(merchant: str, number: str, step: str) -> Response:  # noqa: ARG001 - the door reads it
    """What will follow."""
    here, at, wanted = door.here(), clock.now(), _step(step)
    with transaction(merchant=here.merchant_id):
        found = catalog.open_offer(merchant_id=here.merchant_id, number=number, at=at)
        if found.detail.state not in wanted.states:
            return pages.go("offers.show", number=number)
        return _consider(found, step, wanted)


@bp.post("/<merchant>/offers/<number>/steps/<step>")
@needs(Role.MANAGER)
def take(merchant: str, number: str, step: str) -> Response:  # noqa: ARG001 - the door reads it
    wanted = _step(step)
    try:
        wanted.take(number)
    except catalog.NotPublishable as refusal:
        return sheet_page(number, problems=problems_of(refusal), status=409)
    return pages.go("offers.show", number=number, words=wanted.done)


@bp.post("/<merchant>/offers/<number>/stock")
@needs(Role.MANAGER)
def stock(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    form = StockForm()
    if form.validate() and form.does(lambda: _set_stock(number, form.quota.data)):
        return pages.go("offers.show", number=number, words=_("库存已更新"))
    wrong = [*form.refusals, *form.quota.errors]
    return sheet_page(number, status=422, stock_refusals=wrong)


def _consider(found: OfferSheet, step: str, wanted: Step) -> Response:
    here, at, offer_id = door.here(), clock.now(), found.detail.offer_id
    number = found.detail.number
    held = vouchers.outstanding_of_offer(merchant_id=here.merchant_id, offer_id=offer_id, at=at)
    return pages.page(
        "offers/consider.html",
        sheet=found,
        offer=found.detail,
        step=step,
        wanted=wanted,
        sold=orders.sold_of_offer(merchant_id=here.merchant_id, offer_id=offer_id),
        held=held,
        # The end lies behind the last moment.
        last_until=held.last_until - timedelta(microseconds=1) if held.last_until else None,
        problems=findings(number, at=at) if step == "publish" else (),
        drafts=drafts_in(number, at=at) if step == "publish" else (),
    )


def _publish(number: str) -> None:
    with transaction(merchant=door.here().merchant_id):
        publish(number, at=clock.now())


def _stop(number: str) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        catalog.stop_offer(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=clock.now()
        )


def _kill(number: str) -> None:
    """Off sale, and nobody pays any more for what he has ordered already."""
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        offer = catalog.stop_offer(
            merchant_id=here.merchant_id, number=number, actor=here.actor, at=at
        )
        orders.hurry_unpaid(
            merchant_id=here.merchant_id,
            offer_id=offer.id,
            offer_number=number,
            actor=here.actor,
            at=at,
        )


def _set_stock(number: str, quota: int | None) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        orders.set_stock(
            merchant_id=here.merchant_id,
            number=number,
            quota=quota,
            actor=here.actor,
            at=clock.now(),
        )


def _step(word: str) -> Step:
    if word not in STEPS:
        raise NotFound("There is no such step.", step=word[:40])
    return STEPS[word]


_OFF_SALE = frozenset({OfferState.DRAFT, OfferState.STOPPED})
_ON_SALE = frozenset({OfferState.ON_SALE})
STEPS: Mapping[str, Step] = {
    "publish": Step(
        words=_("发布"),
        done=_("已发布，顾客现在可以购买"),
        icon="send",
        style="btn-primary",
        states=_OFF_SALE,
        take=_publish,
    ),
    "stop": Step(
        words=_("下架"),
        done=_("已下架"),
        icon="player-pause",
        style="btn-warning",
        states=_ON_SALE,
        take=_stop,
    ),
    "kill": Step(
        words=_("紧急停售"),
        done=_("已停售，待付款订单正在关闭"),
        icon="power",
        style="btn-danger",
        # Also for what is off sale, while orders wait to be paid.
        states=_ON_SALE | {OfferState.STOPPED},
        take=_kill,
    ),
}
