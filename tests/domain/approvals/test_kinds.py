"""What else moves money: batches of cards, parcels, what was paid outside, refunds of complaints."""

import pytest

from app.domain import aftersales, complaints, paper_cards, promotions, subscriptions
from app.domain.approvals import (
    ApprovalWaits,
    CardBatch,
    Kind,
    MassGrant,
    PaidByHand,
    RefundOrder,
    RefundParcel,
)
from app.domain.catalog import RefundPolicy
from app.domain.paper_cards import PaperCardOver
from app.domain.payments import RefundState
from app.kernel.db import transaction
from app.kernel.errors import Invalid
from tests.builders.aftersales import ASKED_AT, a_refund, seen, walk, wechat_says
from tests.builders.approvals import (
    a_limit,
    a_question,
    approved,
    asked_or_done,
    declined,
    look,
)
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.complaints import a_ticket, printed
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.promotions import a_draft
from tests.builders.subscriptions import (
    a_monthly_card,
    a_monthly_offer,
    a_place,
    a_sample,
    an_address,
    opened,
)
from tests.domain.approvals.test_asking import grant_words
from tests.domain.subscriptions.test_shop import FIRST_LOCK, parcels_of


@pytest.fixture
def shop(database):
    return a_shop(offer={"refund_policy": RefundPolicy.ANY_TIME_UNUSED})


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def bound(shop, member, code):
    with transaction():
        return paper_cards.bind(
            merchant_id=shop.id, member_id=member.id, code_text=code, at=ASKED_AT
        )


def a_batch(shop, *, above_fen, **pack):
    """Made and put forward in one transaction, as every door does it."""
    a_limit(shop, Kind.CARD_BATCH, above_fen)
    with transaction():
        number, codes = printed(shop, **pack)
        return asked_or_done(shop, CardBatch(batch_number=number)), codes


def test_a_batch_above_the_limit_is_held_until_another_one_agrees(shop, buyer):
    latte = a_benefit(merchant=shop.merchant, cost_fen=0, market_value_fen=28_00)
    pack = {"benefit": latte.benefit_number, "uses": 2, "points": 300, "count": 3}
    outcome, codes = a_batch(shop, above_fen=0, **pack)
    assert look(shop, outcome.approval_id).amount_fen == 3 * (2 * 28_00 + 3_00)
    with pytest.raises(PaperCardOver):
        bound(shop, buyer, codes[0])

    approved(shop, outcome.approval_id)

    assert bound(shop, buyer, codes[0]).vouchers == 2


def test_a_batch_up_to_the_limit_is_good_at_once_and_the_next_one_counts_on_top(shop, buyer):
    latte = a_benefit(merchant=shop.merchant, market_value_fen=28_00)
    done, codes = a_batch(shop, above_fen=28_00, benefit=latte.benefit_number)
    assert done.is_done
    assert bound(shop, buyer, codes[0])
    again, codes = a_batch(shop, above_fen=28_00, benefit=latte.benefit_number)
    assert not again.is_done
    declined(shop, again.approval_id)
    with pytest.raises(PaperCardOver):
        bound(shop, buyer, codes[0])


@pytest.fixture
def parcel(shop, buyer):
    an_address(shop, buyer)
    shop.offer = a_monthly_offer(shop, items=[a_place(a_sample(shop, "面霜小样", worth_fen=60_00))])
    card = a_monthly_card(shop, buyer)
    opened(shop, card, at=FIRST_LOCK)
    return parcels_of(shop, buyer, card)[0]


def test_the_money_of_a_parcel_waits_like_any_other(shop, parcel):
    a_limit(shop, Kind.PARCEL_REFUND)
    action = RefundParcel(parcel_number=parcel.number)
    question = a_question(shop, action, at=FIRST_LOCK)
    asked = look(shop, question, at=FIRST_LOCK)
    assert asked.amount_fen > 0
    made = approved(shop, question, at=FIRST_LOCK)
    assert seen(shop, made).amount_fen == asked.amount_fen


def test_while_its_order_waits_no_parcel_of_it_goes(shop, parcel):
    worth = RefundParcel(parcel_number=parcel.number)
    order = subscriptions.worth_of(merchant_id=shop.id, number=parcel.number).order_number
    a_limit(shop)
    a_question(shop, RefundOrder(order_number=order), at=FIRST_LOCK)
    with pytest.raises(ApprovalWaits):
        asked_or_done(shop, worth, at=FIRST_LOCK)


def test_what_somebody_says_he_paid_is_for_two_as_well(shop, buyer):
    order = a_paid_order(shop, buyer=buyer).order_number
    number = a_refund(shop, buyer, order)
    walk(shop, number)
    wechat_says(shop, number, RefundState.CLOSED)
    a_limit(shop, Kind.PAID_BY_HAND, 48_99)
    action = PaidByHand(refund_number=number, how="银行转账 20260522")
    question = a_question(shop, action)
    assert (look(shop, question).amount_fen, look(shop, question).subject) == (49_00, number)
    assert approved(shop, question) == number
    assert seen(shop, number).transfer_number


@pytest.mark.parametrize("how", ["", "  ", "x" * 201])
def test_how_it_was_paid_is_said_and_in_a_few_words(shop, buyer, how):
    number = a_refund(shop, buyer, a_paid_order(shop, buyer=buyer).order_number)
    with pytest.raises(Invalid), transaction():
        aftersales.paid_by_hand(
            merchant_id=shop.id, number=number, how=how, actor=BOSS, at=ASKED_AT
        )


def test_the_complaint_hears_of_a_refund_that_two_people_agreed_on(shop, buyer):
    order = a_paid_order(shop, buyer=buyer).order_number
    ticket = a_ticket(shop, buyer, order_number=order)
    a_limit(shop)
    question = a_question(shop, RefundOrder(order_number=order, ticket_number=ticket))
    made = approved(shop, question)
    found = complaints.get_ticket(merchant_id=shop.id, number=ticket)
    lines = complaints.lines_of(merchant_id=shop.id, ticket_id=found.id)
    assert [line.text for line in lines if line.action == "refund"]
    assert made


def test_a_budget_that_says_little_is_priced_by_what_its_vouchers_are_worth(shop):
    a_limit(shop, Kind.MASS_GRANT, 320_00)
    words = grant_words(shop, {"vouchers": 10, "cost_fen": 1})
    draft = a_draft(shop.merchant, "grant", **words)
    action = MassGrant(campaign_number=draft.number)
    assert asked_or_done(shop, action).is_done
    a_limit(shop, Kind.MASS_GRANT, 319_99)
    draft = a_draft(shop.merchant, "grant", **words)
    question = a_question(shop, MassGrant(campaign_number=draft.number), actor="staff:8")
    assert look(shop, question).amount_fen == 320_00
    assert (
        promotions.get_promotion(merchant_id=shop.id, number=draft.number).state
        == promotions.State.DRAFT
    )
    assert len(vouchers_of(shop, a_buyer(shop))) == 0
