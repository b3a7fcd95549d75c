"""One app's conversation with api.weixin.qq.com: a token, one new token, and refusals sorted."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from app.gateways._http import (
    OPEN_PLATFORM,
    TIMEOUTS,
    failure,
    open_platform_session,
    unanswered,
)
from app.gateways._reading import UNREADABLE, Json, mapping
from app.gateways.errcodes import LATER, STALE_TOKEN, code_of, wait_after
from app.gateways.errors import GatewayError, Refused, Unavailable
from app.gateways.tokens import AccessTokens, name_of
from app.kernel import clock

SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class App:
    """The keys of one app. `base_url` is None where the settings decide."""

    appid: str
    secret: str = field(repr=False)
    base_url: str | None = None


class OpenPlatform:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown.

    `doing` names the call in errors. `changes` says whether it does something at WeChat: then an
    answer that never came leaves the outcome unknown.
    """

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self.name = name_of(appid=app.appid, secret=app.secret)
        self._app = app
        self._tokens = tokens
        self._session = open_platform_session(app.base_url or OPEN_PLATFORM)
        # The library retries a stale token without end when asked to retry at all.
        self._client = WeChatClient(app.appid, app.secret, timeout=TIMEOUTS, auto_retry=False)
        self._client._http = self._session  # noqa: SLF001 - the library makes its own, unbounded

    def call(self, doing: str, path: str, question: Json, *, changes: bool = True) -> Any:
        """POST with a token; with a new one, once, when WeChat does not take the first.

        A dict, or the library's Response where WeChat answered with a file.
        """
        return self._with_token(doing, "post", path, {"data": question}, changes=changes)

    def read(self, doing: str, path: str, question: Mapping[str, str]) -> Json:
        """GET with a token. It only asks, so no outcome is ever unknown."""
        answer = self._with_token(doing, "get", path, {"params": question}, changes=False)
        return dict(answer) if isinstance(answer, dict) else {}

    def ask_directly(
        self, doing: str, path: str, question: Mapping[str, str], *, as_app: bool = True
    ) -> Json:
        """GET without the app's token, which nobody needs in that address; with its own secret.

        Not `as_app`: without that either. Codes of WeChat work once, so an answer that never came
        is an unknown outcome.
        """
        keys = {"appid": self._app.appid, "secret": self._app.secret} if as_app else {}
        try:
            response = self._session.get(OPEN_PLATFORM + path, params={**keys, **question})
            if not response.ok:
                raise _http_refusal(doing, response.status_code)
            answer = mapping(json.loads(response.content))
            errcode = int(answer.get("errcode", 0))
        except requests.RequestException as error:
            raise failure(error, doing=doing, changes=True) from None
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=True) from None
        if errcode:
            raise _refusal(doing, errcode, str(answer.get("errmsg")))
        return answer

    def _with_token(
        self, doing: str, method: str, path: str, words: dict[str, Any], *, changes: bool
    ) -> Any:
        token = self._token()
        try:
            return self._send(doing, method, path, words, token, changes=changes)
        except Unavailable as refusal:
            if refusal.code not in map(str, STALE_TOKEN):
                raise
        self._tokens.drop(token, appid=self._app.appid, secret=self._app.secret)
        return self._send(doing, method, path, words, self._token(), changes=changes)

    def _token(self) -> str:
        return self._tokens.token(appid=self._app.appid, secret=self._app.secret)

    def _send(
        self,
        doing: str,
        method: str,
        path: str,
        words: dict[str, Any],
        token: str,
        *,
        changes: bool,
    ) -> Any:
        params = {**words.get("params", {}), "access_token": token}
        try:
            ask = getattr(self._client, method)
            answer = ask(OPEN_PLATFORM + path, **{**words, "params": params})
        except WeChatClientException as refusal:
            raise _from_library(doing, refusal) from None
        except requests.RequestException as error:
            raise failure(error, doing=doing, changes=changes) from None
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=changes) from None
        if changes and not isinstance(answer, dict):
            raise unanswered(doing, code="unreadable_answer", changes=True)
        return answer


def _from_library(doing: str, refusal: WeChatClientException) -> GatewayError:
    if refusal.errcode is None:
        return _http_refusal(doing, refusal.response.status_code)
    return _refusal(doing, refusal.errcode, str(refusal.errmsg))


def _http_refusal(doing: str, status: int) -> GatewayError:
    code = f"HTTP_{status}"
    if status >= SERVER_ERROR:
        return Unavailable(f"{doing}: {code}", code=code)
    return Refused(f"{doing}: {code}", code=code, status=status)


def _refusal(doing: str, errcode: int, errmsg: str) -> GatewayError:
    """By errcode. Of WeChat's text only the field and the trace id are kept, never a value."""
    kept = re.findall(r"\bdata\.\w+|rid: [0-9a-f-]+", errmsg)
    message = " ".join([f"{doing}: {errcode}", *kept])
    if errcode in LATER | STALE_TOKEN:
        after = wait_after(errcode, at=clock.now())
        return Unavailable(message, code=code_of(errcode), after=after)
    return Refused(message, code=code_of(errcode))
