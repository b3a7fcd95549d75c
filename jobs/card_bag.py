"""The card bag follows our books, and our books what people do with their cards.

With the card bag off nothing is asked and nothing fails: a row is done as soon as it is clear
that no card of anybody's bag is concerned.
"""

from datetime import datetime

import orjson
import structlog

from app.domain import card_bag
from app.domain.card_bag import BagEvent, Kind, NoCardBag, ToDo
from app.gateways.card_mirrors import PlaceState
from app.gateways.errors import GatewayError, Refused
from app.kernel import clock, inbox, outbox
from app.kernel.db import transaction
from app.web import bags
from jobs.bag_acts import do, found_done
from jobs.sweeping import ROWS_PER_PASS, each

KINDS = {
    "user_get_card": Kind.GOT,
    "user_gifting_card": Kind.GIFTING,
    "user_del_card": Kind.DELETED,
    "user_consume_card": Kind.CONSUMED,
}

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


def follow_pots(task: outbox.Task) -> None:
    """A voucher or points pay for an order, or came back: see whether they stand in a bag."""
    with transaction():
        if outbox.finish(task, at=clock.now()):
            card_bag.follow_pots(
                merchant_id=task.merchant_id,
                member_id=task.payload["member_id"],
                voucher_id=task.payload["voucher_id"],
                at=clock.now(),
            )


def apply_event(task: outbox.Task) -> None:
    """Something happened to a card in somebody's WeChat."""
    with transaction():
        if not outbox.finish(task, at=clock.now()):
            return
        kept = inbox.read(merchant_id=task.merchant_id, notice_id=task.payload["inbox_id"])
        told = orjson.loads(kept.body)
        event = event_of(told)
        if event is not None:
            card_bag.apply_event(
                merchant_id=task.merchant_id,
                event=event,
                told_by=str(told.get("appid")),
                at=clock.now(),
            )


def event_of(told: dict[str, object]) -> BagEvent | None:
    """A card's event as it was kept, in the domain's words; None when it is of no concern.

    Its unionid is left out: it joins people for good, and a plain push does not prove it.
    """
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


def _settle(todo: ToDo, *, merchant_id: int) -> None:
    try:
        mirror = bags.mirror_of(merchant_id=merchant_id, capability=todo.card.capability)
        found = found_done(todo, mirror, merchant_id=merchant_id)
        if found is None:
            is_pending = do(todo, mirror, merchant_id=merchant_id)
        else:
            is_pending = found.state is PlaceState.PENDING
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
        card_bag.note_done(todo, merchant_id=merchant_id, at=clock.now(), is_pending=is_pending)


def _note_refusal(todo: ToDo, refusal: Refused, *, merchant_id: int) -> None:
    log.warning("card not told", card=todo.card.id, act=todo.act.value, reason=refusal.code)
    if refusal.retryable:
        with transaction():
            card_bag.let_go(todo, merchant_id=merchant_id, why=refusal.code)
        raise refusal
    with transaction():
        card_bag.note_refused(todo, merchant_id=merchant_id, why=refusal.code, at=clock.now())


def _text(value: object) -> str | None:
    return str(value) if value else None
