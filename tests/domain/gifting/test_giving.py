"""Wrapping: what may be given, what becomes of it while it waits, and who may look."""

from datetime import timedelta

import pytest

from app.domain import gifting, members, vouchers
from app.domain.catalog import Conditions, Days
from app.domain.gifting import (
    COVERS,
    Box,
    MessageRefused,
    NotGiftable,
    Standing,
    Wrapping,
)
from app.domain.vouchers import Move, Tab, VoucherHeld, VoucherLocked
from app.kernel.db import execute, fetch_one, transaction
from app.kernel.errors import Invalid, NotFound
from app.migrations.metadata import tenant_tables
from tests.builders.catalog import a_benefit, an_offer
from tests.builders.gifting import GIVEN_AT, a_claim, a_gift, a_wallet, token_of
from tests.builders.members import a_member
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_key, a_shop, look_at_voucher, shown, vouchers_of
from tests.builders.redemption import a_use_undone

HOUR = timedelta(hours=1)


class Total:
    def __init__(self, number):
        self.number = number


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def giver(shop):
    return a_buyer(shop)


@pytest.fixture
def held(shop, giver):
    """Two vouchers of the giver's."""
    return a_wallet(shop, owner=giver)[1]


def state_of(shop, voucher):
    return look_at_voucher(shop, voucher.id).state


def test_what_is_given_is_held_and_shows_no_code(shop, giver, held):
    first, other = held
    a_gift(shop, giver=giver, vouchers=[first])

    assert (state_of(shop, first), state_of(shop, other)) == ("held", "active")
    with pytest.raises(VoucherHeld):
        vouchers.code_to_show(
            merchant_id=shop.id, member_id=giver.id, epoch=0, number=first.number, at=GIVEN_AT
        )


def test_the_code_of_before_is_dead_even_when_the_gift_comes_back(shop, giver, held):
    before = shown(shop, held[0], at=GIVEN_AT).digits
    number = a_gift(shop, giver=giver, vouchers=[held[0]])
    with transaction():
        gifting.recall(merchant_id=shop.id, member_id=giver.id, number=number, at=GIVEN_AT)

    assert state_of(shop, held[0]) == "active"
    assert shown(shop, held[0], at=GIVEN_AT).digits != before


def test_the_same_attempt_again_is_the_same_gift(shop, giver, held):
    key = a_key(merchant_id=shop.id, actor=f"member:{giver.id}", operation="give")
    first = a_gift(shop, giver=giver, vouchers=held[:1], key=key)

    assert a_gift(shop, giver=giver, vouchers=held[:1], key=key) == first


def test_a_whole_card_goes_without_what_was_used_of_it(shop, giver, held):
    with transaction():
        vouchers.move(
            merchant_id=shop.id, voucher_id=held[0].id, what=Move.FREEZE, actor="system", at=NOON
        )
    number = a_gift(shop, giver=giver, card=held[0].card_number)

    gift = gifting.get_gift(merchant_id=shop.id, member_id=giver.id, number=number, at=GIVEN_AT)
    assert gift.vouchers == [held[1].number]


def test_neither_anothers_voucher_nor_anothers_card_can_be_given(shop, held):
    thief = a_buyer(shop)

    with pytest.raises(NotFound):
        a_gift(shop, giver=thief, vouchers=held[:1])
    with pytest.raises(NotFound):
        a_gift(shop, giver=thief, card=held[0].card_number)


def test_nothing_and_both_ways_at_once_are_refused(shop, giver, held):
    with pytest.raises(NotGiftable):
        a_gift(shop, giver=giver)
    with pytest.raises(NotGiftable):
        a_gift(shop, giver=giver, vouchers=held, card=held[0].card_number)


def test_terms_that_forbid_it_are_kept(database):
    conditions = Conditions(validity=Days(count=30), giftable=False)
    shop = a_shop()
    benefit = a_benefit(merchant=shop.merchant, conditions=conditions)
    shop.offer = an_offer(merchant=shop.merchant, items=[(benefit.benefit_id, 2)])
    giver, held = a_wallet(shop)

    with pytest.raises(NotGiftable) as refused:
        a_gift(shop, giver=giver, vouchers=held[:1])
    assert refused.value.details["reason"] == "terms"


