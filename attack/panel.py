"""The panel over the wire: a shop with one of everything, and its people's browsers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode

from app.domain.merchants import Role
from attack.calling import Answer, Client
from attack.stage import Stage
from tests.admin.browsing import signed_in
from tests.admin.neighbour import a_neighbour
from tests.builders.merchants import a_clerk, a_store

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
COOKIE = "kabao_panel"
SET_COOKIE = re.compile(rf"{COOKIE}=([^;]+)")
FORM = "application/x-www-form-urlencoded"


@dataclass
class Browser:
    """Somebody's browser: its cookie, and the secret of its forms."""

    client: Client
    number: str
    cookie: str
    csrf: str = ""
    inside: Any = None

    def path(self, path: str) -> str:
        return path if path.startswith("/admin") else f"/admin/{self.number}{path}"

    def get(self, path: str) -> Answer:
        return self._kept(self.client.get(self.path(path), headers=self._said({})))

    def post(
        self,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        csrf: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """With this browser's own secret, unless `csrf` says another or none."""
        if not self.csrf:
            self.csrf = self._secret()
        given = self.csrf if csrf is None else csrf
        said = {**({"csrf_token": given} if given else {}), **(fields or {})}
        body = urlencode(said, doseq=True)
        more = self._said({"Content-Type": FORM, **(headers or {})})
        return self._kept(self.client.post(self.path(path), data=body, headers=more))

    def upload(self, path: str, body: bytes, kind: str) -> Answer:
        more = self._said({"Content-Type": kind})
        return self._kept(self.client.post(self.path(path), data=body, headers=more))

    def any_secret(self) -> str:
        """Of a form that anybody may see."""
        return self._secret("/sign-in")

    def fresh_cookies(self) -> list[str]:
        """What a browser is given that comes for the first time."""
        return self.client.get(self.path("/sign-in")).headers.getlist("Set-Cookie")

    def _secret(self, path: str = "/me") -> str:
        found = TOKEN.search(self.get(path).text)
        if found is None:
            raise RuntimeError("no form of the panel's came")
        return unescape(found[1])

    def _said(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie}", **headers}

    def _kept(self, answer: Answer) -> Answer:
        """With the cookie that came along."""
        found = SET_COOKIE.search("\n".join(answer.headers.getlist("Set-Cookie")))
        self.cookie = found[1] if found else self.cookie
        return answer


@dataclass(kw_only=True)
class Panel:
    """What the tests of the panel call a house, and `things`: the number of one of everything."""

    merchant: Any
    store: Any
    people: dict[Any, Any]
    owner: Browser
    manager: Any
    things: dict[str, Any]

    @property
    def id(self) -> int:
        return int(self.merchant.id)


@contextmanager
def a_panel(stage: Stage) -> Iterator[Panel]:
    """The panel of a new shop."""
    with stage.app.app_context():
        things = a_neighbour()
        merchant, store = things["shop"].merchant, a_store(merchant=things["shop"].merchant)
        people = {role: a_clerk(store, role=role) for role in Role}
        inside = signed_in(stage.app, merchant, people[Role.OWNER])
        yield Panel(
            merchant=merchant,
            store=store,
            people=people,
            owner=live(stage, inside),
            manager=signed_in(stage.app, merchant, people[Role.MANAGER]),
            things=things,
        )


def live(stage: Stage, inside: Any) -> Browser:
    """The same browser, in front of the live server."""
    kept = inside.client.get_cookie(COOKIE, path="/admin")
    return Browser(stage.client, inside.number, kept.value if kept else "", inside=inside)
