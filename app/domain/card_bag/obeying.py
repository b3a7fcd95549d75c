"""What our voucher does when the platform has told what became of its card.

The same facts end the same way in whatever order they are heard, state and holder alike: who held
the card when it was used is who used the voucher. What was done too early is undone and done anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain import catalog, members, merchants, redemption, vouchers
from app.domain.card_bag import differences, statements
from app.domain.card_bag.cards import Card, belongs_to, want
from app.domain.card_bag.codes import new_code
from app.domain.card_bag.rules import BagEvent, Capability, Seen, Standing, Wanted
from app.domain.merchants import Role
from app.domain.redemption import Scan
from app.domain.vouchers import VoucherState
from app.kernel.db import fetch_one
from app.kernel.errors import DomainError
from app.kernel.request_keys import RequestKey

ACTOR = "wechat"
GIFT, CORRECTION = "card_bag_gift", "card_bag_correction"


@dataclass(frozen=True)
class Home:
    """Where the cards of a template belong, and where their uses are booked."""

    template_id: int
    appid: str
    capability: Capability
    store_id: int
    settings: dict[str, Any]
    is_on: bool

    def is_told_by(self, appid: str) -> bool:
        """An account speaks of its own cards only; coupons are told of by WeChat Pay."""
        return self.capability == Capability.WECHAT_CARD and self.appid == appid


@dataclass(frozen=True)
class VoucherStands:
    """`holder_version` counts its holders; `code_version` is what its codes are made with."""

    id: int
    number: str
    state: str
    holder_id: int
    holder_version: int
    code_version: int
    revision_id: int
    issued_at: datetime
    valid_until: datetime


@dataclass(frozen=True)
class _Live:
    number: str
    actor: str


@dataclass(frozen=True, kw_only=True)
class _Hearing:
    """A locked card as it was before, where it stands now, and when we heard."""

    card: Card
    now: Standing
    home: Home
    merchant_id: int
    at: datetime

    def differ(self, kind: str, ours: str, theirs: str) -> None:
        differences.note(
            self.card,
            merchant_id=self.merchant_id,
            kind=kind,
            ours=ours,
            theirs=theirs,
            at=self.at,
        )

    def voucher(self) -> VoucherStands:
        return voucher_of(self.card, merchant_id=self.merchant_id)


def obey(card: Card, now: Standing, home: Home, *, merchant_id: int, at: datetime) -> None:
    """Let the voucher follow its card; what it cannot follow is noted as a difference."""
    if card.voucher_id is None:
        return
    heard = _Hearing(card=card, now=now, home=home, merchant_id=merchant_id, at=at)
    is_undone = _give(heard)
    if now.seen is Seen.CONSUMED and now.used:
        if is_undone or card.seen is not Seen.CONSUMED:
            _use(heard, now.used, is_undone=is_undone)
    elif card.seen is Seen.CONSUMED and card.wanted is Wanted.CONSUMED:
        _return(heard)


def use_at_last(card: Card, now: Standing, home: Home, *, merchant_id: int, at: datetime) -> bool:
    """Book a use there that was refused when it was told; whether the voucher allows it now."""
    heard = _Hearing(card=card, now=now, home=home, merchant_id=merchant_id, at=at)
    if now.used is None or heard.voucher().state != VoucherState.ACTIVE:
        return False
    _use(heard, now.used, is_undone=False)
    return heard.voucher().state == VoucherState.REDEEMED


def voucher_of(card: Card, *, merchant_id: int) -> VoucherStands:
    """The voucher behind a card that has one."""
    which = {"merchant_id": merchant_id, "voucher_id": card.voucher_id}
    found = fetch_one(VoucherStands, statements.VOUCHER_STANDS, which)
    assert found is not None  # noqa: S101 - the foreign key keeps it there
    return found


def _give(heard: _Hearing) -> bool:
    """Let whom it should belong to hold the voucher; whether a use had to be undone for that."""
    now = heard.now
    if now.got and now.got.is_gift and now.got is not now.holder:
        heard.differ("given_after_use", "redeemed", "given")
    gift = now.holder if now.holder and now.holder.is_gift else None
    voucher = heard.voucher()
    if gift and (why := _why_not(heard, voucher)):
        heard.differ("gift_refused", why, "given")
        return False
    target = _member(heard, gift)
    if target == heard.card.member_id:
        return False
    return _hand_over(heard, voucher, target, is_gift=gift is not None)


def _why_not(heard: _Hearing, voucher: VoucherStands) -> str | None:
    terms = catalog.find_revisions(
        merchant_id=heard.merchant_id, revision_ids={voucher.revision_id}
    )
    if not terms[voucher.revision_id].conditions.giftable:
        return "not_giftable"
    return None


def _member(heard: _Hearing, gift: BagEvent | None) -> int:
    first = heard.now.holders[0] if heard.now.holders else None
    is_back = gift and first and not first.is_gift and gift.openid == first.openid
    if gift is None or gift.openid is None or is_back:
        return members.canonical_id(merchant_id=heard.merchant_id, member_id=heard.card.offered_to)
    return members.join(
        merchant_id=heard.merchant_id,
        appid=heard.home.appid,
        openid=gift.openid,
        unionid=gift.unionid,
        at=heard.at,
    ).member.id


def _hand_over(heard: _Hearing, voucher: VoucherStands, target: int, *, is_gift: bool) -> bool:
    is_undone = False
    if voucher.holder_id != target:
        if voucher.holder_id != heard.card.member_id or voucher.valid_until <= heard.at:
            heard.differ("gift_refused", "not_his", "given")
            return False
        try:
            is_undone = _undo_use(heard, voucher, reason=CORRECTION)
            vouchers.hand_over(
                merchant_id=heard.merchant_id,
                voucher_id=voucher.id,
                to_member=target,
                actor=ACTOR,
                reason=GIFT if is_gift else CORRECTION,
                at=heard.at,
            )
        except DomainError:
            heard.differ("gift_refused", voucher.state, "given")
            return is_undone
    next_code = new_code() if is_gift and _is_known_to_others(heard) else None
    belongs_to(heard.card, merchant_id=heard.merchant_id, member_id=target, next_code=next_code)
    return is_undone


def _is_known_to_others(heard: _Hearing) -> bool:
    """Codes of our choosing stay the same when a card is given; the platform's own do not."""
    card = heard.card
    is_ours = heard.now.code is not None and heard.now.code in {card.own_code, card.next_code}
    return card.capability is Capability.WECHAT_CARD and is_ours


