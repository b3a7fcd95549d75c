"""What is put into the card bag, and what WeChat tells of it."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import card_bag, members, redemption
from app.domain.card_bag import (
    Act,
    Capability,
    NoCardBag,
    NotForCardBag,
    Outcome,
    Seen,
    Taken,
    Wanted,
)
from app.domain.vouchers import AlreadyRedeemed, Move
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.card_bag import ANNA, BEN, BOSS, CARL, a_voucher_for_the_bag, set_up
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, shown
from tests.builders.redemption import a_redemption
from tests.domain.card_bag.looking import (
    LATER,
    card_of,
    differences,
    done,
    gift,
    got,
    holder_of,
    joined_as,
    move,
    state_of,
    take,
)


@pytest.fixture
def bag(database):
    return a_voucher_for_the_bag()


# Offering


def test_asking_again_offers_the_same_card(bag):
    assert bag.offer() == bag.offer()


def test_an_own_code_is_neither_guessable_nor_the_show_code(database):
    bag = a_voucher_for_the_bag(has_own_codes=True)

    offered = bag.offer()

    assert len(offered.code) == 20
    assert offered.code not in shown(bag.shop, bag.voucher, at=LATER).digits
    assert offered.code not in bag.voucher.number


def test_another_members_voucher_is_not_found(bag):
    with pytest.raises(NotFound):
        bag.offer(buyer=a_buyer(bag.shop))


def test_a_used_voucher_is_not_offered(bag):
    a_redemption(bag.shop, bag.voucher)
    with pytest.raises(NotForCardBag) as refused:
        bag.offer()
    assert refused.value.code == "not_for_card_bag"


def test_with_the_bag_off_nothing_is_offered_and_nothing_is_told(bag):
    bag.offer()
    with transaction():
        card_bag.switch(
            merchant_id=bag.shop.id,
            capability=Capability.WECHAT_CARD,
            is_on=False,
            actor=BOSS,
            at=NOON,
        )
    with pytest.raises(NoCardBag):
        bag.offer()
    with pytest.raises(NoCardBag):
        card_bag.keys_of(merchant_id=bag.shop.id, capability=Capability.WECHAT_CARD)


def test_one_benefit_has_one_card(bag):
    with pytest.raises(Taken):
        set_up(bag.shop, appid="", benefit_number=None, platform_id=bag.platform_id)


def test_a_bag_is_set_up_for_what_there_is(bag):
    with pytest.raises(NotFound), transaction():
        card_bag.add_template(
            merchant_id=bag.shop.id,
            capability=Capability.WECHAT_CARD,
            platform_id="",
            benefit_number="B",
            has_own_codes=True,
            actor=BOSS,
            at=NOON,
        )
    with pytest.raises(Invalid), transaction():
        card_bag.add_bag(
            merchant_id=bag.shop.id,
            capability=Capability.BUSIFAVOR,
            appid="",
            store_number="",
            actor=BOSS,
            at=NOON,
        )


# What WeChat tells


def test_a_card_that_was_got_stands_in_the_bag(bag):
    offered = bag.offer()

    assert bag.tell(got(bag, offered.reference)) == [Outcome.APPLIED]
    assert bag.tell(got(bag, offered.reference)) == [Outcome.KNOWN_ALREADY]

    card = card_of(bag)
    assert (card.seen, card.code, card.openid) == (Seen.HELD, "w1", ANNA)
    assert bag.offer().seen is Seen.HELD


def test_a_card_that_is_none_of_ours_is_left_alone(bag):
    stranger = bag.event("got", "x", minute=1)
    assert bag.tell(stranger) == [Outcome.STRANGER]


def test_a_use_at_wechats_counter_redeems_our_voucher(bag):
    offered = bag.offer()

    bag.tell(
        got(bag, offered.reference),
        bag.event("consumed", "w1", minute=9, source="FROM_MOBILE_HELPER"),
    )

    assert state_of(bag) == "redeemed"
    assert card_of(bag).wanted is Wanted.CONSUMED
    assert take(bag) is None
    (line,) = redemption.today(
        merchant_id=bag.shop.id, store_id=bag.shop.store.id, actor="wechat", at=LATER
    )[0]
    assert line.redeemed_at == NOON + timedelta(minutes=9)
    assert differences(bag) == []


@pytest.mark.parametrize(
    "verbs",
    [(members.freeze_codes, members.reissue_codes), (members.freeze_codes,)],
    ids=["reissued", "frozen"],
)
def test_a_use_there_is_booked_once_whatever_became_of_the_members_codes(bag, verbs):
    offered = bag.offer()
    for verb in verbs:
        with transaction():
            verb(merchant_id=bag.shop.id, member_id=bag.buyer.id, actor=BOSS, at=NOON)
    used = bag.event("consumed", "w1", minute=9, source="FROM_MOBILE_HELPER")

    for _ in range(2):
        bag.tell(got(bag, offered.reference), used)

    assert (state_of(bag), differences(bag)) == ("redeemed", [])
    with pytest.raises(AlreadyRedeemed):
        a_redemption(bag.shop, bag.voucher)
    lines, _ = redemption.today(
        merchant_id=bag.shop.id, store_id=bag.shop.store.id, actor="wechat", at=LATER
    )
    assert len(lines) == 1


def test_a_use_that_our_conditions_refuse_is_noted_and_not_dropped(bag):
    offered = bag.offer()
    move(bag, Move.FREEZE)

    bag.tell(
        got(bag, offered.reference),
        bag.event("consumed", "w1", minute=9, source="FROM_MP"),
    )

    assert differences(bag) == [("use_refused", "voucher_frozen", "consumed")]
    assert state_of(bag) == "frozen"


def test_a_voucher_used_at_both_counters_is_noted(bag):
    offered = bag.offer()
    bag.tell(got(bag, offered.reference))
    a_redemption(bag.shop, bag.voucher)

    bag.tell(bag.event("consumed", "w1", minute=9, source="FROM_MP"))

    assert differences(bag) == [("used_twice", "redeemed", "consumed")]


def test_a_gift_that_a_friend_took_is_the_friends(bag):
    offered = bag.offer()

    bag.tell(
        got(bag, offered.reference),
        bag.event("gifting", "w1", minute=2),
        gift(bag, offered.reference, "w1", "w2", minute=3, giver=ANNA, openid=BEN),
    )

    assert holder_of(bag) != bag.buyer.id
    assert card_of(bag).member_id == holder_of(bag)
    assert card_of(bag).code == "w2"
    assert differences(bag) == []


def test_a_gift_that_was_not_allowed_is_noted(database):
    bag = a_voucher_for_the_bag(giftable=False)
    offered = bag.offer()

    bag.tell(
        got(bag, offered.reference),
        gift(bag, offered.reference, "w1", "w2", minute=3, giver=ANNA, openid=BEN),
    )

    assert holder_of(bag) == bag.buyer.id
    assert differences(bag) == [("gift_refused", "not_giftable", "given")]


def test_a_card_thrown_away_leaves_the_voucher_alone(bag):
    offered = bag.offer()

    bag.tell(got(bag, offered.reference), bag.event("deleted", "w1", minute=2))

    assert card_of(bag).seen is Seen.DELETED
    assert state_of(bag) == "active"
    assert bag.offer().reference != offered.reference


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_order_of_a_gift_chain_ends_the_same(database, data):
    bag = a_voucher_for_the_bag()
    reference = bag.offer().reference
    facts = [
        got(bag, reference, minute=1),
        bag.event("gifting", "w1", minute=2),
        gift(bag, reference, "w1", "w2", minute=3, giver=ANNA, openid=BEN),
        gift(bag, reference, "w2", "w3", minute=5, giver=BEN, openid=CARL),
        bag.event("deleted", "w3", minute=6, openid=CARL),
        bag.event("consumed", "w3", minute=7, openid=CARL, source="FROM_MP"),
    ]
    again = data.draw(st.lists(st.sampled_from(facts), max_size=3))

    bag.tell(*data.draw(st.permutations(facts + again)))

    card = card_of(bag)
    assert (card.seen, card.code, card.openid) == (Seen.CONSUMED, "w3", CARL)
    assert state_of(bag) == "redeemed"
    assert holder_of(bag) == card.member_id == joined_as(bag, CARL)
    assert differences(bag) == []


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_use_belongs_to_whoever_held_the_card_then_whatever_is_heard_first(database, data):
    bag = a_voucher_for_the_bag()
    reference = bag.offer().reference
    used_in = data.draw(st.sampled_from([2, 4, 6]))
    holder, code = {2: (ANNA, "w1"), 4: (BEN, "w2"), 6: (CARL, "w3")}[used_in]
    facts = [
        got(bag, reference, minute=1),
        gift(bag, reference, "w1", "w2", minute=3, giver=ANNA, openid=BEN),
        gift(bag, reference, "w2", "w3", minute=5, giver=BEN, openid=CARL),
        bag.event("consumed", code, minute=used_in, openid=holder, source="FROM_MP"),
    ]

    bag.tell(*data.draw(st.permutations(facts)))

    expected = bag.buyer.id if holder == ANNA else joined_as(bag, holder)
    assert (state_of(bag), holder_of(bag)) == ("redeemed", expected)
    late = {("given_after_use", "redeemed", "given")} if used_in < 6 else set()
    assert set(differences(bag)) == late


def test_what_was_booked_at_our_own_counter_stands_whoever_gave_the_card_away(bag):
    offered = bag.offer()
    bag.tell(got(bag, offered.reference))
    a_redemption(bag.shop, bag.voucher)

    bag.tell(gift(bag, offered.reference, "w1", "w2", minute=3, giver=ANNA, openid=BEN))

    assert (state_of(bag), holder_of(bag)) == ("redeemed", bag.buyer.id)
    assert differences(bag) == [("gift_refused", "redeemed", "given")]


def test_a_code_that_the_giver_knew_is_to_be_changed(database):
    bag = a_voucher_for_the_bag(has_own_codes=True)
    offered = bag.offer()
    code = offered.code

    bag.tell(
        got(bag, offered.reference, code),
        gift(bag, offered.reference, code, code, minute=3, giver=ANNA, openid=BEN),
    )
    todo = take(bag)
    done(bag, todo)

    assert todo.act is Act.CHANGE_CODE
    card = card_of(bag)
    assert card.code == card.next_code != code
    assert (card.seen, card.openid, take(bag)) == (Seen.HELD, BEN, None)
    bag.tell(bag.event("consumed", card.code, minute=9, openid=BEN, source="FROM_MP"))
    assert state_of(bag) == "redeemed"
