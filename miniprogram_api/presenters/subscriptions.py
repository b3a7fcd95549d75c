from datetime import date, datetime

from app.domain.subscriptions import (
    CardLine,
    CardView,
    KnownAddress,
    Label,
    PackedParcel,
    ParcelView,
    PeriodView,
    PlaceView,
)
from app.kernel.paging import Page
from app.web.words import Told


class AddressShown(Told):
    """Masked: 王**, 138****8000, and the first signs of the street."""

    address: int
    name: str
    phone: str
    region: str
    street: str
    is_default: bool


class AddressBook(Told):
    items: list[AddressShown]


class AddressKept(Told):
    address: int


class SampleName(Told):
    benefit: str
    name: str


class MonthlyPlace(Told):
    """What comes, and what could be chosen instead."""

    quantity: int
    chosen: SampleName
    choices: list[SampleName]


class MonthlyPeriod(Told):
    """`state`: waiting, opened or cancelled. Until `locks_at` it can be changed."""

    period: int
    starts_on: date
    locks_at: datetime
    state: str
    amount_fen: int
    is_open_to_change: bool
    places: list[MonthlyPlace]


class MyParcel(Told):
    """`state`: to_send, sent, delivered, failed or given_up."""

    parcel: str
    period: int
    name: str
    quantity: int
    state: str
    send_on: date
    company: str | None
    tracking_number: str | None
    sent_at: datetime | None
    delivered_at: datetime | None


class MonthlyCard(Told):
    """`state`: active, paused, done or stopped. `next` is the period that comes next.

    `skips_left`: so many months may still be left out. What the shop has paused only the shop lets
    go on.
    """

    subscription: str
    title: str
    state: str
    is_paused_by_shop: bool
    paid_fen: int
    points_per_period: int
    skips_left: int
    address: AddressShown | None
    next: MonthlyPeriod | None
    calendar: list[MonthlyPeriod]
    parcels: list[MyParcel]


class MonthlyCards(Told):
    items: list[MonthlyCard]


class CardLineShown(Told):
    """A member's card as the shop sees it. Amount in fen."""

    subscription: str
    title: str
    state: str
    member: str
    order: str
    paid_fen: int
    periods: int
    periods_left: int
    next_locks_at: datetime | None
    skips: int
    paused_by: str | None


class CardLinePage(Told):
    items: list[CardLineShown]
    next_cursor: str | None


class CardStopped(Told):
    """`refund`: the number of the return of what had not begun; None when nothing was paid."""

    subscription: str
    refund: str | None


class PackedShown(Told):
    """A parcel as those see it who send it; the receiver is masked. Cost in fen."""

    parcel: str
    state: str
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


class PackedPage(Told):
    items: list[PackedShown]
    next_cursor: str | None


class ParcelRefunded(Told):
    """`refund`: the number of the return; None when the parcel held no money."""

    parcel: str
    refund: str | None


class TrackingTaken(Told):
    """So many parcels are on their way."""

    sent: int


class LabelShown(Told):
    """The whole address of a parcel."""

    parcel: str
    send_on: date
    goods: str
    name: str
    phone: str
    province: str
    city: str
    county: str
    street: str


class Labels(Told):
    items: list[LabelShown]


def present_address(known: KnownAddress) -> AddressShown:
    return AddressShown(
        address=known.id,
        name=known.name,
        phone=known.phone,
        region=known.region,
        street=known.street,
        is_default=known.is_default,
    )


def present_card(card: CardView) -> MonthlyCard:
    ahead = card.next_period
    return MonthlyCard(
        subscription=card.number,
        title=card.title,
        state=card.state.value,
        paid_fen=card.paid_fen,
        is_paused_by_shop=card.is_paused_by_shop,
        points_per_period=card.points_per_period,
        skips_left=card.skips_left,
        address=present_address(card.address) if card.address else None,
        next=_period(ahead) if ahead else None,
        calendar=[_period(each) for each in card.periods],
        parcels=[_parcel(each) for each in card.parcels],
    )


def present_line(line: CardLine) -> CardLineShown:
    return CardLineShown(
        subscription=line.number,
        title=line.title,
        state=line.state,
        member=line.member_number,
        order=line.order_number,
        paid_fen=line.paid_fen,
        periods=line.periods,
        periods_left=line.periods_left,
        next_locks_at=line.next_locks_at,
        skips=line.skips,
        paused_by=line.paused_by,
    )


def present_line_page(page: Page[CardLine]) -> CardLinePage:
    return CardLinePage(
        items=[present_line(each) for each in page.items], next_cursor=page.next_cursor
    )


def present_label(label: Label) -> LabelShown:
    where = label.address
    return LabelShown(
        parcel=label.number,
        send_on=label.send_on,
        goods=label.goods,
        name=where.name,
        phone=where.phone,
        province=where.province,
        city=where.city,
        county=where.county,
        street=where.street,
    )


def present_packed(packed: PackedParcel) -> PackedShown:
    return PackedShown(
        parcel=packed.number,
        state=packed.state.value,
        send_on=packed.send_on,
        title=packed.title,
        period=packed.period,
        name=packed.name,
        quantity=packed.quantity,
        receiver=packed.receiver,
        phone=packed.phone,
        region=packed.region,
        company=packed.company,
        tracking_number=packed.tracking_number,
        attempts=packed.attempts,
        resend_cost_fen=packed.resend_cost_fen,
        trouble=packed.trouble,
        sent_at=packed.sent_at,
        delivered_at=packed.delivered_at,
    )


def present_packed_page(page: Page[PackedParcel]) -> PackedPage:
    items = [present_packed(each) for each in page.items]
    return PackedPage(items=items, next_cursor=page.next_cursor)


def _period(period: PeriodView) -> MonthlyPeriod:
    return MonthlyPeriod(
        period=period.n,
        starts_on=period.starts_on,
        locks_at=period.locks_at,
        state=period.state.value,
        amount_fen=period.amount_fen,
        is_open_to_change=period.is_open_to_change,
        places=[_place(each) for each in period.places],
    )


def _place(place: PlaceView) -> MonthlyPlace:
    return MonthlyPlace(
        quantity=place.quantity,
        chosen=SampleName(benefit=place.chosen.number, name=place.chosen.name),
        choices=[SampleName(benefit=each.number, name=each.name) for each in place.choices],
    )


def _parcel(parcel: ParcelView) -> MyParcel:
    return MyParcel(
        parcel=parcel.number,
        period=parcel.period,
        name=parcel.name,
        quantity=parcel.quantity,
        state=parcel.state.value,
        send_on=parcel.send_on,
        company=parcel.company,
        tracking_number=parcel.tracking_number,
        sent_at=parcel.sent_at,
        delivered_at=parcel.delivered_at,
    )
