"""My points."""

from datetime import datetime

from apiflask import APIBlueprint
from flask import Response

from app.domain import points
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit, Told

bp = APIBlueprint("points", __name__, url_prefix="/api/v1/<merchant>/points", tag="Customer")


class Balance(Told):
    """`expiring_soon` of them expire within thirty days, the first at `expires_at`."""

    spendable: int
    debt: int
    expiring_soon: int
    expires_at: datetime | None


class Entry(Told):
    at: datetime
    change: int
    reason: str


class Entries(Told):
    items: list[Entry]
    next_cursor: str | None


class PageOfEntries(Asked):
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("")
@documented(who=[MEMBER], told={200: Balance})
def get_balance(merchant: str) -> Response:
    """How many points I have, owe, and am about to lose."""
    member = auth.member(merchant)
    with transaction():
        found = points.balance(
            merchant_id=member.merchant_id, member_id=member.member_id, at=clock.now()
        )
    return answer(
        Balance(
            spendable=found.spendable,
            debt=found.debt,
            expiring_soon=found.expiring_soon,
            expires_at=found.expires_at,
        )
    )


@bp.get("/entries")
@documented(who=[MEMBER], query=PageOfEntries, told={200: Entries})
def list_entries(merchant: str) -> Response:
    """Every change of my points, the newest first."""
    member, wanted = auth.member(merchant), parse.query(PageOfEntries)
    with transaction():
        page = points.list_entries(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    items = [Entry(at=line.at, change=line.change, reason=line.reason) for line in page.items]
    return answer(Entries(items=items, next_cursor=page.next_cursor))
