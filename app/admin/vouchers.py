"""Vouchers: found by a number, and the whole story of one."""

from flask import Blueprint, Response, request

from app.admin import actors, door, pages
from app.admin.needs import needs
from app.admin.numbering import kind_of, mine
from app.domain import redemption, vouchers
from app.domain.merchants import Role
from app.kernel.db import transaction
from app.kernel.numbers import Kind

bp = Blueprint("vouchers", __name__)
A_PAGE = 30


@bp.get("/<merchant>/vouchers")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """The newest first. A voucher's, redemption's or order's number leads there at once."""
    said, here = request.args.get("q", "").strip().upper(), door.here()
    kind = kind_of(said)
    if kind is Kind.VOUCHER:
        return pages.go("vouchers.show", number=said)
    if kind is Kind.ORDER:
        return pages.go("orders.show", number=said)
    if kind is Kind.MEMBER:
        return pages.go("members.show", number=said)
    if said and kind not in {Kind.REDEMPTION, Kind.CARD}:
        return pages.page("vouchers/index.html", page=None, said=said)
    with transaction(merchant=here.merchant_id):
        used = kind is Kind.REDEMPTION and redemption.voucher_of_redemption(
            merchant_id=here.merchant_id, number=said
        )
        page = vouchers.list_for_desk(
            merchant_id=here.merchant_id,
            card_number=said if kind is Kind.CARD else None,
            cursor=request.args.get("cursor"),
            limit=A_PAGE,
        )
    if used:
        return pages.go("vouchers.show", number=used)
    found = None if kind is Kind.REDEMPTION else page
    return pages.page("vouchers/index.html", page=found, said=said)


@bp.get("/<merchant>/vouchers/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """Bought, gifted, redeemed, refunded: who, where, when, and what the books say."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        each = redemption.voucher_file(
            merchant_id=here.merchant_id, number=mine(number, Kind.VOUCHER)
        )
        story = redemption.voucher_story(merchant_id=here.merchant_id, voucher_id=each.id)
        names = actors.told(here.merchant_id, (step.actor for step in story))
    return pages.page("vouchers/show.html", each=each, story=story, names=names)
