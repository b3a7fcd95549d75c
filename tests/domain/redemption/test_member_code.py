"""The member's own code: what it shows the clerk, and what ends it."""

from datetime import timedelta

import pytest

from app.domain import members, points, redemption
from app.domain.catalog import Conditions, Days
from app.domain.members import CodesFrozen
from app.domain.vouchers import CodeOutdated, CodeUnknown
from app.kernel.db import transaction
from tests.builders.catalog import BOSS, a_benefit, an_offer
from tests.builders.complaints import member_code
from tests.builders.merchants import a_store
from tests.builders.orders import a_buyer, a_paid_order, a_shop, a_voucher, shown, vouchers_of
from tests.builders.redemption import LATER, a_redemption, a_scan
from tests.builders.stored_value import a_top_up, an_open_order, held


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def buyer(shop):
    return a_buyer(shop)


def scan(shop, buyer, *, at=LATER, code=None, **more):
    code = code or member_code(shop, buyer, at=at).qr_text
    return a_scan(shop, None, code=code, **more)


def matched(shop, buyer, *, at=LATER, **more):
    with transaction():
        return redemption.best_match(scan(shop, buyer, at=at, **more), at=at)


def sold(shop, buyer, *, name, uses=1, **benefit):
    """A purchase of one offer that holds this."""
    offer = an_offer(
        merchant=shop.merchant,
        items=[(a_benefit(merchant=shop.merchant, name=name, **benefit).benefit_id, uses)],
        title=name,
        price_fen=10_00,
    )
    a_paid_order(shop, buyer=buyer, offer=offer)


def days(count, **more):
    return Conditions(validity=Days(count=count), **more)


def frozen(shop, buyer, *, verb=members.freeze_codes, actor=BOSS, at=LATER):
    with transaction():
        verb(merchant_id=shop.id, member_id=buyer.id, actor=actor, at=at)


def test_what_ends_first_is_first_and_of_one_day_the_dearest(shop, buyer):
    sold(shop, buyer, name="蛋糕", market_value_fen=50_00, conditions=days(20))
    sold(shop, buyer, name="咖啡", market_value_fen=20_00, conditions=days(20), uses=3)
    sold(shop, buyer, name="饼干", market_value_fen=11_00, conditions=days(1))

    found = matched(shop, buyer)

    assert [(match.benefit_name, match.count) for match in found] == [
        ("饼干", 1),
        ("蛋糕", 1),
        ("咖啡", 3),
    ]
    assert found[0].reasons == ("1天后到期",)
    assert found[1].reasons == ("价值最高",)


def test_only_what_may_be_used_here_and_now_is_shown(shop, buyer):
    elsewhere = a_store(merchant=shop.merchant)
    sold(shop, buyer, name="别店", conditions=days(9, store_ids=(elsewhere.id,)))
    sold(shop, buyer, name="满减", conditions=days(9, minimum_spend_fen=50_00))

    assert [match.benefit_name for match in matched(shop, buyer)] == ["满减"]
    assert matched(shop, buyer)[0].reasons[-1] == "消费满50元可用"
    assert matched(shop, buyer, spend_fen=49_99) == []
    assert "已满足最低消费" in matched(shop, buyer, spend_fen=50_00)[0].reasons


def test_one_of_them_is_redeemed_by_picking_it(shop, buyer):
    voucher = a_voucher(shop, buyer=buyer)

    code = member_code(shop, buyer, at=LATER).digits
    done = a_redemption(shop, None, code=code, chosen=voucher.number)

    assert done.voucher_number == voucher.number
    left = [each.number for each in vouchers_of(shop, buyer, at=LATER)]
    assert voucher.number not in left


def test_anothers_voucher_cannot_be_picked(shop, buyer):
    theirs = a_voucher(shop)

    with pytest.raises(CodeUnknown):
        a_redemption(
            shop,
            None,
            code=member_code(shop, buyer, at=LATER).digits,
            chosen=theirs.number,
        )


def test_a_members_code_is_no_vouchers_code_and_the_other_way_round(shop, buyer):
    voucher = a_voucher(shop, buyer=buyer)

    with pytest.raises(CodeUnknown):
        a_redemption(shop, None, code=member_code(shop, buyer, at=LATER).qr_text)
    with pytest.raises(CodeUnknown):
        matched(shop, buyer, code=shown(shop, voucher, at=LATER).qr_text)


def test_a_picture_of_it_is_old_after_a_minute(shop, buyer):
    code = member_code(shop, buyer, at=LATER).qr_text

    with pytest.raises(CodeOutdated):
        matched(shop, buyer, code=code, at=LATER + timedelta(minutes=2))
    with pytest.raises(CodeUnknown):
        matched(shop, buyer, code=code, at=LATER + timedelta(minutes=20))


