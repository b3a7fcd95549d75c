"""My points, and what they buy."""

from apiflask import APIBlueprint
from flask import Response

from app.domain import points
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, client, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit
from miniprogram_api.presenters.points import (
    Balance,
    Entries,
    MallPage,
    PendingPage,
    present_balance,
    present_entries,
    present_mall,
    present_pending,
)

bp = APIBlueprint("points", __name__, url_prefix="/api/v1/<merchant>/points", tag="Customer")


class PageOfPoints(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("")
@documented(who=[MEMBER], told={200: Balance})
def get_balance(merchant: str) -> Response:
    """How many points I have, wait for, owe, and am about to lose."""
    member = auth.member(merchant)
    with transaction():
        found = points.balance(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return answer(present_balance(found))


@bp.get("/entries")
@documented(who=[MEMBER], query=PageOfPoints, told={200: Entries})
def list_entries(merchant: str) -> Response:
    """Every change of my points, the newest first, and what multiplied it."""
    member, wanted = auth.member(merchant), parse.query(PageOfPoints)
    with transaction():
        page = points.list_entries(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_entries(page))


@bp.get("/pending")
@documented(who=[MEMBER], told={200: PendingPage})
def list_pending(merchant: str) -> Response:
    """Points of my purchases that can be spent later, the next ones first."""
    member = auth.member(merchant)
    with transaction():
        lines = points.list_pending(merchant_id=member.merchant_id, member_id=member.member_id)
    return answer(present_pending(lines))


@bp.get("/mall")
@documented(who=[MEMBER], query=PageOfPoints, told={200: MallPage})
def list_mall(merchant: str) -> Response:
    """Offers with a points price that are on sale, the newest first; they are ordered as others.

    What may not be sold on the caller's system is left out, so a page may hold fewer than asked.
    """
    member, wanted = auth.member(merchant), parse.query(PageOfPoints)
    with transaction():
        mall = points.list_mall(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
        )
    return answer(present_mall(mall, on_ios=client.is_ios()))
