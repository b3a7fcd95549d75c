"""Who agreed to which revision of which text, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.consents.errors import TermsChanged
from app.domain.consents.texts import get_terms
from app.kernel import audit
from app.kernel.db import execute, fetch_all, fetch_one

_ADD = """
INSERT INTO consents (merchant_id, member_id, name, revision, at)
VALUES (%(merchant_id)s, %(member_id)s, %(name)s, %(revision)s, %(at)s)
ON CONFLICT (merchant_id, member_id, name, revision) DO NOTHING RETURNING id
"""
_LIST = """
SELECT name, revision, at FROM consents
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s ORDER BY id LIMIT 100
"""
# Each of the two may have agreed to the same: the earlier time is the one that counts.
_TAKE_OVER = """
WITH lost AS (
  DELETE FROM consents WHERE merchant_id = %(merchant_id)s AND member_id = %(loser_id)s
  RETURNING name, revision, at
)
INSERT INTO consents AS c (merchant_id, member_id, name, revision, at)
SELECT %(merchant_id)s, %(winner_id)s, name, revision, at FROM lost ORDER BY name, revision
ON CONFLICT (merchant_id, member_id, name, revision) DO UPDATE SET at = least(c.at, EXCLUDED.at)
"""


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class Given:
    """A consent: to which text, in which revision, since when."""

    name: str
    revision: str
    at: datetime


def agree(*, merchant_id: int, member_id: int, name: str, revision: str, at: datetime) -> None:
    """Keep the consent to a text's present revision. Again it changes nothing.

    Raises NotFound for a text that is none, and TermsChanged for another revision.
    """
    now = get_terms(name).revision
    if revision != now:
        raise TermsChanged("条款已更新，请阅读后再同意", revision=now)
    who = {"merchant_id": merchant_id, "member_id": member_id}
    added = fetch_one(_Id, _ADD, {**who, "name": name, "revision": revision, "at": at})
    if added is None:
        return
    audit.record(
        merchant_id=merchant_id,
        actor=f"member:{member_id}",
        action="consent.give",
        subject=name,
        at=at,
        details={"revision": revision},
    )


def list_given(*, merchant_id: int, member_id: int) -> Sequence[Given]:
    """What this member agreed to, the oldest first."""
    return fetch_all(Given, _LIST, {"merchant_id": merchant_id, "member_id": member_id})


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> None:
    """What the loser agreed to, the winner did. Repeatable."""
    pair = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    execute(_TAKE_OVER, pair)