def test_a_freeze_ends_every_code_at_once(shop, buyer):
    voucher = a_voucher(shop, buyer=buyer)
    mine, vouchers_code = member_code(shop, buyer, at=LATER), shown(shop, voucher, at=LATER)

    frozen(shop, buyer)

    with pytest.raises(CodeUnknown):
        matched(shop, buyer, code=mine.qr_text)
    with pytest.raises(CodeUnknown):
        a_redemption(shop, voucher, code=vouchers_code.qr_text)


def test_frozen_codes_come_to_life_as_new_ones_only(shop, buyer):
    a_voucher(shop, buyer=buyer)
    old = member_code(shop, buyer, at=LATER).qr_text
    frozen(shop, buyer)
    while_frozen = member_code(shop, buyer, at=LATER).qr_text
    with pytest.raises(CodeUnknown):
        matched(shop, buyer, code=while_frozen)

    frozen(shop, buyer, verb=members.reissue_codes)

    assert len(matched(shop, buyer)) == 1
    for dead in (old, while_frozen):
        with pytest.raises(CodeUnknown):
            matched(shop, buyer, code=dead)


def test_another_members_codes_live_on(shop, buyer):
    other = a_buyer(shop)
    voucher = a_voucher(shop, buyer=other)

    frozen(shop, buyer)

    assert a_redemption(shop, voucher).voucher_number == voucher.number


@pytest.mark.parametrize("seconds", [1, 0, -1])
def test_a_code_shown_a_second_before_the_freeze_is_dead(shop, buyer, seconds):
    voucher = a_voucher(shop, buyer=buyer)
    at = LATER - timedelta(seconds=seconds)
    mine, its_own = member_code(shop, buyer, at=at), shown(shop, voucher, at=at)

    frozen(shop, buyer)

    for code in (mine.qr_text, mine.digits):
        with pytest.raises(CodeUnknown):
            matched(shop, buyer, code=code)
        with pytest.raises(CodeUnknown):
            a_redemption(shop, None, code=code, chosen=voucher.number)
    for code in (its_own.qr_text, its_own.digits):
        with pytest.raises(CodeUnknown):
            a_redemption(shop, voucher, code=code)


def test_what_staff_froze_only_staff_opens_again(shop, buyer):
    frozen(shop, buyer)

    with pytest.raises(CodesFrozen) as refused:
        frozen(shop, buyer, verb=members.reissue_codes, actor=f"member:{buyer.id}")
    assert refused.value.details["by_staff"]
    frozen(shop, buyer, verb=members.reissue_codes)

    frozen(shop, buyer, actor=f"member:{buyer.id}")
    frozen(shop, buyer, verb=members.reissue_codes, actor=f"member:{buyer.id}")
    assert members.code_state(merchant_id=shop.id, member_id=buyer.id).frozen_at is None


def test_staff_may_freeze_what_its_owner_froze_before(shop, buyer):
    frozen(shop, buyer, actor=f"member:{buyer.id}")
    frozen(shop, buyer)

    with pytest.raises(CodesFrozen):
        frozen(shop, buyer, verb=members.reissue_codes, actor=f"member:{buyer.id}")


def test_a_lost_card_freezes_the_purse_and_the_points_too(shop, buyer):
    a_top_up(shop, buyer, paid=100_00, bonus=0)
    order_id = an_open_order(shop, buyer)
    frozen(shop, buyer)

    with pytest.raises(CodesFrozen):
        held(shop, buyer, 10_00, order_id=order_id)
    with pytest.raises(CodesFrozen), transaction():
        points.hold(merchant_id=shop.id, member_id=buyer.id, order_id=order_id, points=1, at=LATER)
    frozen(shop, buyer, verb=members.reissue_codes)

    held(shop, buyer, 10_00, order_id=order_id)


def test_who_spends_from_anothers_purse_with_a_lost_card_spends_nothing(shop, buyer):
    spender = a_buyer(shop)
    a_top_up(shop, buyer, paid=100_00, bonus=0)
    frozen(shop, spender)

    with pytest.raises(CodesFrozen):
        held(shop, buyer, 10_00, order_id=an_open_order(shop, spender), spender=spender)


def test_a_members_code_shows_nothing_of_another_shop(shop, buyer):
    a_voucher(shop, buyer=buyer)
    other = a_shop()

    with pytest.raises(CodeUnknown):
        matched(other, buyer, code=member_code(shop, buyer, at=LATER).qr_text)
