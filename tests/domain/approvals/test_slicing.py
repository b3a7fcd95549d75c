"""What one person does alone adds up, and cutting it in slices helps nobody."""

from datetime import timedelta

import pytest

from app.domain import approvals
from app.domain.approvals import (
    ApprovalNeeded,
    ApprovalSettled,
    ApprovalWaits,
    GiveGoodwill,
    Kind,
    NotByYou,
    RefundOrder,
)
from app.domain.catalog import RefundPolicy
from app.domain.merchants import Role
from app.kernel.db import execute, transaction
from app.kernel.request_keys import RequestKey, store
from tests.builders.aftersales import ASKED_AT, walk, wechat_says
from tests.builders.approvals import (
    ASKER,
    SOON,
    a_limit,
    a_question,
    a_waiting_refund,
    approved,
    asked_or_done,
    look,
)
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_rule
from tests.builders.merchants import a_clerk
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of

DAY = timedelta(days=1)
ONE = 24_50
"""Half of what an order costs: one of its two vouchers."""


@pytest.fixture
def shop(database):
    return a_shop(offer={"refund_policy": RefundPolicy.NONE})


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def order(shop, buyer):
    return a_paid_order(shop, buyer=buyer).order_number


def halves(shop, buyer, order):
    """Both vouchers of an order, each as a refund of its own."""
    return [
        RefundOrder(order_number=order, vouchers=(each.number,))
        for each in vouchers_of(shop, buyer, at=ASKED_AT)
    ]


def test_the_second_slice_of_an_order_waits(shop, buyer, order):
    a_limit(shop, above_fen=ONE)
    first, second = halves(shop, buyer, order)
    done = asked_or_done(shop, first)
    assert done.is_done
    walk(shop, done.result, at=ASKED_AT)
    wechat_says(shop, done.result)
    assert walk(shop, done.result, at=ASKED_AT) == "done"

    # On another day, so that it is the order that counts.
    assert not asked_or_done(shop, second, at=ASKED_AT + 2 * DAY).is_done


def test_another_order_of_the_same_member_is_a_slice_too(shop, buyer):
    a_limit(shop, above_fen=49_00)
    first, second = (a_paid_order(shop, buyer=buyer).order_number for _ in range(2))
    assert asked_or_done(shop, RefundOrder(order_number=first)).is_done
    later = ASKED_AT + 2 * DAY
    assert not asked_or_done(shop, RefundOrder(order_number=second), at=later).is_done


def test_after_thirty_days_it_does_not_count_any_more(shop, buyer):
    a_limit(shop, above_fen=49_00)
    first, second = (a_paid_order(shop, buyer=buyer).order_number for _ in range(2))
    assert asked_or_done(shop, RefundOrder(order_number=first)).is_done
    later = ASKED_AT + 31 * DAY
    assert asked_or_done(shop, RefundOrder(order_number=second), at=later).is_done


def test_what_one_person_did_today_counts_whoever_got_it(shop):
    a_limit(shop, above_fen=49_00)
    orders = [a_paid_order(shop, buyer=a_buyer(shop)).order_number for _ in range(3)]
    mine, over, tomorrow = (RefundOrder(order_number=number) for number in orders)
    assert asked_or_done(shop, mine).is_done
    assert approvals.needs_second(merchant_id=shop.id, action=over, actor=ASKER, at=ASKED_AT)
    with pytest.raises(ApprovalNeeded), transaction():
        approvals.do_alone(
            merchant_id=shop.id, action=over, reason="误买", actor=ASKER, at=ASKED_AT
        )
    assert asked_or_done(shop, over, actor="staff:8").is_done
    assert asked_or_done(shop, tomorrow, at=ASKED_AT + DAY).is_done


def test_what_two_people_agreed_on_is_not_counted_against_either(shop):
    a_limit(shop, above_fen=48_99)
    question = a_question(
        shop, RefundOrder(order_number=a_paid_order(shop, buyer=a_buyer(shop)).order_number)
    )
    approved(shop, question)
    a_limit(shop, above_fen=49_00)
    other = a_paid_order(shop, buyer=a_buyer(shop)).order_number
    assert asked_or_done(shop, RefundOrder(order_number=other)).is_done


