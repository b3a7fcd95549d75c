"""Parcels as those see them who pack and send: lists, labels, and what WeChat is told."""

from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.subscriptions.addresses import Address, mask_phone, masked, unseal
from app.domain.subscriptions.models import ParcelState
from app.kernel import audit, calendar, paging
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound
from app.kernel.money import yuan
from app.kernel.paging import Page

# The parcels are chosen before anything is joined to them. A planner whose statistics do not know
# a merchant's newest thousands yet takes them for a few, and would join all of them first.
_THESE = (
    "WITH these AS MATERIALIZED (SELECT p.* FROM parcels p WHERE p.merchant_id = %(merchant_id)s"
)
_PACKED = """)
SELECT p.id, p.number, p.state, p.send_on, s.title, d.n, r.name, p.quantity, p.address_sealed,
  p.company, p.tracking_number, p.attempts, p.resend_cost_fen, p.trouble, p.sent_at, p.delivered_at
FROM these p
JOIN subscriptions s ON s.merchant_id = p.merchant_id AND s.id = p.subscription_id
JOIN subscription_periods d ON d.merchant_id = p.merchant_id AND d.id = p.period_id
JOIN benefit_revisions r ON r.merchant_id = p.merchant_id AND r.id = p.revision_id
WHERE s.merchant_id = %(merchant_id)s AND d.merchant_id = %(merchant_id)s
  AND r.merchant_id = %(merchant_id)s
"""
_WANTED = """
  AND (%(since)s::date IS NULL OR p.send_on >= %(since)s)
  AND (%(until)s::date IS NULL OR p.send_on <= %(until)s)
  AND (%(benefit)s::text IS NULL OR p.benefit_id = (SELECT b.id FROM benefits b
    WHERE b.merchant_id = %(merchant_id)s AND b.number = %(benefit)s))
  AND (%(card)s::text IS NULL OR p.subscription_id = (SELECT s.id FROM subscriptions s
    WHERE s.merchant_id = %(merchant_id)s AND s.number = %(card)s))
  AND (p.send_on, p.id) > (coalesce(%(after_day)s::date, '-infinity'),
    coalesce(%(after_id)s::bigint, 0))
  ORDER BY p.send_on, p.id LIMIT %(limit)s"""
_PAGE = _THESE + _WANTED + _PACKED + "ORDER BY p.send_on, p.id"
# Said plainly, so that those to be sent are not looked for among all that were ever sent.
_PAGE_IN_STATE = (
    _THESE + " AND p.state = %(state)s" + _WANTED + _PACKED + "ORDER BY p.send_on, p.id"
)
_ONE = _THESE + " AND p.number = %(number)s" + _PACKED
_LABELS = (
    _THESE
    + """ AND p.state = 'to_send'
  AND (%(send_on)s::date IS NULL OR p.send_on <= %(send_on)s)"""
    + _PACKED
    + "ORDER BY p.send_on, p.subscription_id, p.id"
)
# The last: nothing of this card is still to begin or to be sent.
_REPORT = """
SELECT p.number, s.order_id, o.number, a.appid, p.member_id, s.number, s.title, d.n, r.name,
  p.quantity, p.company, p.tracking_number, p.address_sealed,
  NOT EXISTS (SELECT FROM subscription_periods w WHERE w.merchant_id = %(merchant_id)s
    AND w.subscription_id = s.id AND w.state = 'waiting')
  AND NOT EXISTS (SELECT FROM parcels w WHERE w.merchant_id = %(merchant_id)s
    AND w.subscription_id = s.id AND w.sent_at IS NULL AND w.state = 'to_send')
FROM parcels p
JOIN subscriptions s ON s.merchant_id = p.merchant_id AND s.id = p.subscription_id
JOIN subscription_periods d ON d.merchant_id = p.merchant_id AND d.id = p.period_id
JOIN benefit_revisions r ON r.merchant_id = p.merchant_id AND r.id = p.revision_id
JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = s.order_id
JOIN wechat_apps a ON a.merchant_id = p.merchant_id AND a.id = o.app_id
WHERE p.merchant_id = %(merchant_id)s AND p.number = %(number)s
"""
_ALL_SENT = """
SELECT s.id FROM subscriptions s
WHERE s.merchant_id = %(merchant_id)s AND s.order_id = %(order_id)s
  AND NOT EXISTS (SELECT FROM subscription_periods w WHERE w.merchant_id = %(merchant_id)s
    AND w.subscription_id = s.id AND w.state = 'waiting')
  AND NOT EXISTS (SELECT FROM parcels w WHERE w.merchant_id = %(merchant_id)s
    AND w.subscription_id = s.id AND w.sent_at IS NULL AND w.state = 'to_send')
"""
_WORTH = """
SELECT p.number, o.number, s.title, d.n, d.amount_fen, r.name, p.quantity, p.allocated_fen
FROM parcels p
JOIN subscriptions s ON s.merchant_id = p.merchant_id AND s.id = p.subscription_id
JOIN subscription_periods d ON d.merchant_id = p.merchant_id AND d.id = p.period_id
JOIN benefit_revisions r ON r.merchant_id = p.merchant_id AND r.id = p.revision_id
JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = s.order_id
WHERE p.merchant_id = %(merchant_id)s AND p.number = %(number)s
"""


