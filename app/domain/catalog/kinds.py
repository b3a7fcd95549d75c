"""What each kind of offer promises beside its vouchers: the shape of `terms`."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.catalog.models import OfferKind
from app.domain.catalog.rules import MOST_FEN
from app.kernel import strict
from app.kernel.errors import Invalid

# A value, and the field that a refusal names.
Check = Callable[[object, str], bool]

USAGE_ORDERS = ("proportional", "paid_first", "bonus_first")
LONGEST_TERM_DAYS = 3 * 366
MOST_PERIODS = 36
MOST_POINTS = 10_000_000
LONGEST_LOCK_DAYS = 27
MOST_PARCEL_ITEMS = 20
MOST_CHOICES = 20
MOST_OF_ONE = 100
LONGEST_NUMBER = 40

# Of these one piece is bought at a time, and none can be wrapped as a gift of vouchers.
BOUND_TO_THE_BUYER = frozenset({OfferKind.MEMBERSHIP, OfferKind.SUBSCRIPTION, OfferKind.TOPUP})
# What may do without vouchers, because the kind itself brings something.
MAY_HOLD_NO_VOUCHERS = BOUND_TO_THE_BUYER | {OfferKind.GIFT_CARD}


def check_terms(kind: OfferKind, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The terms as they are kept, with what was left unsaid filled in.

    topup: bonus_fen, usage_order (how paid and bonus money are spent), bonus_cap_fen (the most
    bonus that one person gets; None: no cap).
    membership: tier (the number of a tier, or None), term_days.
    subscription: periods, points_per_period, lock_days (how long before a period its parcel is
    fixed), skip_limit (how many months may be left out), items: of each period, {benefit_ids (a
    choice; the first is sent to whoever does not choose), quantity}.
    gift_card: is_named. The others: points (the points part of the price of one piece), or
    nothing. Raises Invalid.
    """
    shape = _SHAPES[kind]
    if not terms.keys() <= shape.keys():
        raise Invalid(f"The terms of {kind} may hold: {', '.join(shape)}.", field="terms")
    said = {**_DEFAULTS.get(kind, {}), **terms}
    if kind in MAY_HOLD_NO_VOUCHERS:
        for name in shape:
            strict.require(name in said, field=f"terms.{name}")
    for name, value in said.items():
        _require(value, shape[name], field=f"terms.{name}")
    return said


def benefit_ids_of(kind: OfferKind, terms: Mapping[str, Any]) -> set[int]:
    """Benefits that the terms name, which the offer's items do not."""
    if kind is not OfferKind.SUBSCRIPTION:
        return set()
    return {benefit_id for item in terms["items"] for benefit_id in item["benefit_ids"]}


def _require(value: object, is_right: Check, *, field: str) -> None:
    strict.require(is_right(value, field), field=field)


def _between(least: int, most: int) -> Check:
    return lambda value, field: least <= strict.whole(value, field=field) <= most


def _or_none(is_right: Check) -> Check:
    return lambda value, field: value is None or is_right(value, field)


def _number(value: object, field: str) -> bool:
    return 0 < len(strict.words(value, field=field)) <= LONGEST_NUMBER


def _flag(value: object, field: str) -> bool:
    strict.flag(value, field=field)
    return True


def _items(value: object, field: str) -> bool:
    found = strict.rows(value, field=field)
    return 0 < len(found) <= MOST_PARCEL_ITEMS and all(_item(each, field) for each in found)


def _item(value: object, field: str) -> bool:
    told = strict.fields(value, ("benefit_ids", "quantity"), field=field)
    rows = strict.rows(told["benefit_ids"], field=field)
    choices = [strict.whole(each, field=field) for each in rows]
    quantity = strict.whole(told["quantity"], field=field)
    is_a_choice = 0 < len(choices) <= MOST_CHOICES and len(set(choices)) == len(choices)
    return is_a_choice and 0 < quantity <= MOST_OF_ONE


_DEFAULTS: dict[OfferKind, dict[str, Any]] = {
    OfferKind.TOPUP: {"bonus_fen": 0, "usage_order": "proportional", "bonus_cap_fen": None},
    OfferKind.MEMBERSHIP: {"tier": None},
    OfferKind.SUBSCRIPTION: {"points_per_period": 0, "lock_days": 7, "skip_limit": 3},
}
_POINTS: dict[str, Check] = {"points": _between(1, MOST_POINTS)}
_SHAPES: dict[OfferKind, dict[str, Check]] = {
    OfferKind.SINGLE: _POINTS,
    OfferKind.BUNDLE: _POINTS,
    OfferKind.ASSIST: {},
    OfferKind.TOPUP: {
        "bonus_fen": _between(0, MOST_FEN),
        "usage_order": lambda value, _field: value in USAGE_ORDERS,
        "bonus_cap_fen": _or_none(_between(0, MOST_FEN)),
    },
    OfferKind.MEMBERSHIP: {
        "tier": _or_none(_number),
        "term_days": _between(1, LONGEST_TERM_DAYS),
    },
    OfferKind.SUBSCRIPTION: {
        "periods": _between(1, MOST_PERIODS),
        "points_per_period": _between(0, MOST_POINTS),
        "lock_days": _between(0, LONGEST_LOCK_DAYS),
        "skip_limit": _between(0, MOST_PERIODS),
        "items": _items,
    },
    OfferKind.GIFT_CARD: {"is_named": _flag},
}
