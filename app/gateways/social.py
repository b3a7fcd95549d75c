"""What the mini-program's platform knows of people together: risk, groups, cards in a chat."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from app.gateways._http import unanswered
from app.gateways._reading import UNREADABLE, Json, mapping, whole, word
from app.gateways.errors import Refused
from app.gateways.open_platform import App, OpenPlatform
from app.gateways.tokens import AccessTokens

MARKETING = 1
WORST_RANK = 4
BLOCK_BITS = 128
# States of a shared card that changes: people are still joining, or it has begun (is full).
GATHERING, FULL = 0, 1


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What makes a shared card changeable; it stays so until `expires_at`."""

    activity_id: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """Open data as wx hands it to a page."""

    encrypted_data: str
    iv: str


class Social:
    """Raises Refused with a code, Unavailable (nothing was done) or OutcomeUnknown."""

    def __init__(self, app: App, tokens: AccessTokens) -> None:
        self._appid = app.appid
        self._platform = OpenPlatform(app, tokens)

    def risk_rank(self, *, openid: str, client_ip: str) -> int:
        """How likely somebody is after rewards only: 0 (not at all) to 4 (getuserriskrank).

        It only asks, so no outcome is ever unknown.
        """
        doing = "risk rank"
        question: Json = {
            "appid": self._appid,
            "openid": openid,
            "scene": MARKETING,
            "client_ip": client_ip,
        }
        answer = self._platform.call(doing, "/wxa/getuserriskrank", question, changes=False)
        try:
            rank = whole(mapping(answer)["risk_rank"])
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=False) from None
        return min(max(rank, 0), WORST_RANK)

    def open_activity(self) -> Activity:
        """A new id under which a card in a chat can be changed, good for a day."""
        doing = "open activity"
        path = "/cgi-bin/message/wxopen/activityid/create"
        answer = self._platform.read(doing, path, {})
        try:
            return Activity(
                activity_id=word(answer["activity_id"]),
                expires_at=datetime.fromtimestamp(whole(answer["expiration_time"]), UTC),
            )
        except UNREADABLE:
            raise unanswered(doing, code="unreadable_answer", changes=False) from None

    def show_progress(self, *, activity_id: str, joined: int, needed: int) -> None:
        """Change every card shared with it to "joined of needed", or to "full" for good.

        The same numbers twice are one state. Refused "activity_over" or "activity_full" when it
        cannot change any more.
        """
        told = [("member_count", joined), ("room_limit", needed)]
        question: Json = {
            "activity_id": activity_id,
            "target_state": FULL if joined >= needed else GATHERING,
            "template_info": {
                "parameter_list": [{"name": name, "value": str(number)} for name, number in told]
            },
        }
        path = "/cgi-bin/message/wxopen/updatablemsg/send"
        self._platform.call("show progress", path, question)


def read_group(sealed: Sealed, *, session_key: str, appid: str) -> str:
    """The openGId of the chat that the page was opened from: the same each time in this app.

    Raises Refused "open_data_invalid" for what this session's key did not seal for this app.
    """
    try:
        told = _unseal(sealed, session_key)
        if mapping(told["watermark"])["appid"] != appid:
            raise ValueError
        return word(told["openGId"])
    except UNREADABLE:
        raise Refused("group: open_data_invalid", code="open_data_invalid") from None


def _unseal(sealed: Sealed, session_key: str) -> Json:
    key, iv, data = (
        base64.b64decode(text, validate=True)
        for text in (session_key, sealed.iv, sealed.encrypted_data)
    )
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = opener.update(data) + opener.finalize()
    remover = PKCS7(BLOCK_BITS).unpadder()
    return mapping(json.loads(remover.update(padded) + remover.finalize()))
