"""Looking at a card in the bag, and moving it by the real verbs."""

from datetime import timedelta

from sqlalchemy import select

from app.domain import card_bag, members, vouchers
from app.domain.card_bag import BagCard, Capability
from app.kernel.db import reading, transaction
from tests.builders.moments import NOON
from tests.builders.orders import look_at_voucher

LATER = NOON + timedelta(hours=3)


def card_of(bag):
    query = select(BagCard).where(BagCard.merchant_id == bag.shop.id).order_by(BagCard.id.desc())
    return reading().scalar(query.limit(1).execution_options(populate_existing=True))


def state_of(bag):
    return look_at_voucher(bag.shop, bag.voucher.id).state


def holder_of(bag):
    return look_at_voucher(bag.shop, bag.voucher.id).holder_id


def joined_as(bag, openid):
    appid = card_bag.keys_of(merchant_id=bag.shop.id, capability=Capability.WECHAT_CARD).appid
    return members.find_by_openid(merchant_id=bag.shop.id, appid=appid, openid=openid)


def differences(bag, *, with_mended=False):
    found = card_bag.list_differences(merchant_id=bag.shop.id, with_mended=with_mended, limit=50)
    return [(line.kind, line.ours, line.theirs) for line in found]


def follow(bag, *, at=LATER):
    with transaction():
        card_bag.follow(merchant_id=bag.shop.id, bag_card_id=card_of(bag).id, at=at)


def take(bag, *, at=LATER):
    with transaction():
        return card_bag.take(merchant_id=bag.shop.id, bag_card_id=card_of(bag).id, at=at)


def done(bag, todo, *, at=LATER):
    with transaction():
        card_bag.note_done(todo, merchant_id=bag.shop.id, at=at)


def got(bag, reference, code="w1", *, minute=1, **more):
    return bag.event("got", code, minute=minute, outer=reference, **more)


def gift(bag, reference, old_code, code, *, minute, giver, openid):
    return got(
        bag,
        reference,
        code,
        minute=minute,
        openid=openid,
        friend=giver,
        old_code=old_code,
        is_gift=True,
    )


def move(bag, what):
    with transaction():
        vouchers.move(
            merchant_id=bag.shop.id,
            voucher_id=bag.voucher.id,
            what=what,
            actor="system",
            at=LATER,
        )


def in_the_bag(bag):
    offered = bag.offer()
    bag.tell(got(bag, offered.reference))
