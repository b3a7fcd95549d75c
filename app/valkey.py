"""The link to Valkey or Redis: one server, or whichever its sentinels name at the moment."""

from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from redis import Redis
from redis.sentinel import Sentinel

# As with rediss, the second s asks for TLS: with the sentinels, and with the servers they name.
SENTINELS, SENTINELS_OVER_TLS = "sentinel", "sentinels"
TLS_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
SENTINEL_PORT = 26379
GROUP = "kabao"


def link(url: str, **options: Any) -> Redis:
    """`redis://…`, or `sentinel://:password@one:26379,two:26379/0?group=kabao`.

    With sentinels each new connection asks them first, so that it leads to the primary of the
    moment. `sentinel_password` in the query is theirs; the other one is the servers'. `rediss` and
    `sentinels` speak TLS with everybody; `ssl_ca_certs`, `ssl_certfile` and `ssl_keyfile` in the
    query name files. Raises ValueError for words of the query that mean nothing.
    """
    parts = urlsplit(url)
    if parts.scheme not in {SENTINELS, SENTINELS_OVER_TLS}:
        return Redis.from_url(url, **options)
    who, _, hosts = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    words = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    tls = _tls(words, is_on=parts.scheme == SENTINELS_OVER_TLS)
    impatient = {name: value for name, value in options.items() if name.startswith("socket_")}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        [_place(host) for host in hosts.split(",")],
        sentinel_kwargs={**impatient, **tls, "password": words.pop("sentinel_password", None)},
    )
    primary = sentinels.master_for(  # type: ignore[no-untyped-call]
        words.pop("group", GROUP),
        db=int(parts.path.strip("/") or 0),
        username=unquote(user) or None,
        password=unquote(password) or None,
        **options,
        **tls,
    )
    if words:
        raise ValueError(f"REDIS_URL says what nobody understands: {sorted(words)}")
    return cast("Redis", primary)


def _tls(words: dict[str, str], *, is_on: bool) -> dict[str, Any]:
    """Its settings, taken from the words. Without TLS they stay there, and so are refused."""
    if not is_on:
        return {}
    return {"ssl": True, **{name: words.pop(name) for name in TLS_FILES if name in words}}


def _place(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":")
    if not name or port.endswith("]"):
        return host.strip("[]"), SENTINEL_PORT
    return name.strip("[]"), int(port)
