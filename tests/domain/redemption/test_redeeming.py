from datetime import timedelta

import pytest

from app.domain import ledger, points, redemption, vouchers
from app.domain.merchants import Role
from app.domain.redemption import NotReversible, ReverseNotAllowed
from app.domain.vouchers import Move, VoucherRefusal
from app.kernel.db import transaction
from app.kernel.request_keys import KeyReused
from tests.builders.orders import (
    a_buyer,
    a_shop,
    a_voucher,
    an_order,
    clerk_of,
    look_at_voucher,
    shown,
    vouchers_of,
)
from tests.builders.redemption import LATER, a_redemption, a_scan, a_scan_key
from tests.builders.tenders import a_discount


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


@pytest.fixture
def voucher(shop, buyer):
    return a_voucher(shop, buyer=buyer)


def refusal(shop, scan, *, at=LATER):
    with pytest.raises(VoucherRefusal) as refused, transaction():
        redemption.redeem(scan, key=a_scan_key(shop), at=at)
    assert refused.value.details["clerk_text"]
    assert refused.value.details["holder_text"]
    assert refused.value.details["next_step"]
    return refused.value.code


def balance(shop, buyer, *, at=LATER):
    return points.balance(merchant_id=shop.id, member_id=buyer.id, at=at)


def test_a_voucher_in_an_unpaid_order_is_told_as_held_to_its_own_code_only(shop, buyer):
    held = a_discount(shop, buyer)
    before = shown(shop, held, at=LATER).digits
    an_order(shop, buyer=buyer, voucher_number=held.number, at=LATER)
    assert look_at_voucher(shop, held.id).state == "held"
    assert refusal(shop, a_scan(shop, held, code_text=before)) == "voucher_held"
    guess = before[:-1] + str((int(before[-1]) + 1) % 10)
    assert refusal(shop, a_scan(shop, held, code_text=guess)) == "code_unknown"


def test_one_scan_redeems_and_brings_the_points(shop, buyer, voucher):
    verdict = a_redemption(shop, voucher)

    # 49 yuan for two lattes: 24.50 each, at one point a yuan.
    assert verdict.hand_over == "给一杯热拿铁"
    assert (verdict.value_fen, verdict.points, verdict.points_balance) == (24_50, 24, 24)
    assert balance(shop, buyer).spendable == 24
    assert look_at_voucher(shop, voucher.id).state == "redeemed"
    assert ledger.verify() == []


def test_the_second_scan_is_refused_and_changes_nothing(shop, buyer, voucher):
    a_redemption(shop, voucher)

    assert refusal(shop, a_scan(shop, voucher)) == "already_redeemed"
    assert balance(shop, buyer).spendable == 24


def test_the_same_key_gets_the_first_verdict_again(shop, voucher):
    key = a_scan_key(shop)
    first = a_redemption(shop, voucher, key=key)

    second = a_redemption(shop, voucher, key=key)

    assert (second.number, second.replayed, first.replayed) == (first.number, True, False)


def test_the_same_key_for_another_voucher_is_a_mistake(shop, buyer, voucher):
    key = a_scan_key(shop, key="till-7-scan-1", body=b"one")
    a_redemption(shop, voucher, key=key)
    other = vouchers_of(shop, buyer, at=LATER)[0]

    with pytest.raises(KeyReused):
        a_redemption(shop, other, key=a_scan_key(shop, key="till-7-scan-1", body=b"other"))


def test_a_screenshot_of_two_minutes_ago_is_told_so(shop, voucher):
    old = shown(shop, voucher, at=LATER - timedelta(minutes=2)).qr_text

    assert refusal(shop, a_scan(shop, voucher, code=old)) == "code_outdated"


