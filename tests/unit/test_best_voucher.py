"""Which voucher serves best, what comes next, and what is said of each other one."""

from datetime import timedelta

import pytest

from app.domain.catalog import BenefitKind, Conditions, Days, Hours, Range, RevisionTerms
from app.domain.orders.choosing import OwnVoucher, Purchase, choose, weigh
from app.domain.vouchers import VoucherState
from tests.builders.moments import NOON

HOUR = timedelta(hours=1)
PURCHASE = Purchase(
    list_fen=49_00, takes_discounts=True, points_pay=False, zone="Asia/Shanghai", at=NOON
)


def terms(*, kind=BenefitKind.CASH, face=None, **conditions):
    return RevisionTerms(
        revision_id=1,
        benefit_id=1,
        revision=1,
        cost_fen=1_00,
        kind=kind,
        name="券",
        market_value_fen=5_00,
        face=face or {"off_fen": 5_00},
        face_text="立减5元",
        hand_over="",
        conditions=Conditions(**{"validity": Days(count=30)} | conditions),
    )


def voucher(number=1, *, state=VoucherState.ACTIVE, starts=-HOUR, ends=24 * HOUR):
    return OwnVoucher(
        id=number,
        number=f"V{number}",
        state=state.value,
        revision_id=1,
        valid_from=NOON + starts,
        valid_until=NOON + ends,
        allocated_fen=0,
    )


def purchase(**changes):
    return Purchase(**vars(PURCHASE) | changes)


@pytest.mark.parametrize(
    ("held", "of", "buys", "why"),
    [
        ({}, {"minimum_spend_fen": 49_01}, {}, "below_minimum_spend"),
        ({}, {"kind": BenefitKind.EXCHANGE, "face": {"thing": "拿铁"}}, {}, "not_a_discount"),
        ({}, {}, {"takes_discounts": False}, "not_for_this_offer"),
        ({"starts": HOUR}, {}, {}, "not_yet_valid"),
        ({"ends": timedelta(0)}, {}, {}, "voucher_expired"),
        ({}, {"hours": Hours(ranges=(Range(0, 60),))}, {}, "outside_hours"),
        ({"state": VoucherState.FROZEN}, {}, {}, "voucher_frozen"),
        ({"state": VoucherState.HELD}, {}, {}, "voucher_held"),
        ({"state": VoucherState.LOCKED}, {}, {}, "voucher_locked"),
        ({"state": VoucherState.ISSUING}, {}, {}, "voucher_locked"),
        ({"state": VoucherState.REDEEMED}, {}, {}, "voucher_over"),
        ({"state": VoucherState.VOID}, {}, {}, "voucher_over"),
        ({}, {}, {"points_pay": True}, "not_stackable"),
        ({}, {"store_ids": (7,)}, {}, "only_in_store"),
        ({}, {"uses_per_day": 1}, {}, "only_at_counter"),
        ({}, {"hours_between_uses": 2}, {}, "only_at_counter"),
        ({}, {}, {"list_fen": 0}, "nothing_to_save"),
    ],
    ids=lambda each: None if isinstance(each, dict) else each,
)
def test_a_voucher_that_cannot_be_used_says_why(held, of, buys, why):
    found = weigh(voucher(**held), terms(**of), purchase(**buys))

    assert (found.why, found.saving_fen) == (why, 0)
    assert found.reason


@pytest.mark.parametrize(
    ("held", "of", "buys", "saving_fen"),
    [
        ({}, {"minimum_spend_fen": 49_00}, {}, 5_00),
        ({"starts": timedelta(0)}, {}, {}, 5_00),
        ({"ends": timedelta(microseconds=1)}, {}, {}, 5_00),
        ({}, {"stackable": True}, {"points_pay": True}, 5_00),
        ({}, {}, {"list_fen": 3_00}, 3_00),
        ({}, {"kind": BenefitKind.DISCOUNT, "face": {"rate_bp": 8_500}}, {}, 7_35),
        ({}, {"kind": BenefitKind.DISCOUNT, "face": {"rate_bp": 8_500, "cap_fen": 700}}, {}, 7_00),
    ],
)
def test_at_its_very_edge_it_still_saves(held, of, buys, saving_fen):
    found = weigh(voucher(**held), terms(**of), purchase(**buys))

    assert (found.why, found.saving_fen) == (None, saving_fen)


def test_each_other_voucher_says_what_it_lacks_beside_the_best():
    five, four = terms(), terms(face={"off_fen": 4_00})
    weighed = [
        weigh(voucher(1, ends=9 * HOUR), five, PURCHASE),
        weigh(voucher(2, ends=3 * HOUR), five, PURCHASE),
        weigh(voucher(3, ends=HOUR), four, PURCHASE),
        weigh(voucher(4, ends=3 * HOUR), five, PURCHASE),
        weigh(voucher(5, state=VoucherState.FROZEN), five, PURCHASE),
    ]

    found = choose(weighed)

    assert (found.best.number, found.runner_up.number) == ("V2", "V4")
    assert {each.number: each.reason for each in found.candidates if not each.why} == {
        "V2": None,
        "V4": "可以使用，与最优惠的券省得一样多",
        "V1": "可以使用，省得一样多，但到期更晚",
        "V3": "可以使用，比最优惠的券少省1.00元",
    }
    assert [each.number for each in found.candidates] == ["V2", "V4", "V1", "V3", "V5"]


def test_with_nothing_that_fits_nothing_is_chosen():
    frozen = weigh(voucher(state=VoucherState.FROZEN), terms(), PURCHASE)

    found = choose([frozen])

    assert (found.best, found.runner_up, list(found.candidates)) == (None, None, [frozen])
