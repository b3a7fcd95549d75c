"""Campaigns as tests want them: by their terms, published at noon."""

from datetime import timedelta

from app.domain import promotions
from app.domain.promotions import Given
from app.kernel.db import fetch_all
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.moments import NOON
from tests.builders.transactions import joined

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def words(kind="sale", **changes):
    """JSON of a campaign that runs from an hour after noon for a day."""
    told = {"kind": kind, "name": "深夜观赛", "starts_at": NOON + HOUR, "ends_at": NOON + DAY}
    told |= changes
    for end in ("starts_at", "ends_at"):
        if told[end] is None:
            del told[end]
        elif not isinstance(told[end], str):
            told[end] = told[end].isoformat()
    return told


def a_draft(merchant, kind="sale", *, at=NOON, **changes):
    with joined():
        return promotions.draft(
            merchant_id=merchant.id,
            terms=promotions.parse(words(kind, **changes)),
            actor=BOSS,
            at=at,
        )


def publish(draft, *, at=NOON):
    with joined():
        return promotions.publish(
            merchant_id=draft.merchant_id, number=draft.number, actor=BOSS, at=at
        )


def a_promotion(merchant, kind="sale", *, at=NOON, **changes):
    return publish(a_draft(merchant, kind, at=at, **changes), at=at)


def stop(promotion, *, at=NOON):
    with joined():
        return promotions.stop(
            merchant_id=promotion.merchant_id, number=promotion.number, actor=BOSS, at=at
        )


def a_grant(merchant, *, quantity=1, vouchers=1000, cost_fen=None, at=NOON, **changes):
    """Lattes for everybody from noon on, each of which costs the shop 9 yuan."""
    benefit = a_benefit(merchant=merchant)
    words = {
        "name": "新店见面礼",
        "starts_at": NOON,
        "gives": [{"benefit": benefit.benefit_number, "quantity": quantity}],
        "budget": {"vouchers": vouchers, "cost_fen": cost_fen},
    }
    return a_promotion(merchant, "grant", at=at, **words | changes)


def give(promotion, member, *, at=NOON):
    with joined():
        return promotions.give(
            merchant_id=member.merchant_id,
            promotion_id=promotion.id,
            member_id=member.id,
            at=at,
        )


def give_to_all(promotion, *, at=NOON, limit=200):
    """What the job does: how often each outcome came."""
    seen = []
    for giving in promotions.list_giving(at=at):
        if giving.promotion_id != promotion.id or giving.merchant_id != promotion.merchant_id:
            continue
        after = 0
        while after is not None:
            ids, after = promotions.list_to_give(giving, after=after, limit=limit, at=at)
            for member_id in ids:
                with joined():
                    seen.append(
                        promotions.give(
                            merchant_id=giving.merchant_id,
                            promotion_id=giving.promotion_id,
                            member_id=member_id,
                            at=at,
                        )
                    )
    return [each for each in seen if each == Given.NOW]


def tag(member, word="老友"):
    with joined():
        return promotions.tag(
            merchant_id=member.merchant_id,
            member_number=member.number,
            tag=word,
            actor=BOSS,
            at=NOON,
        )


def an_event(merchant, *, starts_at=NOON + DAY, ends_at=NOON + DAY + 2 * HOUR, name="决赛"):
    with joined():
        return promotions.add_event(
            merchant_id=merchant.id,
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=BOSS,
            at=NOON,
        )


def move(event, *, starts_at, ends_at=None, at=NOON):
    with joined():
        return promotions.move_event(
            merchant_id=event.merchant_id,
            number=event.number,
            starts_at=starts_at,
            ends_at=ends_at or starts_at + 2 * HOUR,
            actor=BOSS,
            at=at,
        )


def turn(promotion, *, at):
    with joined():
        return promotions.turn(merchant_id=promotion.merchant_id, promotion_id=promotion.id, at=at)


def campaigns_of(member, *, at=NOON):
    with joined():
        return promotions.list_for(merchant_id=member.merchant_id, member_id=member.id, at=at)


class Row:
    def __init__(self, state, starts_at, ends_at):
        self.state, self.starts_at, self.ends_at = state, starts_at, ends_at


def sale_of(offer):
    """(state, start, end) of an offer as the database has it."""
    with joined():
        row = fetch_all(
            Row,
            """SELECT state, sale_starts_at, sale_ends_at FROM offers
            WHERE merchant_id = %(m)s AND id = %(id)s""",
            {"m": offer.merchant_id, "id": offer.id},
        )[0]
    return row.state, row.starts_at, row.ends_at


class Budget:
    def __init__(self, vouchers, fen):
        self.spent = vouchers, fen


def budget_of(promotion):
    """(vouchers, fen) that it has given, as the database has it."""
    with joined():
        row = fetch_all(
            Budget,
            """SELECT given_vouchers, spent_fen FROM promotions
            WHERE merchant_id = %(m)s AND id = %(id)s""",
            {"m": promotion.merchant_id, "id": promotion.id},
        )[0]
    return row.spent
