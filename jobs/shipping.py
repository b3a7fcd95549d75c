"""Orders that WeChat must hear are delivered before it lets the money go.

The report's own row says what is still to do, so an outbox row is done as soon as that row is
there; the sweep tries again what did not come through.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import structlog
from redis.exceptions import RedisError

from app.domain import merchants, shipping
from app.gateways import App, gateways
from app.gateways.errors import GatewayError
from app.gateways.shipping import Answer, Package, Shipment, Shipping
from app.kernel import clock, outbox
from app.kernel.db import transaction
from app.kernel.errors import Busy
from jobs import outside
from jobs.sweeping import ROWS_PER_PASS, each

# WeChat takes apps under this rule without a word: a "no" must not be believed for long.
MANAGED_SECONDS, UNMANAGED_SECONDS = 86_400, 600
YES, NO = b"yes", b"no"

log = structlog.get_logger("jobs")


def report_order(task: outbox.Task) -> None:
    """A mini-program's order was paid: its vouchers are in the wallet, so tell WeChat."""
    with transaction():
        report_id = shipping.start(
            merchant_id=task.merchant_id, order_id=task.payload["order_id"], at=clock.now()
        )
        outbox.finish(task, at=clock.now())
    if report_id is not None:
        _report(shipping.DueReport(task.merchant_id, report_id), at=clock.now())


def note_settled(task: outbox.Task) -> None:
    """WeChat says that it let the money of an order go. Raises Busy: told before we reported it."""
    number = task.payload.get("payment_number", "")
    with transaction():
        settled = shipping.settle(
            merchant_id=task.merchant_id,
            transaction_id=task.payload["transaction_id"],
            at=clock.now(),
        )
        if not settled and shipping.is_to_come(merchant_id=task.merchant_id, payment_number=number):
            raise Busy("The report of this order is still to come.", number=number)
        outbox.finish(task, at=clock.now())


def hurry(task: outbox.Task) -> None:
    """WeChat reminds us of an order that it does not know to be delivered."""
    with transaction():
        shipping.hurry(
            merchant_id=task.merchant_id,
            transaction_id=task.payload["transaction_id"],
            at=clock.now(),
        )
        outbox.finish(task, at=clock.now())


def report_shipping(*, at: datetime) -> int:
    """Tell again what did not come through."""

    def report(due: shipping.DueReport) -> None:
        _report(due, at=max(at, clock.now()))

    return each(lambda: shipping.list_due(at=at, limit=ROWS_PER_PASS), report)


def _report(due: shipping.DueReport, *, at: datetime) -> None:
    which = {"merchant_id": due.merchant_id, "report_id": due.id}
    with transaction():
        report = shipping.take(**which, at=at)
        packed = shipping.list_packed(**which) if report and report.is_split else []
    if report is None:
        return
    sender = _sender(due.merchant_id, report.appid)
    try:
        answer = _tell(sender, report, packed)
    except GatewayError as failure:
        log.warning("shipping not reported", report=due.id, reason=failure.code)
        _note_failure(due, report, failure)
        return
    with transaction():
        if answer is None:
            shipping.mark_not_needed(**which, why=shipping.NOT_MANAGED)
        elif answer is Answer.CANNOT_BE_SHIPPED:
            shipping.mark_not_needed(**which, why=answer.value)
        elif not report.is_all_sent:
            shipping.mark_partly_sent(merchant_id=due.merchant_id, report=report, at=clock.now())
        else:
            shipping.mark_sent(**which, at=clock.now())


def _tell(
    sender: Shipping, report: shipping.Report, packed: Sequence[shipping.Packed]
) -> Answer | None:
    """None when the app is not one of those whose money is kept."""
    if not _is_managed(sender, report.appid):
        return None
    # A second report counts as a correction, so what may have arrived is asked about first. As
    # long as parcels are to come, the order does not count as reported.
    is_complete = report.is_all_sent
    if is_complete and report.tries > 1 and sender.is_shipped(report.transaction_id):
        return Answer.KNOWN_ALREADY
    shipment = Shipment(
        transaction_id=report.transaction_id,
        openid=report.openid,
        item=report.item,
        company=report.company,
        tracking_number=report.tracking_number,
        contact=report.contact,
        packages=[Package(**vars(each)) for each in packed],
        is_all_sent=is_complete,
    )
    return sender.report(shipment, at=clock.now())


def _note_failure(due: shipping.DueReport, report: shipping.Report, failure: GatewayError) -> None:
    which = {"merchant_id": due.merchant_id, "report_id": due.id}
    at = clock.now()
    with transaction():
        if failure.retryable:
            shipping.postpone(**which, tries=report.tries, why=failure.code, at=at)
        else:
            shipping.mark_refused(**which, why=failure.code)


def _sender(merchant_id: int, appid: str) -> Shipping:
    with transaction():
        keys = merchants.get_app(merchant_id=merchant_id, appid=appid)
    return gateways().shipping(App(appid=keys.appid, secret=keys.secret))


def _is_managed(sender: Shipping, appid: str) -> bool:
    """Asked once a day, a "no" again after ten minutes; while Redis is away, every time."""
    key = f"kabao:trade_managed:{appid}"
    try:
        known = cast("bytes | None", outside.redis().get(key))
        if known is None:
            known = YES if sender.is_managed() else NO
            lasts = MANAGED_SECONDS if known == YES else UNMANAGED_SECONDS
            outside.redis().set(key, known, ex=lasts)
    except RedisError:
        return sender.is_managed()
    return known == YES
