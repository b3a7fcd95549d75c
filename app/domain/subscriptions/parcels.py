"""Parcels on their way: sent, arrived, lost and sent again, or given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain import ledger
from app.domain.ledger import AccountKind, AccountName, Asset, Posting, house
from app.domain.subscriptions.errors import ParcelMoved
from app.domain.subscriptions.events import ParcelSent, PlanOver
from app.domain.subscriptions.models import ParcelState
from app.kernel import audit, strict
from app.kernel.db import execute, fetch_one
from app.kernel.errors import NotFound
from app.kernel.outbox import publish

PREPAID = house(AccountKind.PREPAID, Asset.CNY)
EARNED = house(AccountKind.EARNED, Asset.CNY)
LONGEST = 128
MOST_COST_FEN = 1_000_000

_LOCK = """
SELECT p.id, p.number, s.order_id, p.subscription_id, p.state, p.allocated_fen, p.sent_at
FROM parcels p JOIN subscriptions s ON s.merchant_id = p.merchant_id AND s.id = p.subscription_id
WHERE p.merchant_id = %(merchant_id)s AND p.number = %(number)s FOR NO KEY UPDATE OF p
"""
_SEND = """
UPDATE parcels SET state = 'sent', company = %(company)s, tracking_number = %(tracking_number)s,
  sent_at = %(at)s, attempts = attempts + 1, trouble = NULL
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'to_send'
"""
_TRACKING = """
SELECT tracking_number FROM parcels WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""
_DELIVER = """
UPDATE parcels SET state = 'delivered', delivered_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'sent'
"""
_FAIL = """
UPDATE parcels SET state = 'failed', trouble = %(trouble)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state IN ('sent', 'delivered')
"""
_AGAIN = """
UPDATE parcels SET state = 'to_send', resend_cost_fen = resend_cost_fen + %(cost_fen)s,
  address_sealed = coalesce(%(address)s, address_sealed)
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state = 'failed'
"""
_GIVE_UP = """
UPDATE parcels SET state = 'given_up', trouble = %(trouble)s
WHERE merchant_id = %(merchant_id)s AND id = %(id)s AND state IN ('to_send', 'failed')
"""
# Where the member wants his parcels now, which may be why this one failed.
_ADDRESS_NOW = """
SELECT a.sealed FROM subscriptions s JOIN member_addresses a
  ON a.merchant_id = s.merchant_id AND a.id = s.address_id
WHERE s.merchant_id = %(merchant_id)s AND s.id = %(subscription_id)s
"""


@dataclass(frozen=True)
class _Held:
    id: int
    number: str
    order_id: int
    subscription_id: int
    state: str
    allocated_fen: int
    sent_at: datetime | None


@dataclass(frozen=True)
class _Sealed:
    sealed: bytes


@dataclass(frozen=True)
class _Tracking:
    number: str | None


def send(
    *,
    merchant_id: int,
    number: str,
    company: str,
    tracking_number: str,
    actor: str,
    at: datetime,
) -> None:
    """It is on its way. `company` is WeChat's id of the delivery company, such as SF.

    The first time its part of the money is earned. The same number again changes nothing. Raises
    Invalid, NotFound, ParcelMoved.
    """
    strict.require(_is_code(company), field="company")
    strict.require(_is_code(tracking_number), field="tracking_number")
    held = _lock(merchant_id, number)
    said = {"company": company, "tracking_number": tracking_number}
    which = {"merchant_id": merchant_id, "id": held.id, "at": at}
    if not execute(_SEND, {**which, **said}):
        _refuse_unless_the_same(merchant_id, held, tracking_number)
        return
    _earn(merchant_id, held, at=at)
    _note(merchant_id, held, "parcel.send", actor=actor, at=at, **said)
    publish(ParcelSent(merchant_id=merchant_id, parcel_number=number), at=at)


