"""Web pages inside WeChat that belong to an official account: who is there, and the page's SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

from redis import Redis

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, Json, word, word_or_none
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.signatures import jssdk_signature
from app.gateways.tickets import TicketKind, Tickets
from app.gateways.tokens import AccessTokens

# What WeChat takes for `state`, in bytes.
LONGEST_STATE = 128


class Scope(StrEnum):
    """How much WeChat tells: the openid silently, or name and unionid after a tap."""

    BASE = "snsapi_base"
    USERINFO = "snsapi_userinfo"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who came back with a code.

    `is_snapshot`: WeChat showed a picture of the page to somebody whom it does not name; that
    openid is nobody's.
    """

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    nickname: str | None = field(repr=False)
    is_snapshot: bool


class OfficialWeb:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens, *, redis: Redis, open_url: str) -> None:
        self._appid = app.appid
        self._open_url = open_url
        self._platform = OpenPlatform(app, tokens)
        self._tickets = Tickets(redis=redis, platform=self._platform)

    def authorize_url(self, *, redirect_uri: str, scope: Scope, state: str) -> str:
        """Where the browser asks WeChat who is there. The order of the parameters matters."""
        if len(state.encode()) > LONGEST_STATE:
            raise ValueError("WeChat takes a state of 128 bytes")
        question = urlencode(
            {
                "appid": self._appid,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": scope.value,
                "state": state,
            }
        )
        return f"{self._open_url}/connect/oauth2/authorize?{question}#wechat_redirect"

    def recognise(self, code: str) -> Visitor:
        """Who came back with this code; a code works once, for five minutes.

        Refused "code_invalid": send the visitor to WeChat again.
        """
        doing = "web sign in"
        question = {"code": code, "grant_type": "authorization_code"}
        answer = self._platform.ask_directly(doing, "/sns/oauth2/access_token", question)
        try:
            return self._visitor(answer)
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=True) from None

    def sign_page(self, url: str, *, nonce: str, timestamp: int) -> str:
        """The signature of wx.config for exactly this address, without its fragment."""
        ticket = self._tickets.ticket(TicketKind.PAGE)
        return jssdk_signature(ticket=ticket, nonce=nonce, timestamp=timestamp, url=url)

    def _visitor(self, answer: Json) -> Visitor:
        openid = word(answer["openid"])
        is_snapshot = answer.get("is_snapshotuser") == 1
        asks_more = Scope.USERINFO in str(answer.get("scope", "")).split(",") and not is_snapshot
        told = self._profile(openid, word(answer["access_token"])) if asks_more else {}
        return Visitor(
            openid=openid,
            unionid=word_or_none(answer.get("unionid")) or word_or_none(told.get("unionid")),
            nickname=word_or_none(told.get("nickname")),
            is_snapshot=is_snapshot,
        )

    def _profile(self, openid: str, token: str) -> Mapping[str, object]:
        question = {"access_token": token, "openid": openid, "lang": "zh_CN"}
        return self._platform.ask_directly("web profile", "/sns/userinfo", question, as_app=False)
