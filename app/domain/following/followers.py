"""Who follows, who came by which code, and who spoke to us."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.following.rules import HEARD, TOUCHED
from app.domain.following.statements import FIND, GET, LIST_OF_MEMBER, NOTE, TAKE_OVER
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody in the eyes of one app. `app_id` is our row; no member: only his leaving is known."""

    merchant_id: int
    app_id: int
    openid: str
    member_id: int | None = None


@dataclass(frozen=True)
class FollowerView:
    """How an app knows a person. `first_scene` and `last_scene` are numbers of our codes."""

    id: int
    app_id: int
    appid: str
    openid: str
    member_id: int | None
    first_at: datetime | None
    followed_at: datetime | None
    left_at: datetime | None
    first_scene: str | None
    last_scene: str | None
    heard_at: datetime | None

    @property
    def is_following(self) -> bool:
        if self.followed_at is None:
            return False
        return self.left_at is None or self.followed_at > self.left_at


@dataclass(frozen=True)
class _Id:
    id: int


def followed(visitor: Visitor, *, scene: str | None, at: datetime) -> int:
    """He follows since `at`, which WeChat says; `scene` is the number of our code. The row's id."""
    return _note(
        visitor, followed_at=at, touched_at=at, scene=scene, scene_at=at if scene else None
    )


def left(visitor: Visitor, *, at: datetime) -> int:
    """He follows no more."""
    return _note(visitor, left_at=at)


def scanned(visitor: Visitor, *, scene: str | None, at: datetime) -> int:
    """He follows already, and scanned a code."""
    return _note(visitor, touched_at=at, scene=scene, scene_at=at if scene else None)


def clicked(visitor: Visitor, *, at: datetime) -> int:
    """He chose something from the menu that asks us for an answer."""
    return _note(visitor, touched_at=at)


def heard(visitor: Visitor, *, at: datetime) -> int:
    """He wrote something."""
    return _note(visitor, heard_at=at)


def get_follower(*, merchant_id: int, follower_id: int) -> FollowerView:
    """Raises NotFound."""
    found = fetch_one(FollowerView, GET, {"merchant_id": merchant_id, "follower_id": follower_id})
    if found is None:
        raise NotFound("There is no such follower.")
    return found


def find_follower(*, merchant_id: int, app_id: int, openid: str) -> FollowerView | None:
    """The person as this app knows him, if he ever came."""
    who = {"merchant_id": merchant_id, "app_id": app_id, "openid": openid}
    return fetch_one(FollowerView, FIND, who)


def list_of_member(*, merchant_id: int, member_id: int) -> list[FollowerView]:
    """Every app that this member came to, the oldest first."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    return fetch_all(FollowerView, LIST_OF_MEMBER, who)


def take_over(*, merchant_id: int, loser_id: int, winner_id: int) -> int:
    """One person turned out to be two members: where he follows comes together. Repeatable."""
    who = {"merchant_id": merchant_id, "loser_id": loser_id, "winner_id": winner_id}
    return execute(TAKE_OVER, who)


_NOTHING: dict[str, object] = {
    "followed_at": None,
    "left_at": None,
    "scene": None,
    "scene_at": None,
    "heard_at": None,
    "touched_at": None,
}


def _note(visitor: Visitor, **what: object) -> int:
    said = _NOTHING | what
    kept = fetch_one(
        _Id,
        NOTE,
        {
            **vars(visitor),
            **said,
            "heard_left": HEARD.messages if said["heard_at"] else 0,
            "touched_left": TOUCHED.messages if said["touched_at"] else 0,
        },
    )
    assert kept is not None  # noqa: S101 - the statement always returns its row
    return kept.id