def test_a_guessed_code_is_unknown(shop, voucher):
    digits = shown(shop, voucher, at=LATER).digits
    guess = digits[:11] + f"{(int(digits[11:]) + 1) % 10**7:07d}"

    assert refusal(shop, a_scan(shop, voucher, code=guess)) == "code_unknown"
    assert refusal(shop, a_scan(shop, voucher, code="hello")) == "code_unknown"
    assert refusal(shop, a_scan(shop, voucher, code="9" * 18)) == "code_unknown"


def test_another_merchant_does_not_know_the_code(shop, voucher):
    stranger = a_shop()
    code = shown(shop, voucher, at=LATER).digits

    assert refusal(stranger, a_scan(stranger, voucher, code=code)) == "code_unknown"


def test_an_expired_voucher_is_refused(shop, voucher):
    end = voucher.valid_until

    assert refusal(shop, a_scan(shop, voucher, at=end), at=end) == "voucher_expired"


def test_a_frozen_voucher_is_refused_even_with_its_old_code(shop, voucher):
    code = shown(shop, voucher, at=LATER).digits
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=voucher.id, what=Move.FREEZE, actor="system", at=LATER
        )

    assert refusal(shop, a_scan(shop, voucher, code=code)) == "voucher_frozen"
    assert refusal(shop, a_scan(shop, voucher)) == "voucher_frozen"


def test_a_quote_tells_the_verdict_and_holds_nothing(shop, voucher):
    quote = redemption.quote(a_scan(shop, voucher), at=LATER)

    assert (quote.benefit_name, quote.points) == ("热拿铁兑换券", 24)
    assert look_at_voucher(shop, voucher.id).state == "active"


def reverse(shop, verdict, *, at=LATER + timedelta(minutes=5), role=Role.MANAGER):
    with transaction():
        return redemption.reverse(
            merchant_id=shop.id,
            number=verdict.number,
            reason="扫错券",
            actor=clerk_of(shop),
            role=role,
            at=at,
        )


def test_a_reversal_restores_the_voucher_and_takes_the_points_back(shop, buyer, voucher):
    verdict = a_redemption(shop, voucher)

    undone = reverse(shop, verdict)

    assert (undone.points_taken_back, undone.points_debt) == (24, 0)
    assert balance(shop, buyer).spendable == 0
    assert look_at_voucher(shop, voucher.id).state == "active"
    assert ledger.verify() == []
    assert a_redemption(shop, voucher).points == 24


def test_points_already_spent_become_a_debt_that_the_next_earning_repays(shop, buyer, voucher):
    verdict = a_redemption(shop, voucher)
    with transaction():
        points.spend(merchant_id=shop.id, member_id=buyer.id, points=20, cause="spend:1", at=LATER)

    undone = reverse(shop, verdict)
    assert (undone.points_debt, balance(shop, buyer).debt) == (20, 20)

    again = a_redemption(shop, voucher)
    assert (again.points, again.points_balance) == (24, 4)
    assert (balance(shop, buyer).spendable, balance(shop, buyer).debt) == (4, 0)
    assert ledger.verify() == []


def test_a_clerk_cannot_reverse(shop, voucher):
    verdict = a_redemption(shop, voucher)

    with pytest.raises(ReverseNotAllowed):
        reverse(shop, verdict, role=Role.CLERK)


def test_a_reversal_after_24_hours_or_a_second_one_is_refused(shop, voucher):
    verdict = a_redemption(shop, voucher)

    with pytest.raises(NotReversible):
        reverse(shop, verdict, at=LATER + timedelta(hours=24))
    reverse(shop, verdict)
    with pytest.raises(NotReversible):
        reverse(shop, verdict)


def test_today_counts_what_stands(shop, buyer, voucher):
    first = a_redemption(shop, voucher)
    a_redemption(shop, vouchers_of(shop, buyer, at=LATER)[0])
    reverse(shop, first)

    lines, totals = redemption.today(
        merchant_id=shop.id, store_id=shop.store.id, actor=None, at=LATER
    )

    assert (len(lines), totals.redeemed, totals.reversed) == (2, 1, 1)
    assert (totals.value_fen, totals.points) == (24_50, 24)
