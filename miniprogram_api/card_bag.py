"""Putting what I hold into WeChat's own card bag (微信卡包). The wallet is complete without."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import card_bag
from app.domain.card_bag import Offered, Seen
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, bags, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from miniprogram_api.presenters.card_bag import BagOffer, present_offer

bp = APIBlueprint("card_bag", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


@bp.post("/vouchers/<voucher>/card-bag")
@documented(who=[MEMBER], told={200: BagOffer}, refuses=[409, 502])
def offer_voucher(merchant: str, voucher: str) -> Response:
    """What puts one of my vouchers into the bag. Asking again gives the same card."""
    member = auth.member(merchant)
    number = parse.number(voucher, numbers.Kind.VOUCHER, merchant_id=member.merchant_id)
    with transaction():
        offered = card_bag.offer_voucher(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            number=number,
            at=clock.now(),
        )
    return _answer(offered, merchant_id=member.merchant_id)


@bp.post("/card-bag/membership")
@documented(who=[MEMBER], told={200: BagOffer}, refuses=[409, 502])
def offer_membership(merchant: str) -> Response:
    """What puts the shop's member card, which shows my points, into the bag."""
    member = auth.member(merchant)
    with transaction():
        offered = card_bag.offer_membership(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return _answer(offered, merchant_id=member.merchant_id)


def _answer(offered: Offered, *, merchant_id: int) -> Response:
    is_new = offered.seen is Seen.OFFERED
    parameters = bags.sign(offered, merchant_id=merchant_id) if is_new else None
    return answer(present_offer(offered, parameters))
