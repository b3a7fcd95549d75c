"""Settings: read once at start, complete or refused with one message that names everything."""

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

WECHAT = "https://api.weixin.qq.com"
WECHAT_PAY = "https://api.mch.weixin.qq.com"
WECHAT_OPEN = "https://open.weixin.qq.com"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_KEY_BYTES = 32
_ALL = 100
DRIVER = "postgresql+psycopg://"
_PLACE = r"(?:\[[^]/?@,]*\]|[^]\[/?@,:]*)(?::\d*)?"
# Ports are numbers, a path has no @, a query's first word has a =: else a password with a comma
# would be taken for hosts, and a part of it told where the server does not start.
_SEVERAL = re.compile(
    re.escape(DRIVER)
    + rf"(?P<who>[^/?#]*@)?(?P<hosts>{_PLACE}(?:,{_PLACE})+)"
    + r"(?P<path>(?:/[^?@]*)?)(?:\?(?P<query>(?:[^=@]+=.*)?))?"
)


class BadSettings(RuntimeError):
    """Everything that is missing or wrong, one line each."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between one installation and another. Secrets have no default.

    `outbox_again_seconds`: after this long a job that nobody finished is handed out again.
    `traces_percent`: of so many requests in a hundred the collector at `traces_url` is told.
    `trusted_proxies`: how many proxies of ours stand before the server and write X-Forwarded-For.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    master_key: bytes = field(repr=False)
    public_url: str
    wechat_url: str = WECHAT
    wechat_pay_url: str = WECHAT_PAY
    wechat_open_url: str = WECHAT_OPEN
    files_root: str = "files"
    is_production: bool = True
    clock_offset_seconds: int = 0
    outbox_again_seconds: int = 60
    database_pool: int = 9
    trusted_proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)
    backup_url: str | None = field(default=None, repr=False)
    postgres_programs: str | None = None
    traces_url: str | None = None
    traces_percent: int = 100

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Raises BadSettings with one line for each name that is missing or wrong."""
        troubles = [
            f"{name} is missing: {meaning}"
            for name, meaning in _REQUIRED.items()
            if not env.get(name)
        ]
        key = _key(env.get("KABAO_SECRET", ""), troubles)
        production = env.get("KABAO_ENV", "production") == "production"
        offset = _number(env, "KABAO_CLOCK_OFFSET", 0, troubles)
        urls = {
            "KABAO_PUBLIC_URL": env.get("KABAO_PUBLIC_URL", ""),
            "WECHAT_URL": env.get("WECHAT_URL", WECHAT),
            "WECHAT_PAY_URL": env.get("WECHAT_PAY_URL", WECHAT_PAY),
            "WECHAT_OPEN_URL": env.get("WECHAT_OPEN_URL", WECHAT_OPEN),
        }
        for name, url in urls.items():
            _check_url(name, url, production=production, troubles=troubles)
        if production and offset:
            troubles.append("KABAO_CLOCK_OFFSET moves the clock: refused in production")
        again = _number(env, "KABAO_OUTBOX_AGAIN_SECONDS", 60, troubles)
        pool = _number(env, "KABAO_DATABASE_POOL", 9, troubles)
        proxies = _number(env, "KABAO_PROXIES", 0, troubles)
        traces_url = env.get("KABAO_TRACES_URL") or None
        percent = _number(env, "KABAO_TRACES_PERCENT", 100, troubles)
        if not 0 < percent <= _ALL:
            troubles.append("KABAO_TRACES_PERCENT is not from 1 to 100")
        if traces_url:
            # A collector beside us is the usual thing, in production too.
            _check_url("KABAO_TRACES_URL", traces_url, production=False, troubles=troubles)
        if troubles:
            raise BadSettings("The settings are not complete:\n  " + "\n  ".join(troubles))
        return cls(
            database_url=database_address(env["DATABASE_URL"]),
            redis_url=env["REDIS_URL"],
            master_key=key,
            public_url=urls["KABAO_PUBLIC_URL"].rstrip("/"),
            wechat_url=urls["WECHAT_URL"].rstrip("/"),
            wechat_pay_url=urls["WECHAT_PAY_URL"].rstrip("/"),
            wechat_open_url=urls["WECHAT_OPEN_URL"].rstrip("/"),
            files_root=env.get("KABAO_FILES", "files"),
            is_production=production,
            clock_offset_seconds=offset,
            outbox_again_seconds=again,
            database_pool=pool,
            trusted_proxies=proxies,
            metrics_token=env.get("KABAO_METRICS_TOKEN") or None,
            backup_url=env.get("KABAO_BACKUP_URL") or None,
            postgres_programs=env.get("KABAO_POSTGRES_BIN") or None,
            traces_url=traces_url,
            traces_percent=percent,
        )


def settings_here() -> Settings:
    """The settings of this process, from its environment. Raises BadSettings."""
    return Settings.from_env(os.environ)


_REQUIRED = {
    "DATABASE_URL": "postgresql://user:password@host/name",
    "REDIS_URL": "redis://host:6379/0",
    "KABAO_SECRET": "32 random bytes in base64; `openssl rand -base64 32` makes one",
    "KABAO_PUBLIC_URL": "where WeChat reaches this server, such as https://card.example.com",
}


def _key(text: str, troubles: list[str]) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if text and len(key) < _KEY_BYTES:
        troubles.append("KABAO_SECRET is not 32 bytes in base64")
    return key


def _number(env: Mapping[str, str], name: str, default: int, troubles: list[str]) -> int:
    try:
        return int(env.get(name) or default)
    except ValueError:
        troubles.append(f"{name} is not a whole number")
        return default


def _check_url(name: str, url: str, *, production: bool, troubles: list[str]) -> None:
    if not url:
        return
    parts = urlsplit(url)
    is_local = parts.hostname in _LOOPBACK
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        troubles.append(f"{name} is not an http(s) address")
    elif production and is_local:
        troubles.append(f"{name} points at this machine: that is the simulator, not WeChat")
    elif parts.scheme == "http" and not is_local:
        troubles.append(f"{name} must be https")


def database_address(url: str) -> str:
    """As SQLAlchemy wants it: psycopg 3 is the driver, and several hosts are words of the query.

    `postgresql://u:p@one:5432,two:5433/name` is how PostgreSQL itself names two; `u:p@` need not
    be there, and addresses of IPv6 stand in brackets.
    """
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = DRIVER + url.removeprefix(prefix)
    several = _SEVERAL.fullmatch(url)
    if several is None:
        return url
    hosts, ports = zip(*map(_place, several["hosts"].split(",")), strict=True)
    words = [f"host={','.join(hosts)}", f"port={','.join(ports)}"]
    query = "&".join([*words, *filter(None, [several["query"]])])
    return f"{DRIVER}{several['who'] or ''}{several['path']}?{query}"


def _place(host: str) -> tuple[str, str]:
    """Name and port; the brackets around an address of IPv6 are none of the driver's."""
    name, _, port = host.rpartition(":")
    if not name or port.endswith("]"):
        name, port = host, ""
    return name.strip("[]"), port
