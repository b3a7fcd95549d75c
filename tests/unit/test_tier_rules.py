"""The sentence of the way up, from each form of a rule; and a fee divided over its days."""

import msgspec
import pytest

from app.domain.membership.rules import days_left, earns_next, fee_left, upgrade_sentence
from app.domain.membership.terms import Condition, Tier
from tests.builders.membership import a_tier, buying, earning, spending, visits
from tests.domain.membership.test_tiers import shanghai

ZONE = "Asia/Shanghai"
TITLES = {"G1": "双人下午茶"}
SPEND, VISIT, POINTS, BUY = spending(500_00), visits(3), earning(1000), buying("G1", 2)


def of(*conditions, needs="any"):
    return msgspec.convert(a_tier(needs=needs, conditions=conditions), Tier)


def had(**amounts):
    kinds = {"spend": SPEND, "visit": VISIT, "points": POINTS, "purchase": BUY}
    return {msgspec.convert(kinds[kind], Condition): have for kind, have in amounts.items()}


@pytest.mark.parametrize(
    ("tier", "have", "sentence"),
    [
        (of(SPEND), {}, "再消费500元，即可升级银卡"),
        (of(SPEND), had(spend=414_00), "再消费86元，即可升级银卡"),
        (of(SPEND), had(spend=499_99), "再消费0.01元，即可升级银卡"),
        (of(SPEND), had(spend=-5_00), "再消费500元，即可升级银卡"),
        (of(VISIT), had(visit=1), "再到店2次，即可升级银卡"),
        (of(POINTS), had(points=1), "再获得999积分，即可升级银卡"),
        (of(BUY), had(purchase=1), "再购买「双人下午茶」1份，即可升级银卡"),
        (of(SPEND, VISIT), had(visit=2), "再消费500元，或再到店1次，即可升级银卡"),
        (of(SPEND, VISIT, needs="all"), {}, "再消费500元，并再到店3次，即可升级银卡"),
        (of(SPEND, VISIT, needs="all"), had(visit=3), "再消费500元，即可升级银卡"),
        (
            of(SPEND, VISIT, POINTS, BUY),
            {},
            "再消费500元，或再到店3次，或再获得1000积分，或再购买「双人下午茶」2份，即可升级银卡",
        ),
        (
            of(POINTS, BUY, needs="all"),
            had(points=999),
            "再获得1积分，并再购买「双人下午茶」2份，即可升级银卡",
        ),
    ],
)
def test_the_sentence_says_what_the_rule_wants(tier, have, sentence):
    assert upgrade_sentence(tier, have, titles=TITLES) == sentence


def test_an_offer_that_is_gone_has_no_name():
    assert upgrade_sentence(of(BUY), {}, titles={}).startswith("再购买「指定商品」2份")


@pytest.mark.parametrize("fee_fen", [1, 7, 100_00, 99_99])
@pytest.mark.parametrize("days", [1, 28, 30, 365, 366])
def test_a_fee_never_grows_back_and_nothing_is_left_at_the_end(fee_fen, days):
    left = [fee_left(fee_fen, days=days, left=each) for each in range(days, -1, -1)]
    assert (left[0], left[-1]) == (fee_fen, 0)
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ((2028, 1, 1), 30),
        ((2028, 2, 28, 12), 30),
        ((2028, 2, 28, 23, 59, 59), 30),
        ((2028, 2, 29), 29),
        ((2028, 3, 1), 28),
        ((2028, 3, 29), 0),
        ((2030, 1, 1), 0),
    ],
)
def test_days_are_those_of_shanghai_and_february_may_have_29(at, left):
    starts_at = shanghai(2028, 2, 28, 12)
    assert days_left(30, starts_at=starts_at, at=shanghai(*at), zone=ZONE) == left


@pytest.mark.parametrize(
    ("after", "ends", "found"),
    [
        ((2027, 1, 31, 23, 59), (2027, 12, 31), (2027, 2, 1)),
        ((2027, 2, 1), (2027, 12, 31), (2027, 3, 1)),
        ((2028, 2, 29, 12), (2028, 12, 31), (2028, 3, 1)),
        ((2027, 12, 5), (2027, 12, 20), (2027, 12, 20)),
    ],
)
def test_fees_are_looked_at_when_a_month_is_over_or_the_term(after, ends, found):
    assert earns_next(after=shanghai(*after), ends_at=shanghai(*ends), zone=ZONE) == shanghai(
        *found
    )
