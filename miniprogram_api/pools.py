"""Third-party codes: shown to their holders, stocked by managers."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import pools
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import MEMBER, STAFF, documented
from app.web.words import ONE_LINE, Asked
from miniprogram_api.presenters.pools import (
    CodeShown,
    CodesImported,
    Pools,
    present_imported,
    present_pools,
    present_shown,
)

bp = APIBlueprint("codes", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")
counter = APIBlueprint(
    "code_pools", __name__, url_prefix="/api/v1/<merchant>/counter/code-pools", tag="Counter"
)

CodeLine = Annotated[str, Meta(max_length=240, pattern=ONE_LINE)]


class ImportCodes(Asked):
    """`CODE` or `CODE,2026-12-31` on each line. A dry run changes nothing and tells the same."""

    lines: Annotated[list[CodeLine], Meta(min_length=1, max_length=2000)]
    dry_run: bool = True


@bp.post("/vouchers/<voucher>/reveal")
@documented(who=[MEMBER], told={200: CodeShown}, refuses=[409])
def reveal(merchant: str, voucher: str) -> Response:
    """Show me the third party's code of my voucher, which is used up by that.

    Whoever saw it may look again as often as he likes.
    """
    member = auth.member(merchant)
    number = parse.number(voucher, numbers.Kind.VOUCHER, merchant_id=member.merchant_id)
    with transaction():
        shown = pools.reveal(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            voucher_number=number,
            at=clock.now(),
        )
    return answer(present_shown(shown))


@counter.get("")
@documented(who=[STAFF], told={200: Pools})
def list_pools(merchant: str) -> Response:
    """What is left of each benefit's codes, and how many customers wait for one."""
    manager = auth.manager(merchant)
    with transaction(merchant=manager.merchant_id):
        found = pools.list_pools(merchant_id=manager.merchant_id, at=clock.now())
    return answer(present_pools(found))


@counter.post("/<benefit>/codes")
@documented(who=[STAFF], body=ImportCodes, told={200: CodesImported}, refuses=[409])
def import_codes(merchant: str, benefit: str) -> Response:
    """Put codes into the pool, or try to: each line that is left out is told with its reason."""
    manager, wanted = auth.manager(merchant), parse.body(ImportCodes)
    number = parse.number(benefit, numbers.Kind.BENEFIT, merchant_id=manager.merchant_id)
    with transaction(merchant=manager.merchant_id):
        done = pools.import_codes(
            merchant_id=manager.merchant_id,
            benefit_number=number,
            lines=wanted.lines,
            is_dry_run=wanted.dry_run,
            actor=manager.actor,
            at=clock.now(),
        )
    return answer(present_imported(done))
