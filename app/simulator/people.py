"""The people on the platform, who is who in which app, and what their phones hold."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from app.simulator.settings import App, Person, SimulatorSettings


@dataclass(kw_only=True)
class User:
    """A person; `openids` has one openid per appid."""

    name: str
    unionid: str
    phone: str
    risk: bool
    openids: dict[str, str] = field(default_factory=dict)


class People:
    """Everybody, by name and by openid. Callers hold the world's lock."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._apps = settings.apps
        self._by_name: dict[str, User] = {}
        self._by_openid: dict[tuple[str, str], User] = {}
        for person in settings.people:
            self.join(person)

    def join(self, person: Person) -> User:
        """Make a user; the same name again is the same user."""
        if person.name in self._by_name:
            return self._by_name[person.name]
        user = User(
            name=person.name,
            unionid=person.unionid or "o" + _stable_text("unionid", person.name),
            phone=person.phone or _phone(person.name),
            risk=person.risk,
        )
        self._by_name[user.name] = user
        for app in self._apps:
            self._enter(user, app)
        return user

    def named(self, name: str) -> User | None:
        """The user of this name."""
        return self._by_name.get(name)

    def with_openid(self, openid: str, *, appid: str) -> User | None:
        """The user who has this openid in this app."""
        return self._by_openid.get((appid, openid))

    def all(self) -> list[User]:
        """Everybody, oldest first."""
        return list(self._by_name.values())

    def _enter(self, user: User, app: App) -> None:
        openid = "o" + _stable_text(app.appid, user.name)
        user.openids[app.appid] = openid
        self._by_openid[(app.appid, openid)] = user


# The platform forgets everything when it stops, but the shop does not: a person must come back
# with the same openid, so it is derived rather than drawn.
def _stable_text(space: str, name: str) -> str:
    digest = hmac.new(space.encode(), name.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().replace("=", "")[:27]


def _phone(name: str) -> str:
    digits = int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big")
    return f"138{digits % 10**8:08d}"
