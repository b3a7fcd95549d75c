"""Money that is stuck on its way back is named, and what is only slow is not."""

from datetime import timedelta

import pytest

from app.domain import payments, proofs
from app.domain.payments import RefundState
from app.kernel.db import execute, transaction
from tests.builders.aftersales import ASKED_AT, a_refund, seen, walk, wechat_says
from tests.builders.orders import a_buyer, a_paid_order, a_shop

PATIENCE = timedelta(minutes=15)
REFUND, RETURN = "money that goes back arrives", "a return goes on to its end"


class Scene:
    """A return whose money WeChat was asked for."""

    def __init__(self):
        self.shop = a_shop()
        self.buyer = a_buyer(self.shop)
        order = a_paid_order(self.shop, buyer=self.buyer).order_number
        self.number = a_refund(self.shop, self.buyer, order)

    @property
    def refund_number(self):
        return seen(self.shop, self.number).refund_number

    def stuck(self, promise, *, after):
        """Sentences about this shop."""
        found = proofs.unfinished(at=ASKED_AT + after, patience=PATIENCE)
        ours = [number for number in (self.number, self.refund_number) if number]
        return [
            told
            for finding in found
            if finding.promise == promise
            for told in finding.troubles
            if any(number in told for number in ours)
        ]


@pytest.fixture
def scene(database):
    return Scene()


@pytest.mark.parametrize(
    ("state", "after", "is_told"),
    [
        (RefundState.CLOSED, timedelta(hours=1), True),
        (RefundState.ABNORMAL, timedelta(hours=1), True),
        (RefundState.ABNORMAL, timedelta(minutes=1), False),
        (RefundState.PROCESSING, timedelta(days=2), False),
        (RefundState.PROCESSING, timedelta(days=4), True),
        (RefundState.SUCCEEDED, timedelta(days=4), False),
    ],
)
def test_money_that_does_not_arrive_is_told(scene, state, after, is_told):
    assert walk(scene.shop, scene.number) == "paying"
    wechat_says(scene.shop, scene.number, state)
    assert bool(scene.stuck(REFUND, after=after)) is is_told


def test_a_refund_with_its_successor_is_at_its_end(scene):
    walk(scene.shop, scene.number)
    wechat_says(scene.shop, scene.number, RefundState.CLOSED)
    assert scene.stuck(REFUND, after=timedelta(hours=1))
    with transaction():
        payments.ask_anew(
            merchant_id=scene.shop.id,
            number=scene.refund_number,
            at=ASKED_AT + timedelta(minutes=50),
        )
    assert not scene.stuck(REFUND, after=timedelta(hours=1))


def test_a_return_that_stands_still_is_told_and_one_whose_money_is_on_its_way_is_not(scene):
    assert not scene.stuck(RETURN, after=timedelta(minutes=1))
    assert scene.stuck(RETURN, after=timedelta(hours=1))
    walk(scene.shop, scene.number)
    assert not scene.stuck(RETURN, after=timedelta(days=2))
    assert scene.stuck(RETURN, after=timedelta(days=4))
    with transaction():
        execute(
            "UPDATE returns SET trouble = 'refund_closed' WHERE merchant_id = %(m)s",
            {"m": scene.shop.id},
        )
    assert scene.stuck(RETURN, after=timedelta(hours=1))
