"""WeChat Pay telling that something happened to a complaint.

A notice only names the complaint: it is kept together with the job that asks what happened. What
was never told is found by asking for the list.
"""

from apiflask import APIBlueprint
from flask import Response, request

from app.gateways.errors import ForgedNotice, StaleNotice
from app.kernel import clock, numbers
from app.web import complaints, tills
from wechat_handlers import keeping

bp = APIBlueprint("wechat_complaints", __name__, enable_openapi=False)

COMPLAINTS = "complaints"


@bp.post(complaints.COMPLAINTS_DOOR.format(channel="<channel>"))
def told(channel: str) -> Response:
    """Something happened to a complaint."""
    merchant_id = numbers.merchant_of(channel, numbers.Kind.PAY_CHANNEL)
    keys = tills.channel_behind(channel, merchant_id=merchant_id)
    headers, body = dict(request.headers), request.get_data()
    try:
        said = complaints.read(keys, headers, body, received_at=clock.now())
    except (ForgedNotice, StaleNotice) as refusal:
        return keeping.fail(refusal.code, door=COMPLAINTS, status=401)
    return keeping.receive(
        keys,
        door=COMPLAINTS,
        reference=said.reference,
        apply=lambda at: complaints.apply(keys, said, at=at),
    )
