"""Who may open a page: said at the page itself, and asked before it runs. Silence means nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.domain.merchants import Role

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "_panel_need"


@dataclass(frozen=True, kw_only=True)
class Need:
    """`role` is the least one; None lets in whoever is there, signed in or not.

    `is_dear`: only within ten minutes after a password, a code or a scan.
    `at_store`: only behind the counter of a store that was chosen.
    """

    role: Role | None
    is_dear: bool = False
    at_store: bool = False


def needs(role: Role, *, is_dear: bool = False, at_store: bool = False) -> Callable[[View], View]:
    """At least this role."""
    return _mark(Need(role=role, is_dear=is_dear, at_store=at_store))


def anybody(view: View) -> View:
    """Also whoever is not signed in: the door itself, and nothing behind it."""
    return _mark(Need(role=None))(view)


def need_of(view: Callable[..., Any] | None) -> Need | None:
    """What was said at this page; None when nothing was."""
    return getattr(view, _MARK, None)


def _mark(need: Need) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, need)
        return view

    return mark
