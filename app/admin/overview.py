"""The first page behind the door."""

from flask import Blueprint, Response

from app.admin import door, pages, till_store
from app.admin.needs import needs
from app.admin.till_store import Counter
from app.domain import redemption, shifts
from app.domain.merchants import Role
from app.domain.redemption import TodayTotals
from app.kernel import clock
from app.kernel.db import transaction

bp = Blueprint("overview", __name__)


@bp.get("/<merchant>/")
@needs(Role.CLERK)
def show(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Numbers for whoever runs the shop; for a clerk, his own day."""
    if door.here().staff.is_at_least(Role.MANAGER):
        return pages.page("overview.html")
    counter = till_store.counter()
    if counter is None:
        return pages.page("till/stores.html", stores=till_store.stores())
    totals, shift = _day(counter)
    return pages.page("till/day.html", counter=counter, totals=totals, shift=shift)


def _day(counter: Counter) -> tuple[TodayTotals, shifts.Shift]:
    here, at = door.here(), clock.now()
    which = {"merchant_id": here.merchant_id, "store_id": counter.id}
    with transaction(merchant=here.merchant_id):
        _lines, totals = redemption.today(**which, actor=here.actor, at=at)
        return totals, shifts.current(**which, staff_id=here.staff.staff_id, at=at)
