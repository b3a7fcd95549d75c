"""Saying once more that it is he: a token for one large spending, good for five minutes."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from app.domain.stored_value import statements
from app.domain.stored_value.errors import ConfirmationInvalid, StepUpNeeded
from app.domain.stored_value.lots import Fen
from app.domain.stored_value.rules import CONFIRM_ABOVE_FEN, CONFIRMED_FOR
from app.kernel import audit, keyring
from app.kernel.db import execute, fetch_one

_TOKEN_BYTES = 16


@dataclass(frozen=True)
class Confirmation:
    """Told once and kept as a fingerprint only."""

    token: str
    amount_fen: int
    ends_at: datetime


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
) -> None:
    """Use up the confirmation of a spending that needs one.

    Raises StepUpNeeded without one; ConfirmationInvalid when it is not good for this.
    """
    limit = confirm_above(merchant_id=merchant_id)
    if amount_fen <= limit:
        return
    if token is None:
        raise StepUpNeeded("金额较大，请确认本人操作", amount_fen=amount_fen, limit_fen=limit)
    said = {
        "merchant_id": merchant_id,
        "member_id": spender_id,
        "token_hash": _hash(token),
        "amount_fen": amount_fen,
        "at": at,
    }
    if not execute(statements.USE_CONFIRMATION, said):
        raise ConfirmationInvalid("确认已失效，请重新确认", amount_fen=amount_fen)


def confirm_above(*, merchant_id: int) -> int:
    """Spendings above so many fen are confirmed once more."""
    found = fetch_one(Fen, statements.CONFIRM_ABOVE, {"merchant_id": merchant_id})
    return found.amount if found else CONFIRM_ABOVE_FEN


def set_confirm_above(*, merchant_id: int, amount_fen: int, actor: str, at: datetime) -> None:
    rule = {"merchant_id": merchant_id, "confirm_above_fen": amount_fen}
    execute(statements.SET_RULE, rule)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="value.set_rule",
        subject="value_rules",
        at=at,
        details={"confirm_above_fen": amount_fen},
    )


def forget_confirmations(*, before: datetime, limit: int) -> int:
    """Delete those that ended before; how many went."""
    return execute(statements.FORGET_CONFIRMATIONS, {"before": before, "limit": limit})


def _hash(token: str) -> bytes:
    return keyring.fingerprint(f"value-confirmation:{token}")
