"""The card bag follows our books: told at once, told again, and compared once a night.

With the card bag off nothing is asked and nothing fails: a row is done as soon as it is clear
that no card of anybody's bag is concerned.
"""

from dataclasses import replace
from datetime import datetime

import orjson
import structlog

from app.domain import card_bag, members
from app.domain.card_bag import Act, BagEvent, Disagreement, Kind, NoCardBag, Seen, Theirs, ToDo
from app.gateways.busifavor import Busifavor
from app.gateways.card_bag import CardBag
from app.gateways.card_mirrors import HeldCode, PlaceState
from app.gateways.errors import GatewayError, OutcomeUnknown, Refused
from app.kernel import clock, inbox, outbox
from app.kernel.db import transaction
from app.web import bags
from jobs.sweeping import ROWS_PER_PASS, each

PAGE = 100
REASON = "该权益在商家处已使用或失效"
POINTS_WORDS = "积分已更新"

KINDS = {
    "user_get_card": Kind.GOT,
    "user_gifting_card": Kind.GIFTING,
    "user_del_card": Kind.DELETED,
    "user_consume_card": Kind.CONSUMED,
}
# The state in which an act of unknown outcome turns out to have been done.
DONE_WHEN = {
    Act.CONSUME: PlaceState.CONSUMED,
    Act.WITHDRAW: PlaceState.UNAVAILABLE,
    Act.GIVE_BACK: PlaceState.HELD,
}
Mirror = CardBag | Busifavor

log = structlog.get_logger("jobs")


def follow_redemption(task: outbox.Task) -> None:
    """A voucher was redeemed, or that was undone: see whether it stands in somebody's bag."""
    with transaction():
        if outbox.finish(task, at=clock.now()):
            card_bag.follow_redemption(
                merchant_id=task.merchant_id,
                redemption_number=task.payload["redemption_number"],
                at=clock.now(),
            )


def apply_event(task: outbox.Task) -> None:
    """Something happened to a card in somebody's WeChat."""
    with transaction():
        if not outbox.finish(task, at=clock.now()):
            return
        kept = inbox.read(merchant_id=task.merchant_id, notice_id=task.payload["inbox_id"])
        event = event_of(orjson.loads(kept.body))
        if event is not None:
            card_bag.apply_event(merchant_id=task.merchant_id, event=event, at=clock.now())


def event_of(told: dict[str, object]) -> BagEvent | None:
    """A card's event as it was kept, in the domain's words; None when it is of no concern."""
    kind = KINDS.get(str(told.get("event")))
    if kind is None or not told.get("card_id") or not told.get("code"):
        return None
    if kind is Kind.GIFTING and told.get("is_returned"):
        kind = Kind.RETURNED
    more = told.get("more")
    more = more if isinstance(more, dict) else {}
    return BagEvent(
        kind=kind,
        platform_id=str(told["card_id"]),
        code=str(told["code"]),
        at=datetime.fromisoformat(str(told["at"])),
        openid=_text(told.get("openid")),
        friend=_text(told.get("friend")) if kind is Kind.GOT else None,
        unionid=_text(told.get("unionid")),
        old_code=_text(told.get("old_code")),
        outer=_text(told.get("outer")),
        is_gift=bool(told.get("is_gift")),
        source=_text(more.get("ConsumeSource")),
        location=_text(more.get("LocationId")),
    )


def settle_card(task: outbox.Task) -> None:
    """Have the platform say of one card what our books say."""
    which = {"merchant_id": task.merchant_id, "bag_card_id": task.payload["bag_card_id"]}
    with transaction():
        todo = card_bag.take(**which, at=clock.now())
    if todo is not None:
        _settle(todo, merchant_id=task.merchant_id)
    with transaction():
        outbox.finish(task, at=clock.now())


def follow_vouchers(*, at: datetime) -> int:
    """Vouchers that expired, were frozen, void or handed over while nobody told the bag."""

    def follow(behind: card_bag.Behind) -> None:
        with transaction():
            card_bag.follow(merchant_id=behind.merchant_id, bag_card_id=behind.bag_card_id, at=at)

    return each(lambda: card_bag.list_behind(limit=ROWS_PER_PASS), follow)


def compare_bags(*, at: datetime) -> int:
    """Ask the platform about every card, once a night; note what differs, and mend it."""

    def compare(bag: card_bag.BagToCompare) -> None:
        _compare_bag(bag, at=at)

    return each(lambda: card_bag.list_bags_to_compare(at=at, limit=ROWS_PER_PASS), compare)


