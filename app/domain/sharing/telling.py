"""What a message about a share says, and what a refund asks before it begins."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import members
from app.domain.sharing import statements
from app.domain.sharing.errors import ShareWaiting
from app.kernel.db import fetch_one
from app.kernel.errors import NotFound


@dataclass(frozen=True)
class ShareWords:
    """Through which order and app its owner came stands there too."""

    number: str
    owner_id: int
    friend_id: int | None
    owner_nickname: str | None
    friend_nickname: str | None
    claimed_at: datetime | None
    over_at: datetime | None
    title: str
    order_id: int
    order_number: str
    appid: str

    @property
    def owner(self) -> str:
        return members.masked_name(self.owner_nickname)

    @property
    def friend(self) -> str:
        return members.masked_name(self.friend_nickname)


@dataclass(frozen=True)
class _Number:
    number: str


def notice_words(*, merchant_id: int, share_number: str) -> ShareWords:
    """Raises NotFound."""
    which = {"merchant_id": merchant_id, "number": share_number}
    found = fetch_one(ShareWords, statements.WORDS, which)
    if found is None:
        raise NotFound("There is no such share.", number=share_number)
    return found


def refuse_if_waiting(*, merchant_id: int, order_id: int) -> None:
    """What an order bought is not refunded while any of it is offered to a friend.

    Only a look, as for gifts: a held voucher cannot be frozen. Raises ShareWaiting with the
    share's number.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id}
    if found := fetch_one(_Number, statements.WAITING_OF_ORDER, which):
        raise ShareWaiting("券正在共享中，请先撤回共享再退款", share=found.number)
