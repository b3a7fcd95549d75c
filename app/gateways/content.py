"""Content safety: what people write is judged by the platform before others read it."""

from dataclasses import dataclass
from enum import StrEnum

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, Json, mapping, whole, word
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

LONGEST = 2500
# The first version is frozen: without this word the platform refuses.
VERSION = 2


class Suggestion(StrEnum):
    """What the platform suggests to do with a text."""

    PASS = "pass"  # noqa: S105 - the platform's word for "let it pass", no secret
    REVIEW = "review"
    RISKY = "risky"


class Scene(StrEnum):
    """Where the text will stand, by the platform's number."""

    PROFILE = "1"
    COMMENT = "2"
    FORUM = "3"
    SOCIAL = "4"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`label` is the platform's number of what it saw; 100 is nothing."""

    suggestion: Suggestion
    label: int

    @property
    def may_be_shown(self) -> bool:
        """Only a clean "pass": what a person should look at first is not shown before."""
        return self.suggestion is Suggestion.PASS


class ContentCheck:
    """Raises Refused with a code, or Unavailable."""

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._platform = OpenPlatform(app, tokens)

    def check_text(
        self,
        *,
        openid: str,
        text: str,
        scene: Scene = Scene.SOCIAL,
        nickname: str | None = None,
        title: str | None = None,
    ) -> Verdict:
        """What the platform thinks of a text of at most 2,500 characters (msg_sec_check, v2).

        `openid`: who wrote it. Refused "not_here_lately" when he was not in the mini-program
        within the last two hours. It only asks, so no outcome is ever unknown.
        """
        if not 0 < len(text) <= LONGEST:
            raise ValueError("a text to be judged has 1 to 2500 characters")
        question: Json = {
            "version": VERSION,
            "openid": openid,
            "scene": int(scene),
            "content": text,
        }
        if nickname:
            question["nickname"] = nickname
        if title:
            question["title"] = title
        doing = "check text"
        answer = self._platform.call(doing, "/wxa/msg_sec_check", question, changes=False)
        try:
            result = mapping(mapping(answer)["result"])
            return Verdict(
                suggestion=Suggestion(word(result["suggest"])), label=whole(result["label"])
            )
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=False) from None
