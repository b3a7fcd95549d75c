"""What an order would cost before it is placed: nothing is held, and nothing is chosen silently."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import catalog, family, points, stored_value
from app.domain.catalog import ForSale
from app.domain.orders import tender_statements as statements
from app.domain.orders.choosing import DISCOUNTS, Candidate, Choice, OwnVoucher, choose, weigh
from app.domain.orders.opening import opened_for
from app.domain.orders.planning import purchase_of
from app.domain.orders.pricing import Price, points_of, takes_part_points
from app.domain.orders.rules import check_sale
from app.domain.points import MayPay
from app.kernel.db import fetch_all, fetch_one
from app.kernel.errors import NotFound

MOST_VOUCHERS = 100


@dataclass(frozen=True, kw_only=True)
class Idea:
    """What a member might order, and with which pots.

    With `best_voucher` the best one is counted; otherwise the one that is named, or none.
    """

    merchant_id: int
    member_id: int
    offer_number: str
    quantity: int = 1
    best_voucher: bool = True
    voucher_number: str | None = None
    points: int = 0
    value_fen: int = 0
    from_family: bool = False
    on_ios: bool = False


@dataclass(frozen=True, kw_only=True)
class OrderQuote:
    """The price with these pots, and what else could pay.

    `voucher` is the one that is counted: the order has to name it. `points` says how many points
    may pay a part of what the voucher leaves. `value_has_fen` is the stored value that may be
    spent, his own or his part of a family's, and `value_most_fen` how much of this order it may pay.
    """

    title: str
    price: Price
    voucher: Candidate | None
    choice: Choice
    points: MayPay
    value_has_fen: int
    value_most_fen: int


def quote(idea: Idea, *, at: datetime) -> OrderQuote:
    """The price of an idea, computed as the order will compute it. More than a pot has is cut.

    Raises NotFound, also for a named voucher that is not his; NotOnSale, NotSoldOnIos,
    LimitReached, Invalid, NoFamily.
    """
    offer = catalog.for_sale(merchant_id=idea.merchant_id, offer_number=idea.offer_number)
    his = opened_for(offer, merchant_id=idea.merchant_id, member_id=idea.member_id, at=at)
    check_sale(his, quantity=idea.quantity, on_ios=idea.on_ios, at=at)
    list_fen = offer.price_fen * idea.quantity
    part = min(idea.points, _part(idea, offer, list_fen).points)
    choice = choose(_candidates(idea, offer, points_pay=bool(part), at=at))
    voucher = _chosen(idea, choice)
    saved = voucher.saving_fen if voucher else 0
    may_pay = _part(idea, offer, list_fen - saved)
    part, part_fen = _worth(idea, list_fen - saved, min(idea.points, may_pay.points))
    price = Price(
        list_fen=list_fen,
        voucher_fen=saved,
        points_fen=part_fen,
        points=points_of(offer, quantity=idea.quantity) + part,
    )
    has = _value(idea, at)
    most = min(has, price.total_fen) if stored_value.may_pay(offer.kind) else 0
    return OrderQuote(
        title=offer.title,
        price=replace(price, value_fen=min(idea.value_fen, most)),
        voucher=voucher,
        choice=choice,
        points=may_pay,
        value_has_fen=has,
        value_most_fen=most,
    )


def _value(idea: Idea, at: datetime) -> int:
    """The stored value that he may spend now, in fen."""
    who = {"merchant_id": idea.merchant_id, "member_id": idea.member_id}
    if idea.from_family:
        seen = family.get_family(**who, at=at)
        caps = [] if seen.is_owner else [seat.left_fen for seat in seen.seats]
        return min([seen.balance_fen, *caps])
    has = stored_value.balance(**who)
    return 0 if has.frozen else has.paid_fen + has.bonus_fen


def _candidates(idea: Idea, offer: ForSale, *, points_pay: bool, at: datetime) -> list[Candidate]:
    own = _own_vouchers(idea, at)
    terms = catalog.find_revisions(
        merchant_id=idea.merchant_id, revision_ids={each.revision_id for each in own}
    )
    purchase = purchase_of(
        offer,
        merchant_id=idea.merchant_id,
        quantity=idea.quantity,
        points_pay=points_pay,
        at=at,
    )
    return [weigh(each, terms[each.revision_id], purchase) for each in own]


def _own_vouchers(idea: Idea, at: datetime) -> list[OwnVoucher]:
    """All that could be meant; and the one that is named, so that it says why it is not."""
    his: dict[str, object] = {"merchant_id": idea.merchant_id, "member_id": idea.member_id}
    kinds = [kind.value for kind in DISCOUNTS]
    could_be = {**his, "kinds": kinds, "limit": MOST_VOUCHERS, "at": at}
    found = fetch_all(OwnVoucher, statements.CANDIDATES, could_be)
    number = idea.voucher_number
    if number is None or any(each.number == number for each in found):
        return found
    named = fetch_one(OwnVoucher, statements.OWN_VOUCHER, {**his, "number": number})
    if named is None:
        raise NotFound("There is no such voucher in this wallet.")
    return [*found, named]


def _chosen(idea: Idea, choice: Choice) -> Candidate | None:
    if idea.best_voucher:
        return choice.best
    named = [each for each in choice.candidates if each.number == idea.voucher_number]
    return next((each for each in named if each.why is None), None)


def _part(idea: Idea, offer: ForSale, left_fen: int) -> MayPay:
    """An offer that takes no points instead of money takes none of them."""
    price_fen = left_fen if takes_part_points(offer) else 0
    return points.may_pay(
        merchant_id=idea.merchant_id, member_id=idea.member_id, price_fen=price_fen
    )


def _worth(idea: Idea, left_fen: int, part: int) -> tuple[int, int]:
    """The points that pay a part, and how much of it; too few to be worth a fen are none."""
    if not part:
        return 0, 0
    paid = points.part_payment(merchant_id=idea.merchant_id, price_fen=left_fen, points=part)
    return (paid.points, paid.amount_fen)
