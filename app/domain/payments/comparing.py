"""Our books beside WeChat's daily bill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.payments.rules import Difference, OurLine
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class ChannelDay:
    merchant_id: int
    channel_id: int


def list_channels_to_compare(*, starts_at: datetime, ends_at: datetime) -> list[ChannelDay]:
    """Open pay channels, and closed ones through which money moved in that time."""
    return fetch_all(
        ChannelDay,
        """SELECT c.merchant_id, c.id FROM pay_channels c
        WHERE c.closed_at IS NULL OR EXISTS (
          SELECT FROM payments p WHERE p.merchant_id = c.merchant_id AND p.channel_id = c.id
            AND p.received_at >= %(starts_at)s AND p.received_at < %(ends_at)s)
        ORDER BY c.merchant_id, c.id""",
        {"starts_at": starts_at, "ends_at": ends_at},
    )


def list_money_of(
    *, merchant_id: int, channel_id: int, starts_at: datetime, ends_at: datetime
) -> list[OurLine]:
    """Payments received and refunds accepted through a channel in a half-open time."""
    return fetch_all(
        OurLine,
        """SELECT 'payment', number, amount_fen FROM payments
        WHERE merchant_id = %(merchant_id)s AND channel_id = %(channel_id)s
          AND received_at >= %(starts_at)s AND received_at < %(ends_at)s
        UNION ALL
        SELECT 'refund', r.number, r.amount_fen FROM refunds r
        JOIN payments p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
        WHERE r.merchant_id = %(merchant_id)s AND p.channel_id = %(channel_id)s
          AND r.wechat_refund_id IS NOT NULL
          AND r.asked_at >= %(starts_at)s AND r.asked_at < %(ends_at)s""",
        {
            "merchant_id": merchant_id,
            "channel_id": channel_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )


@dataclass(frozen=True)
class OpenDifference:
    """A line on which WeChat's bill and our books disagree. Amounts in fen; None: not known there."""

    merchant_id: int
    channel_id: int
    day: date
    kind: str
    number: str
    ours_fen: int | None
    theirs_fen: int | None


def list_open_differences(*, limit: int) -> list[OpenDifference]:
    """What nobody has settled yet, across merchants, the oldest day first."""
    return fetch_all(
        OpenDifference,
        """SELECT merchant_id, channel_id, day, kind, number, ours_fen, theirs_fen
        FROM bill_differences WHERE settled_at IS NULL ORDER BY day, id LIMIT %(limit)s""",
        {"limit": limit},
    )


def record_differences(
    *,
    merchant_id: int,
    channel_id: int,
    day: date,
    differences: Sequence[Difference],
    at: datetime,
) -> int:
    """Keep each difference once, for a person to settle; how many are new."""
    return execute(
        """INSERT INTO bill_differences
          (merchant_id, channel_id, day, kind, number, ours_fen, theirs_fen, found_at)
        SELECT %(merchant_id)s, %(channel_id)s, %(day)s, kind, number, ours, theirs, %(at)s
        FROM unnest(%(kinds)s::text[], %(numbers)s::text[], %(ours)s::bigint[],
          %(theirs)s::bigint[]) AS given (kind, number, ours, theirs)
        ON CONFLICT (merchant_id, channel_id, day, kind, number) DO NOTHING""",
        {
            "merchant_id": merchant_id,
            "channel_id": channel_id,
            "day": day,
            "at": at,
            "kinds": [one.kind for one in differences],
            "numbers": [one.number for one in differences],
            "ours": [one.ours_fen for one in differences],
            "theirs": [one.theirs_fen for one in differences],
        },
    )
