"""WeChat Pay telling of merchant coupons: somebody was given one.

It is kept and applied in one commit, like money; what cannot be applied is answered FAIL, for
WeChat repeats it, and the nightly comparison finds what was never told.
"""

from apiflask import APIBlueprint
from flask import Response, request

from app.domain import card_bag, merchants
from app.domain.card_bag import BagEvent, Kind
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.pay_notices import CouponNotice
from app.kernel import clock, inbox, numbers
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.web import bags, metrics, tills
from app.web.answers import answer, nothing
from app.web.errors import Problem
from app.web.logs import log

bp = APIBlueprint("wechat_coupons", __name__, enable_openapi=False)

COUPONS = "coupons"
DOOR = "/wechat/pay/<channel>/coupons"


@bp.post(DOOR)
def given(channel: str) -> Response:
    """A coupon was given to somebody."""
    merchant_id = numbers.merchant_of(channel, numbers.Kind.PAY_CHANNEL)
    keys = tills.channel_behind(channel, merchant_id=merchant_id)
    at = clock.now()
    try:
        told = bags.coupons_of(keys).read_notice(
            dict(request.headers), request.get_data(), received_at=at
        )
        _keep_and_apply(keys, told)
    except (ForgedNotice, StaleNotice) as refusal:
        return _fail(refusal.code, status=401)
    except DomainError as refusal:
        return _fail(refusal.code, status=500)
    metrics.NOTICES.labels(COUPONS, "applied").inc()
    return nothing()


def _keep_and_apply(keys: merchants.ChannelSecrets, told: CouponNotice) -> None:
    at = clock.now()
    notice = inbox.Notice(
        merchant_id=keys.merchant_id,
        source=f"wechat_pay.{COUPONS}.{keys.number}",
        reference=told.reference,
        headers="{}",
        body=request.get_data().decode(),
    )
    event = BagEvent(
        kind=Kind.GOT,
        platform_id=told.stock_id,
        code=told.code,
        at=told.sent_at,
        openid=told.openid,
        unionid=told.unionid,
    )
    with transaction():
        if inbox.keep_applied(notice, at=at):
            card_bag.apply_event(merchant_id=keys.merchant_id, event=event, at=at)


def _fail(reason: str, *, status: int) -> Response:
    metrics.NOTICES.labels(COUPONS, reason).inc()
    log.warning("notice refused", door=COUPONS, reason=reason)
    message = "The notice was not accepted."
    return answer(Problem(code="FAIL", message=message, details={"reason": reason}), status)
