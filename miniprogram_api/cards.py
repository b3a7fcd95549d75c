"""One card of mine, use by use."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import redemption
from app.kernel import numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from miniprogram_api.presenters.cards import CardDetails, present_card

bp = APIBlueprint("cards", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


@bp.get("/cards/<card>")
@documented(who=[MEMBER], told={200: CardDetails})
def get_card(merchant: str, card: str) -> Response:
    """The uses of one card, and each use as it happened: when, and where."""
    member = auth.member(merchant)
    number = parse.number(card, numbers.Kind.CARD, merchant_id=member.merchant_id)
    with transaction():
        found = redemption.get_card(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
    return answer(present_card(found))
