"""A person helps a return on whose money did not arrive. Nothing here can pay twice."""

from datetime import datetime

import msgspec

from app.domain import payments
from app.domain.aftersales import statements
from app.domain.aftersales.advancing import Case, lock_case
from app.domain.aftersales.errors import NothingToCollect, RefundDecided
from app.domain.aftersales.events import RefundFrozen
from app.domain.aftersales.models import RUNNING, ReturnState
from app.domain.payments import RefundState, RefundView, TransferView
from app.kernel import audit, request_keys, strict
from app.kernel.db import execute
from app.kernel.errors import NotFound
from app.kernel.outbox import publish
from app.kernel.request_keys import RequestKey

LONGEST_HOW = 200


def retry(
    *, merchant_id: int, number: str, actor: str, at: datetime, key: RequestKey | None = None
) -> str | None:
    """Try the step on which it stands once more; the number of the refund or transfer, if any.

    A refund that WeChat never took is sent again under its number; one that WeChat closed gets a
    new one, or a transfer where WeChat refunds no more; as does a transfer that came to nothing.
    The same key again changes nothing and says the same. Raises NotFound, RefundDecided, KeyReused;
    RefundStands where the money may still arrive.
    """
    case = lock_case(merchant_id=merchant_id, number=number)
    if key and (first := request_keys.find_answer(key)):
        known: str | None = first.body["payout"]
        return known
    if ReturnState(case.state) not in RUNNING:
        raise RefundDecided("该退款没有在处理中", state=case.state)
    found = _again(merchant_id, case, at=at)
    _audit(merchant_id, case, "order.refund_retry", payout=found, actor=actor, at=at)
    _remember(key, found, at=at)
    return found


def retry_by_transfer(
    *, merchant_id: int, number: str, actor: str, at: datetime, key: RequestKey | None = None
) -> str:
    """Pay by transfer what WeChat closed a refund of; the transfer's number.

    The same key again changes nothing and says the same. Raises NotFound, RefundDecided, KeyReused;
    RefundStands while the refund may still arrive.
    """
    case = lock_case(merchant_id=merchant_id, number=number)
    if key and (first := request_keys.find_answer(key)):
        return str(first.body["payout"])
    if case.state != ReturnState.PAYING or case.refund_number is None or case.transfer_number:
        raise RefundDecided("该退款不能改为转账", state=case.state)
    refund = payments.find_refund(merchant_id=merchant_id, number=case.refund_number)
    if refund.state != RefundState.CLOSED:
        raise payments.RefundStands("该退款还可能到账", state=refund.state)
    made = _by_transfer(merchant_id, case, refund, at=at)
    _audit(merchant_id, case, "order.refund_transfer", payout=made, actor=actor, at=at)
    _remember(key, made, at=at)
    return made


def paid_by_hand(
    *,
    merchant_id: int,
    number: str,
    how: str,
    actor: str,
    at: datetime,
    key: RequestKey | None = None,
) -> str:
    """A person has paid what WeChat did not; the return goes on, and nothing is sent any more.

    `how` says by which way and under which number; it is kept. Answers the payout's number. The
    same key again changes nothing and says the same. Raises NotFound, RefundDecided, KeyReused;
    RefundStands while WeChat may still pay it; Invalid unless `how` has 1 to 200 characters.
    """
    strict.require(0 < len(how.strip()) <= LONGEST_HOW, field="how")
    case = lock_case(merchant_id=merchant_id, number=number)
    if key and (first := request_keys.find_answer(key)):
        return str(first.body["payout"])
    _require_paying(case)
    made = _by_hand(merchant_id, case, how=how, at=at)
    _name(merchant_id, case, refund=case.refund_number, transfer=made, at=at)
    _audit(merchant_id, case, "order.refund_by_hand", payout=made, how=how, actor=actor, at=at)
    _remember(key, made, at=at)
    return made


def require_unpaid(*, merchant_id: int, number: str) -> None:
    """Refuse what `paid_by_hand` would refuse, and do nothing. Locks the same.

    Raises NotFound, RefundDecided, RefundStands.
    """
    case = lock_case(merchant_id=merchant_id, number=number)
    _require_paying(case)
    if case.transfer_number:
        payments.lock_failed(merchant_id=merchant_id, number=case.transfer_number)
    else:
        payments.lock_closed(merchant_id=merchant_id, number=case.refund_number or "")