def deliver(*, merchant_id: int, number: str, actor: str, at: datetime) -> None:
    """It arrived. Repeatable. Raises NotFound, ParcelMoved."""
    held = _lock(merchant_id, number)
    if held.state == ParcelState.DELIVERED:
        return
    _change(_DELIVER, merchant_id, held, {"at": at})
    _note(merchant_id, held, "parcel.deliver", actor=actor, at=at)


def fail(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> None:
    """It came back, or never arrived; it waits to be sent again. Raises NotFound, ParcelMoved."""
    held = _lock(merchant_id, number)
    _change(_FAIL, merchant_id, held, {"trouble": reason})
    _note(merchant_id, held, "parcel.fail", actor=actor, at=at, reason=reason)


def resend(*, merchant_id: int, number: str, cost_fen: int, actor: str, at: datetime) -> None:
    """Pack it again, for where the member wants his parcels now.

    `cost_fen` is what sending it once more costs the shop. Raises Invalid, NotFound, ParcelMoved.
    """
    strict.require(0 <= cost_fen <= MOST_COST_FEN, field="cost_fen")
    held = _lock(merchant_id, number)
    which = {"merchant_id": merchant_id, "subscription_id": held.subscription_id}
    now = fetch_one(_Sealed, _ADDRESS_NOW, which)
    said = {"cost_fen": cost_fen, "address": bytes(now.sealed) if now else None}
    _change(_AGAIN, merchant_id, held, said)
    _note(merchant_id, held, "parcel.resend", actor=actor, at=at, cost_fen=cost_fen)


def give_up(*, merchant_id: int, number: str, reason: str, actor: str, at: datetime) -> None:
    """It is not sent any more; whoever calls gives its part of the money back.

    What it had earned is a promise again. Raises NotFound, ParcelMoved.
    """
    held = _lock(merchant_id, number)
    _change(_GIVE_UP, merchant_id, held, {"trouble": reason})
    if held.sent_at is not None:
        _book(merchant_id, held, f"parcel_lost:{held.number}", EARNED, PREPAID, at=at)
    _note(merchant_id, held, "parcel.give_up", actor=actor, at=at, reason=reason)
    publish(PlanOver(merchant_id=merchant_id, order_id=held.order_id), at=at)


def _lock(merchant_id: int, number: str) -> _Held:
    held = fetch_one(_Held, _LOCK, {"merchant_id": merchant_id, "number": number})
    if held is None:
        raise NotFound("There is no such parcel.", number=number[:40])
    return held


def _change(statement: str, merchant_id: int, held: _Held, said: Mapping[str, object]) -> None:
    if not execute(statement, {"merchant_id": merchant_id, "id": held.id, **said}):
        raise ParcelMoved("包裹现在不能这样操作", state=held.state)


def _refuse_unless_the_same(merchant_id: int, held: _Held, tracking_number: str) -> None:
    """Who tells the same twice did not hear the answer."""
    known = fetch_one(
        _Tracking,
        _TRACKING,
        {"merchant_id": merchant_id, "id": held.id},
    )
    if held.state != ParcelState.SENT or known != _Tracking(tracking_number):
        raise ParcelMoved("包裹现在不能这样操作", state=held.state)


def _earn(merchant_id: int, held: _Held, *, at: datetime) -> None:
    if held.sent_at is None:
        _book(merchant_id, held, f"parcel:{held.number}", PREPAID, EARNED, at=at)


def _is_code(text: str) -> bool:
    """Letters, digits and hyphens of ASCII, as couriers write them."""
    return (
        len(text) <= LONGEST and text.isascii() and text.replace("-", "").replace("_", "").isalnum()
    )


def _book(
    merchant_id: int,
    held: _Held,
    cause: str,
    source: AccountName,
    destination: AccountName,
    *,
    at: datetime,
) -> None:
    if held.allocated_fen:
        moved = Posting(source=source, destination=destination, amount=held.allocated_fen)
        ledger.post(merchant_id=merchant_id, cause=cause, postings=[moved], at=at)


def _note(
    merchant_id: int, held: _Held, action: str, *, actor: str, at: datetime, **details: object
) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=held.number,
        at=at,
        details=details,
    )