def _undo_use(heard: _Hearing, voucher: VoucherStands, *, reason: str) -> bool:
    """Undo what we booked for the platform; what was booked at our own counter stands."""
    if voucher.state != VoucherState.REDEEMED:
        return False
    which = {"merchant_id": heard.merchant_id, "voucher_id": voucher.id}
    live = fetch_one(_Live, statements.LIVE_REDEMPTION, which)
    if live is None or live.actor != ACTOR:
        return False
    redemption.reverse(
        merchant_id=heard.merchant_id,
        number=live.number,
        reason=reason,
        actor=ACTOR,
        role=Role.MANAGER,
        at=heard.at,
    )
    return True


def _return(heard: _Hearing) -> None:
    """Somebody else returned it there; our own counter's use stands and is told again."""
    voucher = heard.voucher()
    try:
        is_undone = _undo_use(heard, voucher, reason=CORRECTION)
    except DomainError as refusal:
        heard.differ("return_refused", refusal.code, "returned")
        return
    if is_undone:
        want(heard.card, Wanted.HELD, merchant_id=heard.merchant_id)


def _use(heard: _Hearing, used: BagEvent, *, is_undone: bool) -> None:
    if heard.card.wanted is Wanted.CONSUMED and not is_undone:
        return
    voucher = heard.voucher()
    if voucher.state == VoucherState.REDEEMED:
        heard.differ("used_twice", "redeemed", "consumed")
        return
    try:
        _redeem(heard, voucher, used)
    except DomainError as refusal:
        heard.differ("use_refused", refusal.code, "consumed")
        return
    want(heard.card, Wanted.CONSUMED, merchant_id=heard.merchant_id)


def _redeem(heard: _Hearing, voucher: VoucherStands, used: BagEvent) -> None:
    """As if it had been scanned when and where the platform says it was used.

    Also while its holder's codes are frozen: what was used there was used.
    """
    # The platform tells whole seconds, which may begin before the voucher was there.
    used_at = min(max(used.at, voucher.issued_at), heard.at)
    code = vouchers.show_code(
        merchant_id=heard.merchant_id,
        voucher_id=voucher.id,
        holder_version=voucher.code_version,
        at=used_at,
    )
    store_id, store_name = _store(heard, used)
    scan = Scan(
        merchant_id=heard.merchant_id,
        acceptor_merchant_id=heard.merchant_id,
        code_text=code.digits,
        actor=ACTOR,
        store_id=store_id,
        store_name=store_name,
    )
    which = f"{heard.card.id}:{used.at.timestamp():.0f}:{voucher.holder_version}"
    key = RequestKey.of(
        merchant_id=heard.merchant_id,
        actor=ACTOR,
        key=f"card_bag:{which}",
        operation="card_bag.use",
        body=b"",
    )
    redemption.redeem(scan, key=key, at=used_at)


def _store(heard: _Hearing, used: BagEvent) -> tuple[int, str]:
    """The store that the platform's place is mapped to, or the one for all others."""
    stores = merchants.list_stores(merchant_id=heard.merchant_id)
    number = heard.home.settings.get("locations", {}).get(used.location or "")
    mapped = next((store for store in stores if store.number == number), None)
    store = mapped or next(store for store in stores if store.id == heard.home.store_id)
    return store.id, f"{store.name}（微信核销）"