def stuck_refund(*, merchant_id: int, number: str) -> RefundView:
    """The refund that a return waits for. Raises NotFound."""
    case = lock_case(merchant_id=merchant_id, number=number)
    if case.refund_number is None:
        raise NotFound("This return has no refund at WeChat.")
    return payments.find_refund(merchant_id=merchant_id, number=case.refund_number)


def collect(*, merchant_id: int, member_id: int, number: str, at: datetime) -> TransferView:
    """The transfer that the buyer confirms now; another one when he let the last one lapse.

    It has no `package_info` until WeChat has answered. Raises NotFound, also for another's;
    NothingToCollect.
    """
    case = lock_case(merchant_id=merchant_id, number=number)
    if case.member_id != member_id:
        raise NotFound("There is no such refund.", number=number[:40])
    if case.state != ReturnState.PAYING or case.transfer_number is None:
        raise NothingToCollect("没有待确认的收款", state=case.state)
    sent = payments.find_transfer(merchant_id=merchant_id, number=case.transfer_number)
    if sent.state not in payments.CAME_TO_NOTHING:
        return sent
    if sent.fail_reason in payments.NEEDS_A_PERSON:
        raise NothingToCollect("该退款由商家以其他方式退回", state=case.state)
    fresh = payments.transfer_anew(merchant_id=merchant_id, number=sent.number, at=at)
    _name(merchant_id, case, refund=case.refund_number, transfer=fresh, at=at)
    return payments.find_transfer(merchant_id=merchant_id, number=fresh)


def _require_paying(case: Case) -> None:
    if case.state != ReturnState.PAYING:
        raise RefundDecided("该退款没有在等待到账", state=case.state)


def _again(merchant_id: int, case: Case, *, at: datetime) -> str | None:
    if case.state != ReturnState.PAYING:
        publish(RefundFrozen(merchant_id=merchant_id, refund_number=case.number), at=at)
        return None
    if case.transfer_number:
        return _transfer_again(merchant_id, case, case.transfer_number, at=at)
    number = case.refund_number or ""
    refund = payments.find_refund(merchant_id=merchant_id, number=number)
    if refund.state != RefundState.CLOSED:
        payments.send_again(merchant_id=merchant_id, number=number, at=at)
        return number
    payout = payments.lock_payout(merchant_id=merchant_id, order_id=case.order_id)
    if payout is None or not payments.takes_refund(payout, at=at):
        return _by_transfer(merchant_id, case, refund, at=at)
    number = payments.ask_anew(merchant_id=merchant_id, number=number, at=at)
    _name(merchant_id, case, refund=number, transfer=None, at=at)
    return number


def _transfer_again(merchant_id: int, case: Case, number: str, *, at: datetime) -> str:
    sent = payments.find_transfer(merchant_id=merchant_id, number=number)
    if sent.state not in payments.CAME_TO_NOTHING:
        payments.transfer_again(merchant_id=merchant_id, number=number, at=at)
        return number
    fresh = payments.transfer_anew(merchant_id=merchant_id, number=number, at=at)
    _name(merchant_id, case, refund=case.refund_number, transfer=fresh, at=at)
    return fresh


def _by_transfer(merchant_id: int, case: Case, refund: RefundView, *, at: datetime) -> str:
    """What was counted for the refund counts for the transfer."""
    made = payments.replace_refund(merchant_id=merchant_id, number=refund.number, at=at)
    _name(merchant_id, case, refund=refund.number, transfer=made, at=at)
    return made


def _by_hand(merchant_id: int, case: Case, *, how: str, at: datetime) -> str:
    if case.transfer_number:
        return payments.transfer_by_hand(
            merchant_id=merchant_id, number=case.transfer_number, how=how, at=at
        )
    return payments.refund_by_hand(
        merchant_id=merchant_id, number=case.refund_number or "", how=how, at=at
    )


def _remember(key: RequestKey | None, payout: str | None, *, at: datetime) -> None:
    if key:
        answer = msgspec.json.encode({"payout": payout}).decode()
        request_keys.store(key, status=200, body_json=answer, at=at)


def _name(
    merchant_id: int, case: Case, *, refund: str | None, transfer: str | None, at: datetime
) -> None:
    execute(
        statements.NAME_PAYOUT,
        {
            "merchant_id": merchant_id,
            "return_id": case.id,
            "refund_number": refund,
            "transfer_number": transfer,
            "at": at,
        },
    )


def _audit(
    merchant_id: int,
    case: Case,
    action: str,
    *,
    payout: str | None,
    actor: str,
    at: datetime,
    **more: str,
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=case.order_number,
        details={"refund": case.number, "payout": payout, **more},
        at=at,
    )
