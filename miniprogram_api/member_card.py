"""My member card: one code for whatever I hold, lost and issued anew; paper cards bound by scan."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import members, paper_cards, redemption, vouchers
from app.domain.merchants import Scope
from app.domain.risk import Action, Per
from app.gateways import qr
from app.kernel import clock, numbers
from app.kernel.db import looking, transaction
from app.kernel.errors import NotFound
from app.web import attempts, auth, client, limits, parse
from app.web.answers import answer, nothing, picture
from app.web.openapi import MEMBER, STAFF, TELLER, documented
from app.web.words import ONE_LINE, Asked, Fen, Line200, ShownCode
from miniprogram_api.presenters.member_card import (
    CardState,
    Matches,
    PaperCardBound,
    present_bound,
    present_matches,
)
from miniprogram_api.presenters.wallet import CodeView, present_code

bp = APIBlueprint("member_card", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")
counter = APIBlueprint(
    "member_card_counter", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter"
)


class BindPaperCard(Asked):
    """The text of the QR code on the card, or the code as it is printed."""

    code: Annotated[str, Meta(min_length=6, max_length=80, pattern=ONE_LINE)]


class ScanMember(Asked):
    """The member's own code; `spend_fen` is what he spends, where that is known."""

    code: ShownCode
    spend_fen: Fen | None = None


class ReportLost(Asked):
    reason: Line200


@bp.get("/member-code")
@documented(who=[MEMBER], told={200: CodeView}, refuses=[409])
def show_code(merchant: str) -> Response:
    """My own code for the counter, twenty digits. It changes every thirty seconds."""
    return answer(present_code(_code(merchant)))


@bp.get("/member-code.png")
@documented(who=[MEMBER], told={200: "image/png"}, refuses=[409])
def draw_code(merchant: str) -> Response:
    """The same code as a QR picture."""
    return picture(qr.draw(_code(merchant).qr_text), kind="png")


@bp.get("/member-code/state")
@documented(who=[MEMBER], told={200: CardState})
def look_at_state(merchant: str) -> Response:
    """Whether my codes are frozen, with my stored value and points."""
    member = auth.member(merchant)
    with looking():
        state = members.code_state(merchant_id=member.merchant_id, member_id=member.member_id)
    return answer(CardState(frozen_at=state.frozen_at, by_staff=state.by_staff))


@bp.post("/member-code/freeze")
@documented(who=[MEMBER], told={204: None})
def freeze(merchant: str) -> Response:
    """My card or phone is lost: every code of mine is dead from now on, and nothing is spent."""
    member = auth.member(merchant)
    with transaction(merchant=member.merchant_id):
        members.freeze_codes(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            actor=member.actor,
            at=clock.now(),
        )
    return nothing()


@bp.post("/member-code/reissue")
@documented(who=[MEMBER], told={204: None}, refuses=[409])
def reissue(merchant: str) -> Response:
    """New codes for whatever I hold; older pictures stay dead. What staff froze, staff opens."""
    member = auth.member(merchant)
    with transaction(merchant=member.merchant_id):
        members.reissue_codes(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            actor=member.actor,
            at=clock.now(),
        )
    return nothing()


@bp.post("/paper-cards/bind")
@documented(who=[MEMBER], body=BindPaperCard, told={201: PaperCardBound}, refuses=[409])
def bind(merchant: str) -> Response:
    """The paper card in my hand is mine from now on; what it holds arrives in my wallet."""
    member, wanted = auth.member(merchant), parse.body(BindPaperCard)
    limits.check(
        Action.BIND_CARD,
        merchant_id=member.merchant_id,
        who={Per.MEMBER: str(member.member_id), Per.IP: client.address()},
    )
    with transaction(merchant=member.merchant_id):
        bound = paper_cards.bind(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            code_text=wanted.code,
            at=clock.now(),
        )
    return answer(present_bound(bound), 201)


@counter.post("/member-code/match")
@documented(who=TELLER, body=ScanMember, told={200: Matches}, refuses=[409])
def match(merchant: str) -> Response:
    """What the member behind the code may use at this store now, the best first."""
    teller, wanted = auth.teller(merchant, Scope.QUOTE), parse.body(ScanMember)
    attempts.count(wanted.code, merchant_id=teller.merchant_id, actor=teller.actor)
    scan = redemption.Scan(
        merchant_id=teller.merchant_id,
        acceptor_merchant_id=teller.merchant_id,
        code_text=wanted.code,
        actor=teller.actor,
        store_id=teller.store_id,
        store_name=teller.store_name,
        spend_fen=wanted.spend_fen,
    )
    with transaction(merchant=teller.merchant_id):
        found = redemption.best_match(scan, at=clock.now())
    return answer(present_matches(found))


@counter.post("/members/<member>/freeze-card")
@documented(who=[STAFF], body=ReportLost, told={204: None})
def freeze_for(merchant: str, member: str) -> Response:
    """Somebody called: his card or phone is lost. His codes are dead, his sessions end."""
    (manager, member_id), wanted = _manager_and(merchant, member), parse.body(ReportLost)
    with transaction(merchant=manager.merchant_id):
        members.freeze_codes(
            merchant_id=manager.merchant_id,
            member_id=member_id,
            actor=manager.actor,
            reason=wanted.reason,
            at=clock.now(),
        )
        members.end_sessions(merchant_id=manager.merchant_id, member_id=member_id)
    return nothing()


@counter.post("/members/<member>/reissue-card")
@documented(who=[STAFF], body=ReportLost, told={204: None})
def reissue_for(merchant: str, member: str) -> Response:
    """He has proven who he is: new codes for whatever he holds."""
    (manager, member_id), wanted = _manager_and(merchant, member), parse.body(ReportLost)
    with transaction(merchant=manager.merchant_id):
        members.reissue_codes(
            merchant_id=manager.merchant_id,
            member_id=member_id,
            actor=manager.actor,
            reason=wanted.reason,
            at=clock.now(),
        )
    return nothing()


def _code(merchant: str) -> vouchers.ShowCode:
    member = auth.member(merchant)
    with looking():
        state = members.code_state(merchant_id=member.merchant_id, member_id=member.member_id)
    state.require_unfrozen()
    return vouchers.show_member_code(
        merchant_id=member.merchant_id,
        member_id=member.member_id,
        version=state.version,
        at=clock.now(),
    )


def _manager_and(merchant: str, member: str) -> tuple[auth.StaffOnLine, int]:
    staff = auth.manager(merchant)
    number = parse.number(member, numbers.Kind.MEMBER, merchant_id=staff.merchant_id)
    with looking():
        found = members.find_member_id(merchant_id=staff.merchant_id, number=number)
    if found is None:
        raise NotFound("There is no such member.", number=number)
    return staff, found
