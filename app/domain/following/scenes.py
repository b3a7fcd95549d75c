"""Codes of an official account: who scans one in the shop follows, and we know where he stood."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.following.models import SceneKind
from app.kernel import audit, numbers
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid, NotFound

LONGEST_TITLE = 64

_ADD = """
INSERT INTO scenes (merchant_id, number, app_id, kind, store_id, channel, title, is_permanent,
  created_at)
VALUES (%(merchant_id)s, %(number)s, %(app_id)s, %(kind)s, %(store_id)s, %(channel)s, %(title)s,
  %(is_permanent)s, %(at)s)
"""

_REMEMBER_PICTURE = """
UPDATE scenes SET ticket = %(ticket)s, url = %(url)s, ends_at = %(ends_at)s
WHERE merchant_id = %(merchant_id)s AND number = %(number)s
"""

_COLUMNS = """
s.number, s.app_id, a.appid, s.kind, s.store_id, s.channel, s.title, s.is_permanent, s.ticket,
s.url, s.ends_at,
(SELECT count(*) FROM followers f
 WHERE f.merchant_id = s.merchant_id AND f.app_id = s.app_id AND f.first_scene = s.number)
"""

_GET = f"""
SELECT {_COLUMNS} FROM scenes s
JOIN wechat_apps a ON a.merchant_id = s.merchant_id AND a.id = s.app_id
WHERE s.merchant_id = %(merchant_id)s AND s.number = %(number)s
"""  # noqa: S608 - composed of our own words

_LIST = f"""
SELECT {_COLUMNS} FROM scenes s
JOIN wechat_apps a ON a.merchant_id = s.merchant_id AND a.id = s.app_id
WHERE s.merchant_id = %(merchant_id)s ORDER BY s.id
"""  # noqa: S608 - composed of our own words

_FIND = """
SELECT number FROM scenes
WHERE merchant_id = %(merchant_id)s AND app_id = %(app_id)s AND number = %(number)s
"""


@dataclass(frozen=True)
class SceneView:
    """`brought` counts the people whose first code this was."""

    number: str
    app_id: int
    appid: str
    kind: str
    store_id: int | None
    channel: str | None
    title: str
    is_permanent: bool
    ticket: str | None
    url: str | None
    ends_at: datetime | None
    brought: int


@dataclass(frozen=True)
class _Number:
    number: str


def add_scene(
    *,
    merchant_id: int,
    app_id: int,
    kind: SceneKind,
    title: str,
    is_permanent: bool,
    actor: str,
    at: datetime,
    store_id: int | None = None,
    channel: str | None = None,
) -> str:
    """The number of a new code, which WeChat has still to draw. Raises Invalid."""
    if (kind is SceneKind.STORE) != (store_id is not None):
        raise Invalid("A code of a store has a store, and no other has one.")
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise Invalid(f"A code has a title of 1 to {LONGEST_TITLE} characters.")
    number = numbers.new(numbers.Kind.SCENE, merchant_id=merchant_id)
    scene = {
        "number": number,
        "app_id": app_id,
        "kind": kind.value,
        "store_id": store_id,
        "channel": channel,
        "title": title.strip(),
        "is_permanent": is_permanent,
    }
    execute(_ADD, {"merchant_id": merchant_id, **scene, "at": at})
    audit.record(merchant_id=merchant_id, actor=actor, action="scene.add", subject=number, at=at)
    return number


def remember_picture(
    *, merchant_id: int, number: str, ticket: str, url: str, ends_at: datetime | None
) -> None:
    """WeChat drew the code: the ticket of its picture, and what the picture says."""
    drawn = {"ticket": ticket, "url": url, "ends_at": ends_at}
    execute(_REMEMBER_PICTURE, {"merchant_id": merchant_id, "number": number, **drawn})


def get_scene(*, merchant_id: int, number: str) -> SceneView:
    """Raises NotFound."""
    found = fetch_one(SceneView, _GET, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such code.")
    return found


def list_scenes(*, merchant_id: int) -> list[SceneView]:
    """The oldest first."""
    return fetch_all(SceneView, _LIST, {"merchant_id": merchant_id})


def own_scene(*, merchant_id: int, app_id: int, said: str | None) -> str | None:
    """The number of our code, if that is what WeChat says was scanned."""
    if not said:
        return None
    which = {"merchant_id": merchant_id, "app_id": app_id, "number": said}
    found = fetch_one(_Number, _FIND, which)
    return found.number if found else None
