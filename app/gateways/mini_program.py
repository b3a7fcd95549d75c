"""The mini-program's server side, in our words."""

import json
import re
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
from app.gateways._reading import UNREADABLE, Json, mapping, word, word_or_none
from app.gateways.errors import GatewayError, Refused, Unavailable
from app.gateways.tokens import AccessTokens

STALE_TOKEN = {40001, 40014, 42001}
# Busy, somebody else is sending to the same person, or a quota that fills up again.
LATER = {-1, 43108, 44990, 44991, 45009, 45011}
IN_OUR_WORDS = {
    40029: "code_invalid",
    40163: "code_invalid",
    40226: "user_blocked",
    43101: "not_subscribed",
}
SERVER_ERROR = 500
# The characters that WeChat takes, and its longest.
SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff")


@dataclass(frozen=True, kw_only=True)
class App:
    """The keys of one mini-program. `base_url` is None where the settings decide."""

    appid: str
    secret: str = field(repr=False)
    base_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """Who tapped. `unionid` is there only when the app is bound to an open-platform account."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """`number` without country code, e.g. "13800138000" and "86"."""

    number: str = field(repr=False)
    country_code: str


class MiniProgram:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._app = app
        self._tokens = tokens
        self._session = open_platform_session(app.base_url or OPEN_PLATFORM)
        # The library retries a stale token without end when asked to retry at all.
        self._client = WeChatClient(app.appid, app.secret, timeout=TIMEOUTS, auto_retry=False)
        self._client._http = self._session  # noqa: SLF001 - the library makes its own, unbounded

    def sign_in(self, code: str) -> SignIn:
        """Who is behind the code of wx.login; a code works once, for five minutes.

        Refused "code_invalid" (log in again) or "user_blocked" (do not).
        """
        doing = "sign in"
        question = {
            "appid": self._app.appid,
            "secret": self._app.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        # Not through the library, which adds an access token that nobody needs to the address.
        answer = self._ask_directly(doing, "/sns/jscode2session", question)
        try:
            return SignIn(
                openid=word(answer["openid"]),
                unionid=word_or_none(answer.get("unionid")),
                session_key=word(answer["session_key"]),
            )
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=True) from None

    def phone_number(self, code: str) -> Phone:
        """The phone behind the code of the phone button; a code works once, for five minutes."""
        doing = "phone number"
        answer = self._call(doing, "/wxa/business/getuserphonenumber", {"code": code})
        try:
            info = mapping(mapping(answer)["phone_info"])
            return Phone(
                number=word(info["purePhoneNumber"]), country_code=word(info["countryCode"])
            )
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=True) from None

    def send(
        self, *, openid: str, template_id: str, data: dict[str, str], page: str | None = None
    ) -> None:
        """One subscribe message. WeChat has no request number, so an unknown outcome stays one.

        Refused "not_subscribed" means that no grant is left: do not ask again.
        """
        message = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in data.items()},
        }
        if page:
            message["page"] = page
        self._call("send message", "/cgi-bin/message/subscribe/send", message)

    def code_picture(self, *, scene: str, page: str, width: int = 430) -> bytes:
        """A mini-program code as PNG or JPEG. `scene`: an opaque short id of at most 32 signs."""
        if not SCENE.fullmatch(scene):
            raise ValueError("a scene has 1 to 32 signs that WeChat takes")
        doing = "code picture"
        question = {"scene": scene, "page": page, "width": width}
        answer = self._call(doing, "/wxa/getwxacodeunlimit", question, changes=False)
        if not isinstance(answer, requests.Response) or not answer.content.startswith(PICTURES):
            raise unanswered(doing, code="unreadable_answer", changes=False)
        return answer.content

    def _ask_directly(self, doing: str, path: str, question: dict[str, str]) -> Json:
        try:
            response = self._session.get(OPEN_PLATFORM + path, params=question)
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

    def _call(self, doing: str, path: str, question: Json, *, changes: bool = True) -> Any:
        """With a token; with a new one, once, when WeChat does not take the first."""
        token = self._token()
        try:
            return self._post(doing, path, question, token, changes=changes)
        except Unavailable as refusal:
            if refusal.code not in map(str, STALE_TOKEN):
                raise
        self._tokens.drop(token, appid=self._app.appid)
        return self._post(doing, path, question, self._token(), changes=changes)

    def _token(self) -> str:
        return self._tokens.token(appid=self._app.appid, secret=self._app.secret)

    def _post(self, doing: str, path: str, question: Json, token: str, *, changes: bool) -> Any:
        try:
            answer = self._client.post(
                OPEN_PLATFORM + path, params={"access_token": token}, data=question
            )
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
        return Unavailable(message, code=str(errcode))
    return Refused(message, code=IN_OUR_WORDS.get(errcode, str(errcode)))
