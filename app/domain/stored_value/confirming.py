"""Saying once more that it is he: a token for one large spending, good for five minutes.

Small spendings need none, until a day's add up to a large one.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from app.domain import merchants
from app.domain.stored_value import statements
from app.domain.stored_value.errors import ConfirmationInvalid, LimitsImpossible, StepUpNeeded
from app.domain.stored_value.lots import Fen
from app.domain.stored_value.rules import CONFIRM_ABOVE_FEN, CONFIRMED_FOR
from app.kernel import audit, calendar, keyring
from app.kernel.db import execute, fetch_one

_TOKEN_BYTES = 16


@dataclass(frozen=True)
class Confirmation:
    """Told once and kept as a fingerprint only."""

    token: str
    amount_fen: int
    ends_at: datetime


@dataclass(frozen=True)
class SpendLimits:
    """Above so many fen a spending is confirmed: one order's, and what adds up in a day."""

    order_fen: int
    day_fen: int


def confirm(*, merchant_id: int, member_id: int, amount_fen: int, at: datetime) -> Confirmation:
    """The edge has made sure that it is the member: one spending up to `amount_fen` is confirmed."""
    token = base64.urlsafe_b64encode(secrets.token_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()
    given = Confirmation(token, amount_fen, at + CONFIRMED_FOR)
    execute(
        statements.ADD_CONFIRMATION,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "token_hash": _hash(token),
            "amount_fen": amount_fen,
            "ends_at": given.ends_at,
        },
    )
    return given


def check_confirmed(
    merchant_id: int, spender_id: int, amount_fen: int, *, token: str | None, at: datetime
) -> bool:
    """Use up the confirmation of a spending that needs one; whether it did.

    The caller holds the spender's wallet: else two at once would both be small enough.

    Raises StepUpNeeded without one; ConfirmationInvalid when it is not good for this.
    """
    limits = spend_limits(merchant_id=merchant_id)
    spent_fen = unconfirmed_fen(merchant_id=merchant_id, member_id=spender_id, at=at)
    if amount_fen <= limits.order_fen and spent_fen + amount_fen <= limits.day_fen:
        return False
    if token is None:
        raise StepUpNeeded(
            "金额较大，请确认本人操作",
            amount_fen=amount_fen,
            limit_fen=limits.order_fen,
            day_limit_fen=limits.day_fen,
            spent_today_fen=spent_fen,
        )
    said = {
        "merchant_id": merchant_id,
        "member_id": spender_id,
        "token_hash": _hash(token),
        "amount_fen": amount_fen,
        "at": at,
    }
    if not execute(statements.USE_CONFIRMATION, said):
        raise ConfirmationInvalid("确认已失效，请重新确认", amount_fen=amount_fen)
    return True


def spend_limits(*, merchant_id: int) -> SpendLimits:
    """What the merchant decided; 200 yuan for an order and for a day when he did not."""
    found = fetch_one(SpendLimits, statements.LIMITS, {"merchant_id": merchant_id})
    return found or SpendLimits(CONFIRM_ABOVE_FEN, CONFIRM_ABOVE_FEN)


def set_spend_limits(
    *, merchant_id: int, order_fen: int, day_fen: int, actor: str, at: datetime
) -> None:
    """Confirm orders above `order_fen`, and each one that lifts a person's day above `day_fen`.

    Raises LimitsImpossible: a day allows what an order does.
    """
    if not 0 <= order_fen <= day_fen:
        raise LimitsImpossible("每日限额不能低于单笔限额", order_fen=order_fen, day_fen=day_fen)
    limits = {"order_fen": order_fen, "day_fen": day_fen}
    before = spend_limits(merchant_id=merchant_id)
    execute(statements.SET_LIMITS, {"merchant_id": merchant_id, **limits})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="value.set_rule",
        subject="value_rules",
        at=at,
        details={**limits, "before": vars(before), "after": limits},
    )


def unconfirmed_fen(*, merchant_id: int, member_id: int, at: datetime) -> int:
    """What somebody spent on this business day without a confirmation, of anybody's value (fen)."""
    zone = merchants.profile(merchant_id=merchant_id).zone
    day = calendar.day_of(at, zone)
    which = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "since": calendar.start_of_day(day, zone),
        "until": calendar.end_of(day, zone),
    }
    found = fetch_one(Fen, statements.UNCONFIRMED, which)
    return found.amount if found else 0


def forget_confirmations(*, before: datetime, limit: int) -> int:
    """Delete those that ended before; how many went."""
    return execute(statements.FORGET_CONFIRMATIONS, {"before": before, "limit": limit})


def _hash(token: str) -> bytes:
    return keyring.fingerprint(f"value-confirmation:{token}")
