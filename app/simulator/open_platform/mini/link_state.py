"""Links and drawn codes that lead into a mini-program."""

from dataclasses import dataclass, field
from typing import Any

URL_LINK, SCHEME, SHORT_LINK, CODE = "url_link", "scheme", "short_link", "code"
# By which scene number the page learns how it was opened; of short links no page tells it.
SCENES = {URL_LINK: 1194, SCHEME: 1065, CODE: 1047}


@dataclass(kw_only=True)
class Link:
    """One way in; `expires_at` 0 is never."""

    kind: str
    text: str
    appid: str
    path: str
    query: str
    env_version: str
    made_at: float
    expires_at: float = 0.0
    visitor: str = ""

    def told(self) -> dict[str, Any]:
        """What a query answers about it."""
        return {
            "appid": self.appid,
            "path": self.path,
            "query": self.query,
            "create_time": int(self.made_at),
            "expire_time": int(self.expires_at),
            "env_version": self.env_version,
        }


@dataclass(kw_only=True)
class Links:
    """Every link by its text. Callers hold the world's lock."""

    links: dict[str, Link] = field(default_factory=dict)

    def add(self, link: Link) -> Link:
        """Keep a link."""
        self.links[link.text] = link
        return link
