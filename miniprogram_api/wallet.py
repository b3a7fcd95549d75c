"""My vouchers, and the code that I show at the counter."""

from typing import Literal

from apiflask import APIBlueprint
from flask import Response

from app.domain import catalog, merchants, vouchers
from app.gateways import qr
from app.kernel import clock, numbers
from app.kernel.db import looking, transaction
from app.web import auth, parse
from app.web.answers import answer, picture
from app.web.openapi import MEMBER, documented
from app.web.words import Asked, Cursor, Limit
from miniprogram_api.presenters.wallet import (
    CodeView,
    VoucherView,
    Wallet,
    present_code,
    present_voucher,
    present_wallet,
)

bp = APIBlueprint("wallet", __name__, url_prefix="/api/v1/<merchant>", tag="Customer")


class Look(Asked):
    """Usable ones, those used, or those that are over (expired, void)."""

    tab: Literal["usable", "used", "over"] = "usable"
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("/wallet")
@documented(who=[MEMBER], query=Look, told={200: Wallet})
def list_wallet(merchant: str) -> Response:
    """My vouchers; of the usable ones, what ends soonest comes first."""
    member, wanted = auth.member_to_be_asked(merchant), parse.query(Look)
    with looking():
        page = vouchers.list_wallet(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            epoch=member.epoch,
            tab=vouchers.Tab(wanted.tab),
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
        )
    return answer(present_wallet(page))


@bp.get("/vouchers/<voucher>")
@documented(who=[MEMBER], told={200: VoucherView})
def get_voucher(merchant: str, voucher: str) -> Response:
    """One voucher, its conditions, and everything that happened to it."""
    member = auth.member(merchant)
    number = parse.number(voucher, numbers.Kind.VOUCHER, merchant_id=member.merchant_id)
    with transaction():
        held = vouchers.get_held(
            merchant_id=member.merchant_id, member_id=member.member_id, number=number
        )
        lines = _condition_lines(member.merchant_id, held)
        timeline = vouchers.timeline(merchant_id=member.merchant_id, voucher_id=held.id)
    return answer(present_voucher(held, condition_lines=lines, timeline=timeline, at=clock.now()))


@bp.get("/vouchers/<voucher>/code")
@documented(who=[MEMBER], told={200: CodeView}, refuses=[409])
def show_code(merchant: str, voucher: str) -> Response:
    """The code to show at the counter. It changes every thirty seconds."""
    return answer(present_code(_code(merchant, voucher)))


@bp.get("/vouchers/<voucher>/code.png")
@documented(who=[MEMBER], told={200: "image/png"}, refuses=[409])
def draw_code(merchant: str, voucher: str) -> Response:
    """The same code as a QR picture."""
    return picture(qr.draw(_code(merchant, voucher).qr_text), kind="png")


def _code(merchant: str, voucher: str) -> vouchers.ShowCode:
    member = auth.member_to_be_asked(merchant)
    number = parse.number(voucher, numbers.Kind.VOUCHER, merchant_id=member.merchant_id)
    with looking():
        return vouchers.code_to_show(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            epoch=member.epoch,
            number=number,
            at=clock.now(),
        )


def _condition_lines(merchant_id: int, held: vouchers.HeldVoucher) -> list[str]:
    stores = merchants.list_stores(merchant_id=merchant_id)
    return catalog.condition_lines(
        held.terms.conditions,
        zone=merchants.profile(merchant_id=merchant_id).zone,
        store_names={store.id: store.name for store in stores if store.is_open},
        is_paid_for=held.is_paid_for,
    )
