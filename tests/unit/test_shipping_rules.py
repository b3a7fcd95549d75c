from datetime import timedelta

import pytest

from app.domain.catalog import GoodsKind
from app.domain.shipping.rules import Delivery, delivery_of, item_words, next_try
from tests.builders.moments import NOON


@pytest.mark.parametrize(
    ("kinds", "delivery"),
    [
        ({GoodsKind.ON_SITE}, Delivery.VIRTUAL),
        ({GoodsKind.VIRTUAL}, Delivery.VIRTUAL),
        ({GoodsKind.PHYSICAL}, Delivery.EXPRESS),
        ({"on_site", "physical"}, Delivery.EXPRESS),
    ],
)
def test_one_parcel_makes_it_a_delivery_by_parcel(kinds, delivery):
    assert delivery_of(kinds) is delivery


def test_wechat_reads_what_was_bought():
    assert item_words([("热拿铁双杯", 1), ("周末欢聚包", 2)]) == "热拿铁双杯*1、周末欢聚包*2"


def test_a_long_list_is_cut_where_wechat_stops_reading():
    words = item_words([("很长的商品名称" * 5, 1)] * 10)
    assert len(words) == 120
    assert words.endswith("…")


def test_tries_come_later_and_later_and_never_stop():
    waits = [next_try(tries, at=NOON) - NOON for tries in range(1, 12)]
    assert waits[0] == timedelta(seconds=10)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=4)