def test_what_waits_in_one_gift_is_not_put_into_another(shop, giver, held):
    a_gift(shop, giver=giver, vouchers=held[:1])

    with pytest.raises(VoucherHeld):
        a_gift(shop, giver=giver, vouchers=held)
    assert state_of(shop, held[1]) == "active"


def test_a_locked_voucher_is_not_given(shop, giver, held):
    with transaction():
        execute(
            "UPDATE vouchers SET state = 'locked' WHERE merchant_id = %(m)s AND id = %(v)s",
            {"m": shop.id, "v": held[0].id},
        )

    with pytest.raises(VoucherLocked):
        a_gift(shop, giver=giver, vouchers=held[:1])


def test_a_held_locked_voucher_comes_back_locked(shop, held):
    which = {"merchant_id": shop.id, "voucher_id": held[0].id, "actor": "system", "at": GIVEN_AT}
    with transaction():
        execute(
            "UPDATE vouchers SET state = 'locked' WHERE merchant_id = %(m)s AND id = %(v)s",
            {"m": shop.id, "v": held[0].id},
        )
        vouchers.move(**which, what=Move.HOLD)
        vouchers.move(**which, what=Move.RELEASE)

    assert state_of(shop, held[0]) == "locked"


def test_a_voucher_goes_through_three_hands_and_no_further(shop, giver, held):
    holder = giver
    for _ in range(3):
        friend = a_buyer(shop)
        a_claim(shop, a_gift(shop, giver=holder, vouchers=held[:1]), friend)
        holder = friend

    with pytest.raises(NotGiftable) as refused:
        a_gift(shop, giver=holder, vouchers=held[:1])
    assert refused.value.details["reason"] == "too_many_hands"


@pytest.mark.parametrize(
    "message", ["加微信 abc", "http://x.cn", "打 13800138000", "www.a.b"], ids=range(4)
)
def test_an_advertisement_is_no_message(shop, giver, held, message):
    with pytest.raises(MessageRefused):
        a_gift(shop, giver=giver, vouchers=held, message=message)
    assert state_of(shop, held[0]) == "active"


def test_strange_covers_long_words_and_far_days_are_refused(shop, giver, held):
    for refusal, wrong in (
        (Invalid, {"cover": "naked"}),
        (Invalid, {"message": "好" * 61}),
        (NotGiftable, {"gives_at": GIVEN_AT + timedelta(days=61)}),
    ):
        with pytest.raises(refusal):
            a_gift(shop, giver=giver, vouchers=held, **wrong)


def test_a_gift_ends_with_its_first_voucher(shop, giver, held):
    end = look_at_voucher(shop, held[0].id).valid_until
    soon = a_gift(shop, giver=giver, vouchers=held[:1], at=end - HOUR)
    late = {"merchant_id": shop.id, "member_id": giver.id, "at": end - HOUR}

    assert gifting.get_gift(**late, number=soon).ends_at == end
    with pytest.raises(vouchers.VoucherExpired):
        a_gift(shop, giver=giver, vouchers=held[1:], at=end - HOUR, gives_at=end)


def test_a_look_tells_what_a_friend_needs_and_nothing_more(shop, held):
    giver = a_member(merchant=shop.merchant, appid=shop.appid)
    with transaction():
        members.set_nickname(merchant_id=shop.id, member_id=giver.id, nickname="王小明")
    _, mine = a_wallet(shop, owner=giver)
    number = a_gift(shop, giver=giver, vouchers=mine, message="生日快乐", cover=COVERS[1])

    seen = gifting.look(merchant_id=shop.id, token=token_of(shop, number), at=GIVEN_AT)

    assert (seen.giver_name, seen.message, seen.cover) == ("王**", "生日快乐", "birthday")
    assert [(each.name, each.quantity) for each in seen.inside] == [("热拿铁兑换券", 2)]
    assert (seen.standing, seen.ends_at) == (Standing.WAITING, GIVEN_AT + timedelta(hours=24))


def test_looking_leaves_every_table_as_it_was(shop, giver, held):
    token = token_of(shop, a_gift(shop, giver=giver, vouchers=held))
    before = rows_everywhere(shop)

    for _ in range(3):
        gifting.look(merchant_id=shop.id, token=token, at=GIVEN_AT)

    assert rows_everywhere(shop) == before