def _settle(todo: ToDo, *, merchant_id: int) -> None:
    try:
        mirror = bags.mirror_of(merchant_id=merchant_id, capability=todo.card.capability)
        if not _is_done_already(todo, mirror, merchant_id=merchant_id):
            _do(todo, mirror, merchant_id=merchant_id)
    except NoCardBag:
        # Switched off meanwhile: nothing is told, and what is missing is found when it is on.
        with transaction():
            card_bag.let_go(todo, merchant_id=merchant_id, why="switched_off")
        return
    except Refused as refusal:
        _note_refusal(todo, refusal, merchant_id=merchant_id)
        return
    except GatewayError as failure:
        with transaction():
            card_bag.let_go(todo, merchant_id=merchant_id, why=failure.code)
        raise
    with transaction():
        card_bag.note_done(todo, merchant_id=merchant_id, at=clock.now())


def _is_done_already(todo: ToDo, mirror: Mirror, *, merchant_id: int) -> bool:
    """After a try of which nobody knows: ask, do not repeat what cannot be undone."""
    if todo.tries == 1 or todo.act not in DONE_WHEN:
        return False
    with transaction():
        openid = _openid_of(todo.card, merchant_id=merchant_id)
    found = mirror.look(replace(_held(todo), openid=openid))
    return found is not None and found.state is DONE_WHEN[todo.act]


def _do(todo: ToDo, mirror: Mirror, *, merchant_id: int) -> None:
    held = _held(todo)
    if todo.act is Act.CONSUME:
        mirror.consume(held, at=clock.now())
    elif todo.act is Act.GIVE_BACK:
        mirror.give_back(held)
    elif todo.act is Act.WITHDRAW:
        mirror.withdraw(held, reason=REASON)
    elif isinstance(mirror, CardBag):
        _tell_member_card(todo, mirror, held, merchant_id=merchant_id)


def _tell_member_card(todo: ToDo, bag: CardBag, held: HeldCode, *, merchant_id: int) -> None:
    if todo.act is Act.SET_POINTS:
        bag.set_points(held, points=todo.points, why=POINTS_WORDS)
        return
    with transaction():
        member = members.get_member(merchant_id=merchant_id, member_id=todo.card.member_id)
    bag.activate(held, number=str(member.number), points=todo.points)


def _note_refusal(todo: ToDo, refusal: Refused, *, merchant_id: int) -> None:
    log.warning("card not told", card=todo.card.id, act=todo.act.value, reason=refusal.code)
    if refusal.retryable:
        with transaction():
            card_bag.let_go(todo, merchant_id=merchant_id, why=refusal.code)
        raise refusal
    with transaction():
        card_bag.note_refused(todo, merchant_id=merchant_id, why=refusal.code, at=clock.now())


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
    with transaction():
        card_bag.note_compared(**which, at=at)


def _compare_card(merchant_id: int, bag_card_id: int, *, at: datetime) -> None:
    which = {"merchant_id": merchant_id, "bag_card_id": bag_card_id}
    with transaction():
        card = card_bag.get_card(**which)
        openid = _openid_of(card, merchant_id=merchant_id)
    mirror = bags.mirror_of(merchant_id=merchant_id, capability=card.capability)
    if openid is None and isinstance(mirror, Busifavor):
        return
    theirs = _look(card, mirror, openid=openid)
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
        _do(todo, mirror, merchant_id=merchant_id)
    except (Refused, OutcomeUnknown) as failure:
        # It stays on the list, and is tried again the next night.
        with transaction():
            card_bag.let_go(todo, merchant_id=merchant_id, why=failure.code)
        return
    with transaction():
        card_bag.note_done(todo, merchant_id=merchant_id, at=clock.now())
        card_bag.note_mended(**which, found=found, at=at)


def _openid_of(card: card_bag.Card, *, merchant_id: int) -> str | None:
    """Coupons are asked for by person, and not every notice says who it was."""
    if card.openid is not None:
        return card.openid
    keys = card_bag.keys_of(merchant_id=merchant_id, capability=card.capability)
    return members.find_openid(merchant_id=merchant_id, member_id=card.member_id, appid=keys.appid)


def _look(card: card_bag.Card, mirror: Mirror, *, openid: str | None) -> Theirs:
    held = HeldCode(platform_id=card.platform_id, code=str(card.code), openid=openid)
    if card.voucher_id is None and isinstance(mirror, CardBag):
        found = mirror.look_at_membership(held)
    else:
        found = mirror.look(held)
    if found is None:
        return Theirs(seen=None)
    return Theirs(seen=Seen(found.state.value), openid=found.openid, points=found.points)


def _held(todo: ToDo) -> HeldCode:
    return HeldCode(
        platform_id=todo.card.platform_id,
        code=todo.code,
        openid=todo.card.openid,
        request_number=todo.request_number,
    )


def _text(value: object) -> str | None:
    return str(value) if value else None
