"""What a purchase earned goes with it, whichever of the two comes first."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.domain import aftersales, ledger, membership, points, proofs
from app.domain.aftersales import Wanted
from app.domain.catalog import RefundPolicy
from app.kernel import outbox
from app.kernel.db import fetch_all, transaction
from app.kernel.errors import DomainError
from jobs import points as point_jobs
from tests.builders.aftersales import ASKED_AT, a_done_refund, a_refund, seen, walk, wechat_says
from tests.builders.assist import a_friend, a_task, helped, tasks_of
from tests.builders.membership import (
    a_ladder,
    a_pack,
    a_term_offer,
    grow,
    presents,
    settle,
    tier,
    tiers_in,
)
from tests.builders.moments import NOON
from tests.builders.orders import (
    a_buyer,
    a_paid_order,
    a_shop,
    an_order,
    look_at_voucher,
    vouchers_of,
)
from tests.builders.points import a_rule, look, mature_due
from tests.builders.redemption import a_redemption
from tests.builders.tenders import paid, points_pay, with_points


@pytest.fixture
def shop(database):
    shop = a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_AND_EXPIRED})
    points_pay(shop)
    a_rule(shop, source=points.RuleSource.PURCHASE, name="消费积分", points_per_yuan=1)
    return shop


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@dataclass
class Found:
    id: int


EARNING = """
SELECT id FROM outbox WHERE merchant_id = %(m)s AND job = 'points.earn_for_purchase'
  AND done_at IS NULL ORDER BY id
