"""How often codes are tried at a counter, whoever scans or types them."""

from contextlib import suppress

from app.domain import vouchers
from app.domain.risk import Action, Per
from app.web import limits


def count(code: str, *, merchant_id: int, actor: str) -> None:
    """Digits can be guessed, so they are counted by voucher too; looking counts like redeeming.

    Raises TooOften.
    """
    handle = _typed_handle(code)
    if handle is None:
        limits.check(Action.REDEEM, merchant_id=merchant_id, who={Per.ACTOR: actor})
        return
    limits.check(
        Action.REDEEM,
        Action.REDEEM_BY_DIGITS,
        merchant_id=merchant_id,
        who={Per.ACTOR: actor, Per.HANDLE: handle},
    )


def _typed_handle(code: str) -> str | None:
    """Whose digits these are, read as redeeming reads them; None for a QR code or nonsense."""
    for read in (vouchers.read_code, vouchers.read_member_code):
        with suppress(vouchers.CodeUnknown):
            scanned = read(code)
            return scanned.handle if scanned.code.isdigit() else None
    return None
