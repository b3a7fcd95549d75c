"""A share taken, used and taken back at the same time: the friend has it, or the owner."""

from functools import partial

import pytest

from app.domain import proofs, sharing
from app.domain.sharing import claiming, ending, giving, statements
from app.kernel.db import db
from tests.builders.orders import a_buyer, vouchers_of
from tests.builders.redemption import LATER
from tests.builders.sharing import (
    OPENED,
    a_card,
    a_new_voucher,
    a_share,
    a_sharing_shop,
    a_sub_card,
    claimed,
    whose,
)
from tests.builders.together import one_behind_the_other
from tests.races.calls import redeeming_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without

LOCK = "FOR NO KEY UPDATE OF s"


@pytest.fixture
def shop(committed):
    return a_sharing_shop(uses=2)


@pytest.fixture
def owner(shop):
    return a_buyer(shop)


@pytest.fixture(autouse=True)
def _every_voucher_is_where_it_should_be(request, app):
    if "unguarded" in request.fixturenames:
        yield
        return
    with app.app_context():
        before = set(proofs.verify())
    yield
    with app.app_context():
        assert set(proofs.verify()) == before
        db.session.remove()


def claiming_of(shop, share, friend=None):
    return partial(
        sharing.claim, **whose(shop, friend or a_buyer(shop)), token=share.token, at=OPENED
    )


def taking_back_of(shop, owner, share):
    return partial(sharing.take_back, **whose(shop, owner), number=share.number, at=LATER)


def sharing_of(shop, owner, voucher):
    return partial(
        sharing.share_once, **whose(shop, owner), voucher_number=voucher.number, at=OPENED
    )


def holder_of(shop, voucher):
    return value(shop, "holder_id", "vouchers", "id = :v", v=voucher.id)


def test_fifty_friends_claim_one_link_and_one_has_it(app, shop, owner):
    share = a_share(shop, owner, a_new_voucher(shop, owner))
    calls = [claiming_of(shop, share) for _ in range(50)]

    assert tally(storm(app, calls)) == {"done": 1, "share_taken": 49}

    assert count(shop, "cards", "parent_id IS NOT NULL") == 1
    assert count(shop, "voucher_events", "action = 'share'") == 1


def test_without_the_lock_two_friends_pass_the_check_and_the_state_is_the_wall(
    unguarded, monkeypatch
):
    shop = a_sharing_shop(uses=2)
    owner = a_buyer(shop)
    share = a_share(shop, owner, a_new_voucher(shop, owner))
    calls = [claiming_of(shop, share) for _ in range(2)]
    blind(monkeypatch)
    meet_after(monkeypatch, claiming, "check_claim")

    results = pair(unguarded, *calls)

    # The loser was let through: the lock is what makes him hear a sensible refusal.
    assert {type(each) for each in results} == {sharing.Claimed, RuntimeError}
    assert count(shop, "cards", "parent_id IS NOT NULL") == 1


def test_without_lock_and_state_two_friends_both_get_it(unguarded, monkeypatch):
    shop = a_sharing_shop(uses=2)
    owner = a_buyer(shop)
    share = a_share(shop, owner, a_new_voucher(shop, owner))
    calls = [claiming_of(shop, share) for _ in range(2)]
    blind(monkeypatch)
    monkeypatch.setattr(
        statements,
        "LEND",
        without(statements.LEND, "AND v.state IN ('held')", "AND shares.state = 'waiting'"),
    )
    meet_after(monkeypatch, claiming, "check_claim")

    assert tally(pair(unguarded, *calls)) == {"done": 2}
    assert count(shop, "cards", "parent_id IS NOT NULL") == 2


def blind(monkeypatch):
    """Nobody holds the share, nor its vouchers, while he looks."""
    monkeypatch.setattr(statements, "LOCK_BY_TOKEN", without(statements.LOCK_BY_TOKEN, LOCK))
    monkeypatch.setattr(
        statements, "LOCK_VOUCHERS", without(statements.LOCK_VOUCHERS, "FOR NO KEY UPDATE OF v")
    )


def test_a_claim_behind_a_withdrawal_is_too_late(app, shop, owner):
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)

    both = one_behind_the_other(app, taking_back_of(shop, owner, share), claiming_of(shop, share))

    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "share_over")
    assert holder_of(shop, voucher) == owner.id


def test_a_withdrawal_behind_a_claim_takes_it_back_from_the_friend(app, shop, owner):
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)

    both = one_behind_the_other(app, claiming_of(shop, share), taking_back_of(shop, owner, share))

    assert both.waited
    assert (told(both.first), both.second.state) == ("done", "taken_back")
    assert holder_of(shop, voucher) == owner.id


