from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from app.domain import catalog, ledger, merchants, points
from app.domain.catalog import RevisionTerms
from app.domain.points import Earning
from app.domain.redemption import statements
from app.domain.redemption.admitting import admit
from app.domain.redemption.choosing import Chosen, prove, read_scan
from app.domain.redemption.earning import source_of, told, work_out
from app.domain.redemption.events import VoucherRedeemed
from app.domain.redemption.rules import Redeemed, Scan, Standing, check_use
from app.domain.vouchers import CodeUnknown, ScannedCode, VoucherRefusal
from app.kernel import numbers, outbox, request_keys
from app.kernel.db import fetch_one
from app.kernel.request_keys import RequestKey


@dataclass(frozen=True)
class _Written:
    key_is_new: bool
    moved: bool


def redeem(scan: Scan, *, key: RequestKey, at: datetime) -> Redeemed:
    """Spend a voucher once: voucher, redemption, points, ledger, audit and message in one act.

    The same key again returns the first verdict, marked as a replay, whatever happened since.

    Raises a VoucherRefusal with words for both sides of the counter; KeyReused.
    """
    scanned = read_scan(scan, at=at)
    try:
        return _redeem(scan, scanned, key=key, at=at)
    except VoucherRefusal:
        if first := _first_verdict(key):
            return first
        raise


def _redeem(
    scan: Scan, scanned: ScannedCode | Chosen, *, key: RequestKey, at: datetime
) -> Redeemed:
    voucher = stand(scan, scanned, statement=statements.LOCK, at=at)
    profile = merchants.profile(merchant_id=scan.merchant_id)
    terms = terms_of(scan.merchant_id, voucher)
    voucher = admit(scan, voucher, terms, at=at)
    check_use(voucher, terms, scan, profile, at=at)
    ledger.open_house_accounts(scan.merchant_id)
    number = numbers.new(numbers.Kind.REDEMPTION, merchant_id=scan.merchant_id)
    earnings = work_out(scan, voucher, number=number, promised=True, at=at)
    if voucher.may_owe_points:
        voucher = _hold_debt(scan.merchant_id, voucher)
    verdict = _verdict(scan, voucher, terms, earnings, number=number, at=at)
    parameters = _parameters(scan, voucher, verdict, key, at=at)
    parameters["workings"] = points.workings_json(earnings)
    written = fetch_one(_Written, statements.REDEEM, parameters)
    if written is None or written.key_is_new != written.moved:
        raise RuntimeError(f"voucher {voucher.number} was locked and yet moved away")
    return verdict if written.moved else _replay(key)


def _hold_debt(merchant_id: int, voucher: Standing) -> Standing:
    """Rare, and so not part of the look: two vouchers at once must not repay one debt twice."""
    held = points.lock_member(merchant_id=merchant_id, member_id=voucher.holder_id)
    return replace(voucher, points_balance=held.spendable, points_debt=held.debt)


def _replay(key: RequestKey) -> Redeemed:
    first = _first_verdict(key)
    if first is None:
        raise RuntimeError("a request key was taken and yet has no answer")
    return first


def stand(scan: Scan, scanned: ScannedCode | Chosen, *, statement: str, at: datetime) -> Standing:
    """The voucher behind a code that proves itself, scanned by somebody who may.

    Raises CodeUnknown, CodeOutdated; NotOnDuty for a clerk who does not work there (any more).
    """
    voucher = fetch_one(
        Standing,
        statement,
        {
            "merchant_id": scan.merchant_id,
            "voucher_id": scanned.voucher_id,
            "acceptor_merchant_id": scan.acceptor_merchant_id,
            "staff_id": scan.staff_id,
            "epoch": scan.epoch,
            "store_id": scan.store_id,
        },
    )
    if voucher is None:
        raise CodeUnknown.told()
    if scan.staff_id is not None and voucher.clerks_store is None:
        raise merchants.NotOnDuty(
            "You cannot work at this store. Sign in again or ask your manager."
        )
    prove(scan, scanned, voucher, at=at)
    return voucher


def terms_of(merchant_id: int, voucher: Standing) -> RevisionTerms:
    wanted = {voucher.revision_id}
    return catalog.find_revisions(merchant_id=merchant_id, revision_ids=wanted)[voucher.revision_id]


def _verdict(
    scan: Scan,
    voucher: Standing,
    terms: RevisionTerms,
    earnings: Sequence[Earning],
    *,
    number: str,
    at: datetime,
) -> Redeemed:
    earned = sum(each.points for each in earnings)
    return Redeemed(
        number=number,
        voucher_number=voucher.number,
        benefit_name=terms.name,
        hand_over=terms.hand_over,
        value_fen=voucher.allocated_fen,
        points=earned,
        points_balance=voucher.points_balance + earned - min(earned, voucher.points_debt),
        store_name=scan.store_name or voucher.clerks_store or "",
        redeemed_at=at,
        workings=told(earnings),
    )


def _parameters(
    scan: Scan,
    voucher: Standing,
    verdict: Redeemed,
    key: RequestKey,
    *,
    at: datetime,
) -> dict[str, object]:
    event = VoucherRedeemed(merchant_id=scan.merchant_id, redemption_number=verdict.number)
    repaid = min(verdict.points, voucher.points_debt)
    return {
        **outbox.publish_parameters(event, at=at),
        "voucher_id": voucher.id,
        "voucher_number": voucher.number,
        "holder_id": voucher.holder_id,
        "number": verdict.number,
        "acceptor_merchant_id": scan.acceptor_merchant_id,
        "store_id": scan.store_id,
        "actor": scan.actor,
        "value_fen": verdict.value_fen,
        "points": verdict.points,
        "credit": verdict.points - repaid,
        "repaid": repaid,
        "cause": source_of(verdict.number),
        "points_expire_at": points.expiry_of(merchant_id=scan.merchant_id, day_of=at),
        "key_actor": key.actor,
        "key": key.key,
        "key_hash": key.body_hash,
        "answer": msgspec.json.encode(verdict).decode(),
    }


def _first_verdict(key: RequestKey) -> Redeemed | None:
    answer = request_keys.find_answer(key)
    if answer is None:
        return None
    return replace(msgspec.convert(answer.body, Redeemed), replayed=True)
