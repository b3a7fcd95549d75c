"""Members' monthly cards, for the shop's managers: to look at, to pause, to give back."""

from collections.abc import Callable
from typing import Literal

from apiflask import APIBlueprint
from flask import Response

from app.domain import approvals, subscriptions
from app.domain.subscriptions import CardLine, CardState
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer
from app.web.openapi import STAFF, documented
from app.web.words import Asked, Cursor, Limit, Line200
from miniprogram_api.presenters.subscriptions import (
    CardLinePage,
    CardLineShown,
    CardStopped,
    present_line,
    present_line_page,
)

bp = APIBlueprint(
    "counter_subscriptions",
    __name__,
    url_prefix="/api/v1/<merchant>/counter/monthly-cards",
    tag="Counter",
)


class PageOfCards(Asked):
    state: Literal["active", "paused", "done", "stopped"] | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


class Why(Asked):
    """It is kept with what is done."""

    reason: Line200


@bp.get("")
@documented(who=[STAFF], query=PageOfCards, told={200: CardLinePage})
def list_cards(merchant: str) -> Response:
    """Cards in one state or in all, the newest first. For managers."""
    manager, wanted = auth.manager(merchant), parse.query(PageOfCards)
    with transaction(merchant=manager.merchant_id):
        page = subscriptions.list_cards(
            merchant_id=manager.merchant_id,
            state=CardState(wanted.state) if wanted.state else None,
            cursor=wanted.cursor,
            limit=wanted.limit,
        )
    return answer(present_line_page(page))


@bp.post("/<subscription>/pause")
@documented(who=[STAFF], body=Why, told={200: CardLineShown}, refuses=[409])
def pause(merchant: str, subscription: str) -> Response:
    """No period begins until the shop lets it go on; none is lost. For managers."""
    return _do(subscriptions.pause_for_shop, merchant, subscription)


@bp.post("/<subscription>/resume")
@documented(who=[STAFF], body=Why, told={200: CardLineShown}, refuses=[409])
def resume(merchant: str, subscription: str) -> Response:
    """It goes on, whoever paused it. For managers."""
    return _do(subscriptions.resume_for_shop, merchant, subscription)


@bp.post("/<subscription>/stop")
@documented(who=[STAFF], body=Why, told={200: CardStopped}, refuses=[409])
def stop(merchant: str, subscription: str) -> Response:
    """No further period begins; what those were worth goes back to the buyer. For managers."""
    manager, wanted = auth.manager(merchant), parse.body(Why)
    number = parse.number(subscription, numbers.Kind.SUBSCRIPTION, merchant_id=manager.merchant_id)
    with transaction():
        line = subscriptions.get_line(merchant_id=manager.merchant_id, number=number)
        made = _give_back(manager, line, wanted.reason) if line.paid_fen else None
        if not line.paid_fen:
            _stop(manager, line, wanted.reason)
    return answer(CardStopped(subscription=number, refund=made))


def _give_back(manager: auth.StaffOnLine, line: CardLine, reason: str) -> str:
    return approvals.do_alone(
        merchant_id=manager.merchant_id,
        action=approvals.RefundOrder(order_number=line.order_number),
        reason=reason,
        actor=manager.actor,
        at=clock.now(),
    )


def _stop(manager: auth.StaffOnLine, line: CardLine, reason: str) -> None:
    """Nothing was paid for it, so there is nothing to give back."""
    subscriptions.stop(
        merchant_id=manager.merchant_id,
        order_id=line.order_id,
        actor=manager.actor,
        reason=reason,
        at=clock.now(),
    )


def _do(verb: Callable[..., None], merchant: str, subscription: str) -> Response:
    manager, wanted = auth.manager(merchant), parse.body(Why)
    mine = manager.merchant_id
    number = parse.number(subscription, numbers.Kind.SUBSCRIPTION, merchant_id=mine)
    with transaction(merchant=mine):
        verb(
            merchant_id=mine,
            number=number,
            reason=wanted.reason,
            actor=manager.actor,
            at=clock.now(),
        )
        line = subscriptions.get_line(merchant_id=mine, number=number)
    return answer(present_line(line))
