"""Tiers read aloud, from the rules themselves."""

import pytest

from app.domain import membership
from app.domain.membership import parse
from tests.builders.membership import a_ladder, a_tier, base, buying, spending, visits


def said(tier, **titles):
    return membership.reach_sentence(tier, titles=titles)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("base", "所有会员都是普通会员"),
        ("silver", "近365天消费满500元，或近365天到店3次，升级为银卡"),
        ("gold", "近365天消费满2000元，并近365天到店5次，升级为金卡"),
    ],
)
def test_a_ladder_is_read_aloud(number, sentence):
    assert said(parse(a_ladder()).find(number)) == sentence


def test_a_tier_that_is_bought_and_one_by_a_purchase():
    rules = parse(
        {
            "tiers": [
                base(),
                a_tier("plus", 1, "黑金", needs="bought"),
                a_tier("fan", 2, "粉丝", conditions=[buying("G1", 2, 30)]),
            ]
        }
    )
    assert said(rules.find("plus")) == "购买权益卡成为黑金"
    assert said(rules.find("fan"), G1="拿铁双杯") == "近30天购买「拿铁双杯」2份，升级为粉丝"


def test_money_and_visits_have_their_own_windows():
    rules = parse({"tiers": [a_tier(conditions=[spending(99_50, 30), visits(2, 7)])]})
    assert said(rules.tiers[0]) == "近30天消费满99.50元，或近7天到店2次，升级为银卡"
