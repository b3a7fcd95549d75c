"""Putting a voucher, or a membership, into the card bag: what to offer, always the same."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain import vouchers
from app.domain.card_bag import statements
from app.domain.card_bag.cards import Card
from app.domain.card_bag.codes import new_code
from app.domain.card_bag.errors import NoCardBag, NotForCardBag
from app.domain.card_bag.events import BagCardMoved
from app.domain.card_bag.paying import paid_by
from app.domain.card_bag.rules import Capability, Seen
from app.domain.vouchers import VoucherState
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.outbox import publish


@dataclass(frozen=True)
class Offered:
    """What the phone is offered. `code` is set where codes are ours; `reference` goes with it.

    It carries neither our voucher's number nor anything that could be shown at our counter.
    """

    bag_card_id: int
    member_id: int
    capability: Capability
    platform_id: str
    code: str | None = field(repr=False)
    reference: str
    seen: Seen


@dataclass(frozen=True)
class _Id:
    id: int


@dataclass(frozen=True)
class _Template:
    id: int
    platform_id: str
    has_own_codes: bool
    bag_id: int
    capability: str
    appid: str
    channel_id: int | None
    secret_sealed: bytes | None = field(repr=False)


def offer_voucher(*, merchant_id: int, member_id: int, number: str, at: datetime) -> Offered:
    """What puts a voucher into its holder's card bag. Repeating offers the very same.

    Raises NotFound for another's; NoCardBag; NotForCardBag when it cannot be used now, or for a
    product coupon, which can only be used for a paid order, when nothing was paid for it.
    """
    held = vouchers.get_held(merchant_id=merchant_id, member_id=member_id, number=number)
    if held.state != VoucherState.ACTIVE or held.valid_until <= at:
        raise NotForCardBag("这张券现在不能放入微信卡包", state=str(held.state))
    which: dict[str, object] = {"merchant_id": merchant_id, "voucher_id": held.id}
    template = _template(statements.TEMPLATE_OF_VOUCHER, which)
    is_bound = template.capability == Capability.PRODUCT_COUPON
    if is_bound and paid_by(held.id, merchant_id=merchant_id) is None:
        raise NotForCardBag("没有付款的券不能放入微信卡包", reason="not_paid")
    whose = {**which, "member_id": member_id}
    for stale in fetch_all(_Id, statements.CLOSE_STALE, {**whose, "at": at}):
        publish(BagCardMoved(merchant_id=merchant_id, bag_card_id=stale.id), at=at)
    return _offered(_find_or_add(statements.FIND_OPEN_VOUCHER, template, whose, at=at))


def offer_membership(*, merchant_id: int, member_id: int, at: datetime) -> Offered:
    """What puts the shop's member card into the bag. Raises NoCardBag."""
    which: dict[str, object] = {
        "merchant_id": merchant_id,
        "member_id": member_id,
        "voucher_id": None,
    }
    template = _template(statements.TEMPLATE_OF_MEMBERSHIP, which)
    card = _find_or_add(statements.FIND_OPEN_MEMBERSHIP, template, which, at=at)
    return _offered(card)


def _template(statement: str, which: dict[str, object]) -> _Template:
    template = fetch_one(_Template, statement, which)
    if template is None:
        raise NoCardBag("这张券不支持放入微信卡包")
    return template


def _find_or_add(find: str, template: _Template, which: dict[str, object], *, at: datetime) -> Card:
    which = which | {"template_id": template.id}
    if card := fetch_one(Card, find, which):
        return card
    execute(
        statements.ADD_CARD,
        which
        | {
            "capability": template.capability,
            "platform_id": template.platform_id,
            "reference": new_code(),
            "own_code": new_code() if template.has_own_codes else None,
            "at": at,
        },
    )
    card = fetch_one(Card, find, which)
    assert card is not None  # noqa: S101 - added here, or by somebody else in the same moment
    return card


def _offered(card: Card) -> Offered:
    return Offered(
        bag_card_id=card.id,
        member_id=card.member_id,
        capability=card.capability,
        platform_id=card.platform_id,
        code=card.own_code,
        reference=card.reference,
        seen=card.seen,
    )
