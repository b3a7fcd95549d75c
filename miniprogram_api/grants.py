"""Asking "may we tell you?", and remembering the answers."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import messaging
from app.domain.risk import Action, Per
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, limits, parse
from app.web.answers import answer, nothing
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, TemplateId, Told

bp = APIBlueprint("grants", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")

# WeChat asks for at most so many templates in one dialogue.
MOST_AT_ONCE = 5


class Templates(Told):
    """Pass these to wx.requestSubscribeMessage, from a tap."""

    template_ids: list[str]


class ReportGrants(Asked):
    """What wx.requestSubscribeMessage answered, by template id."""

    answers: Annotated[
        dict[TemplateId, Literal["accept", "reject", "ban", "filter"]],
        Meta(min_length=1, max_length=MOST_AT_ONCE),
    ]


@bp.get("/templates")
@documented(who=[MEMBER], told={200: Templates})
def list_templates(merchant: str) -> Response:
    """The messages to ask the customer about."""
    member = auth.member(merchant)
    with transaction():
        ids = messaging.templates_to_ask(merchant_id=member.merchant_id, appid=member.appid)
    return answer(Templates(template_ids=ids))


@bp.post("/grants")
@documented(who=[MEMBER], body=ReportGrants, told={204: None})
def report_grants(merchant: str) -> Response:
    """Remember what the customer allowed. One acceptance is one message."""
    member, wanted = auth.member(merchant), parse.body(ReportGrants)
    limits.check(
        Action.REPORT_GRANTS, merchant_id=member.merchant_id, who={Per.MEMBER: member.actor}
    )
    with transaction():
        messaging.report_grants(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            answers=wanted.answers,
            at=clock.now(),
        )
    return nothing()
