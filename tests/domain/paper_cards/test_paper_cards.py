"""Cards brought in from lists and printed, and bound by a scan."""

from datetime import timedelta

import pytest

from app.domain import paper_cards, points
from app.domain.paper_cards import (
    BatchUnfit,
    PaperCard,
    PaperCardOver,
    PaperCardTaken,
    PaperCardUnknown,
    PaperCardUsed,
)
from app.kernel.db import reading, transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.catalog import BOSS
from tests.builders.complaints import LATE, a_pack, printed
from tests.builders.gifting import a_claim, a_gift
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


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"uses": 0}, BatchUnfit),
        ({"until": NOON}, BatchUnfit),
        ({"until": NOON + timedelta(days=30 * 366)}, BatchUnfit),
        ({"points": -1}, Invalid),
        ({"uses": 101}, Invalid),
    ],
)
def test_a_batch_that_means_nothing_is_refused(shop, wrong, error):
    with pytest.raises(error):
        brought_in(shop, ["8800000001"], **wrong)


def undone(shop, card, *, again=False, at=NOON):
    with transaction():
        return paper_cards.undo(
            merchant_id=shop.id,
            card_number=card,
            may_bind_again=again,
            reason="绑错人",
            actor=BOSS,
            at=at,
        )


def spendable(shop, member):
    return points.balance(merchant_id=shop.id, member_id=member.id, at=NOON).spendable


def test_each_old_card_keeps_what_is_left_on_it(shop):
    buyer = a_buyer(shop)
    done = brought_in(
        shop,
        ["卡号,剩余次数,积分", "88001001,7,250", "88002002", "88003003,,0", "88004004\t3\t"],
        uses=10,
        points=5,
    )

    assert (done.count, done.bad) == (4, ())
    came = [bound(shop, buyer, f"8800{n}00{n}") for n in range(1, 5)]
    assert [(each.vouchers, each.points) for each in came] == [(7, 250), (10, 5), (10, 0), (3, 5)]
    assert spendable(shop, buyer) == 260


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("88000001,0", "uses are 1 to 100"),
        ("88000001,101", "uses are 1 to 100"),
        ("88000001,x", "uses are 1 to 100"),
        ("88000001,-1", "uses are 1 to 100"),
        ("88000001,1.5", "uses are 1 to 100"),
        ("88000001,٣", "uses are 1 to 100"),
        ("88000001,1,1000001", "points are 0 to 1000000"),
        ("88000001,1,1,1", "more than code, uses, points"),
        (",1", "not 6 to 40 letters and digits"),
        ("=cmd|' /C calc'!A0", "not 6 to 40 letters and digits"),
        ("<script>alert(1)</script>", "not 6 to 40 letters and digits"),
    ],
)
def test_a_line_that_means_nothing_is_named(shop, line, why):
    done = brought_in(shop, ["88000009", line])

    assert [(bad.line, bad.why) for bad in done.bad] == [(2, why)]
    assert cards_of(shop) == []


def test_wrong_lines_of_every_kind_come_in_their_order(shop):
    brought_in(shop, ["88000001"])

    done = brought_in(shop, ["?", "88000001", "88000002,3", "88000002"], uses=0, points=9)

    assert [(bad.line, bad.why) for bad in done.bad] == [
        (1, "not 6 to 40 letters and digits"),
        (2, "is a card here already"),
        (3, "uses of its own need a batch of one benefit"),
        (4, "the same as line 3"),
    ]


def test_a_card_with_nothing_on_it_is_a_wrong_line(shop):
    done = brought_in(shop, ["88000001,,30", "88000002"], uses=0)

    assert [(bad.line, bad.why) for bad in done.bad] == [(2, "nothing on it")]


def test_a_binding_taken_back_leaves_nothing_and_the_paper_dead(shop):
    buyer, other = a_buyer(shop), a_buyer(shop)
    _, (code,) = printed(shop, uses=2, points=300)
    came = bound(shop, buyer, code)

    back = undone(shop, came.card_number)

    assert (back.vouchers, back.points, back.owed) == (2, 300, 0)
    assert vouchers_of(shop, buyer) == []
    assert spendable(shop, buyer) == 0
    with pytest.raises(PaperCardOver):
        bound(shop, other, code)
    with pytest.raises(NotFound):
        undone(shop, came.card_number)


def test_the_right_person_binds_it_after_the_wrong_one_and_it_is_booked_anew(shop):
    wrong, right = a_buyer(shop), a_buyer(shop)
    _, (code,) = printed(shop, points=300)

    for member in (wrong, right, wrong):
        came = bound(shop, member, code)
        undone(shop, came.card_number, again=True)
    bound(shop, right, code)

    assert (spendable(shop, wrong), spendable(shop, right)) == (0, 300)
    assert len(vouchers_of(shop, right)) == 1


def test_points_that_were_spent_meanwhile_are_owed(shop):
    buyer = a_buyer(shop)
    _, (code,) = printed(shop, points=300)
    came = bound(shop, buyer, code)
    with transaction():
        points.spend(
            merchant_id=shop.id, member_id=buyer.id, points=120, cause="spent:test", at=NOON
        )

    assert undone(shop, came.card_number).owed == 120


def used(shop, buyer):
    a_redemption(shop, vouchers_of(shop, buyer)[0])


def given_away(shop, buyer):
    gift = a_gift(shop, giver=buyer, vouchers=[vouchers_of(shop, buyer)[0]])
    a_claim(shop, gift, a_buyer(shop))


def wrapped(shop, buyer):
    a_gift(shop, giver=buyer, vouchers=[vouchers_of(shop, buyer)[0]])


@pytest.mark.parametrize("how", [used, given_away, wrapped])
def test_what_was_used_or_given_away_cannot_be_taken_back(shop, how):
    buyer = a_buyer(shop)
    _, (code,) = printed(shop, uses=2, points=10)
    came = bound(shop, buyer, code)
    how(shop, buyer)

    with pytest.raises(PaperCardUsed) as refused:
        undone(shop, came.card_number)

    told = refused.value.details
    assert len(told["vouchers"]) + told["gone"] == 1
    assert spendable(shop, buyer) >= 10


def test_another_shops_card_cannot_be_taken_back(shop):
    buyer = a_buyer(shop)
    _, (code,) = printed(shop)
    came = bound(shop, buyer, code)

    with pytest.raises(NotFound):
        undone(a_shop(), came.card_number)


GUESSED, COUNTED = "too short for so many cards", "its neighbours are cards too"


@pytest.mark.parametrize(
    ("codes", "why", "lines"),
    [
        (["123456"], GUESSED, [1]),
        (["1234567", "AB12"], GUESSED, [1]),
        ([f"{n * 7919:08d}" for n in range(101)], GUESSED, range(1, 102)),
        ([f"{n * 7919:09d}" for n in range(101)], None, []),
        (["88000001", "88000002"], None, []),
        (["88000003", "88070000", "88000001", "88000002"], COUNTED, [1, 3, 4]),
        (["VIP9000018", "VIP9000026", "VIP9000034"], COUNTED, [1, 2, 3]),
        (["VIP9000018", "VIP9000026", "VIQ9000034"], None, []),
    ],
)
def test_codes_that_a_stranger_finds_by_trying_are_not_brought_in(shop, codes, why, lines):
    done = brought_in(shop, codes, dry_run=True)

    guessable = [bad for bad in done.bad if "can be guessed" in bad.why]
    assert [bad.line for bad in guessable] == list(lines)
    assert all(why in bad.why for bad in guessable)