def test_claims_and_withdrawals_in_a_crowd_leave_one_truth(app, shop, owner):
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)
    claims = [claiming_of(shop, share) for _ in range(18)]
    backs = [taking_back_of(shop, owner, share)] * 18

    results = storm(app, [call for both in zip(claims, backs, strict=True) for call in both])

    assert tally(results)["done"] in {1, 2}
    was_claimed = count(shop, "voucher_events", "action = 'share'") == 1
    is_back = value(shop, "state", "shares") in {"withdrawn", "taken_back"}
    assert is_back == (holder_of(shop, voucher) == owner.id)
    assert was_claimed or is_back


def test_without_the_lock_a_withdrawn_share_is_claimed(unguarded, monkeypatch):
    shop = a_sharing_shop(uses=2)
    owner = a_buyer(shop)
    share = a_share(shop, owner, a_new_voucher(shop, owner))
    blind(monkeypatch)
    monkeypatch.setattr(statements, "LOCK_OWN", without(statements.LOCK_OWN, LOCK))
    meeting = meet_after(monkeypatch, claiming, "check_claim")
    real = ending.lock_own

    def look_and_meet(**which):
        found = real(**which)
        meeting.wait(20)
        return found

    monkeypatch.setattr(ending, "lock_own", look_and_meet)

    results = pair(unguarded, claiming_of(shop, share), taking_back_of(shop, owner, share))

    # Both were let through; the voucher's own state is the second wall, and says something else.
    assert len([each for each in results if isinstance(each, Exception)]) == 1
    assert count(shop, "voucher_events", "action IN ('share', 'release')") == 1


def test_a_scan_behind_a_take_back_is_refused(app, shop, owner):
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)
    claimed(shop, a_buyer(shop), share)
    scan = redeeming_of(shop, voucher)

    both = one_behind_the_other(app, taking_back_of(shop, owner, share), scan)

    # The picture on the friend's phone died with the taking back.
    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "code_unknown")
    assert holder_of(shop, voucher) == owner.id


def test_a_take_back_behind_a_scan_finds_it_used(app, shop, owner):
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)
    friend = a_buyer(shop)
    claimed(shop, friend, share)

    both = one_behind_the_other(
        app, redeeming_of(shop, voucher), taking_back_of(shop, owner, share)
    )

    assert both.waited
    assert (told(both.first), told(both.second)) == ("done", "nothing_to_take_back")
    assert holder_of(shop, voucher) == friend.id


def test_without_the_lock_the_state_still_keeps_a_used_voucher_with_the_friend(
    unguarded, monkeypatch
):
    shop = a_sharing_shop(uses=2)
    owner, friend = a_buyer(shop), a_buyer(shop)
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    blind(monkeypatch)

    both = one_behind_the_other(
        unguarded, redeeming_of(shop, voucher), taking_back_of(shop, owner, share)
    )

    assert (told(both.first), type(both.second)) == ("done", RuntimeError)
    assert holder_of(shop, voucher) == friend.id


def test_without_lock_and_state_a_used_voucher_is_taken_back(unguarded, monkeypatch):
    shop = a_sharing_shop(uses=2)
    owner = a_buyer(shop)
    voucher = a_new_voucher(shop, owner)
    share = a_share(shop, owner, voucher)
    claimed(shop, a_buyer(shop), share)
    blind(monkeypatch)
    monkeypatch.setattr(
        statements, "TAKE_BACK", without(statements.TAKE_BACK, "AND v.state IN ('active')")
    )

    both = one_behind_the_other(
        unguarded, redeeming_of(shop, voucher), taking_back_of(shop, owner, share)
    )

    assert (told(both.first), told(both.second)) == ("done", "done")
    assert holder_of(shop, voucher) == owner.id


def test_one_voucher_offered_many_times_at_once_is_offered_once(app, shop, owner):
    voucher = a_new_voucher(shop, owner)

    results = tally(storm(app, [sharing_of(shop, owner, voucher)] * 36))

    assert results == {"done": 1, "not_shareable": 35}


def test_without_the_lock_the_index_shares_it_once(unguarded, monkeypatch):
    shop = a_sharing_shop(uses=2)
    owner = a_buyer(shop)
    voucher = a_new_voucher(shop, owner)
    for name, lock in (
        ("HOLD_MEMBER", "FOR NO KEY UPDATE"),
        ("LOCK_ONE_USE", "FOR NO KEY UPDATE OF v"),
    ):
        monkeypatch.setattr(statements, name, without(getattr(statements, name), lock))
    meet_after(monkeypatch, giving, "check_shareable")

    results = pair(unguarded, *[sharing_of(shop, owner, voucher)] * 2)

    assert {type(each).__name__ for each in results} == {"NewShare", "UniqueViolation"}


def test_two_links_of_one_card_do_not_give_one_friend_too_much(app, committed):
    shop = a_sharing_shop(uses=20)
    owner, friend = a_buyer(shop), a_buyer(shop)
    card = a_card(shop, owner)
    shares = [a_sub_card(shop, owner, card, uses=6) for _ in range(3)]

    results = pair(app, *[claiming_of(shop, share, friend) for share in shares])

    assert tally(results) == {"done": 1, "share_limit": 2}
    assert len(vouchers_of(shop, friend, at=LATER)) == 6
