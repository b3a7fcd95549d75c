"""Which fact starts which job, and in which queue. Read this page first."""

from collections.abc import Callable
from typing import NoReturn

from app.domain.assist import (
    AssistHelped,
    AssistHurry,
    AssistOver,
    AssistShort,
    AssistUnlocked,
)
from app.domain.card_bag import BagCardMoved
from app.domain.following import CardEventTold, FollowerCame, OrderSettled, ShippingReminded
from app.domain.gifting import GiftClaimed, GiftDeclined, GiftDue, GiftEnding, GiftReturned
from app.domain.members import MembersMerged
from app.domain.orders import OrderPaid, PaymentCameLate
from app.domain.payments import RefundAsked
from app.domain.redemption import RedemptionReversed, VoucherRedeemed
from app.domain.sharing import ShareClaimed, ShareTakenBack
from app.kernel.errors import NotFound
from app.kernel.outbox import Event, Task
from jobs import assists, card_bag, followers, gifts, members, messages, refunds, shares, shipping
from jobs.queues import BULK, MESSAGES, MONEY

Handler = Callable[[Task], None]

SUBSCRIPTIONS: dict[type[Event], list[Handler]] = {
    OrderPaid: [messages.push_order_paid, shipping.report_order],
    VoucherRedeemed: [messages.push_redeemed, card_bag.follow_redemption],
    RedemptionReversed: [card_bag.follow_redemption],
    BagCardMoved: [card_bag.settle_card],
    CardEventTold: [card_bag.apply_event],
    PaymentCameLate: [refunds.return_late_money],
    RefundAsked: [refunds.send_refund],
    GiftClaimed: [gifts.tell_giver_claimed, gifts.tell_friend_received],
    GiftDeclined: [gifts.tell_giver_declined],
    GiftReturned: [gifts.tell_giver_returned],
    GiftDue: [gifts.tell_giver_due],
    GiftEnding: [gifts.tell_giver_ending],
    ShareClaimed: [shares.tell_owner_claimed],
    ShareTakenBack: [shares.tell_friend_taken_back],
    AssistHelped: [assists.show_progress],
    AssistUnlocked: [assists.tell_unlocked],
    AssistShort: [assists.tell_short],
    AssistHurry: [assists.tell_hurry],
    AssistOver: [assists.tell_over],
    MembersMerged: [members.join_members],
    FollowerCame: [followers.learn_who],
    ShippingReminded: [shipping.hurry],
    OrderSettled: [shipping.note_settled],
}
QUEUES = {
    "jobs.messages": MESSAGES,
    "jobs.gifts": MESSAGES,
    "jobs.shares": MESSAGES,
    "jobs.assists": MESSAGES,
    "jobs.refunds": MONEY,
    "jobs.members": BULK,
    "jobs.followers": BULK,
    "jobs.shipping": MONEY,
    "jobs.card_bag": BULK,
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


def _nobody(task: Task) -> NoReturn:
    raise NotFound("There is no job of this name any more.", job=task.job)
