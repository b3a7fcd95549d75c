"""Each way in which money goes back, a row each: what happened, what each pot gets, what is left.

The sums are made by hand. Each row goes step by step, and the books are whole after each.
"""

from dataclasses import dataclass, field

import pytest

from app.domain import aftersales, ledger, points, pools, proofs, redemption
from app.domain.aftersales import Asker, Wanted
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from tests.builders.aftersales import order_state, resting, seen, wechat_says
from tests.builders.bookings import seat_of
from tests.builders.orders import look_at_voucher
from tests.builders.pools import fresh_codes, stock
from tests.builders.redemption import a_scan, a_scan_key
from tests.builders.stored_value import has
from tests.domain.aftersales.stories import Story


@dataclass(kw_only=True)
class Row:
    """Fen to WeChat; paid and bonus credit and points as they change; the state of the order.

    `left` are the states of its vouchers in the end.
    """

    tell: object
    wechat: int = 0
    paid: int = 0
    bonus: int = 0
    points: int = 0
    order: str = "refunded"
    left: list = field(default_factory=list)
    asker: Asker = Asker.BUYER

    def __str__(self):
        who = "" if self.asker is Asker.BUYER else f"_by_the_{self.asker.value}"
        return self.tell.__name__ + who


V, R, A = "void", "redeemed", "active"
PART = "partly_refunded"
ROWS = [
    Row(tell=Story.before_use, wechat=49_00, left=[V, V]),
    Row(tell=Story.one_voucher_of_two, wechat=24_50, order=PART, left=[V, A]),
    Row(tell=Story.after_part_use, wechat=24_50, order=PART, left=[R, V]),
    # What the friend holds is his; the merchant may say otherwise.
    Row(tell=Story.after_a_gift, wechat=24_50, order=PART, left=[A, V]),
    Row(tell=Story.after_a_gift, wechat=49_00, left=[V, V], asker=Asker.MERCHANT),
    Row(tell=Story.after_its_end, wechat=49_00, left=[V, V]),
    Row(tell=Story.after_its_end, wechat=49_00, left=[V, V], asker=Asker.EXPIRY),
    # 199 yuan over ten uses are 19.90 each.
    Row(tell=Story.count_card_used_thrice, wechat=139_30, order=PART, left=[R, R, R] + [V] * 7),
    # 49 × 100/120 = 40.83 of them were paid money.
    Row(tell=Story.stored_value, paid=40_83, bonus=8_17, left=[V, V]),
    # 24.50 × 40.83/49 = 20.415 and 4.085: the odd fen is paid money.
    Row(tell=Story.stored_value_after_part_use, paid=20_42, bonus=4_08, order=PART, left=[R, V]),
    Row(tell=Story.points_for_a_part, wechat=29_00, points=2_000, left=[V, V]),
    Row(tell=Story.points_alone, points=4_900, left=[V, V]),
    Row(tell=Story.points_alone_after_part_use, points=2_450, order=PART, left=[R, V]),
    # 14 × 100/120 = 11.67.
    Row(tell=Story.mixed, wechat=20_00, paid=11_67, bonus=2_33, points=1_000, left=[V, V]),
    # Half of everything; of 7 yuan 7 × 11.67/14 = 5.835 and 1.165.
    Row(
        tell=Story.mixed_after_part_use,
        wechat=10_00,
        paid=5_84,
        bonus=1_16,
        points=500,
        order=PART,
        left=[R, V],
    ),
    Row(tell=Story.top_up, wechat=100_00, paid=-100_00, bonus=-20_00),
    # 100 - 49 × 100/120 = 59.17 of paid money are left; the rest of the bonus goes unpaid.
    Row(tell=Story.top_up_partly_spent, wechat=59_17, paid=-59_17, bonus=-11_83, order=PART),
    Row(tell=Story.top_up_held_for_an_order, wechat=50_00, paid=-50_00, bonus=-10_00, order=PART),
    # 100 yuan over three months are 33.34, 33.33 and 33.33; the first is served.
    Row(tell=Story.monthly_card, wechat=66_66, order=PART),
    Row(tell=Story.term, wechat=360_00, order=PART),
    Row(tell=Story.gift_cards, wechat=400_00),
    Row(tell=Story.code, wechat=8_00, left=[V]),
    Row(tell=Story.code_that_never_came, wechat=8_00, left=[V]),
    Row(tell=Story.code_in_stock_again, wechat=8_00, left=[V]),
    Row(tell=Story.seat, wechat=88_00, left=[V]),
    Row(tell=Story.seat_given_up, wechat=88_00, left=[V]),
    Row(tell=Story.seat_booked, wechat=88_00, left=[V], asker=Asker.MERCHANT),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_goes_back_step_by_step(database, row):
    story = Story()
    number = row.tell(story)
    before = pots(story)

    refund = asked(story, number, row)
    assert (seen(story.shop, refund).state, order_state(story.shop, number)) == (
        "frozen",
        "refunding",
    )
    assert not [
        each
        for each, end in zip(story.mine, row.left, strict=False)
        if end == V and state_of(story, each) == A
    ]
    whole()

    step(story, refund)
    is_at_wechat = bool(row.wechat)
    assert seen(story.shop, refund).state == ("paying" if is_at_wechat else "paid")
    assert went(story, refund)[0] == row.wechat
    whole()

    if is_at_wechat:
        wechat_says(story.shop, refund, at=story.at)
        step(story, refund)
        assert seen(story.shop, refund).state == "paid"
    step(story, refund)

    assert seen(story.shop, refund).state == "done"
    assert changed(before, pots(story)) == (row.paid, row.bonus, row.points)
    assert went(story, refund) == (
        row.wechat,
        max(row.paid, 0) + max(row.bonus, 0),
        row.points,
    )
    assert [state_of(story, each) for each in story.mine][: len(row.left)] == row.left
    assert order_state(story.shop, number) == row.order
    assert resting(story.shop, "late_money") == 0
    whole()
    # Once is all there is.
    assert not step(story, refund)


@pytest.mark.parametrize(
    ("tell", "code", "reasons"),
    [
        (Story.code_revealed, "nothing_to_refund", ["used"]),
        (Story.seat_booked, "not_refundable", "seat_booked"),
    ],
)
def test_what_does_not_go_back_says_why(database, tell, code, reasons):
    story = Story()
    number = tell(story)

    with pytest.raises(DomainError) as refusal:
        asked(story, number, Row(tell=tell))

    said = refusal.value.details
    assert (refusal.value.code, said.get("reasons") or said["reason"]) == (code, reasons)
    assert order_state(story.shop, number) == "fulfilled"


def test_the_voucher_that_helped_to_pay_comes_back_with_the_last_fen(database):
    story = Story()
    number = story.mixed()
    story.wanted = story.mine[:1]
    done(story, number)
    assert state_of(story, story.coupon) == R

    story.wanted = []
    done(story, number)

    assert state_of(story, story.coupon) == A


def test_a_code_that_nobody_saw_goes_back_to_its_pool_and_one_that_was_seen_never(database):
    story = Story()
    seen_by_somebody = story.code_revealed()
    unseen = story.bought()
    done(story, unseen)
    with transaction():
        pools.settle(
            merchant_id=story.shop.id, benefit_id=story.shop.benefit.benefit_id, at=story.at
        )

    [pool] = pools.list_pools(merchant_id=story.shop.id, at=story.at)

    assert (pool.free, pool.assigned, pool.revealed) == (1, 0, 1)
    assert order_state(story.shop, seen_by_somebody) == "fulfilled"


def test_a_code_that_comes_while_the_money_goes_is_for_the_next_in_line(database):
    story = Story()
    number = story.code_that_never_came()
    refund = asked(story, number, Row(tell=Story.code))
    stock(story.shop.merchant, story.shop.benefit, *fresh_codes(1))
    with transaction():
        pools.settle(
            merchant_id=story.shop.id, benefit_id=story.shop.benefit.benefit_id, at=story.at
        )

    assert state_of(story, story.mine[0]) == "frozen"
    assert pools.list_pools(merchant_id=story.shop.id, at=story.at)[0].free == 1
    assert seen(story.shop, refund).state == "frozen"


@pytest.mark.parametrize("by", [Asker.BUYER, Asker.MERCHANT])
def test_the_seat_of_a_returned_voucher_goes_to_whoever_waits(database, by):
    story = Story()
    number = story.seat_given_up() if by is Asker.BUYER else story.seat_booked()
    asked(story, number, Row(tell=Story.seat, asker=by))

    guest, place = story.others
    assert seat_of(story.shop, guest, place).state == "offered"
    assert proofs.verify() == []


def test_the_code_of_a_returned_voucher_says_void_and_opens_nothing(database):
    story = Story()
    number = story.before_use()
    voucher = story.mine[0]
    scan = a_scan(story.shop, voucher, at=story.at)
    refund = asked(story, number, Row(tell=Story.before_use))
    assert refused_scan(scan, story) == "voucher_frozen"

    for _ in range(3):
        step(story, refund)
        if seen(story.shop, refund).state == "paying":
            wechat_says(story.shop, refund, at=story.at)

    assert state_of(story, voucher) == V
    assert refused_scan(scan, story) == "voucher_void"
    digits = scan.code_text
    wrong = a_scan(story.shop, voucher, code=digits[:-1] + str((int(digits[-1]) + 1) % 10))
    assert refused_scan(wrong, story) == "code_unknown"


def refused_scan(scan, story):
    with pytest.raises(DomainError) as refusal, transaction():
        redemption.redeem(scan, key=a_scan_key(story.shop), at=story.at)
    return refusal.value.code


def asked(story, number, row):
    which = {"merchant_id": story.shop.id, "at": story.at}
    wanted = Wanted(
        order_number=number, reason="不想要了", vouchers=[each.number for each in story.wanted]
    )
    with transaction():
        if row.asker is Asker.EXPIRY:
            return aftersales.ask_for_expired(**which, order_number=number)
        if row.asker is Asker.MERCHANT:
            return aftersales.ask_for_buyer(**which, wanted=wanted, actor="staff:1")
        return aftersales.ask(**which, member_id=story.buyer.id, wanted=wanted, key=None)


def step(story, refund):
    with transaction():
        return aftersales.advance(merchant_id=story.shop.id, number=refund, at=story.at)


def done(story, number):
    refund = asked(story, number, Row(tell=Story.before_use))
    step(story, refund)
    if seen(story.shop, refund).state == "paying":
        wechat_says(story.shop, refund, at=story.at)
        step(story, refund)
    step(story, refund)
    assert seen(story.shop, refund).state == "done"
    return refund


def state_of(story, voucher):
    return look_at_voucher(story.shop, voucher.id).state


def pots(story):
    mine = points.balance(merchant_id=story.shop.id, member_id=story.buyer.id, at=story.at)
    return (*has(story.shop, story.buyer), mine.spendable)


def changed(before, after):
    return tuple(now - then for then, now in zip(before, after, strict=True))


def went(story, refund):
    found = seen(story.shop, refund)
    return found.wechat_fen, found.value_fen, found.points


def whole():
    assert ledger.verify() == []
    assert proofs.verify() == []
