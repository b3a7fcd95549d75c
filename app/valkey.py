"""The link to Valkey or Redis: one server, or whichever its sentinels name at the moment."""

from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from redis import Redis
from redis.sentinel import Sentinel

SENTINELS = "sentinel"
SENTINEL_PORT = 26379
GROUP = "kabao"


def link(url: str, **options: Any) -> Redis:
    """`redis://…`, or `sentinel://:password@one:26379,two:26379/0?group=kabao`.

    With sentinels each new connection asks them first, so that it leads to the primary of the
    moment. `sentinel_password` in the query is theirs; the other one is the servers'.
    """
    parts = urlsplit(url)
    if parts.scheme != SENTINELS:
        return Redis.from_url(url, **options)
    who, _, hosts = parts.netloc.rpartition("@")
    user, _, password = who.partition(":")
    words = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    impatient = {name: value for name, value in options.items() if name.startswith("socket_")}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        [_place(host) for host in hosts.split(",")],
        sentinel_kwargs={**impatient, "password": words.get("sentinel_password")},
    )
    primary = sentinels.master_for(  # type: ignore[no-untyped-call]
        words.get("group", GROUP),
        db=int(parts.path.strip("/") or 0),
        username=unquote(user) or None,
        password=unquote(password) or None,
        **options,
    )
    return cast("Redis", primary)


def _place(host: str) -> tuple[str, int]:
    name, _, port = host.rpartition(":")
    return (name.strip("[]"), int(port)) if name else (port, SENTINEL_PORT)
