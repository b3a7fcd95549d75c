"""Codes of third parties: stocked sealed, given once, shown to the holder."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain import aftersales, ledger, pools, proofs, vouchers
from app.domain.catalog import NotPublishable, RefundPolicy
from app.domain.pools import CodeNotHereYet, NotACodeBenefit, NotRevealable, queries
from app.domain.redemption.errors import CodeIsRevealed
from app.domain.vouchers import Move
from app.kernel.db import reading, transaction
from app.kernel.errors import NotFound
from tests.builders.aftersales import walk
from tests.builders.catalog import BOSS, a_benefit
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, look_at_voucher, vouchers_of
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes, revealed, stock
from tests.builders.redemption import a_redemption

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def taxi(shop):
    return a_code_benefit(merchant=shop.merchant)


def bought(shop, offer, *, quantity=1, at=NOON):
    buyer = a_buyer(shop)
    a_paid_order(shop, buyer=buyer, offer=offer, quantity=quantity, at=at)
    return buyer, vouchers_of(shop, buyer, at=at + timedelta(minutes=1))


def pool_of(shop, at=NOON):
    return pools.list_pools(merchant_id=shop.id, at=at)[0]


def test_a_full_pool_is_counted_only_as_far_as_it_matters(shop, taxi, monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 3)
    stock(shop.merchant, taxi, *(f"TAXI-{n:04d}" for n in range(9)))
    with transaction():
        pools.watch(
            merchant_id=shop.id, benefit_number=taxi.benefit_number, low_at=5, actor="x", at=NOON
        )
    # Five of nine, so that "fewer than five" stays true to the code.
    assert (pool_of(shop).free, pool_of(shop).is_low) == (5, False)
    with transaction():
        pools.watch(
            merchant_id=shop.id, benefit_number=taxi.benefit_number, low_at=50, actor="x", at=NOON
        )
    assert (pool_of(shop).free, pool_of(shop).is_low) == (9, True)
    assert [
        each.benefit_number
        for each in pools.list_pools(
            merchant_id=shop.id, at=NOON, benefit_number=taxi.benefit_number
        )
    ] == [taxi.benefit_number]


def test_a_dry_run_tells_of_each_line_and_changes_nothing(shop, taxi):
    stock(shop.merchant, taxi, "TAXI-0001")
    lines = [
        "TAXI-0001",
        "TAXI-0002",
        "",
        "TAXI-0002",
        "x",
        "TAXI-3,2026-13-01",
        "TAXI-4,2020-01-01",
    ]
    report = stock(shop.merchant, taxi, *lines, is_dry_run=True)
    assert report.added == 1
    assert [(each.line, each.code) for each in report.refused] == [
        (1, "known"),
        (4, "repeated"),
        (5, "unreadable"),
        (6, "unreadable"),
        (7, "expired"),
    ]
    assert pool_of(shop).free == 1


def test_the_same_file_again_adds_nothing(shop, taxi):
    codes = fresh_codes(3)
    assert stock(shop.merchant, taxi, *codes).added == 3
    again = stock(shop.merchant, taxi, *codes)
    assert (again.added, [each.code for each in again.refused]) == (0, ["known"] * 3)


def test_codes_lie_sealed(shop, taxi):
    stock(shop.merchant, taxi, "TAXI-SECRET-1")
    query = text("SELECT code_sealed FROM pool_codes WHERE merchant_id = :m")
    sealed = reading().scalar(query, {"m": shop.id})
    assert b"TAXI-SECRET-1" not in bytes(sealed)


def test_only_a_code_benefit_has_a_pool(shop):
    latte = a_benefit(merchant=shop.merchant)
    with pytest.raises(NotACodeBenefit):
        stock(shop.merchant, latte, "TAXI-0001")


def test_without_stock_nothing_is_published(shop, taxi):
    with pytest.raises(NotPublishable) as refusal:
        a_code_offer(merchant=shop.merchant, benefit=taxi)
    assert "兑换码库存只有0个" in refusal.value.details["findings"][0]["why"]


def test_a_bought_code_is_seen_by_its_holder_and_counts_as_delivered(shop, taxi):
    codes = fresh_codes(2)
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=codes)
    buyer, [voucher] = bought(shop, offer)
    assert voucher.state == "active"

    seen = revealed(shop, buyer, voucher.number, at=SOON)

    assert seen.code in codes
    assert not seen.replayed
    assert look_at_voucher(shop, voucher.id).state == "redeemed"
    assert revealed(shop, buyer, voucher.number, at=SOON + DAY).replayed
    earned = ledger.balance_of(merchant_id=shop.id, account=ledger.house(ledger.AccountKind.EARNED))
    assert earned == 8_00
    assert (pool_of(shop).free, pool_of(shop).assigned, pool_of(shop).revealed) == (1, 0, 1)
    assert ledger.verify() == []


def test_who_turned_out_to_be_an_older_member_sees_his_code_again(shop, taxi):
    unionid, openid = a_unionid(), an_openid()
    older = a_member(merchant=shop.merchant, appid="wx_a", unionid=unionid)
    younger = a_member(merchant=shop.merchant, appid="wx_b", openid=openid)
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    a_paid_order(shop, buyer=younger, offer=offer)
    [voucher] = vouchers_of(shop, younger, at=SOON)
    first = revealed(shop, younger, voucher.number, at=SOON)

    a_member(merchant=shop.merchant, appid="wx_b", openid=openid, unionid=unionid)
    with transaction():
        vouchers.take_over(merchant_id=shop.id, loser_id=younger.id, winner_id=older.id, at=SOON)

    again = revealed(shop, older, voucher.number, at=SOON + DAY)
    assert (again.code, again.replayed) == (first.code, True)


def test_another_member_sees_nothing(shop, taxi):
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    _, [voucher] = bought(shop, offer)
    with pytest.raises(NotFound):
        revealed(shop, a_buyer(shop), voucher.number)


def test_with_a_dry_pool_the_voucher_waits_and_the_longest_wait_is_served_first(shop, taxi):
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    bought(shop, offer)
    first, [waiting] = bought(shop, offer)
    _, [later] = bought(shop, offer)
    assert (waiting.state, later.state) == ("issuing", "issuing")
    with pytest.raises(CodeNotHereYet):
        revealed(shop, first, waiting.number, at=SOON)
    assert pool_of(shop).waiting == 2

    [code] = fresh_codes(1)
    stock(shop.merchant, taxi, code, at=NOON + 3 * DAY)

    assert revealed(shop, first, waiting.number, at=NOON + 4 * DAY).code == code
    assert look_at_voucher(shop, later.id).state == "issuing"
    assert look_at_voucher(shop, waiting.id).valid_until == waiting.valid_until + 3 * DAY


def test_the_code_that_ends_soonest_goes_first_and_none_that_is_over(shop, taxi):
    stock(shop.merchant, taxi, "EVER-0001", "LATE-0001,2027-01-31", "SOON-0001,2026-05-31")
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi)
    buyer, [voucher] = bought(shop, offer, at=NOON + timedelta(days=20))
    assert revealed(shop, buyer, voucher.number, at=NOON + timedelta(days=21)).code == "LATE-0001"


def test_a_code_of_a_voucher_that_was_made_void_goes_to_the_next(shop, taxi):
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    _, [voucher] = bought(shop, offer)
    buyer, [waiting] = bought(shop, offer)
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=voucher.id, what=Move.CANCEL, actor=BOSS, at=SOON
        )

    with transaction():
        [due] = [d for d in pools.list_due(at=SOON, limit=1000) if d.merchant_id == shop.id]
        assert pools.settle(merchant_id=shop.id, benefit_id=due.benefit_id, at=SOON) == 1
        assert pools.settle(merchant_id=shop.id, benefit_id=due.benefit_id, at=SOON) == 0

    assert revealed(shop, buyer, waiting.number, at=SOON).code


def test_a_frozen_or_ended_voucher_keeps_its_code_to_itself(shop, taxi):
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    buyer, [voucher] = bought(shop, offer)
    with pytest.raises(NotRevealable):
        revealed(shop, buyer, voucher.number, at=voucher.valid_until)
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=voucher.id, what=Move.FREEZE, actor=BOSS, at=SOON
        )
    with pytest.raises(NotRevealable):
        revealed(shop, buyer, voucher.number, at=SOON)


def test_a_code_is_not_redeemed_at_the_counter(shop, taxi):
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    _, [voucher] = bought(shop, offer)
    with pytest.raises(CodeIsRevealed) as refusal:
        a_redemption(shop, voucher)
    assert refusal.value.code == "code_is_revealed"


def test_an_alarm_rings_once_until_the_pool_was_filled_up(shop, taxi):
    stock(shop.merchant, taxi, *fresh_codes(2))

    def rung(at):
        with transaction():
            return [(a.free, a.is_low) for a in pools.ring(at=at) if a.merchant_id == shop.id]

    with transaction():
        pools.watch(
            merchant_id=shop.id, benefit_number=taxi.benefit_number, low_at=3, actor=BOSS, at=NOON
        )
    assert (rung(NOON), rung(SOON)) == ([(2, True)], [])
    stock(shop.merchant, taxi, *fresh_codes(2))
    assert (rung(SOON), rung(SOON)) == ([(4, False)], [])


def test_who_waited_in_vain_gets_his_money_back_and_the_late_code_stays_in_the_pool(shop, taxi):
    offer = a_code_offer(
        merchant=shop.merchant,
        benefit=taxi,
        codes=fresh_codes(1),
        refund_policy=RefundPolicy.ANY_TIME_UNUSED,
    )
    bought(shop, offer)
    buyer, [waiting] = bought(shop, offer)
    over = waiting.valid_until

    with transaction():
        assert vouchers.expire(merchant_id=shop.id, voucher_ids=[waiting.id], at=over - SECOND) == 0
        assert vouchers.expire(merchant_id=shop.id, voucher_ids=[waiting.id], at=over) == 1
    stock(shop.merchant, taxi, *fresh_codes(1), at=over)

    assert look_at_voucher(shop, waiting.id).state == "expired"
    assert pool_of(shop, at=over).free == 1
    with pytest.raises(NotRevealable):
        revealed(shop, buyer, waiting.number, at=over)
    due = [
        each
        for each in aftersales.list_expired(at=over, limit=100_000)
        if each.merchant_id == shop.id
    ]
    with transaction():
        [number] = [
            aftersales.ask_for_expired(merchant_id=shop.id, order_number=each.order_number, at=over)
            for each in due
        ]
    assert walk(shop, number, at=over) == "paying"
    assert (ledger.verify(), proofs.verify()) == ([], [])


def test_a_voucher_that_is_over_gets_no_code_before_the_sweep_has_seen_it(shop, taxi):
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(1))
    bought(shop, offer)
    _, [waiting] = bought(shop, offer)
    stock(shop.merchant, taxi, *fresh_codes(1), at=waiting.valid_until)
    assert look_at_voucher(shop, waiting.id).state == "issuing"
    assert pool_of(shop, at=waiting.valid_until).free == 1
