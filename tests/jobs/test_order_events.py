"""Of one order WeChat tells much, twice and in any order, and we ask and sweep: one end."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain import ledger
from tests.jobs.life import End, Life, MiniDoor
from wechat_handlers import messages

BOUNDED = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    # What fails is short enough to read as it is.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def door(shop):
    messages.forget()
    with shop.house.app.app_context():
        return MiniDoor(shop.house.app.test_client(), shop.merchant)


FROM_PAYMENT = {
    ("messages.push_order_paid", True): 1,
    ("membership.note_purchase", True): 1,
    ("points.earn_for_purchase", True): 1,
    ("shipping.report_order", True): 1,
}
FROM_TRADE = {("shipping.hurry", True): 1, ("shipping.note_settled", True): 1}
FROM_LATE_MONEY = {("refunds.return_late_money", True): 1}
ARRIVED = [("oa_template", "sent", None), ("subscribe", "sent", None)]
REFUSED = [
    ("oa_template", "refused", "told:failed:user block"),
    ("subscribe", "refused", "told:43107"),
]
BEING_SENT = [("oa_template", "sending", None), ("subscribe", "sending", None)]

# Everything that may be told of an order whose money came in time. What becomes of it does not
# depend on the order of telling: even the closing sweep asks WeChat first, and hears of the money.
TOLD = (
    "paid_notice",
    "look_up",
    "early_close",
    "late_close",
    "work",
    "expected",
    "released",
    "reminded",
    "sent",
    "word_settled",
    "template_settled",
)
# Where we closed and WeChat never heard of it, the first to speak decides: that is the nature of it.
RACE = ("closed_unheard", "paid_notice", "look_up", "work")
ENDINGS = (
    ("ABNORMAL", "CLOSED"),
    ("ABNORMAL", "CLOSED", "SUCCESS"),
    ("ABNORMAL", "SUCCESS"),
    ("CLOSED",),
)


@st.composite
def tellings(draw, events, *, most=5):
    """Every one of them at least once, in any order."""
    again = draw(st.lists(st.sampled_from(events), max_size=most))
    return draw(st.permutations([*events, *again]))


@given(told=tellings(TOLD), arrives=st.booleans())
@BOUNDED
def test_an_order_paid_in_time_ends_the_same_in_whatever_order_it_is_told(
    shop, door, told, arrives
):
    life = Life(shop, door, arrives=arrives)

    life.tell(told)

    assert life.end() == End(
        order="fulfilled",
        payment="received",
        vouchers={"active": 2},
        entries={"payment": 1},
        refunds=[],
        report=[("settled", None, life.placed.total_fen)],
        said=ARRIVED if arrives else REFUSED,
        notices=["settlement", "settlement", "shipping_reminder"],
        jobs=FROM_PAYMENT | FROM_TRADE,
        undone=[],
    )


@given(told=tellings(RACE))
@BOUNDED
def test_money_and_a_close_that_wechat_did_not_hear_of_end_as_the_first_of_them_says(
    shop, door, told
):
    life = Life(shop, door)

    life.tell(told)

    first = next(name for name in told if name != "work")
    assert life.end() == (too_late() if first == "closed_unheard" else in_time(life))


@given(
    told=tellings(RACE, most=2),
    endings=st.sampled_from(ENDINGS).flatmap(lambda said: tellings(said, most=2)),
    late=st.booleans(),
)
@BOUNDED
def test_money_that_goes_back_ends_with_the_last_word_whenever_that_is_told(
    shop, door, told, endings, late
):
    life = Life(shop, door)
    life.tell(["closed_unheard", *told])

    for ending in endings:
        life.refund_notice(ending)
    if late:
        life.paid_notice()
        life.closed_unheard()
    life.come_to_rest()

    end = too_late()
    end.refunds = [last_word(endings)]
    if end.refunds == ["succeeded"]:
        end.entries["refund"] = 1
    assert life.end() == end


def last_word(endings):
    """Success is final; what is closed cannot become abnormal again."""
    if "SUCCESS" in endings:
        return "succeeded"
    return "closed" if "CLOSED" in endings else "abnormal"


def in_time(life):
    return End(
        order="fulfilled",
        payment="received",
        vouchers={"active": 2},
        entries={"payment": 1},
        refunds=[],
        report=[("sent", None, life.placed.total_fen)],
        said=BEING_SENT,
        notices=[],
        jobs=FROM_PAYMENT,
        undone=[],
    )


def too_late():
    return End(
        order="closed",
        payment="received",
        vouchers={},
        entries={"payment": 1},
        refunds=["asked"],
        report=[],
        said=BEING_SENT,
        notices=[],
        jobs=dict(FROM_LATE_MONEY),
        undone=[],
    )


def test_the_books_are_whole_after_all_of_it(shop, door):
    life = Life(shop, door)
    life.tell(TOLD * 2)
    with shop.house.app.app_context():
        assert ledger.verify() == []
