"""The counter: look, redeem, take back, count the day. For clerks and cashier systems alike."""

import msgspec
from apiflask import APIBlueprint
from flask import Response
from psycopg.errors import UniqueViolation

from app.domain import redemption
from app.domain.merchants import NotOnDuty, Scope
from app.domain.vouchers import VoucherRefusal
from app.kernel import clock, numbers, request_keys
from app.kernel.db import hot_transaction, transaction
from app.kernel.errors import DomainError
from app.web import attempts, auth, parse
from app.web.answers import answer, as_json
from app.web.openapi import TELLER, documented
from app.web.words import Asked, Fen, Line200, Number, ShownCode
from miniprogram_api.presenters.counter import (
    QuoteView,
    RedeemedView,
    ReversedView,
    Today,
    present_quote,
    present_redeemed,
    present_reversed,
    present_today,
)

bp = APIBlueprint("counter", __name__, url_prefix="/api/v1/<merchant>/counter", tag="Counter")


class ScanVoucher(Asked):
    """`spend_fen`: what the customer spends, for vouchers with a minimum.

    `voucher`: the one that was picked, where the code is the member's own.
    """

    code: ShownCode
    spend_fen: Fen | None = None
    voucher: Number | None = None


class ReverseRedemption(Asked):
    reason: Line200


class LookAtToday(Asked):
    """`mine`: only what I redeemed."""

    mine: bool = False


@bp.post("/quote")
@documented(who=TELLER, body=ScanVoucher, told={200: QuoteView}, refuses=[409])
def quote(merchant: str) -> Response:
    """What would this voucher give? Changes nothing."""
    teller, wanted = auth.teller_to_be_asked(merchant, Scope.QUOTE), parse.body(ScanVoucher)
    attempts.count(wanted.code, merchant_id=teller.merchant_id, actor=teller.actor)
    try:
        with hot_transaction(merchant=teller.merchant_id):
            found = redemption.quote(_scan(teller, wanted), at=clock.now())
    except NotOnDuty:
        auth.note_off_duty(teller)
        raise
    return answer(present_quote(found))


@bp.post("/redeem")
@documented(who=TELLER, body=ScanVoucher, told={201: RedeemedView}, refuses=[409], keyed=True)
def redeem(merchant: str) -> Response:
    """Redeem a voucher: one scan, one answer.

    A refusal says in `details` what the clerk reads, what to tell the holder, and what to do.
    """
    teller, wanted = auth.teller_to_be_asked(merchant, Scope.REDEEM), parse.body(ScanVoucher)
    key = parse.request_key(merchant_id=teller.merchant_id, actor=teller.actor)
    attempts.count(wanted.code, merchant_id=teller.merchant_id, actor=teller.actor)
    scan = _scan(teller, wanted)
    try:
        with hot_transaction():
            verdict = redemption.redeem(scan, key=key, at=clock.now())
    except NotOnDuty:
        auth.note_off_duty(teller)
        raise
    except VoucherRefusal as refusal:
        _record(scan, refusal)
        raise
    return answer(present_redeemed(verdict), 201)


@bp.post("/redemptions/<redemption>/reverse")
@documented(who=TELLER, body=ReverseRedemption, told={200: ReversedView}, refuses=[409], keyed=True)
def reverse(merchant: str, redemption: str) -> Response:
    """Take a redemption back, within 24 hours. For managers, and keys with that scope."""
    teller, wanted = auth.teller(merchant, Scope.REVERSE), parse.body(ReverseRedemption)
    number = parse.number(redemption, numbers.Kind.REDEMPTION, merchant_id=teller.merchant_id)
    key = parse.request_key(merchant_id=teller.merchant_id, actor=teller.actor)
    first = _first_answer(teller, key)
    if first is None:
        try:
            return answer(_reverse(teller, number, wanted.reason, key))
        except (DomainError, UniqueViolation):
            # A second attempt at once waits for the first, and then finds nothing left to do.
            first = _first_answer(teller, key)
            if first is None:
                raise
    return answer(msgspec.convert(first.body, ReversedView), first.status)


@bp.get("/today")
@documented(who=TELLER, query=LookAtToday, told={200: Today})
def today(merchant: str) -> Response:
    """Today's redemptions at this store, and their sums."""
    teller, wanted = auth.teller(merchant, Scope.REPORT), parse.query(LookAtToday)
    with transaction(merchant=teller.merchant_id):
        lines, totals = redemption.today(
            merchant_id=teller.merchant_id,
            store_id=teller.store_id,
            actor=teller.actor if wanted.mine else None,
            at=clock.now(),
        )
    return answer(present_today(lines, totals, store_name=teller.store_name, me=teller.actor))


def _scan(teller: auth.Scanner, wanted: ScanVoucher) -> redemption.Scan:
    return redemption.Scan(
        merchant_id=teller.merchant_id,
        acceptor_merchant_id=teller.merchant_id,
        code_text=wanted.code,
        actor=teller.actor,
        store_id=teller.store_id,
        store_name=teller.store_name,
        staff_id=teller.staff_id,
        epoch=teller.epoch,
        spend_fen=wanted.spend_fen,
        chosen=wanted.voucher,
    )


def _record(scan: redemption.Scan, refusal: VoucherRefusal) -> None:
    with transaction(merchant=scan.merchant_id):
        redemption.record_refusal(scan, code=refusal.code, at=clock.now())


def _reverse(
    teller: auth.Teller, number: str, reason: str, key: request_keys.RequestKey
) -> ReversedView:
    at = clock.now()
    with transaction(merchant=teller.merchant_id):
        undone = redemption.reverse(
            merchant_id=teller.merchant_id,
            number=number,
            reason=reason,
            actor=teller.actor,
            role=teller.role,
            only_at_store=teller.store_id if teller.api_key_id else None,
            at=at,
        )
        told = present_reversed(undone)
        request_keys.store(key, status=200, body_json=as_json(told), at=at)
    return told


def _first_answer(teller: auth.Teller, key: request_keys.RequestKey) -> request_keys.Answer | None:
    with transaction(merchant=teller.merchant_id):
        return request_keys.find_answer(key)
