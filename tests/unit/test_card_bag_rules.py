"""Where a card stands does not depend on the order in which that was told, nor on how often."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.card_bag import (
    Act,
    BagEvent,
    Capability,
    Kind,
    Seen,
    Theirs,
    Wanted,
    act_for,
    compare_card,
    stand,
)

CARD = "pCard"
BEGIN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def told(kind, code="c1", *, minute, openid="anna", **more):
    at = BEGIN + timedelta(minutes=minute)
    return BagEvent(kind=kind, platform_id=CARD, code=code, at=at, openid=openid, **more)


def got(code="c1", *, minute, openid="anna", **more):
    return told(Kind.GOT, code, minute=minute, openid=openid, outer="ref", **more)


def gift(old_code, code, *, minute, giver, openid):
    return got(code, minute=minute, openid=openid, friend=giver, old_code=old_code, is_gift=True)


CHAIN = (
    got(minute=0),
    told(Kind.GIFTING, minute=1),
    gift("c1", "c2", minute=2, giver="anna", openid="ben"),
    # Ben's user_gifting_card never came.
    gift("c2", "c3", minute=4, giver="ben", openid="carl"),
    told(Kind.CONSUMED, "c3", minute=6, openid="carl", source="FROM_MOBILE_HELPER"),
)
SAME_CODE = (
    got(minute=0),
    told(Kind.GIFTING, minute=1),
    gift("c1", "c1", minute=2, giver="anna", openid="ben"),
    told(Kind.DELETED, minute=3, openid="ben"),
)


def any_way(facts):
    """Every fact at least once, in any order."""
    again = st.lists(st.sampled_from(facts), max_size=4)
    return again.flatmap(lambda more: st.permutations([*facts, *more]))


@given(any_way(CHAIN))
def test_a_gift_chain_ends_with_the_third_person_whatever_came_first(facts):
    now = stand(facts)
    assert (now.seen, now.code, now.openid) == (Seen.CONSUMED, "c3", "carl")


@given(any_way(CHAIN[:-1]))
def test_an_unused_chain_is_held_by_the_last(facts):
    now = stand(facts)
    assert (now.seen, now.code, now.openid) == (Seen.HELD, "c3", "carl")
    assert now.got.is_gift


@given(any_way(SAME_CODE))
def test_a_code_that_stays_the_same_follows_its_holders(facts):
    now = stand(facts)
    assert (now.seen, now.code, now.openid) == (Seen.DELETED, "c1", "ben")


@given(any_way((*CHAIN, *SAME_CODE)))
def test_the_same_facts_always_say_the_same(facts):
    assert stand(facts) == stand(sorted(set(facts), key=lambda fact: fact.fingerprint))


def test_two_gifts_in_one_second_end_with_whoever_gave_to_nobody():
    facts = [
        gift("c1", "c1", minute=1, giver="anna", openid="zoe"),
        gift("c1", "c1", minute=1, giver="zoe", openid="ben"),
    ]
    assert stand(facts).openid == stand(facts[::-1]).openid == "ben"


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        ([], Seen.OFFERED),
        ([got(minute=0)], Seen.HELD),
        ([got(minute=0), told(Kind.GIFTING, minute=1)], Seen.GIFTING),
        ([told(Kind.GIFTING, minute=1)], Seen.GIFTING),
        (
            [got(minute=0), told(Kind.GIFTING, minute=1), told(Kind.RETURNED, minute=2)],
            Seen.HELD,
        ),
        ([told(Kind.DELETED, minute=3), got(minute=0)], Seen.DELETED),
        ([told(Kind.DELETED, minute=3), got(minute=0), got(minute=5)], Seen.HELD),
        ([told(Kind.CONSUMED, minute=3), got(minute=5)], Seen.CONSUMED),
        (
            [told(Kind.CONSUMED, minute=3), told(Kind.GIVEN_BACK, minute=4), got(minute=0)],
            Seen.HELD,
        ),
        ([told(Kind.SENT, minute=0)], Seen.CONFIRMING),
        ([told(Kind.PENDING, minute=1), told(Kind.SENT, minute=0)], Seen.PENDING),
        (
            [
                told(Kind.SENT, minute=0),
                told(Kind.CONFIRMED, minute=2),
                told(Kind.PENDING, minute=1),
            ],
            Seen.HELD,
        ),
        ([got(minute=0), told(Kind.UNAVAILABLE, minute=2)], Seen.UNAVAILABLE),
        (
            [told(Kind.UNAVAILABLE, minute=2), told(Kind.CONSUMED, minute=1), got(minute=0)],
            Seen.CONSUMED,
        ),
    ],
)
def test_where_a_card_stands(facts, seen):
    assert stand(facts).seen is seen


@pytest.mark.parametrize(
    ("wanted", "seen", "act"),
    [
        (Wanted.HELD, Seen.HELD, None),
        (Wanted.HELD, Seen.OFFERED, None),
        (Wanted.CONSUMED, Seen.OFFERED, None),
        (Wanted.CONSUMED, Seen.GIFTING, Act.CONSUME),
        (Wanted.CONSUMED, Seen.CONSUMED, None),
        (Wanted.UNAVAILABLE, Seen.DELETED, Act.WITHDRAW),
        (Wanted.UNAVAILABLE, Seen.EXPIRED, None),
        (Wanted.HELD, Seen.CONSUMED, Act.GIVE_BACK),
        (Wanted.HELD, Seen.CONFIRMING, Act.CONFIRM),
        (Wanted.CONSUMED, Seen.CONFIRMING, Act.CONFIRM),
        (Wanted.UNAVAILABLE, Seen.CONFIRMING, Act.WITHDRAW),
        (Wanted.CONSUMED, Seen.PENDING, Act.CONSUME),
    ],
)
def test_what_is_to_be_done_at_the_platform(wanted, seen, act):
    found = act_for(
        wanted=wanted,
        seen=seen,
        capability=Capability.BUSIFAVOR,
        is_activated=False,
        needs_points=False,
    )
    assert found is act


def test_a_card_that_stays_used_up_is_left_alone():
    found = act_for(
        wanted=Wanted.HELD,
        seen=Seen.CONSUMED,
        capability=Capability.WECHAT_CARD,
        is_activated=False,
        needs_points=False,
    )
    assert found is None


@pytest.mark.parametrize(
    ("wanted", "theirs", "kind"),
    [
        (Wanted.HELD, Theirs(seen=Seen.HELD, openid="anna"), None),
        (Wanted.HELD, Theirs(seen=None), "unknown_there"),
        (Wanted.HELD, Theirs(seen=Seen.CONSUMED), "consumed_there"),
        (Wanted.HELD, Theirs(seen=Seen.DELETED), "deleted_there"),
        (Wanted.HELD, Theirs(seen=Seen.HELD, openid="ben"), "other_holder"),
        (Wanted.HELD, Theirs(seen=Seen.PENDING), None),
        (Wanted.HELD, Theirs(seen=Seen.CONFIRMING), "not_confirmed_there"),
        (Wanted.UNAVAILABLE, Theirs(seen=Seen.CONFIRMING), "not_withdrawn_there"),
        (Wanted.CONSUMED, Theirs(seen=Seen.HELD), "not_consumed_there"),
        (Wanted.CONSUMED, Theirs(seen=Seen.CONSUMED), None),
        (Wanted.UNAVAILABLE, Theirs(seen=Seen.HELD), "not_withdrawn_there"),
        (Wanted.HELD, Theirs(seen=Seen.HELD, points=7), "points"),
    ],
)
def test_where_the_two_sides_differ(wanted, theirs, kind):
    found = compare_card(wanted=wanted, openid="anna", our_points=12, theirs=theirs)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(("there", "kind"), [(None, None), (Seen.HELD, "got_there")])
def test_a_card_whose_receipt_was_never_told_is_found(there, kind):
    found = compare_card(
        wanted=Wanted.HELD,
        openid=None,
        our_points=None,
        theirs=Theirs(seen=there),
        is_offered=True,
    )
    assert (found.kind if found else None) == kind
