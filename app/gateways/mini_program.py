"""The mini-program's server side, in our words."""

import re
from dataclasses import dataclass, field

import requests

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, mapping, message_id, word, word_or_none
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

# The characters that WeChat takes, and its longest.
SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff")


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
        self._platform = OpenPlatform(app, tokens)

    def sign_in(self, code: str) -> SignIn:
        """Who is behind the code of wx.login; a code works once, for five minutes.

        Refused "code_invalid" (log in again) or "user_blocked" (do not).
        """
        doing = "sign in"
        question = {"js_code": code, "grant_type": "authorization_code"}
        answer = self._platform.ask_directly(doing, "/sns/jscode2session", question)
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
        path = "/wxa/business/getuserphonenumber"
        answer = self._platform.call(doing, path, {"code": code})
        try:
            info = mapping(mapping(answer)["phone_info"])
            return Phone(
                number=word(info["purePhoneNumber"]), country_code=word(info["countryCode"])
            )
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=True) from None

    def send(
        self, *, openid: str, template_id: str, data: dict[str, str], page: str | None = None
    ) -> str | None:
        """One subscribe message. WeChat has no request number, so an unknown outcome stays one.

        Answers WeChat's number of the message, if it told one. Refused "not_subscribed" means
        that no grant is left: do not ask again.
        """
        message = {
            "touser": openid,
            "template_id": template_id,
            "data": {name: {"value": value} for name, value in data.items()},
        }
        if page:
            message["page"] = page
        return message_id(
            self._platform.call("send message", "/cgi-bin/message/subscribe/send", message)
        )

    def code_picture(self, *, scene: str, page: str, width: int = 430) -> bytes:
        """A mini-program code as PNG or JPEG. `scene`: an opaque short id of at most 32 signs."""
        if not SCENE.fullmatch(scene):
            raise ValueError("a scene has 1 to 32 signs that WeChat takes")
        doing = "code picture"
        question = {"scene": scene, "page": page, "width": width}
        answer = self._platform.call(doing, "/wxa/getwxacodeunlimit", question, changes=False)
        if not isinstance(answer, requests.Response) or not answer.content.startswith(PICTURES):
            raise unanswered(doing, code="unreadable_answer", changes=False)
        return answer.content