"""


def earn(shop):
    """The job comes: what was bought earns its points."""
    for found in fetch_all(Found, EARNING, {"m": shop.id}):
        with transaction():
            task = outbox.find_task(merchant_id=shop.id, task_id=found.id)
        point_jobs.earn_for_purchase(task)


def a_half_back(shop, buyer, number, voucher):
    return a_done_refund(shop, buyer, number, vouchers=[voucher])


def test_points_that_paid_come_back_and_points_that_were_earned_go(shop, buyer):
    """Both are booked by one return, each under a cause of its own."""
    with_points(shop, buyer, 2_000)
    placed = an_order(shop, buyer=buyer, points=2_000)
    paid(shop, placed)
    earn(shop)
    assert look(shop, buyer).spendable == 0
    waiting = look(shop, buyer).pending

    a_done_refund(shop, buyer, placed.order_number)

    after = look(shop, buyer)
    assert (after.spendable, waiting - after.pending) == (2_000, 29)


def test_a_purchase_that_earns_after_a_part_went_back_earns_on_the_rest(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    first, second = vouchers_of(shop, buyer)
    a_half_back(shop, buyer, number, first)

    earn(shop)
    assert look(shop, buyer).pending == 25

    a_half_back(shop, buyer, number, second)
    assert look(shop, buyer).pending == 0


def test_a_purchase_that_earns_while_a_part_is_on_its_way_back_loses_that_part_once(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    first, _ = vouchers_of(shop, buyer)
    refund = a_refund(shop, buyer, number, vouchers=[first])
    assert walk(shop, refund) == "paying"

    earn(shop)
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    assert look(shop, buyer).pending == 25


def test_a_purchase_that_is_back_before_it_earns_earns_nothing(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    with transaction():
        refund = aftersales.ask_for_buyer(
            merchant_id=shop.id,
            wanted=Wanted(order_number=number, reason="误购"),
            actor="staff:1",
            at=ASKED_AT,
        )
    walk(shop, refund)
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    earn(shop)

    assert look(shop, buyer).pending == 0
    assert ledger.verify() == []


def test_points_that_were_spent_meanwhile_are_owed_and_said(shop, buyer):
    number = a_paid_order(shop, buyer=buyer).order_number
    earn(shop)
    ripe = NOON + timedelta(days=60)
    with transaction():
        mature_due(at=ripe, limit=1_000)
    assert look(shop, buyer, at=ripe).spendable == 49
    with transaction():
        points.spend(
            merchant_id=shop.id, member_id=buyer.id, points=40, cause="spend:gone", at=ripe
        )

    a_done_refund(shop, buyer, number, at=ripe)

    after = look(shop, buyer, at=ripe)
    assert (after.spendable, after.debt) == (0, 40)
    assert ledger.verify() == []


def test_a_tier_and_its_unused_presents_go_with_the_purchase_that_reached_it(shop, buyer):
    pack = a_pack(shop.merchant, quantity=2)
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": pack}}))
    number = a_paid_order(shop, buyer=buyer, quantity=11).order_number
    grow(buyer, amount=539_00, source=f"order:{number}")
    assert (tier(buyer), len(presents(buyer))) == ("silver", 2)
    used, _ = presents_of(buyer)
    a_redemption(shop, used)

    a_done_refund(shop, buyer, number)
    settle(buyer, at=ASKED_AT)

    assert tier(buyer, at=ASKED_AT) == "base"
    assert sorted(state for _, state in presents(buyer)) == ["redeemed", "void"]
    assert proofs.verify() == []


def test_a_bought_tier_whose_presents_were_used_goes_back_only_with_the_merchants_word(shop, buyer):
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": a_pack(shop.merchant)}}))
    number = a_paid_order(shop, buyer=buyer, offer=a_term_offer(shop, tier="silver")).order_number
    with transaction():
        membership.greet(
            merchant_id=shop.id,
            member_id=buyer.id,
            tier="silver",
            at=NOON + timedelta(minutes=1),
        )
    which = {"merchant_id": shop.id, "member_id": buyer.id, "order_number": number}
    which |= {"asker": aftersales.Asker.BUYER}
    assert not aftersales.quote(**which, at=ASKED_AT).needs_word
    a_redemption(shop, presents_of(buyer)[0])

    assert aftersales.quote(**which, at=ASKED_AT).needs_word
    refund = a_refund(shop, buyer, number)

    assert seen(shop, refund).state == "asked"
    assert proofs.verify() == []


def test_half_of_a_purchase_takes_half_of_its_growth(shop, buyer):
    tiers_in(shop.merchant)
    placed = a_paid_order(shop, buyer=buyer, quantity=20)
    mine = vouchers_of(shop, buyer)
    grow(buyer, amount=980_00, source=f"order:{placed.order_number}")

    a_done_refund(shop, buyer, placed.order_number, vouchers=mine[:20])
    settle(buyer, at=ASKED_AT)
    # 980 less 490 are 490: ten yuan short of silver.
    assert tier(buyer, at=ASKED_AT) == "base"
    grow(buyer, amount=10_00, source="order:2", at=ASKED_AT)

    assert tier(buyer, at=ASKED_AT) == "silver"


def test_what_friends_were_to_unlock_goes_with_the_order_and_its_task_is_over(shop, buyer):
    _, _, task = a_task(shop, buyer=buyer)
    number = order_of(shop, task)
    helper = a_friend(shop)
    helped(shop, task, helper)

    a_done_refund(shop, buyer, number)

    assert [(each.state, voucher_state(shop, each)) for each in tasks_of(shop)] == [
        ("stopped", "void")
    ]
    with pytest.raises(DomainError) as refusal:
        helped(shop, task, at=ASKED_AT)
    assert refusal.value.code == "assist_stopped"
    # Nobody takes a present back from whoever helped.
    assert {each.state for each in vouchers_of(shop, helper)} == {"active"}
    assert proofs.verify() == []
    assert ledger.verify() == []


def test_half_an_order_keeps_the_task_that_came_with_it(shop, buyer):
    _, _, task = a_task(shop, buyer=buyer)
    number = order_of(shop, task)
    bought = [each for each in vouchers_of(shop, buyer) if each.state == "active"]

    a_done_refund(shop, buyer, number, vouchers=bought[:1])

    assert [(each.state, voucher_state(shop, each)) for each in tasks_of(shop)] == [
        ("open", "locked")
    ]


def test_what_friends_unlocked_costs_nothing_and_goes_with_the_last_voucher(shop, buyer):
    _, _, task = a_task(shop, buyer=buyer, helpers=1)
    number = order_of(shop, task)
    helped(shop, task)
    assert voucher_state(shop, task) == "active"
    quote = aftersales.quote(
        merchant_id=shop.id,
        member_id=buyer.id,
        order_number=number,
        asker=aftersales.Asker.BUYER,
        at=ASKED_AT,
    )
    assert [(line.back_fen, line.reason) for line in quote.lines] == [
        (24_50, None),
        (24_50, None),
        (0, "prize"),
    ]
    # What was paid is divided among what was paid for.
    assert quote.lines[0].words == "实付49.00元 × 市场价32.00/64.00 = 24.50元"

    refund = a_refund(shop, buyer, number)
    assert voucher_state(shop, task) == "frozen"
    walk(shop, refund)
    wechat_says(shop, refund)
    assert walk(shop, refund) == "done"

    assert voucher_state(shop, task) == "void"
    assert proofs.verify() == []


def presents_of(member):
    return fetch_all(Found, PRESENTS, {"m": member.merchant_id, "i": member.id})


def order_of(shop, task):
    query = "SELECT number AS id FROM orders WHERE merchant_id = %(m)s AND id = %(o)s"
    return fetch_all(Found, query, {"m": shop.id, "o": task.order_id})[0].id


def voucher_state(shop, task):
    return look_at_voucher(shop, task.voucher_id).state


PRESENTS = """
SELECT v.id FROM vouchers v JOIN cards c ON c.merchant_id = v.merchant_id AND c.id = v.card_id
WHERE v.merchant_id = %(m)s AND v.holder_id = %(i)s AND c.order_id IS NULL ORDER BY v.id
"""
