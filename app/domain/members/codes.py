"""A lost card: every code of a member ends at once, and new ones begin when he wants them.

Codes are made with a version of the member's. A higher one ends every picture, screenshot and
print of an older code; while they are frozen, no code is shown.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.members.errors import CodesFrozen
from app.kernel import audit
from app.kernel.db import fetch_one, flush
from app.kernel.errors import NotFound

FREEZE = """
UPDATE members SET codes_frozen_at = coalesce(codes_frozen_at, %(at)s),
  codes_frozen_by_staff = codes_frozen_by_staff OR %(by_staff)s,
  code_version = code_version + (codes_frozen_at IS NULL)::int
WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s RETURNING number, code_version
"""
REISSUE = """
UPDATE members SET codes_frozen_at = NULL, codes_frozen_by_staff = false,
  code_version = code_version + 1
WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s
  AND (%(by_staff)s OR NOT codes_frozen_by_staff) RETURNING number, code_version
"""


@dataclass(frozen=True)
class CodeState:
    """The version of a member's codes, since when they are frozen, and whether staff did it."""

    version: int
    frozen_at: datetime | None
    by_staff: bool

    @property
    def is_frozen(self) -> bool:
        """Whether its owner lost it, so that it gives and shares nothing."""
        return self.frozen_at is not None

    def require_unfrozen(self) -> None:
        """Raises CodesFrozen."""
        if self.is_frozen:
            raise CodesFrozen(
                "会员卡已挂失，请联系商家补办" if self.by_staff else "会员卡已挂失，请先补办",
                frozen_at=self.frozen_at,
                by_staff=self.by_staff,
            )


@dataclass(frozen=True)
class _Changed:
    number: str
    code_version: int


def code_state(*, merchant_id: int, member_id: int) -> CodeState:
    """Raises NotFound."""
    found = fetch_one(
        CodeState,
        """SELECT code_version, codes_frozen_at, codes_frozen_by_staff FROM members
        WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s""",
        {"merchant_id": merchant_id, "member_id": member_id},
    )
    if found is None:
        raise NotFound("There is no such member.")
    return found


def freeze_codes(
    *, merchant_id: int, member_id: int, actor: str, reason: str = "", at: datetime
) -> None:
    """No code of this member counts from now on. Again changes nothing but the audit."""
    by_staff = not _is_member(actor)
    number, version = _change(FREEZE, merchant_id, member_id, by_staff=by_staff, at=at)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="member.freeze_codes",
        subject=number,
        at=at,
        details={"reason": reason, "version": version},
    )


def reissue_codes(
    *, merchant_id: int, member_id: int, actor: str, reason: str = "", at: datetime
) -> None:
    """New codes; older ones, frozen or not, stay dead for ever.

    What staff froze for somebody who called, only staff opens again: whoever has his phone now
    cannot. Raises CodesFrozen.
    """
    by_staff = not _is_member(actor)
    number, version = _change(REISSUE, merchant_id, member_id, by_staff=by_staff, at=at)
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="member.reissue_codes",
        subject=number,
        at=at,
        details={"reason": reason, "version": version},
    )


def _is_member(actor: str) -> bool:
    return actor.startswith("member:")


def _change(
    statement: str, merchant_id: int, member_id: int, *, by_staff: bool, at: datetime
) -> tuple[str, int]:
    flush()
    who = {"merchant_id": merchant_id, "member_id": member_id}
    changed = fetch_one(_Changed, statement, {**who, "by_staff": by_staff, "at": at})
    if changed is None:
        code_state(**who).require_unfrozen()
        raise NotFound("There is no such member.")
    return changed.number, changed.code_version
