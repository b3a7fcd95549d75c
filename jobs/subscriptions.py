"""Which fact starts which job, and in which queue. Read this page first."""

from collections.abc import Callable, Collection
from typing import NoReturn

from app.domain.aftersales import (
    RefundDeclined,
    RefundDone,
    RefundFrozen,
    RefundRequested,
)
from app.domain.assist import (
    AssistHelped,
    AssistHurry,
    AssistOver,
    AssistShort,
    AssistUnlocked,
)
from app.domain.bookings import BookingCalledOff, SeatOffered
from app.domain.card_bag import BagCardMoved
from app.domain.complaints import AnswerAsked, ComplaintTold, TicketUrgent
from app.domain.following import CardEventTold, FollowerCame, OrderSettled, ShippingReminded
from app.domain.gifting import GiftClaimed, GiftDeclined, GiftDue, GiftEnding, GiftReturned
from app.domain.members import MembersMerged, NameErased, PersonErased
from app.domain.membership import (
    GrowthChanged,
    TermRefunded,
    TermStarted,
    TierEnding,
    TierRaised,
)
from app.domain.orders import OrderFromChat, OrderPaid, PaymentCameLate, PotsMoved
from app.domain.payments import (
    RefundAsked,
    RefundSettled,
    TransferAsked,
    TransferSettled,
    TransferWaits,
)
from app.domain.points import PointsExpiring
from app.domain.redemption import RedemptionReversed, VoucherRedeemed
from app.domain.sharing import ShareClaimed, ShareTakenBack
from app.domain.stored_value import (
    ValueAdjusted,
    ValueCameIn,
    ValueFreezeChanged,
    ValueSpent,
)
from app.domain.subscriptions import (
    AddressMissing,
    ParcelSent,
    PeriodClosing,
    PeriodOpened,
    PlanOver,
)
from app.domain.works import WorkAsked
from app.kernel.errors import NotFound
from app.kernel.outbox import Event, Task
from jobs import (
    aftersales,
    assists,
    bookings,
    card_bag,
    chats,
    complaint_news,
    complaints,
    followers,
    gifts,
    members,
    membership,
    messages,
    parcels,
    points,
    purse,
    refund_news,
    refunds,
    shares,
    shipping,
    tiers,
    transfers,
    works,
)
from jobs.queues import BULK, MESSAGES, MONEY

Handler = Callable[[Task], None]

SUBSCRIPTIONS: dict[type[Event], list[Handler]] = {
    OrderPaid: [
        messages.push_order_paid,
        membership.note_purchase,
        shipping.report_order,
        points.earn_for_purchase,
    ],
    VoucherRedeemed: [
        messages.push_redeemed,
        membership.note_visit,
        card_bag.follow_redemption,
        points.earn_for_visit,
    ],
    RedemptionReversed: [membership.take_visit_back, card_bag.follow_redemption, points.undo_visit],
    BagCardMoved: [card_bag.settle_card],
    CardEventTold: [card_bag.apply_event],
    OrderFromChat: [chats.note_chat],
    PaymentCameLate: [refunds.return_late_money],
    PotsMoved: [card_bag.follow_pots],
    RefundAsked: [refunds.send_refund],
    RefundSettled: [aftersales.go_on_refunded],
    TransferAsked: [transfers.send_transfer],
    TransferWaits: [refund_news.tell_to_collect],
    TransferSettled: [aftersales.go_on_transferred],
    RefundRequested: [refund_news.tell_asked],
    RefundFrozen: [aftersales.go_on],
    RefundDeclined: [refund_news.tell_declined],
    RefundDone: [refund_news.tell_done],
    GiftClaimed: [gifts.tell_giver_claimed, gifts.tell_friend_received],
    GiftDeclined: [gifts.tell_giver_declined],
    GiftReturned: [gifts.tell_giver_returned],
    GiftDue: [gifts.tell_giver_due],
    GiftEnding: [gifts.tell_giver_ending],
    ShareClaimed: [shares.tell_owner_claimed],
    ShareTakenBack: [shares.tell_friend_taken_back],
    SeatOffered: [bookings.tell_offered],
    BookingCalledOff: [bookings.tell_called_off],
    AssistHelped: [assists.show_progress],
    AssistUnlocked: [assists.tell_unlocked],
    AssistShort: [assists.tell_short],
    AssistHurry: [assists.tell_hurry],
    AssistOver: [assists.tell_over],
    PeriodClosing: [parcels.tell_closing],
    PeriodOpened: [parcels.tell_ready],
    AddressMissing: [parcels.ask_for_address],
    ParcelSent: [parcels.tell_sent, parcels.report_parcel],
    PlanOver: [parcels.close_parcels],
    PointsExpiring: [points.tell_expiring],
    ValueCameIn: [purse.tell_came_in],
    ValueSpent: [purse.tell_spent],
    ValueFreezeChanged: [purse.tell_freeze],
    ValueAdjusted: [purse.tell_adjusted],
    GrowthChanged: [membership.look_again],
    TermStarted: [membership.greet],
    TermRefunded: [membership.take_greeting_back],
    TierRaised: [tiers.tell_raised],
    TierEnding: [tiers.tell_ending],
    MembersMerged: [members.join_members],
    PersonErased: [members.forget_person, members.forget_picture],
    NameErased: [members.forget_picture],
    FollowerCame: [followers.learn_who],
    ShippingReminded: [shipping.hurry],
    OrderSettled: [shipping.note_settled],
    ComplaintTold: [complaints.learn],
    AnswerAsked: [complaints.send_answer],
    TicketUrgent: [complaint_news.tell_manager],
    WorkAsked: [works.go_on],
}
QUEUES = {
    "jobs.messages": MESSAGES,
    "jobs.gifts": MESSAGES,
    "jobs.shares": MESSAGES,
    "jobs.bookings": MESSAGES,
    "jobs.assists": MESSAGES,
    "jobs.chats": MESSAGES,
    "jobs.parcels": MESSAGES,
    "jobs.refunds": MONEY,
    "jobs.aftersales": MONEY,
    "jobs.refund_news": MESSAGES,
    "jobs.transfers": MONEY,
    "jobs.points": BULK,
    "jobs.purse": MESSAGES,
    "jobs.members": BULK,
    "jobs.followers": BULK,
    "jobs.shipping": MONEY,
    "jobs.card_bag": BULK,
    "jobs.membership": BULK,
    "jobs.tiers": MESSAGES,
    "jobs.complaints": MONEY,
    "jobs.complaint_news": MESSAGES,
    "jobs.works": BULK,
}


def name_of(handler: Handler) -> str:
    """As it stands in the outbox, such as "messages.push_order_paid"."""
    return f"{handler.__module__}.{handler.__name__}".removeprefix("jobs.")


JOBS: dict[str, Handler] = {
    name_of(handler): handler for handlers in SUBSCRIPTIONS.values() for handler in handlers
}
BY_EVENT: dict[str, list[str]] = {
    event.__name__: [name_of(handler) for handler in handlers]
    for event, handlers in SUBSCRIPTIONS.items()
}


def handler_of(job: str) -> Handler:
    """A row may outlive its job's name; then the row is given up and shown."""
    return JOBS.get(job, _nobody)


def queue_of(job: str) -> str:
    handler = JOBS.get(job)
    return QUEUES[handler.__module__] if handler else BULK


def jobs_in(names: Collection[str]) -> list[str]:
    """Every job whose queue is one of these."""
    return [job for job in JOBS if names and queue_of(job) in names]


def _nobody(task: Task) -> NoReturn:
    raise NotFound("There is no job of this name any more.", job=task.job)
