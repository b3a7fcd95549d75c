"""Wrong tries in a row, counted by who tries what from where.

Nobody can lock a colleague out by guessing in his name: a stranger's tries count against the
stranger's own address, and a browser in which somebody was signed in before counts by itself.
Names that do not exist are counted like those that do.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.accounts.errors import LockedOut
from app.kernel import keyring
from app.kernel.db import execute, fetch_one

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
# Half of what somebody got wrong is forgotten with each hour that he leaves it alone.
HALF_AFTER = timedelta(hours=1)
IPV6_HOUSEHOLD = 64

# Takes the row, so that two tries of one key follow each other.
_TAKE = """
INSERT INTO panel_tries (merchant_id, fingerprint, failures, failed_at)
VALUES (%(merchant_id)s, %(key)s, 0, %(at)s)
ON CONFLICT (merchant_id, fingerprint) DO UPDATE SET failures = panel_tries.failures
RETURNING failures, failed_at, locked_until
"""
_COUNT = """
UPDATE panel_tries SET failures = %(failures)s, failed_at = %(at)s, locked_until = %(until)s
WHERE merchant_id = %(merchant_id)s AND fingerprint = %(key)s
"""
_FORGIVE = "DELETE FROM panel_tries WHERE merchant_id = %(merchant_id)s AND fingerprint = %(key)s"
_FORGET = "DELETE FROM panel_tries WHERE failed_at < %(before)s"


@dataclass(frozen=True)
class _Row:
    failures: int
    failed_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Count:
    """How often this key was wrong of late; the row is ours until commit."""

    merchant_id: int
    key: bytes
    failures: int
    locked_until: datetime | None
    at: datetime

    def refusal(self) -> LockedOut | None:
        """Whether the next try must wait."""
        if self.locked_until is None or self.at >= self.locked_until:
            return None
        wait = int((self.locked_until - self.at).total_seconds()) + 1
        return LockedOut("尝试次数过多，请稍后再试", retry_after_seconds=wait)

    def was_wrong(self) -> int:
        """One more; how many in a row."""
        failures = self.failures + 1
        wait = wait_after(failures)
        until = self.at + wait if wait else None
        execute(_COUNT, {**self._which(), "failures": failures, "until": until, "at": self.at})
        return failures

    def was_right(self) -> None:
        execute(_FORGIVE, self._which())

    def _which(self) -> dict[str, object]:
        return {"merchant_id": self.merchant_id, "key": self.key}


def count_of(*, merchant_id: int, what: str, at: datetime) -> Count:
    """What was counted under these words, such as `household` and a name."""
    key = keyring.blind_index(what, context=f"panel-tries:{merchant_id}")
    row = fetch_one(_Row, _TAKE, {"merchant_id": merchant_id, "key": key, "at": at})
    row = row or _Row(0, at, None)
    return Count(
        merchant_id=merchant_id,
        key=key,
        failures=_decayed(row, at),
        locked_until=row.locked_until,
        at=at,
    )


def _decayed(row: _Row, at: datetime) -> int:
    halvings = max(at - row.failed_at, timedelta()) // HALF_AFTER
    return row.failures >> min(halvings, 62)


def wait_after(failures: int) -> timedelta | None:
    """How long the next try waits after so many wrong ones in a row."""
    if failures < FREE_TRIES:
        return None
    return min(FIRST_WAIT * (1 << min(failures - FREE_TRIES, 10)), LONGEST_WAIT)


def household(address: str) -> str:
    """What one connection can choose freely counts as one: of IPv6, a network of 64 bits."""
    ip = ipaddress.ip_address(address)
    if ip.version == 4:  # noqa: PLR2004 - the number is the name
        return str(ip)
    return str(ipaddress.ip_network((ip, IPV6_HOUSEHOLD), strict=False))


def forget(*, before: datetime) -> int:
    """Counts that nobody added to since; how many were forgotten. Across merchants."""
    return execute(_FORGET, {"before": before})