def rows_everywhere(shop):
    def look_how_many(table):
        sql = f"SELECT count(*) FROM {table} WHERE merchant_id = %(m)s"  # noqa: S608 - our own tables
        return fetch_one(Total, sql, {"m": shop.id}).number

    people = fetch_one(Total, "SELECT count(*) FROM users", {}).number
    return {"users": people, **{table: look_how_many(table) for table in tenant_tables()}}


def test_the_token_itself_is_stored_nowhere(shop, giver, held):
    number = a_gift(shop, giver=giver, vouchers=held)
    token = token_of(shop, number)

    class Text:
        def __init__(self, text):
            self.text = text

    row = fetch_one(
        Text,
        "SELECT to_jsonb(g)::text FROM gifts g WHERE merchant_id = %(m)s AND number = %(n)s",
        {"m": shop.id, "n": number},
    )
    assert len(token) == 22
    assert token not in row.text


def test_the_boxes_of_both_sides_hold_the_gift(shop, giver, held):
    friend = a_buyer(shop)
    number = a_gift(shop, giver=giver, vouchers=held)
    a_claim(shop, number, friend)

    def box(member, which):
        page = gifting.list_gifts(
            merchant_id=shop.id, member_id=member.id, box=which, cursor=None, limit=10, at=GIVEN_AT
        )
        return [each.number for each in page.items]

    assert (box(giver, Box.SENT), box(giver, Box.RECEIVED)) == ([number], [])
    assert (box(friend, Box.SENT), box(friend, Box.RECEIVED)) == ([], [number])


def test_both_read_on_the_timeline_what_happened_and_only_the_buyer_his_order(shop, giver, held):
    friend = a_buyer(shop)
    number = a_gift(shop, giver=giver, vouchers=held[:1])
    a_claim(shop, number, friend)

    told = vouchers.timeline(merchant_id=shop.id, voucher_id=held[0].id)

    assert [(line.action, line.reference) for line in told] == [
        ("issue", None),
        ("hold", None),
        ("hand_over", number),
    ]
    assert [line.text for line in told][1:] == [
        "券已包成礼物，等待好友领取",
        "好友已领取，券已转给新的持有人",
    ]
    assert [each.number for each in vouchers_of(shop, friend, at=GIVEN_AT)] == [held[0].number]
    assert [each.number for each in vouchers_of(shop, giver, at=GIVEN_AT)] == [held[1].number]


def test_each_reads_where_he_used_it_himself_and_of_anothers_use_nothing(shop, giver, held):
    friend, voucher = a_buyer(shop), held[0]

    def uses():
        told = vouchers.timeline(merchant_id=shop.id, voucher_id=voucher.id)
        return [
            (line.reference, line.store_name)
            for line in told
            if line.action in {"redeem", "reverse"}
        ]

    def given(of, to):
        a_claim(shop, a_gift(shop, giver=of, vouchers=[voucher]), to)

    hidden = [(None, None)] * 2
    givers = [(a_use_undone(shop, voucher, at=GIVEN_AT), shop.store.name)] * 2
    assert uses() == givers
    given(giver, friend)
    assert uses() == hidden
    friends = [(a_use_undone(shop, voucher, at=GIVEN_AT), shop.store.name)] * 2
    assert uses() == hidden + friends
    given(friend, giver)
    assert uses() == givers + hidden
    given(giver, friend)
    assert uses() == hidden + friends


def test_the_receivers_vouchers_come_on_a_card_of_his_own(shop, giver, held):
    friend = a_buyer(shop)
    a_claim(shop, a_gift(shop, giver=giver, vouchers=held), friend)

    his = vouchers_of(shop, friend, at=GIVEN_AT)

    assert len({each.card_number for each in his}) == 1
    assert his[0].card_number != held[0].card_number
    assert his[0].card_title == held[0].card_title
    assert vouchers_of(shop, giver, at=GIVEN_AT, tab=Tab.OVER) == []


def test_the_payer_stays_the_buyer(shop, giver, held):
    friend = a_buyer(shop)
    a_claim(shop, a_gift(shop, giver=giver, vouchers=held), friend)

    found = look_at_voucher(shop, held[0].id)
    assert (found.buyer_id, found.holder_id) == (giver.id, friend.id)


def test_a_wrapping_without_anything_is_fine():
    gifting.check_wrapping(Wrapping(), at=NOON)
