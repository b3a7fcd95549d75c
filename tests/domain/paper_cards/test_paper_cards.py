"""Cards brought in from lists and printed, and bound by a scan."""

import pytest

from app.domain import paper_cards, points
from app.domain.paper_cards import PaperCard, PaperCardOver, PaperCardTaken, PaperCardUnknown
from app.kernel.db import reading, transaction
from app.kernel.errors import Invalid
from tests.builders.catalog import BOSS
from tests.builders.complaints import LATE, a_pack, printed
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, vouchers_of
from tests.builders.redemption import a_redemption


@pytest.fixture
def shop(database):
    return a_shop()


def brought_in(shop, lines, *, dry_run=False, **pack):
    with transaction():
        return paper_cards.import_cards(
            a_pack(shop, **pack), lines, dry_run=dry_run, actor=BOSS, at=NOON
        )


def bound(shop, member, code, *, at=NOON):
    with transaction():
        return paper_cards.bind(merchant_id=shop.id, member_id=member.id, code_text=code, at=at)


def cards_of(shop):
    return reading().query(PaperCard).filter_by(merchant_id=shop.id).all()


def test_a_card_brings_its_uses_and_points_home(shop):
    buyer = a_buyer(shop)
    _, (code,) = printed(shop, uses=2, points=300)

    came = bound(shop, buyer, paper_cards.qr_text(code))

    assert (came.vouchers, came.points) == (2, 300)
    found = vouchers_of(shop, buyer)
    assert {voucher.card_number for voucher in found} == {came.card_number}
    assert a_redemption(shop, found[0]).value_fen == 0
    balance = points.balance(merchant_id=shop.id, member_id=buyer.id, at=NOON)
    assert balance.spendable == 300


@pytest.mark.parametrize("form", [paper_cards.in_groups, str.lower, lambda code: f" {code} "])
def test_a_code_is_taken_as_people_type_it(shop, form):
    _, (code,) = printed(shop)

    assert bound(shop, a_buyer(shop), form(code)).vouchers == 1


def test_a_card_is_bound_once(shop):
    first, second = a_buyer(shop), a_buyer(shop)
    _, (code,) = printed(shop)
    bound(shop, first, code)

    for member, is_mine in ((second, False), (first, True)):
        with pytest.raises(PaperCardTaken) as refused:
            bound(shop, member, code)
        assert refused.value.details["mine"] is is_mine
    assert vouchers_of(shop, second) == []


def test_a_code_of_another_shop_or_of_nobody_is_unknown(shop):
    _, (code,) = printed(a_shop())

    for text in (code, "123456", "?!", "12345"):
        with pytest.raises(PaperCardUnknown):
            bound(shop, a_buyer(shop), text)


def test_a_card_whose_time_is_over_or_whose_batch_was_stopped_brings_nothing(shop):
    batch, (late, stopped) = printed(shop, count=2)

    with pytest.raises(PaperCardOver):
        bound(shop, a_buyer(shop), late, at=LATE)
    with transaction():
        paper_cards.stop_batch(merchant_id=shop.id, number=batch, actor=BOSS, at=NOON)
    with pytest.raises(PaperCardOver):
        bound(shop, a_buyer(shop), stopped)


def test_old_cards_come_in_as_hashes(shop):
    done = brought_in(shop, ["8800-0001-77", "", "8800000288"])

    assert (done.count, done.bad) == (2, ())
    kept = cards_of(shop)
    assert sorted(card.last_signs for card in kept) == ["0177", "0288"]
    assert not any(b"8800" in card.code_index for card in kept)
    assert bound(shop, a_buyer(shop), "8800000177").vouchers == 1


def test_one_wrong_line_and_nothing_comes_in(shop):
    brought_in(shop, ["8800000001"])

    done = brought_in(shop, ["8800000002", "no!", "88 00000002", "8800000001"])

    assert done.batch_number is None
    assert [(bad.line, bad.why) for bad in done.bad] == [
        (2, "not 6 to 40 letters and digits"),
        (3, "the same as line 1"),
        (4, "is a card here already"),
    ]
    assert len(cards_of(shop)) == 1


def test_a_dry_run_only_looks(shop):
    done = brought_in(shop, ["8800000001"], dry_run=True)

    assert (done.count, done.batch_number) == (1, None)
    assert cards_of(shop) == []


@pytest.mark.parametrize("wrong", [{"uses": 0}, {"points": -1}, {"until": NOON}, {"uses": 101}])
def test_a_batch_that_means_nothing_is_refused(shop, wrong):
    with pytest.raises(Invalid):
        brought_in(shop, ["8800000001"], **wrong)
