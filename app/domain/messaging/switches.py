"""Which ways a merchant does not want to be used."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.messaging.channels import Channel
from app.domain.messaging.templates import TemplateLine, list_templates
from app.kernel import audit
from app.kernel.db import execute, fetch_all

_OFF = """
INSERT INTO channels_off (merchant_id, channel, off_at)
VALUES (%(merchant_id)s, %(channel)s, %(at)s)
ON CONFLICT (merchant_id, channel) DO NOTHING
"""

_ON = "DELETE FROM channels_off WHERE merchant_id = %(merchant_id)s AND channel = %(channel)s"

_LIST = "SELECT channel FROM channels_off WHERE merchant_id = %(merchant_id)s"


@dataclass(frozen=True)
class _Off:
    channel: str


def switch_channel(
    *, merchant_id: int, channel: Channel, on: bool, actor: str, at: datetime
) -> None:
    """Use this way, or do not, from now on. Every way is on until it is switched off."""
    what = {"merchant_id": merchant_id, "channel": channel.value}
    changed = execute(_ON, what) if on else execute(_OFF, {**what, "at": at})
    if changed:
        audit.record(
            merchant_id=merchant_id,
            actor=actor,
            action="channel.switch_on" if on else "channel.switch_off",
            subject=channel.value,
            at=at,
        )


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Which templates say which message by which way, and which ways are switched off."""

    templates: list[TemplateLine]
    off: list[str]


def setup_of(*, merchant_id: int) -> Setup:
    """What a merchant has set up for its messages."""
    return Setup(
        templates=list_templates(merchant_id=merchant_id),
        off=sorted(channels_off(merchant_id=merchant_id)),
    )


def channels_off(*, merchant_id: int) -> frozenset[Channel]:
    """The ways that are not used."""
    return frozenset(
        Channel(row.channel) for row in fetch_all(_Off, _LIST, {"merchant_id": merchant_id})
    )
