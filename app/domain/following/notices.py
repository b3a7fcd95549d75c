"""What the platform wants a person to know, kept until somebody has seen it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from app.domain.following.models import NoticeKind
from app.kernel.db import execute, fetch_all

LONGEST_TEXT = 2000

_KEEP = """
INSERT INTO platform_notices (merchant_id, app_id, kind, text, reference, at)
VALUES (%(merchant_id)s, %(app_id)s, %(kind)s, %(text)s, %(reference)s, %(at)s)
"""

_LIST = """
SELECT n.id, a.appid, n.kind, n.text, n.reference, n.at, n.seen_at
FROM platform_notices n JOIN wechat_apps a ON a.merchant_id = n.merchant_id AND a.id = n.app_id
WHERE n.merchant_id = %(merchant_id)s AND (n.seen_at IS NULL OR %(with_seen)s)
ORDER BY n.id DESC LIMIT %(limit)s
"""

_MARK_SEEN = """
UPDATE platform_notices SET seen_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND id = ANY(%(ids)s) AND seen_at IS NULL
"""


@dataclass(frozen=True)
class NoticeLine:
    id: int
    appid: str
    kind: str
    text: str
    reference: str | None
    at: datetime
    seen_at: datetime | None


def keep_notice(
    *,
    merchant_id: int,
    app_id: int,
    kind: NoticeKind,
    text: str,
    reference: str | None,
    at: datetime,
) -> None:
    """Keep what the platform said; `reference` is what it is about, such as a transaction."""
    said = {"kind": kind.value, "text": text[:LONGEST_TEXT], "reference": reference, "at": at}
    execute(_KEEP, {"merchant_id": merchant_id, "app_id": app_id, **said})


def list_notices(*, merchant_id: int, with_seen: bool, limit: int) -> list[NoticeLine]:
    """The newest first."""
    return fetch_all(
        NoticeLine, _LIST, {"merchant_id": merchant_id, "with_seen": with_seen, "limit": limit}
    )


def mark_notices_seen(*, merchant_id: int, ids: Collection[int], at: datetime) -> int:
    """Somebody has read these; how many of them were new to him."""
    return execute(_MARK_SEEN, {"merchant_id": merchant_id, "ids": list(ids), "at": at})
