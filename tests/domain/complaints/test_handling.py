"""Who deals with a complaint, money back because of it, and complaints of nothing that we know."""

from datetime import timedelta

import pytest

from app.domain import complaints
from app.domain.complaints import (
    AnswerAsked,
    Entry,
    TicketClosed,
    TicketLine,
    TicketTaken,
    TicketWithoutOrder,
    Told,
)
from app.domain.merchants import Role
from app.kernel.db import reading, transaction
from app.kernel.errors import NotFound
from app.kernel.outbox import OutboxRow
from tests.builders.complaints import a_present, a_rule, a_ticket, granted
from tests.builders.merchants import a_clerk
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop

LATER = NOON + timedelta(hours=1)
REFUND = "Y23456789ABCDEFGH"


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def pair(shop):
    return [a_clerk(shop.store, role=Role.MANAGER, name=name) for name in ("小李", "小张")]


def taken(shop, number, who, *, instead_of=None):
    with transaction():
        complaints.take(
            merchant_id=shop.id,
            number=number,
            staff_id=who.staff_id,
            instead_of=instead_of and instead_of.number,
            at=LATER,
        )


def refunded(shop, number, *, refund=REFUND, at=LATER):
    with transaction():
        complaints.note_refund(
            merchant_id=shop.id, number=number, refund=refund, actor="staff:7", at=at
        )


def look(shop, number):
    return complaints.get_ticket(merchant_id=shop.id, number=number)


def lines(shop):
    return reading().query(TicketLine).filter_by(merchant_id=shop.id).order_by(TicketLine.id).all()


def answers_asked(shop):
    rows = reading().query(OutboxRow)
    return rows.filter_by(merchant_id=shop.id, event=AnswerAsked.__name__).count()


def from_wechat(shop, *, problem="REFUND", payment_number=None, times=1, at=NOON, log="l1"):
    with transaction():
        return complaints.absorb(
            merchant_id=shop.id,
            channel_id=shop.channel.id,
            told=Told(
                platform_id="2000010",
                state="PENDING",
                problem=problem,
                phone=None,
                payment_number=payment_number,
                asked_fen=49_00,
                is_refunded=False,
                awaits_us=True,
                answer_at_once=False,
                with_platform=False,
                times=times,
                opened_at=NOON,
            ),
            history=[
                Entry(
                    log_id="l1", kind="USER_CREATE_COMPLAINT", operator="投诉人", text="?", at=NOON
                ),
                *(
                    [
                        Entry(
                            log_id=log, kind="USER_CONTINUE_COMPLAINT", operator="", text="!", at=at
                        )
                    ]
                    if times > 1
                    else []
                ),
            ],
            at=at,
        )


def test_a_colleague_sees_who_deals_with_it(shop, pair):
    number = a_ticket(shop, a_buyer(shop))

    taken(shop, number, pair[0])

    assert (look(shop, number).handler_number, look(shop, number).handler_name) == (
        pair[0].number,
        "小李",
    )


def test_taking_over_names_from_whom(shop, pair):
    number = a_ticket(shop, a_buyer(shop))
    taken(shop, number, pair[0])
    taken(shop, number, pair[0])

    with pytest.raises(TicketTaken) as refused:
        taken(shop, number, pair[1])
    assert refused.value.details == {"by": pair[0].number, "name": "小李"}
    taken(shop, number, pair[1], instead_of=pair[0])

    assert look(shop, number).handler_name == "小张"


def test_the_dialogue_names_the_return_and_the_customer_is_answered(shop):
    number = a_ticket(shop, a_buyer(shop))

    refunded(shop, number)

    assert (lines(shop)[-1].action, lines(shop)[-1].refund) == ("refund", REFUND)
    assert not look(shop, number).awaits_us
    assert answers_asked(shop) == 0


def test_who_asked_wechat_for_his_money_is_told_there_once(shop):
    number = from_wechat(shop)

    refunded(shop, number)
    refunded(shop, number, refund="Y" + "3" * 16)

    assert [line.action for line in lines(shop)[1:]] == ["approve", "refund"]
    assert answers_asked(shop) == 1


def test_who_complains_again_is_told_again(shop):
    number = from_wechat(shop)
    refunded(shop, number, at=NOON)
    from_wechat(shop, times=2, at=LATER, log="l2")

    refunded(shop, number, at=LATER + timedelta(hours=1))

    assert answers_asked(shop) == 2


def test_who_complains_of_something_else_is_not_told_of_an_approval(shop):
    number = from_wechat(shop, problem="SERVICE_NOT_WORK")

    refunded(shop, number)

    assert answers_asked(shop) == 0


def test_a_settled_ticket_takes_neither_handler_nor_refund(shop, pair):
    number = a_ticket(shop, a_buyer(shop))
    with transaction():
        complaints.resolve(
            merchant_id=shop.id, number=number, resolution="已补", actor="staff:7", at=LATER
        )

    for verb in (lambda: taken(shop, number, pair[0]), lambda: refunded(shop, number)):
        with pytest.raises(TicketClosed):
            verb()


@pytest.mark.parametrize("payment_number", [None, "P" + "2" * 16])
def test_a_complaint_of_nothing_that_we_know_is_a_ticket_all_the_same(shop, payment_number):
    number = from_wechat(shop, payment_number=payment_number)

    found = look(shop, number)
    assert (found.order_number, found.member_number, found.state) == (None, None, "open")
    with pytest.raises(TicketWithoutOrder):
        complaints.order_to_refund(merchant_id=shop.id, number=number)
    a_rule(shop)
    with pytest.raises(NotFound):
        granted(a_present(shop, ticket_number=number))


def test_a_payment_of_another_shop_is_none_of_ours(shop):
    theirs = a_paid_order(a_shop())

    number = from_wechat(shop, payment_number=theirs.payment_number)

    assert look(shop, number).order_number is None
