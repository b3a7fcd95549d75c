"""What the owner's phone leaves with a task: his device, and the id of the card in the chat."""

from datetime import datetime

from app.domain.assist import statements
from app.domain.assist.links import mark_of
from app.kernel.db import execute


def note_device(*, merchant_id: int, member_id: int, number: str, device: str | None) -> None:
    """Remember from which device a task was shared: help from there is looked at first."""
    mark = mark_of(device, context=f"assist:{merchant_id}:device")
    if mark:
        execute(
            statements.NOTE_DEVICE,
            {
                "merchant_id": merchant_id,
                "member_id": member_id,
                "number": number,
                "device": mark,
            },
        )


def keep_activity(
    *,
    merchant_id: int,
    member_id: int,
    number: str,
    activity_id: str,
    ends_at: datetime,
    instead_of: str | None,
) -> bool:
    """The id under which the shared card changes; False when another one came first."""
    return bool(
        execute(
            statements.KEEP_ACTIVITY,
            {
                "merchant_id": merchant_id,
                "member_id": member_id,
                "number": number,
                "activity_id": activity_id,
                "ends_at": ends_at,
                "instead_of": instead_of,
            },
        )
    )
