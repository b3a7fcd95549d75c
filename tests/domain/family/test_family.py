"""A family spends its owner's stored value: each up to his limit, or as the owner allows."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain import family, stored_value
from app.domain.family import (
    FamilyExists,
    FamilyFull,
    InvitationOver,
    InvitationUnknown,
    NoFamily,
    OverFamilyCap,
    OwnFamily,
    RequestOver,
    RequestWaits,
)
from app.domain.family.rules import month_of
from app.domain.stored_value import NotEnoughValue, ValueFrozen
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound
from tests.builders.family import (
    a_family,
    a_relative,
    an_invitation,
    family_of,
    spends,
    taken,
)
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.builders.stored_value import a_top_up, captured, given_back, has, held, released


@pytest.fixture
def shop(database):
    return a_shop()


@pytest.fixture
def owner(shop):
    member = a_buyer(shop)
    a_top_up(shop, member)
    return member


def act(verb, shop, member, **said):
    with transaction():
        return verb(merchant_id=shop.id, member_id=member.id, **said)


def test_a_member_spends_the_owners_value_and_both_see_it(shop, owner):
    ((member, seat),) = a_family(shop, owner, caps=[10_000])
    order_id = spends(shop, member, 6_000)
    captured(shop, order_id)

    assert has(shop, owner) == (95_000, 19_000)
    (mine,) = family_of(shop, member).seats
    assert (mine.number, mine.spent_fen, mine.left_fen) == (seat, 6_000, 4_000)
    assert family_of(shop, owner).is_owner
    for who in (owner, member):
        (use,) = uses(shop, who).items
        assert (use.seat, use.name, use.amount_fen, use.state) == (
            seat,
            "妈妈",
            6_000,
            "captured",
        )


def uses(shop, member, seat=None):
    return family.list_uses(
        merchant_id=shop.id, member_id=member.id, seat_number=seat, cursor=None, limit=10
    )


def test_the_limit_of_the_month_holds_and_what_comes_back_counts_no_more(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    order_id = spends(shop, member, 6_000)

    with pytest.raises(OverFamilyCap) as refused:
        spends(shop, member, 4_001)
    assert refused.value.details == {"left_fen": 4_000, "over_fen": 1}

    released(shop, order_id)
    second = spends(shop, member, 10_000)
    captured(shop, second)
    given_back(shop, second, 3_000)
    spends(shop, member, 3_000)
    with pytest.raises(OverFamilyCap):
        spends(shop, member, 1)


def test_the_whole_family_has_a_limit_too(shop, owner):
    (one, _), (other, _) = a_family(shop, owner, caps=[10_000, 10_000], whole=15_000)
    spends(shop, one, 10_000)
    held(shop, owner, 20_000)

    with pytest.raises(OverFamilyCap):
        spends(shop, other, 5_001)
    spends(shop, other, 5_000)


def test_a_new_month_begins_at_the_merchants_midnight(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    last = datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC)
    spends(shop, member, 10_000, at=last)

    with pytest.raises(OverFamilyCap):
        spends(shop, member, 1, at=last)
    spends(shop, member, 10_000, at=last + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("at", "since", "until"),
    [
        (
            datetime(2028, 2, 29, 15, 59, tzinfo=UTC),
            datetime(2028, 1, 31, 16, tzinfo=UTC),
            datetime(2028, 2, 29, 16, tzinfo=UTC),
        ),
        (
            datetime(2027, 1, 31, 16, 0, tzinfo=UTC),
            datetime(2027, 1, 31, 16, tzinfo=UTC),
            datetime(2027, 2, 28, 16, tzinfo=UTC),
        ),
        (
            datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
            datetime(2026, 12, 31, 16, tzinfo=UTC),
            datetime(2027, 1, 31, 16, tzinfo=UTC),
        ),
    ],
)
def test_months_of_every_length(at, since, until):
    month = month_of(at, zone="Asia/Shanghai")

    assert (month.since, month.until) == (since, until)


def test_the_owner_allows_more_once(shop, owner):
    ((member, seat),) = a_family(shop, owner, caps=[10_000], whole=10_000)
    spends(shop, member, 9_000)
    act(family.ask, shop, member, amount_fen=5_000, note="买菜", at=NOON)
    with pytest.raises(RequestWaits):
        act(family.ask, shop, member, amount_fen=1, note=None, at=NOON)
    (asked,) = family_of(shop, owner).requests
    assert (asked.seat, asked.amount_fen, asked.note) == (seat, 5_000, "买菜")

    assert act(family.approve, shop, owner, number=seat, at=NOON) == 5_000

    with pytest.raises(RequestOver):
        act(family.approve, shop, owner, number=seat, at=NOON)
    spends(shop, member, 6_000)
    with pytest.raises(OverFamilyCap):
        spends(shop, member, 1)


def test_a_question_is_refused_or_forgotten_after_a_day(shop, owner):
    ((member, seat),) = a_family(shop, owner, caps=[10_000])
    act(family.ask, shop, member, amount_fen=5_000, note=None, at=NOON)
    act(family.refuse, shop, owner, number=seat, at=NOON)
    act(family.ask, shop, member, amount_fen=5_000, note=None, at=NOON)
    late = NOON + timedelta(days=1)

    with pytest.raises(RequestOver):
        act(family.approve, shop, owner, number=seat, at=late)
    assert family_of(shop, owner, at=late).requests == []
    act(family.ask, shop, member, amount_fen=5_000, note=None, at=late)
    with pytest.raises(Invalid):
        act(family.ask, shop, member, amount_fen=0, note=None, at=late)


def test_only_the_owner_decides(shop, owner):
    ((member, seat),) = a_family(shop, owner, caps=[10_000])
    act(family.ask, shop, member, amount_fen=5_000, note=None, at=NOON)

    for verb in (family.approve, family.refuse):
        with pytest.raises(NoFamily):
            act(verb, shop, member, number=seat, at=NOON)
    other = a_buyer(shop)
    a_family(shop, other)
    with pytest.raises(NotFound):
        act(family.approve, shop, other, number=seat, at=NOON)


def test_whoever_leaves_or_is_removed_spends_no_more(shop, owner):
    (one, seat), (other, _) = a_family(shop, owner, caps=[10_000, 10_000])
    spends(shop, one, 1_000)
    act(family.remove, shop, owner, number=seat, at=NOON + timedelta(seconds=1))
    act(family.leave, shop, other, at=NOON)

    for who in (one, other):
        with pytest.raises(NoFamily):
            spends(shop, who, 1)
        with pytest.raises(NoFamily):
            family_of(shop, who)
    assert [use.amount_fen for use in uses(shop, owner, seat).items] == [1_000]


def test_a_dissolved_family_spends_no_more_and_its_invitations_are_dead(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    invited = an_invitation(shop, owner)
    act(family.dissolve, shop, owner, at=NOON)

    with pytest.raises(NoFamily):
        spends(shop, member, 1)
    with pytest.raises(InvitationOver):
        taken(shop, a_buyer(shop), invited.token)
    a_family(shop, owner)
    a_relative(shop, owner, member=member)


def test_an_invitation_is_for_one_person_and_seven_days(shop, owner):
    a_family(shop, owner)
    invited, late = an_invitation(shop, owner), an_invitation(shop, owner)
    friend = a_buyer(shop)

    assert taken(shop, friend, invited.token).number == invited.number
    assert taken(shop, friend, invited.token).replayed
    with pytest.raises(InvitationOver):
        taken(shop, a_buyer(shop), invited.token)
    with pytest.raises(InvitationOver):
        taken(shop, a_buyer(shop), late.token, at=NOON + timedelta(days=7))
    with pytest.raises(OwnFamily):
        taken(shop, owner, late.token)
    with pytest.raises(InvitationUnknown):
        taken(shop, friend, "x" * 22)
    with pytest.raises(FamilyExists):
        taken(shop, friend, late.token)
    told = family.look(merchant_id=shop.id, token=late.token)
    assert (told.state, told.monthly_cap_fen) == ("invited", 10_000)
    assert late.token not in repr(told)


def test_five_places_and_late_invitations_make_room(shop, owner):
    a_family(shop, owner)
    for _ in range(5):
        an_invitation(shop, owner)

    with pytest.raises(FamilyFull):
        an_invitation(shop, owner)
    an_invitation(shop, owner, at=NOON + timedelta(days=7))


def test_nobody_has_two_families(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])

    for who in (owner, member):
        with pytest.raises(FamilyExists):
            a_family(shop, who)


def test_the_owners_limits_can_change(shop, owner):
    ((member, seat),) = a_family(shop, owner, caps=[10_000])
    act(family.set_cap, shop, owner, number=seat, monthly_cap_fen=2_000)
    with pytest.raises(OverFamilyCap):
        spends(shop, member, 2_001)
    act(family.set_whole_cap, shop, owner, monthly_cap_fen=1_000)
    with pytest.raises(OverFamilyCap):
        spends(shop, member, 1_001)
    act(family.set_whole_cap, shop, owner, monthly_cap_fen=None)
    spends(shop, member, 2_000)
    with pytest.raises(Invalid):
        act(family.set_cap, shop, owner, number=seat, monthly_cap_fen=0)


def test_what_the_owner_lacks_or_may_not_spend_his_family_does_not_spend(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[500_000])
    with pytest.raises(NotEnoughValue):
        spends(shop, member, 120_001)
    with transaction():
        stored_value.freeze(
            merchant_id=shop.id, member_id=owner.id, reason="盗刷", actor="system", at=NOON
        )

    with pytest.raises(ValueFrozen):
        spends(shop, member, 1)
    assert family_of(shop, member).balance_fen == 0


def join_people(shop, loser, winner):
    from sqlalchemy import text

    from app.kernel.db import writing

    pair = {"merchant_id": shop.id, "loser_id": loser.id, "winner_id": winner.id}
    with transaction():
        query = text("UPDATE members SET merged_into = :w WHERE merchant_id = :m AND id = :l")
        writing().execute(query, {"m": shop.id, "l": loser.id, "w": winner.id})
        for _ in range(2):
            family.take_over(**pair, at=NOON)
            stored_value.take_over(**pair, at=NOON)


def test_a_member_who_is_another_keeps_his_place_and_what_he_spent_counts(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    spends(shop, member, 9_000)
    winner = a_buyer(shop)
    join_people(shop, member, winner)

    with pytest.raises(OverFamilyCap):
        spends(shop, winner, 1_001)
    spends(shop, winner, 1_000)


def test_an_owner_who_is_another_keeps_his_family(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    winner = a_buyer(shop)
    join_people(shop, owner, winner)

    spends(shop, member, 6_000)
    assert has(shop, winner) == (95_000, 19_000)
    assert family_of(shop, winner).is_owner


def test_an_owner_who_is_in_his_own_family_has_the_card_alone(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000])
    join_people(shop, member, owner)

    assert family_of(shop, owner).is_owner
    assert family_of(shop, owner).seats == []


def test_nobody_sees_or_counts_what_his_relative_spent_of_another_family(shop, owner):
    other, before = a_buyer(shop), NOON - timedelta(hours=1)
    a_top_up(shop, other)
    ((mine, seat),) = a_family(shop, owner, caps=[10_000], at=before)
    ((theirs, _),) = a_family(shop, other, caps=[10_000], at=before)
    spends(shop, mine, 1_000, at=before)
    spends(shop, theirs, 2_000, at=before)

    join_people(shop, theirs, mine)

    assert [use.amount_fen for use in uses(shop, owner).items] == [1_000]
    assert [use.amount_fen for use in uses(shop, mine).items] == [1_000]
    assert [use.amount_fen for use in uses(shop, other).items] == [2_000]
    (place,) = family_of(shop, owner).seats
    assert (place.number, place.spent_fen, place.left_fen) == (seat, 1_000, 9_000)


def test_a_member_is_told_what_he_may_spend_and_not_what_the_owner_has(shop, owner):
    ((member, _),) = a_family(shop, owner, caps=[10_000], whole=50_000)
    spends(shop, member, 4_000)

    told, all_of_it = family_of(shop, member), family_of(shop, owner)

    assert (told.balance_fen, told.monthly_cap_fen) == (6_000, None)
    assert (all_of_it.balance_fen, all_of_it.monthly_cap_fen) == (116_000, 50_000)
    held(shop, owner, 115_000)
    assert family_of(shop, member).balance_fen == 1_000
