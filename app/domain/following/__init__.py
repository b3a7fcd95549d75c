"""Those who follow: how they came, when they may be written to, and what the platform tells us."""

from app.domain.following.events import CardEventTold, FollowerCame, OrderSettled, ShippingReminded
from app.domain.following.followers import (
    FollowerView,
    Visitor,
    clicked,
    find_follower,
    followed,
    get_follower,
    heard,
    left,
    list_of_member,
    scanned,
    take_over,
)
from app.domain.following.models import Follower, NoticeKind, PlatformNotice, Scene, SceneKind
from app.domain.following.notices import (
    NoticeLine,
    keep_notice,
    list_notices,
    mark_notices_seen,
)
from app.domain.following.scenes import (
    SceneView,
    add_scene,
    get_scene,
    list_scenes,
    own_scene,
    remember_picture,
)
from app.domain.following.windows import Window, close_kf, kf_window, spend_kf

__all__ = [
    "CardEventTold",
    "Follower",
    "FollowerCame",
    "FollowerView",
    "NoticeKind",
    "NoticeLine",
    "OrderSettled",
    "PlatformNotice",
    "Scene",
    "SceneKind",
    "SceneView",
    "ShippingReminded",
    "Visitor",
    "Window",
    "add_scene",
    "clicked",
    "close_kf",
    "find_follower",
    "followed",
    "get_follower",
    "get_scene",
    "heard",
    "keep_notice",
    "kf_window",
    "left",
    "list_notices",
    "list_of_member",
    "list_scenes",
    "mark_notices_seen",
    "own_scene",
    "remember_picture",
    "scanned",
    "spend_kf",
    "take_over",
]
