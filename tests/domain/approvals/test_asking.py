"""Up to the limit one person does it; above it a second one decides, and then it is done."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain import aftersales, approvals, complaints, promotions
from app.domain.approvals import (
    AgreeToRefund,
    ApprovalNeeded,
    ApprovalOutgrown,
    ApprovalSettled,
    ApprovalWaits,
    GiveGoodwill,
    Kind,
    MassGrant,
    NotByYou,
    ReasonNeeded,
    RefundOrder,
)
from app.domain.catalog import OfferKind, RefundPolicy
from app.domain.merchants import Role
from app.kernel.audit import AuditRow
from app.kernel.db import execute, reading, transaction
from app.kernel.errors import DomainError, Invalid, NotFound
from tests.builders.aftersales import ASKED_AT, a_refund, seen
from tests.builders.approvals import (
    ASKER,
    SOON,
    a_limit,
    a_question,
    a_waiting_present,
    a_waiting_refund,
    approved,
    asked_or_done,
    declined,
    look,
)
from tests.builders.catalog import BOSS, a_benefit, an_offer
from tests.builders.complaints import a_rule, a_ticket
from tests.builders.gifting import a_gift
from tests.builders.merchants import a_clerk, a_store
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.promotions import a_draft

DAY = timedelta(days=1)


@pytest.fixture
def shop(database):
    return a_shop(offer={"refund_policy": RefundPolicy.NONE})


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def order(shop, buyer):
    return a_paid_order(shop, buyer=buyer).order_number


def audited(shop, action):
    return reading().query(AuditRow).filter_by(merchant_id=shop.id, action=action).all()


def price_of(shop, order):
    quote = aftersales.quote(
        merchant_id=shop.id,
        member_id=None,
        order_number=order,
        asker=aftersales.Asker.MERCHANT,
        at=ASKED_AT,
    )
    return quote.back_fen


def test_up_to_the_limit_the_money_goes_at_once(shop, order):
    a_limit(shop, above_fen=price_of(shop, order))

    outcome = asked_or_done(shop, RefundOrder(order_number=order))

    assert seen(shop, outcome.result).state == "frozen"
    assert audited(shop, "approval.ask") == []


def test_one_fen_above_it_waits_and_nothing_moves(shop, buyer, order):
    price = price_of(shop, order)
    a_limit(shop, above_fen=price - 1)

    question = a_question(shop, RefundOrder(order_number=order))

    view = look(shop, question)
    assert (view.state, view.amount_fen, view.subject) == ("asked", price, order)
    assert view.member_number
    assert len(vouchers_of(shop, buyer, at=ASKED_AT)) == 2
    assert audited(shop, "approval.ask")[0].actor == ASKER


def test_a_yes_does_it_in_the_name_of_whoever_asked(shop, order):
    question = a_waiting_refund(shop, order)

    number = approved(shop, question)

    made, view = seen(shop, number), look(shop, question)
    assert (made.state, made.asked_by) == ("frozen", ASKER)
    assert (view.state, view.decided_by, view.result) == ("approved", BOSS, number)
    (line,) = audited(shop, "approval.approved")
    assert (line.actor, line.details["before"], line.details["asked_by"]) == (
        BOSS,
        {"state": "asked"},
        ASKER,
    )


def test_a_part_of_an_order_is_priced_by_its_vouchers(shop, buyer, order):
    one, _two = vouchers_of(shop, buyer, at=ASKED_AT)
    a_limit(shop)
    question = a_question(shop, RefundOrder(order_number=order, vouchers=(one.number,)))
    assert look(shop, question).amount_fen < price_of(shop, order)
    assert seen(shop, approved(shop, question)).amount_fen == look(shop, question).amount_fen


def test_what_waits_for_a_friend_is_said_before_it_is_priced(shop, buyer, order):
    one, two = vouchers_of(shop, buyer, at=ASKED_AT)
    gift = a_gift(shop, giver=buyer, vouchers=[one])

    for some in ((), (one.number,), (one.number, two.number)):
        with pytest.raises(DomainError) as refused:
            asked_or_done(shop, RefundOrder(order_number=order, vouchers=some))
        assert (refused.value.code, refused.value.details["gift"]) == ("gift_waiting", gift)
    asked_or_done(shop, RefundOrder(order_number=order, vouchers=(two.number,)))


def test_a_no_leaves_everything_as_it_was_and_makes_room_for_another_question(shop, buyer, order):
    question = a_waiting_refund(shop, order)
    declined(shop, question)
    assert (look(shop, question).state, look(shop, question).decision) == ("declined", "不合规")
    assert len(vouchers_of(shop, buyer, at=ASKED_AT)) == 2
    assert a_waiting_refund(shop, order) != question


@pytest.mark.parametrize("decide", [approved, declined])
def test_whoever_asked_does_not_decide(shop, order, decide):
    question = a_waiting_refund(shop, order)
    with pytest.raises(NotByYou):
        decide(shop, question, by=ASKER)


def test_whoever_gains_does_not_decide(shop):
    hired = a_clerk(a_store(merchant=shop.merchant), role=Role.MANAGER)
    himself = a_buyer(shop)
    with transaction():
        execute(
            """UPDATE staff SET user_id = m.user_id FROM members m
            WHERE staff.merchant_id = %(m)s AND staff.id = %(s)s AND m.merchant_id = %(m)s
              AND m.id = %(id)s""",
            {"m": shop.id, "s": hired.staff_id, "id": himself.id},
        )
    question = a_waiting_refund(shop, a_paid_order(shop, buyer=himself).order_number)
    with pytest.raises(NotByYou):
        approved(shop, question, by=f"staff:{hired.staff_id}")


@pytest.mark.parametrize("again", [approved, declined])
def test_it_is_decided_once(shop, order, again):
    question = a_waiting_refund(shop, order)
    approved(shop, question)
    with pytest.raises(ApprovalSettled):
        again(shop, question, by="staff:9")


def test_of_one_order_one_question_waits(shop, order):
    a_waiting_refund(shop, order)
    with pytest.raises(ApprovalWaits):
        asked_or_done(shop, RefundOrder(order_number=order), actor="staff:8")


def test_what_nobody_decides_in_three_days_is_over(shop, order):
    question = a_waiting_refund(shop, order)
    late = ASKED_AT + 3 * DAY
    with pytest.raises(ApprovalSettled):
        approved(shop, question, at=late)
    assert look(shop, question, at=late).state == "expired"
    assert approvals.list_waiting(merchant_id=shop.id, at=late).items == []
    with transaction():
        assert approvals.expire_due(at=late, limit=100_000) >= 1
    assert audited(shop, "approval.expired")[0].subject == order
    assert a_question(shop, RefundOrder(order_number=order), at=late) != question


def test_what_is_over_and_not_swept_makes_room_as_well(shop, order):
    question = a_waiting_refund(shop, order)
    again = a_question(shop, RefundOrder(order_number=order), at=ASKED_AT + 3 * DAY)
    assert again != question


def test_a_yes_to_what_went_back_meanwhile_changes_nothing(shop, order):
    question = a_waiting_refund(shop, order)
    with transaction():
        aftersales.ask_for_buyer(
            merchant_id=shop.id,
            wanted=aftersales.Wanted(order_number=order, reason="误买"),
            actor=BOSS,
            at=SOON,
        )
    with pytest.raises(DomainError) as refused:
        approved(shop, question)
    assert refused.value.code in {"refund_under_way", "not_refundable", "nothing_to_refund"}
    assert look(shop, question).state == "asked"


def test_what_costs_more_than_was_asked_for_is_not_done(shop, buyer):
    question = a_waiting_present(shop, buyer)
    with transaction():
        execute(
            "UPDATE benefit_revisions SET cost_fen = market_value_fen + 1 WHERE merchant_id = %(m)s",
            {"m": shop.id},
        )
    with pytest.raises(ApprovalOutgrown):
        approved(shop, question)
    assert vouchers_of(shop, buyer) == []


def test_a_present_counts_on_the_day_of_whoever_asked(shop, buyer):
    question = a_waiting_present(shop, buyer)
    card = approved(shop, question)
    (grant,) = complaints.list_grants(
        merchant_id=shop.id, first=NOON.date(), last=NOON.date() + DAY
    )
    assert (grant.card_number, grant.actor) == (card, ASKER)


def test_a_present_within_a_ticket_is_for_who_complains(shop, buyer):
    a_rule(shop, role=Role.MANAGER)
    a_limit(shop, Kind.GOODWILL)
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    ticket = a_ticket(shop, buyer)
    question = a_question(
        shop, GiveGoodwill(benefit_number=benefit, role=Role.MANAGER, ticket_number=ticket)
    )
    assert look(shop, question).subject == ticket
    assert approved(shop, question)
    assert len(vouchers_of(shop, buyer)) == 1


def test_a_yes_to_what_a_buyer_asked_for_may_need_a_second_person(shop, buyer):
    top_up = an_offer(
        merchant=shop.merchant,
        kind=OfferKind.TOPUP,
        title="储值100元送20元",
        price_fen=100_00,
        items=[],
        terms={"bonus_fen": 20_00},
    )
    order = a_paid_order(shop, buyer=buyer, offer=top_up).order_number
    late = NOON + 8 * DAY
    refund = a_refund(shop, buyer, order, at=late)
    a_limit(shop, Kind.AGREED_REFUND, 99_99)

    question = a_question(shop, AgreeToRefund(refund_number=refund), at=late)

    assert seen(shop, refund).state == "asked"
    assert approved(shop, question, at=late) == refund
    assert seen(shop, refund).state == "frozen"


def grant_words(shop, budget):
    benefit = a_benefit(merchant=shop.merchant).benefit_number
    return {
        "name": "见面礼",
        "starts_at": NOON,
        "ends_at": NOON + 30 * DAY,
        "gives": [{"benefit": benefit, "quantity": 1}],
        "budget": budget,
    }


@pytest.mark.parametrize(
    ("budget", "is_done"),
    [
        ({"vouchers": 10, "cost_fen": 1_000_00}, True),
        ({"vouchers": 10, "cost_fen": 1_000_01}, False),
        ({"vouchers": 10, "cost_fen": None}, False),
    ],
)
def test_giving_to_many_waits_by_its_budget(shop, budget, is_done):
    draft = a_draft(shop.merchant, "grant", **grant_words(shop, budget))
    outcome = asked_or_done(shop, MassGrant(campaign_number=draft.number))
    assert outcome.is_done is is_done


def test_a_campaign_that_was_edited_since_is_not_published(shop):
    draft = a_draft(shop.merchant, "grant", **grant_words(shop, {"vouchers": 10}))
    print_ = approvals.terms_print(draft.terms)
    question = a_question(shop, MassGrant(campaign_number=draft.number, terms_print=print_))
    edited = promotions.parse({**draft.terms, "name": "另一个"})
    with transaction():
        promotions.edit(
            merchant_id=shop.id, number=draft.number, terms=edited, actor=BOSS, at=ASKED_AT
        )
    with pytest.raises(ApprovalOutgrown):
        approved(shop, question)


def test_without_a_reason_nothing_is_asked_nor_done(shop, order):
    with pytest.raises(ReasonNeeded):
        asked_or_done(shop, RefundOrder(order_number=order), reason=" ")


def test_a_limit_may_be_none_and_its_change_is_written_down(shop, order):
    a_limit(shop, above_fen=None)
    assert asked_or_done(shop, RefundOrder(order_number=order)).is_done
    (line,) = audited(shop, "approval.limit")
    assert line.details == {"before": {"above_fen": 500_00}, "after": {"above_fen": None}}
    with pytest.raises(Invalid):
        a_limit(shop, above_fen=-1)


def test_another_merchants_question_is_not_found(shop, order):
    question = a_waiting_refund(shop, order)
    other = a_shop()
    for decide in (approved, declined, look):
        with pytest.raises(NotFound):
            decide(other, question)


def test_lists_show_what_waits_and_what_was_decided(shop, buyer):
    orders = [a_paid_order(shop, buyer=buyer).order_number for _ in range(3)]
    questions = [a_waiting_refund(shop, number) for number in orders]
    declined(shop, questions[0])
    waiting = approvals.list_waiting(merchant_id=shop.id, at=SOON, limit=1)
    rest = approvals.list_waiting(merchant_id=shop.id, at=SOON, limit=1, cursor=waiting.next_cursor)
    assert [each.id for each in (*waiting.items, *rest.items)] == questions[1:]
    settled = approvals.list_settled(merchant_id=shop.id, at=SOON)
    assert [each.id for each in settled.items] == questions[:1]
    assert approvals.count_waiting(merchant_id=shop.id, at=SOON) == 2


def test_where_nobody_can_be_asked_what_is_dear_is_not_done(shop, order):
    action = RefundOrder(order_number=order)
    which = {"merchant_id": shop.id, "actor": ASKER, "at": ASKED_AT}
    a_limit(shop)
    for alone in (approvals.refuse_alone, partial(approvals.do_alone, reason="客人投诉")):
        with pytest.raises(ApprovalNeeded), transaction():
            alone(action=action, **which)
        with pytest.raises(NotFound), transaction():
            alone(action=RefundOrder(order_number="O404"), **which)
    a_limit(shop, above_fen=price_of(shop, order))
    with transaction():
        approvals.refuse_alone(action=action, **which)
