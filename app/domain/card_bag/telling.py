"""What the platform tells of a card, and what that does to our voucher."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain import catalog, members, merchants, redemption, vouchers
from app.domain.card_bag import differences, statements
from app.domain.card_bag.cards import (
    Card,
    facts_about,
    find_card_of,
    keep_fact,
    look_again,
    moved,
    want,
)
from app.domain.card_bag.rules import BagEvent, Seen, Standing, Wanted
from app.domain.redemption import Scan
from app.domain.vouchers import VoucherState
from app.kernel.db import execute, fetch_one
from app.kernel.errors import DomainError
from app.kernel.request_keys import RequestKey

ACTOR = "wechat"


class Outcome(StrEnum):
    """`stranger`: the card is none of ours, or not yet known to be."""

    APPLIED = "applied"
    KNOWN_ALREADY = "known_already"
    STRANGER = "stranger"


@dataclass(frozen=True)
class _Home:
    template_id: int
    appid: str
    store_id: int
    settings: dict[str, Any]
    is_on: bool


@dataclass(frozen=True)
class VoucherStands:
    id: int
    number: str
    state: str
    holder_id: int
    holder_version: int
    revision_id: int
    valid_until: datetime


def apply_event(*, merchant_id: int, event: BagEvent, at: datetime) -> Outcome:
    """Join one happening to what is known of its card. Order and repetition do not matter.

    A use at the platform's counter redeems our voucher; a gift that a friend took gives it to
    that friend; a card that was thrown away leaves the voucher alone. What our books cannot
    follow is noted as a difference, and never dropped.
    """
    which = {"merchant_id": merchant_id, "platform_id": event.platform_id}
    home = fetch_one(_Home, statements.LOCK_TEMPLATE, which)
    if home is None:
        return Outcome.STRANGER
    if not keep_fact(event, merchant_id=merchant_id, at=at):
        return Outcome.KNOWN_ALREADY
    card = _card_of(event, merchant_id=merchant_id)
    if card is None:
        return Outcome.STRANGER
    now = look_again(card, merchant_id=merchant_id, at=at)
    _follow(card, now, home, merchant_id=merchant_id, at=at)
    moved(card, merchant_id=merchant_id, at=at)
    return Outcome.APPLIED


def _card_of(event: BagEvent, *, merchant_id: int) -> Card | None:
    facts = facts_about(
        merchant_id=merchant_id,
        platform_id=event.platform_id,
        codes=[event.code],
        references=[event.outer] if event.outer else [],
    )
    return find_card_of(
        merchant_id=merchant_id,
        platform_id=event.platform_id,
        codes=sorted({fact.code for fact in facts} | {event.code}),
        references=sorted({fact.outer for fact in facts if fact.outer}),
    )


def _follow(card: Card, now: Standing, home: _Home, *, merchant_id: int, at: datetime) -> None:
    if card.voucher_id is None:
        return
    has_new_holder = now.openid is not None and now.openid != card.openid
    if now.got and now.got.is_gift and has_new_holder:
        _give(card, now.got, home, merchant_id=merchant_id, at=at)
    if now.seen is Seen.CONSUMED and card.seen is not Seen.CONSUMED and now.used:
        _use(card, now.used, home, merchant_id=merchant_id, at=at)


def _use(card: Card, used: BagEvent, home: _Home, *, merchant_id: int, at: datetime) -> None:
    if card.wanted is Wanted.CONSUMED:
        return
    voucher = voucher_of(card, merchant_id=merchant_id)
    if voucher.state == VoucherState.REDEEMED:
        _differ(card, "used_twice", "redeemed", "consumed", merchant_id=merchant_id, at=at)
        return
    try:
        _redeem(card, voucher, used, home, merchant_id=merchant_id, at=at)
    except DomainError as refusal:
        _differ(card, "use_refused", refusal.code, "consumed", merchant_id=merchant_id, at=at)
        return
    want(card, Wanted.CONSUMED, merchant_id=merchant_id)


def _redeem(
    card: Card,
    voucher: VoucherStands,
    used: BagEvent,
    home: _Home,
    *,
    merchant_id: int,
    at: datetime,
) -> None:
    """As if it had been scanned when and where the platform says it was used."""
    used_at = min(used.at, at)
    code = vouchers.show_code(
        merchant_id=merchant_id,
        voucher_id=voucher.id,
        holder_version=voucher.holder_version,
        at=used_at,
    )
    store_id, store_name = _store(used, home, merchant_id=merchant_id)
    scan = Scan(
        merchant_id=merchant_id,
        acceptor_merchant_id=merchant_id,
        code_text=code.digits,
        actor=ACTOR,
        store_id=store_id,
        store_name=store_name,
    )
    key = RequestKey.of(
        merchant_id=merchant_id,
        actor=ACTOR,
        key=f"card_bag:{card.id}:{used.at.timestamp():.0f}",
        operation="card_bag.use",
        body=b"",
    )
    redemption.redeem(scan, key=key, at=used_at)


def _store(used: BagEvent, home: _Home, *, merchant_id: int) -> tuple[int, str]:
    """The store that the platform's place is mapped to, or the one for all others."""
    stores = merchants.list_stores(merchant_id=merchant_id)
    number = home.settings.get("locations", {}).get(used.location or "")
    mapped = next((store for store in stores if store.number == number), None)
    store = mapped or next(store for store in stores if store.id == home.store_id)
    return store.id, f"{store.name}（微信核销）"


def _give(card: Card, got: BagEvent, home: _Home, *, merchant_id: int, at: datetime) -> None:
    voucher = voucher_of(card, merchant_id=merchant_id)
    terms = catalog.find_revisions(merchant_id=merchant_id, revision_ids={voucher.revision_id})
    if not terms[voucher.revision_id].conditions.giftable:
        _differ(card, "gift_refused", "not_giftable", "given", merchant_id=merchant_id, at=at)
        return
    if voucher.holder_id != card.member_id or voucher.valid_until <= at:
        _differ(card, "gift_refused", "not_his", "given", merchant_id=merchant_id, at=at)
        return
    assert got.openid is not None  # noqa: S101 - the new holder is known by it
    friend = members.join(
        merchant_id=merchant_id, appid=home.appid, openid=got.openid, unionid=got.unionid, at=at
    ).member
    try:
        vouchers.hand_over(
            merchant_id=merchant_id,
            voucher_id=voucher.id,
            to_member=friend.id,
            actor=ACTOR,
            reason="card_bag_gift",
            at=at,
        )
    except vouchers.MoveRefused:
        _differ(card, "gift_refused", voucher.state, "given", merchant_id=merchant_id, at=at)
        return
    which = {"merchant_id": merchant_id, "bag_card_id": card.id}
    execute(statements.HAND_OVER, {**which, "member_id": friend.id})


def voucher_of(card: Card, *, merchant_id: int) -> VoucherStands:
    """The voucher behind a card that has one."""
    which = {"merchant_id": merchant_id, "voucher_id": card.voucher_id}
    found = fetch_one(VoucherStands, statements.VOUCHER_STANDS, which)
    assert found is not None  # noqa: S101 - the foreign key keeps it there
    return found


def _differ(
    card: Card, kind: str, ours: str, theirs: str, *, merchant_id: int, at: datetime
) -> None:
    differences.note(card, merchant_id=merchant_id, kind=kind, ours=ours, theirs=theirs, at=at)
