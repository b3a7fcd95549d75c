"""WeChat Pay telling of coupons: given, and of product coupons also used and returned.

A notice is kept and applied in one commit, like money. What cannot be applied is kept with the
reason and answered FAIL: WeChat repeats it for some minutes, the sweep for ever, and the nightly
comparison finds what was never told.
"""

from apiflask import APIBlueprint
from flask import Response, request

from app.gateways.errors import ForgedNotice, StaleNotice
from app.kernel import clock, numbers
from app.web import bags, coupons, tills
from wechat_handlers import keeping

bp = APIBlueprint("wechat_coupons", __name__, enable_openapi=False)

COUPONS = "coupons"


@bp.post(bags.COUPONS_DOOR.format(channel="<channel>"))
def told(channel: str) -> Response:
    """Something became of a coupon."""
    merchant_id = numbers.merchant_of(channel, numbers.Kind.PAY_CHANNEL)
    keys = tills.channel_behind(channel, merchant_id=merchant_id)
    headers, body = dict(request.headers), request.get_data()
    try:
        said = coupons.read(keys, headers, body, received_at=clock.now())
    except (ForgedNotice, StaleNotice) as refusal:
        return keeping.fail(refusal.code, door=COUPONS, status=401)
    return keeping.receive(
        keys,
        door=COUPONS,
        reference=said.reference,
        apply=lambda at: coupons.apply(keys, said, at=at),
    )