@dataclass(frozen=True, kw_only=True)
class PackedParcel:
    """One line of the packing list; the receiver is masked. Cost in fen."""

    number: str
    state: ParcelState
    send_on: date
    title: str
    period: int
    name: str
    quantity: int
    receiver: str
    phone: str
    region: str
    company: str | None
    tracking_number: str | None
    attempts: int
    resend_cost_fen: int
    trouble: str | None
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Label:
    """What goes onto a parcel: the whole address, for the printer and nobody else."""

    number: str
    send_on: date
    goods: str
    address: Address


@dataclass(frozen=True, kw_only=True)
class SentParcel:
    """A parcel on its way, for the message about it and for WeChat. `contact` is masked."""

    number: str
    order_id: int
    order_number: str
    appid: str
    member_id: int
    card_number: str
    title: str
    period: int
    goods: str
    company: str
    tracking_number: str
    contact: str
    is_last: bool


@dataclass(frozen=True)
class Worth:
    """What a parcel holds of its order's money, in fen: its part of its period's."""

    number: str
    order_number: str
    title: str
    period: int
    period_fen: int
    name: str
    quantity: int
    allocated_fen: int

    @property
    def goods(self) -> str:
        return f"{self.name}×{self.quantity}"

    @property
    def formula(self) -> str:
        """How its part of the money is found, for people."""
        return (
            f"第{self.period}期{yuan(self.period_fen)}元按市场价分摊，"
            f"{self.goods}占{yuan(self.allocated_fen)}元"
        )


@dataclass(frozen=True, kw_only=True)
class ParcelFilter:
    """Which parcels: in a state, with a period that begins in these days, of a benefit, a card."""

    state: ParcelState | None = None
    since: date | None = None
    until: date | None = None
    benefit_number: str | None = None
    card_number: str | None = None


EVERY_PARCEL = ParcelFilter()


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    state: str
    send_on: date
    title: str
    n: int
    name: str
    quantity: int
    address_sealed: bytes = field(repr=False)
    company: str | None
    tracking_number: str | None
    attempts: int
    resend_cost_fen: int
    trouble: str | None
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class _Sent:
    number: str
    order_id: int
    order_number: str
    appid: str
    member_id: int
    card_number: str
    title: str
    n: int
    name: str
    quantity: int
    company: str
    tracking_number: str
    address_sealed: bytes = field(repr=False)
    is_last: bool


@dataclass(frozen=True)
class _Id:
    id: int


