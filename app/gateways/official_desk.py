"""What an official account arranges at WeChat: its menu, its codes, and who its followers are."""

from dataclasses import dataclass
from typing import Any

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, Json, mapping, whole, word, word_or_none
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

LONGEST_SECONDS = 2_592_000
NO_MENU = 46003


@dataclass(frozen=True, kw_only=True)
class DrawnCode:
    """`url` is what the picture says; None seconds: for ever."""

    ticket: str
    url: str
    seconds: int | None


class OfficialDesk:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._platform = OpenPlatform(app, tokens)

    def menu(self) -> list[Json]:
        """The buttons as the platform has them. Refused "46003" when there is no menu."""
        answer = self._platform.read("show menu", "/cgi-bin/menu/get", {})
        try:
            buttons = mapping(answer["menu"])["button"]
        except UNREADABLE:
            raise unanswered("show menu", code="unreadable_answer", changes=False) from None
        return list(buttons) if isinstance(buttons, list) else []

    def set_menu(self, buttons: list[Any]) -> None:
        """Replace the menu. The same buttons twice are no harm, so an unknown outcome is repeated."""
        self._platform.call("set menu", "/cgi-bin/menu/create", {"button": buttons})

    def remove_menu(self) -> None:
        self._platform.read("remove menu", "/cgi-bin/menu/delete", {})

    def draw_code(self, scene: str, *, seconds: int | None) -> DrawnCode:
        """A code that says `scene` (1 to 64 signs) when it is scanned; None seconds: for ever.

        A temporary one lives 30 days at most. There is room for 100,000 that live for ever.
        """
        question: Json = {"action_info": {"scene": {"scene_str": scene}}}
        if seconds is None:
            question["action_name"] = "QR_LIMIT_STR_SCENE"
        else:
            question |= {"action_name": "QR_STR_SCENE", "expire_seconds": seconds}
        answer = self._platform.call("draw code", "/cgi-bin/qrcode/create", question)
        try:
            drawn = mapping(answer)
            return DrawnCode(
                ticket=word(drawn["ticket"]),
                url=word(drawn["url"]),
                seconds=whole(drawn["expire_seconds"]) if seconds is not None else None,
            )
        except UNREADABLE:
            raise unanswered("draw code", code="unreadable_answer", changes=True) from None

    def unionid(self, openid: str) -> str | None:
        """Who a follower is in all apps of one owner; None when the platform does not say."""
        question = {"openid": openid, "lang": "zh_CN"}
        answer = self._platform.read("who follows", "/cgi-bin/user/info", question)
        return word_or_none(answer.get("unionid"))
