"""One way out: pooled, bounded in time, deaf to proxies, never redirected, and quiet."""

import logging
import os
import re
from http.cookiejar import DefaultCookiePolicy
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from app.gateways.counting import counter
from app.gateways.errors import GatewayError, Misconfigured, OutcomeUnknown, Unavailable
from app.kernel import tracing
from app.kernel.tracing import Kind

# Seconds to connect and to answer. Both vendor libraries would wait for ever by default.
TIMEOUTS = (3.0, 10.0)
CONNECTIONS = 32
SERVER_ERROR = 500
OPEN_PLATFORM = "https://api.weixin.qq.com"

# A word of the platform's own, such as jscode2session; an openid has 28 signs.
_WORD = re.compile(r"(?=.{1,27}$)[a-z_-]+\d?[a-z_-]*")

# At DEBUG these write whole addresses, and WeChat wants secrets and tokens in the address.
for _name in ("urllib3", "wechatpy"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class PooledSession(requests.Session):
    """Keeps connections alive between calls; one per process and place."""

    def __init__(self, *, open_platform_at: str = OPEN_PLATFORM) -> None:
        super().__init__()
        self._open_platform_at = open_platform_at
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._pools_of_parents: list[object] = []
        self._open_pools()
        # A worker forks for each job; two processes writing into one TLS stream garble it.
        os.register_at_fork(after_in_child=self._open_pools)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUTS
        # A redirected order would be repeated as something else, somewhere else.
        kwargs["allow_redirects"] = False
        with _step(request) as step:
            try:
                answer = super().send(request, **kwargs)
            except requests.RequestException:
                counter.count(failed=True)
                raise
            step.say("http.response.status_code", answer.status_code)
            if answer.status_code >= SERVER_ERROR:
                step.fail(str(answer.status_code))
        counter.count(failed=answer.status_code >= SERVER_ERROR)
        return answer

    def _open_pools(self) -> None:
        # Closing the old ones takes locks that a thread of the parent may have held just then.
        self._pools_of_parents.append(dict(self.adapters))
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        self.mount(OPEN_PLATFORM + "/", _Rewriting(self._open_platform_at))


def _step(request: requests.PreparedRequest) -> tracing.Step:
    if not tracing.is_on():
        return tracing.UNTOLD
    parts, method = urlsplit(str(request.url)), str(request.method)
    place = place_of(parts.path)
    facts = {
        "http.request.method": method,
        "url.template": place,
        "server.address": parts.hostname,
    }
    return tracing.step(Kind.CALL, f"{method} {place}", facts)


def place_of(path: str) -> str:
    """A path with nothing in it that belongs to somebody: numbers and openids become {}."""
    return "/".join(each if not each or _WORD.fullmatch(each) else "{}" for each in path.split("/"))


class _Rewriting(HTTPAdapter):
    """Takes what is addressed to the open platform to where the settings say it lives."""

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_maxsize=CONNECTIONS)
        self._base_url = base_url

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        request.url = self._base_url + str(request.url).removeprefix(OPEN_PLATFORM)
        return super().send(request, *args, **kwargs)


def open_platform_session(base_url: str) -> PooledSession:
    """The process's one session to api.weixin.qq.com, or to what stands in for it."""
    base_url = checked_base_url(base_url)
    with _LOCK:
        if base_url not in _SESSIONS:
            _SESSIONS[base_url] = PooledSession(open_platform_at=base_url)
        return _SESSIONS[base_url]


def checked_base_url(url: str) -> str:
    """Without its last slash; plain http is for this machine only."""
    parts = urlsplit(url)
    at_home = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or parts.scheme not in ({"https", "http"} if at_home else {"https"}):
        raise Misconfigured(
            f"a base address must be https, or http on this machine: {parts.hostname}"
        )
    return url.rstrip("/")


def failure(error: requests.RequestException, *, doing: str, changes: bool) -> GatewayError:
    """What a broken conversation means. `changes`: had it arrived, it would have done something."""
    if _never_sent(error):
        return Unavailable(f"{doing}: not reached", code="unreachable")
    return unanswered(doing, code="no_answer", changes=changes)


def unanswered(doing: str, *, code: str, changes: bool) -> GatewayError:
    """It was sent, and what came back says nothing we may rely on."""
    kind = OutcomeUnknown if changes else Unavailable
    return kind(f"{doing}: {code}", code=code)


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


_LOCK = Lock()
_SESSIONS: dict[str, PooledSession] = {}
