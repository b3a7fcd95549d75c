"""Helps that something speaks against: managers look, and decide."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import assist
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Limit, Line200
from miniprogram_api.presenters.assists import (
    ReviewDecided,
    ReviewPage,
    present_reviews,
)

bp = APIBlueprint(
    "assist_reviews", __name__, url_prefix="/api/v1/<merchant>/counter/reviews", tag="Counter"
)


class PageOfReviews(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


class DecideReview(Asked):
    """`reason` is kept with the decision, for whoever asks later."""

    reason: Line200


@bp.get("")
@documented(who=[STAFF], query=PageOfReviews, told={200: ReviewPage})
def list_reviews(merchant: str) -> Response:
    """Helps that wait for a decision, and rejected ones with an appeal; the oldest first."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfReviews)
    with transaction(merchant=manager.merchant_id):
        page = assist.list_reviews(
            merchant_id=manager.merchant_id, cursor=wanted.cursor, limit=wanted.limit
        )
    return answer(present_reviews(page))


@bp.post("/<given>/approve")
@documented(who=[STAFF], body=DecideReview, told={200: ReviewDecided}, refuses=[409])
def approve(merchant: str, given: str) -> Response:
    """It counts, and the helper gets his voucher. After the task's end only the latter."""
    manager, wanted = auth.manager(merchant), parse.body(DecideReview)
    number = parse.number(given, numbers.Kind.HELP, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        state = assist.approve(
            merchant_id=manager.merchant_id,
            number=number,
            reason=wanted.reason,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(ReviewDecided(help=number, state="counted", assist_state=state))


@bp.post("/<given>/reject")
@documented(who=[STAFF], body=DecideReview, told={200: ReviewDecided}, refuses=[409])
def reject(merchant: str, given: str) -> Response:
    """It does not count; its place is free again."""
    manager, wanted = auth.manager(merchant), parse.body(DecideReview)
    number = parse.number(given, numbers.Kind.HELP, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        assist.reject(
            merchant_id=manager.merchant_id,
            number=number,
            reason=wanted.reason,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(ReviewDecided(help=number, state="rejected"))
