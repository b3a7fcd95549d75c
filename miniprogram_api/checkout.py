"""What an order would cost, before it is placed."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import orders
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, client, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Fen, Number, Points, Quantity
from miniprogram_api.presenters.checkout import CheckoutQuote, present_quote

bp = APIBlueprint("checkout", __name__, url_prefix="/api/v1/<merchant>/checkout", tag="Orders")


class AskQuote(Asked):
    """The best voucher is counted, unless one is named in `voucher` or `best` is false."""

    offer: Number
    quantity: Quantity = 1
    voucher: Number | None = None
    best: bool = True
    points: Points = 0
    value_fen: Fen = 0
    from_family: bool = False


@bp.get("/quote")
@documented(who=[MEMBER], query=AskQuote, told={200: CheckoutQuote}, refuses=[409])
def quote(merchant: str) -> Response:
    """The price with these pots, which voucher serves best, and why each other one does not.

    Nothing is held. An order uses the voucher that it names and no other.
    """
    member, wanted = auth.member(merchant), parse.query(AskQuote)
    with transaction():
        found = orders.quote(
            orders.Idea(
                merchant_id=member.merchant_id,
                member_id=member.member_id,
                offer_number=wanted.offer,
                quantity=wanted.quantity,
                best_voucher=wanted.best and wanted.voucher is None,
                voucher_number=wanted.voucher,
                points=wanted.points,
                value_fen=wanted.value_fen,
                from_family=wanted.from_family,
                on_ios=client.is_ios(),
            ),
            at=clock.now(),
        )
    return answer(present_quote(found))
