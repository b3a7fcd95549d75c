"""What api.weixin.qq.com remembers."""

import base64
import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from app.simulator.settings import App
from app.simulator.signing import nonce_text

CODE_SECONDS = 300


@dataclass(kw_only=True)
class Code:
    """A login or phone code: one use within five minutes."""

    value: str
    purpose: str
    appid: str
    name: str
    made_at: float
    used: bool = False

    def is_fresh(self, at: float) -> bool:
        """Whether the five minutes are not over."""
        return at - self.made_at <= CODE_SECONDS


@dataclass(kw_only=True)
class Token:
    """An access_token. Stable and plain ones live side by side without touching each other."""

    value: str
    app: App
    expires_at: float
    superseded_at: float | None = None


@dataclass(kw_only=True)
class TokenDesk:
    """The tokens of one app: the newest of either family, and when refreshes were forced."""

    stable: Token | None = None
    plain: Token | None = None
    forced_at: list[float] = field(default_factory=list)


@dataclass(kw_only=True)
class OpenPlatform:
    """Callers hold the world's lock."""

    codes: dict[str, Code] = field(default_factory=dict)
    session_keys: dict[tuple[str, str], str] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    desks: dict[str, TokenDesk] = field(default_factory=dict)
    grants: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    messages: list[dict[str, Any]] = field(default_factory=list)
    visits: dict[tuple[str, str], float] = field(default_factory=dict)

    def new_code(self, *, purpose: str, appid: str, name: str, at: float) -> Code:
        """A code for the phone to hand to the shop. A login code brings a new session_key."""
        code = Code(value=nonce_text(32), purpose=purpose, appid=appid, name=name, made_at=at)
        self.codes[code.value] = code
        self.visits[(appid, name)] = at
        if purpose == "login":
            self.new_session_key(appid=appid, name=name)
        return code

    def new_session_key(self, *, appid: str, name: str) -> str:
        """A new key for a user's session; the one before it is good no longer."""
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.session_keys[(appid, name)] = key
        return key