def list_parcels(
    *,
    merchant_id: int,
    wanted: ParcelFilter = EVERY_PARCEL,
    cursor: str | None,
    limit: int,
) -> Page[PackedParcel]:
    """Parcels that fit, by the day on which they are to be sent. Raises Invalid."""
    after_time, after_id = paging.after_moment(cursor)
    which = {
        "merchant_id": merchant_id,
        "state": wanted.state.value if wanted.state else None,
        "since": wanted.since,
        "until": wanted.until,
        "benefit": wanted.benefit_number,
        "card": wanted.card_number,
    }
    said = {
        **which,
        "after_day": after_time.date() if after_time else None,
        "after_id": after_id,
        "limit": limit + 1,
    }
    sql = _PAGE_IN_STATE if wanted.state else _PAGE
    page = paging.cut(
        fetch_all(_Row, sql, said),
        limit=limit,
        key=lambda row: paging.moment_key(calendar.start_of_day(row.send_on, "UTC"), row.id),
    )
    items = [_packed(merchant_id, row) for row in page.items]
    return Page(items=items, next_cursor=page.next_cursor)


def get_parcel(*, merchant_id: int, number: str) -> PackedParcel:
    """Raises NotFound."""
    row = fetch_one(_Row, _ONE, {"merchant_id": merchant_id, "number": number})
    if row is None:
        raise NotFound("There is no such parcel.", number=number[:40])
    return _packed(merchant_id, row)


def labels(*, merchant_id: int, send_on: date | None, actor: str, at: datetime) -> list[Label]:
    """Whole addresses of what is to be sent until that day. Who asked is written down."""
    rows = fetch_all(_Row, _LABELS, {"merchant_id": merchant_id, "send_on": send_on})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="parcel.labels",
        subject=f"until:{send_on}",
        at=at,
        details={"parcels": len(rows)},
    )
    return [
        Label(
            number=row.number,
            send_on=row.send_on,
            goods=f"{row.name}×{row.quantity}",
            address=unseal(row.address_sealed, merchant_id=merchant_id),
        )
        for row in rows
    ]


def worth_of(*, merchant_id: int, number: str) -> Worth:
    """Raises NotFound."""
    found = fetch_one(Worth, _WORTH, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such parcel.", number=number[:40])
    return found


def sent_parcel(*, merchant_id: int, number: str) -> SentParcel:
    """Raises NotFound."""
    found = fetch_one(_Sent, _REPORT, {"merchant_id": merchant_id, "number": number})
    if found is None:
        raise NotFound("There is no such parcel.", number=number[:40])
    phone = unseal(found.address_sealed, merchant_id=merchant_id).phone
    return SentParcel(
        number=found.number,
        order_id=found.order_id,
        order_number=found.order_number,
        appid=found.appid,
        member_id=found.member_id,
        card_number=found.card_number,
        title=found.title,
        period=found.n,
        goods=f"{found.name}×{found.quantity}",
        company=found.company,
        tracking_number=found.tracking_number,
        contact=mask_phone(phone),
        is_last=found.is_last,
    )


def is_all_sent(*, merchant_id: int, order_id: int) -> bool:
    """Whether nothing of this order is still here, or to come."""
    which = {"merchant_id": merchant_id, "order_id": order_id}
    return fetch_one(_Id, _ALL_SENT, which) is not None


def _packed(merchant_id: int, row: _Row) -> PackedParcel:
    address = unseal(row.address_sealed, merchant_id=merchant_id)
    receiver, phone, region, _ = masked(address)
    return PackedParcel(
        number=row.number,
        state=ParcelState(row.state),
        send_on=row.send_on,
        title=row.title,
        period=row.n,
        name=row.name,
        quantity=row.quantity,
        receiver=receiver,
        phone=phone,
        region=region,
        company=row.company,
        tracking_number=row.tracking_number,
        attempts=row.attempts,
        resend_cost_fen=row.resend_cost_fen,
        trouble=row.trouble,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
    )
