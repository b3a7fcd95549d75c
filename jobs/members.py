from collections.abc import Sequence

from app.domain import (
    assist,
    bookings,
    complaints,
    consents,
    family,
    following,
    gifting,
    members,
    membership,
    merchants,
    messaging,
    orders,
    paper_cards,
    points,
    promotions,
    sharing,
    stored_value,
    subscriptions,
    vouchers,
)
from app.gateways import gateways
from app.kernel import clock, outbox
from app.kernel.db import transaction


def join_members(task: outbox.Task) -> None:
    """Two members turned out to be one person: what the one has, the other one takes over."""
    at, merchant_id = clock.now(), task.merchant_id
    with transaction():
        if not outbox.finish(task, at=at):
            return
        # The winner may have lost to a third one since, whose own job may be done already.
        winner_id = members.canonical_id(
            merchant_id=merchant_id, member_id=task.payload["winner_id"]
        )
        pair = {
            "merchant_id": merchant_id,
            "loser_id": task.payload["loser_id"],
            "winner_id": winner_id,
        }
        orders.take_over(**pair)
        # Gifts, shares and tasks before their vouchers, as whoever settles them does.
        gifting.take_over(**pair)
        sharing.take_over(**pair)
        assist.take_over(**pair, at=at)
        bookings.take_over(**pair)
        complaints.take_over(**pair)
        paper_cards.take_over(**pair)
        subscriptions.take_over(**pair)
        # In the order of the counter, which holds the voucher when it books the points.
        vouchers.take_over(**pair, at=at)
        points.take_over(**pair, at=at)
        # As an order does that a family pays for: the card, then the owner's stored value.
        family.take_over(**pair, at=at)
        stored_value.take_over(**pair, at=at)
        # Who sends takes the message, the grant, and the follower's window, in this order.
        messaging.take_over(**pair)
        following.take_over(**pair)
        promotions.take_over(**pair)
        consents.take_over(**pair)
        # Standings come last in the order of locks.
        membership.take_over(**pair, at=at)


def forget_picture(task: outbox.Task) -> None:
    """He took his name back, or closed his account: every picture that he ever showed goes.

    A job of its own, so that a worker of before it fails, and one of after does it.
    """
    merchant_id = task.merchant_id
    with transaction():
        if not outbox.finish(task, at=clock.now()):
            return
        ids = members.list_shapes(merchant_id=merchant_id, member_id=task.payload["member_id"])
        _drop_pictures(merchant_id, ids)


def _drop_pictures(merchant_id: int, member_ids: Sequence[int]) -> None:
    owner = merchants.profile(merchant_id=merchant_id).number
    for number in members.drop_avatars(merchant_id=merchant_id, member_ids=member_ids):
        gateways().files.delete_all(merchant_id=owner, name=f"{members.AVATAR_FOLDER}{number}")


def forget_person(task: outbox.Task) -> None:
    """He closed his account: birthday, addresses, phones and names go, wherever they lie."""
    at, merchant_id = clock.now(), task.merchant_id
    with transaction():
        if not outbox.finish(task, at=at):
            return
        ids = members.list_shapes(merchant_id=merchant_id, member_id=task.payload["member_id"])
        # A web server of before `forget_picture` orders this alone.
        _drop_pictures(merchant_id, ids)
        complaints.forget_person(merchant_id=merchant_id, member_ids=ids)
        for key in complaints.drop_uploads_of(merchant_id=merchant_id, member_ids=ids):
            gateways().files.delete(key)
        subscriptions.forget_person(merchant_id=merchant_id, member_ids=ids)
        family.forget_person(merchant_id=merchant_id, member_ids=ids, at=at)
        promotions.forget_person(merchant_id=merchant_id, member_ids=ids)
        for member_id in ids:
            membership.forget_birthday(merchant_id=merchant_id, member_id=member_id, at=at)