def test_no_slice_of_it_goes_while_somebody_decides_about_it(shop, buyer, order):
    a_limit(shop, above_fen=ONE)
    question = a_question(shop, RefundOrder(order_number=order))
    first, _second = halves(shop, buyer, order)
    for actor in (ASKER, "staff:8"):
        with pytest.raises(ApprovalWaits):
            asked_or_done(shop, first, actor=actor)
        with pytest.raises(ApprovalWaits), transaction():
            approvals.do_alone(
                merchant_id=shop.id, action=first, reason="误买", actor=actor, at=ASKED_AT
            )
    with transaction():
        approvals.withdraw(merchant_id=shop.id, approval_id=question, by=ASKER, at=SOON)
    assert asked_or_done(shop, first, at=SOON).is_done


def test_only_whoever_asked_takes_it_back_once(shop, order):
    question = a_waiting_refund(shop, order)
    which = {"merchant_id": shop.id, "approval_id": question, "at": SOON}
    with pytest.raises(NotByYou), transaction():
        approvals.withdraw(by="staff:8", **which)
    with transaction():
        approvals.withdraw(by=ASKER, **which)
    view = look(shop, question)
    assert (view.state, view.decided_by, view.decided_at) == ("withdrawn", None, SOON)
    with pytest.raises(ApprovalSettled), transaction():
        approvals.withdraw(by=ASKER, **which)
    with pytest.raises(ApprovalSettled):
        approved(shop, question)


def test_a_typed_cost_of_nothing_does_not_make_a_present_cheap(shop, buyer):
    a_rule(shop, role=Role.MANAGER)
    a_limit(shop, Kind.GOODWILL, 27_99)
    benefit = a_benefit(merchant=shop.merchant, cost_fen=0, market_value_fen=28_00)
    action = GiveGoodwill(
        benefit_number=benefit.benefit_number, role=Role.MANAGER, member_id=buyer.id
    )
    question = a_question(shop, action)
    assert look(shop, question).amount_fen == 28_00


def test_one_person_with_two_names_does_not_decide(shop, buyer, order):
    two = [a_clerk(shop.store, role=Role.MANAGER) for _ in range(2)]
    with transaction():
        execute(
            """UPDATE staff SET user_id = %(user)s,
                 state = CASE WHEN id = %(left)s THEN 'disabled' ELSE state END
            WHERE merchant_id = %(m)s AND id = ANY(%(ids)s)""",
            {
                "m": shop.id,
                "user": buyer.user_id,
                "left": two[0].staff_id,
                "ids": [each.staff_id for each in two],
            },
        )
    asker, decider = (f"staff:{each.staff_id}" for each in two)
    question = a_waiting_refund(
        shop, a_paid_order(shop, buyer=a_buyer(shop)).order_number, actor=asker
    )
    with pytest.raises(NotByYou):
        approved(shop, question, by=decider)


def test_an_attempt_that_was_answered_already_does_not_count_twice(shop, buyer):
    a_limit(shop, Kind.GOODWILL, 28_00)
    benefit = a_benefit(merchant=shop.merchant, market_value_fen=28_00)
    action = GiveGoodwill(
        benefit_number=benefit.benefit_number, role=Role.MANAGER, member_id=buyer.id
    )
    key = RequestKey.of(
        merchant_id=shop.id, actor=ASKER, key="attempt-1", operation="give", body=b""
    )
    for is_first in (True, False):
        with transaction():
            approvals.refuse_alone(
                merchant_id=shop.id, action=action, actor=ASKER, at=ASKED_AT, key=key
            )
            if is_first:
                store(key, status=201, body_json="{}", at=ASKED_AT)
    with pytest.raises(ApprovalNeeded), transaction():
        approvals.refuse_alone(merchant_id=shop.id, action=action, actor=ASKER, at=ASKED_AT)


def test_nobody_gives_himself_money_back_alone(shop, buyer, order):
    hired = a_clerk(shop.store, role=Role.MANAGER)
    himself = f"staff:{hired.staff_id}"
    with transaction():
        execute(
            "UPDATE staff SET user_id = %(user)s WHERE merchant_id = %(m)s AND id = %(id)s",
            {"m": shop.id, "user": buyer.user_id, "id": hired.staff_id},
        )
    question = a_question(shop, RefundOrder(order_number=order), actor=himself)
    assert look(shop, question).asked_by == himself
