"""The card bag beside our books, once a night: noted where it differs, and mended."""

from datetime import datetime

import structlog

from app.domain import card_bag
from app.domain.card_bag import Act, Capability, Disagreement
from app.gateways.errors import OutcomeUnknown, Refused
from app.kernel import clock
from app.kernel.db import transaction
from app.web import bags
from jobs.bag_acts import do, look, openid_of
from jobs.sweeping import ROWS_PER_PASS, each

PAGE = 100

log = structlog.get_logger("jobs")


def compare_bags(*, at: datetime) -> int:
    """Ask the platform about every card, once a night; note what differs, and mend it."""

    def compare(bag: card_bag.BagToCompare) -> None:
        _compare_bag(bag, at=at)

    return each(lambda: card_bag.list_bags_to_compare(at=at, limit=ROWS_PER_PASS), compare)


def _compare_bag(bag: card_bag.BagToCompare, *, at: datetime) -> None:
    after = 0
    which = {"merchant_id": bag.merchant_id, "bag_id": bag.bag_id}
    while True:
        with transaction():
            page = card_bag.list_cards_to_compare(**which, after=after, limit=PAGE, at=at)
        for bag_card_id in page:
            _compare_card(bag.merchant_id, bag_card_id, at=at)
        if len(page) < PAGE:
            break
        after = page[-1]
    _look_for_unknown(bag, at=at)
    with transaction():
        card_bag.note_compared(**which, at=at)


def _compare_card(merchant_id: int, bag_card_id: int, *, at: datetime) -> None:
    which = {"merchant_id": merchant_id, "bag_card_id": bag_card_id}
    with transaction():
        card = card_bag.get_card(**which)
        openid = openid_of(card, merchant_id=merchant_id)
    mirror = bags.mirror_of(merchant_id=merchant_id, capability=card.capability)
    if openid is None and card.capability is not Capability.WECHAT_CARD:
        return
    theirs = look(card, mirror, openid=openid)
    with transaction():
        found = card_bag.compare(**which, theirs=theirs, at=at)
    if found is None:
        return
    log.warning("card bag differs", card=bag_card_id, kind=found.kind)
    if found.act is not None:
        _mend(merchant_id, bag_card_id, found, found.act, at=at)


def _mend(
    merchant_id: int, bag_card_id: int, found: Disagreement, act: Act, *, at: datetime
) -> None:
    which = {"merchant_id": merchant_id, "bag_card_id": bag_card_id}
    with transaction():
        todo = card_bag.take_to_mend(**which, act=act, at=clock.now())
    try:
        mirror = bags.mirror_of(merchant_id=merchant_id, capability=todo.card.capability)
        is_pending = do(todo, mirror, merchant_id=merchant_id)
    except (Refused, OutcomeUnknown) as failure:
        # It stays on the list, and is tried again the next night.
        with transaction():
            card_bag.let_go(todo, merchant_id=merchant_id, why=failure.code)
        return
    with transaction():
        at_once = clock.now()
        card_bag.note_done(todo, merchant_id=merchant_id, at=at_once, is_pending=is_pending)
        card_bag.note_mended(**which, found=found, at=at)


def _look_for_unknown(bag: card_bag.BagToCompare, *, at: datetime) -> None:
    """Whether those who hold our cards have more of them than we know of."""
    with transaction():
        holders = card_bag.list_holders(merchant_id=bag.merchant_id, bag_id=bag.bag_id, at=at)
        capability = card_bag.capability_of(merchant_id=bag.merchant_id, bag_id=bag.bag_id)
    if not holders:
        return
    mirror = bags.mirror_of(merchant_id=bag.merchant_id, capability=capability)
    for holder in holders:
        there = mirror.list_codes(openid=holder.openid, platform_id=holder.platform_id)
        with transaction():
            unknown = card_bag.note_unknown_codes(
                merchant_id=bag.merchant_id,
                platform_id=holder.platform_id,
                codes=[code for _, code in there if code],
                at=at,
            )
        if unknown:
            log.warning("unknown cards in a bag", bag=bag.bag_id, count=len(unknown))
