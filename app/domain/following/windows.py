"""When a person may be written to without any leave: for a while after he spoke to the account."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.following.rules import HEARD, TOUCHED
from app.domain.following.statements import CLOSE_WINDOWS, SPEND_HEARD, SPEND_TOUCHED, WINDOW
from app.kernel.db import execute, fetch_one


@dataclass(frozen=True)
class Window:
    """In which app, as whom, until when, and how many more."""

    appid: str
    openid: str
    closes_at: datetime
    left: int


def kf_window(*, merchant_id: int, member_id: int, at: datetime) -> Window | None:
    """The open window of this member that stays open longest; None when there is none.

    Five messages in 48 hours after he wrote, three in a minute after he followed, scanned or
    chose from the menu: WeChat's customer-service messages.
    """
    return fetch_one(
        Window,
        WINDOW,
        {
            "merchant_id": merchant_id,
            "member_id": member_id,
            "heard_lasts": HEARD.lasts,
            "touched_lasts": TOUCHED.lasts,
            "at": at,
        },
    )


def spend_kf(*, merchant_id: int, appid: str, openid: str, at: datetime) -> bool:
    """Use up one message of an open window, before it is sent; False when there is none."""
    who = {"merchant_id": merchant_id, "appid": appid, "openid": openid}
    heard = execute(SPEND_HEARD, {**who, "opened_after": at - HEARD.lasts})
    return bool(heard or execute(SPEND_TOUCHED, {**who, "opened_after": at - TOUCHED.lasts}))


def close_kf(*, merchant_id: int, appid: str, openid: str) -> None:
    """WeChat says that no window is open, whatever we counted."""
    execute(CLOSE_WINDOWS, {"merchant_id": merchant_id, "appid": appid, "openid": openid})
