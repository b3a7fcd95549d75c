"""What stands in the way of publishing an offer of a certain kind.

The caps are those of single-purpose prepaid cards (Measures for the Administration of
Single-Purpose Commercial Prepaid Cards, articles 18 and 19): a named card holds at most 5,000 yuan,
an unnamed one 1,000 yuan.
"""

from collections.abc import Callable, Iterator

from app.domain.catalog.drafts import OfferDraft
from app.domain.catalog.errors import Problem
from app.domain.catalog.models import OfferKind
from app.kernel.money import yuan

MOST_NAMED_FEN = 5_000_00
MOST_UNNAMED_FEN = 1_000_00


def kind_problems(draft: OfferDraft) -> Iterator[Problem]:
    """Everything at once, so that one round of mending is enough."""
    problems = _PROBLEMS.get(draft.kind)
    if problems:
        yield from problems(draft)


def _topup(draft: OfferDraft) -> Iterator[Problem]:
    yield from _money_for_money(draft)
    bonus_fen, cap_fen = draft.terms["bonus_fen"], draft.terms["bonus_cap_fen"]
    if draft.price_fen + bonus_fen > MOST_NAMED_FEN:
        yield _too_much("记名储值", draft.price_fen + bonus_fen, MOST_NAMED_FEN)
    if cap_fen is not None and cap_fen < bonus_fen:
        yield Problem(
            field="terms.bonus_cap_fen",
            why=f"每人最多获赠{yuan(cap_fen)}元，少于一次的赠送{yuan(bonus_fen)}元",
            suggestion="提高上限，或降低赠送金额",
        )


def _gift_card(draft: OfferDraft) -> Iterator[Problem]:
    yield from _money_for_money(draft)
    named, most = ("记名", MOST_NAMED_FEN) if draft.terms["is_named"] else _UNNAMED
    if draft.price_fen > most:
        yield _too_much(f"{named}礼品卡", draft.price_fen, most)


_UNNAMED = ("不记名", MOST_UNNAMED_FEN)


def _money_for_money(draft: OfferDraft) -> Iterator[Problem]:
    if draft.price_fen <= 0:
        yield Problem(field="price_fen", why="没有支付金额", suggestion="填写顾客支付的金额")
    if draft.items:
        yield _no_vouchers("储值与礼品卡不含券", "移除权益，需要送券时请用活动发放")


def _too_much(what: str, fen: int, most_fen: int) -> Problem:
    return Problem(
        field="price_fen",
        why=f"{what}单张限额{yuan(most_fen)}元，本商品为{yuan(fen)}元",
        suggestion="降低金额，或分成多张出售",
    )


def _membership(draft: OfferDraft) -> Iterator[Problem]:
    if not draft.items and draft.terms["tier"] is None:
        yield Problem(
            field="terms.tier", why="没有等级，也没有权益", suggestion="选择等级，或加入权益"
        )
    tier = draft.terms["tier"]
    if tier is not None and draft.tiers is not None and tier not in draft.tiers:
        yield Problem(
            field="terms.tier",
            phrase=tier,
            why="等级规则中没有这个等级，买了也不会生效",
            suggestion="先发布含有该等级的规则，或改选已有等级",
        )


def _subscription(draft: OfferDraft) -> Iterator[Problem]:
    if draft.items:
        yield _no_vouchers("按期发放的内容写在每期清单中", "把权益移到每期清单")


def _no_vouchers(why: str, suggestion: str) -> Problem:
    return Problem(field="items", why=why, suggestion=suggestion)


_PROBLEMS: dict[OfferKind, Callable[[OfferDraft], Iterator[Problem]]] = {
    OfferKind.TOPUP: _topup,
    OfferKind.GIFT_CARD: _gift_card,
    OfferKind.MEMBERSHIP: _membership,
    OfferKind.SUBSCRIPTION: _subscription,
}
