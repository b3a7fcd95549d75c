"""One gift, many hands: one takes it, and whatever else comes finds one answer."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from app.domain import gifting, members, vouchers
from app.domain.gifting import claiming, giving, settling, statements
from app.domain.vouchers import Move
from app.kernel.db import db, execute, transaction
from tests.builders.gifting import GIVEN_AT, a_friend, a_gift, a_wallet, token_of
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.orders import a_buyer, a_key, a_shop, look_at_voucher
from tests.races.calls import redeeming_of
from tests.races.racing import count, meet_after, pair, storm, tally, told, value, without
from tests.races.test_joining import joining

LATER = GIVEN_AT + timedelta(minutes=5)
THE_END = GIVEN_AT + timedelta(hours=24)
FRIENDS = 50


def claiming_of(shop, number, member, *, at=LATER):
    friend = a_friend(shop, member)
    db.session.rollback()
    return partial(gifting.claim, friend, token=token_of(shop, number), at=at)


def declining_of(shop, number, *, at=LATER):
    return partial(gifting.decline, merchant_id=shop.id, token=token_of(shop, number), at=at)


def recalling_of(shop, number, giver, *, at=LATER):
    which = {"merchant_id": shop.id, "member_id": giver.id, "number": number}
    return partial(gifting.recall, **which, at=at)


def giving_of(shop, giver, held, *, at=LATER):
    key = a_key(merchant_id=shop.id, actor=f"member:{giver.id}", operation="give")
    db.session.rollback()

    def give():
        return [a_gift(shop, giver=giver, vouchers=held, key=key, at=at)]

    return give


def refunding_of(shop, voucher, order_id, *, at=LATER):
    """The first step of a refund: look, then freeze what was bought."""

    def freeze():
        gifting.refuse_if_waiting(merchant_id=shop.id, order_id=order_id)
        which = {"merchant_id": shop.id, "voucher_id": voucher.id, "actor": "system", "at": at}
        vouchers.move(**which, what=Move.FREEZE)

    return freeze


def state_of(shop, voucher):
    found = look_at_voucher(shop, voucher.id)
    seen = (found.state.value, found.holder_id)
    db.session.rollback()
    return seen


@pytest.fixture
def giver(shop):
    return a_buyer(shop)


@pytest.fixture
def held(shop, giver):
    return a_wallet(shop, owner=giver)[1]


@pytest.fixture
def shop(shop):
    """At the end no voucher lies in two waiting gifts, and nothing waits for others' sweeps."""
    yield shop
    assert count(shop, "gift_vouchers", "is_open") == count(shop, "vouchers", "state = 'held'")
    with transaction():
        gifting.return_due(at=THE_END + timedelta(days=400), limit=1000)
    assert count(shop, "gift_vouchers", "is_open") == 0


# Fifty friends


def test_of_fifty_friends_one_takes_the_gift(app, shop, giver, held):
    number = a_gift(shop, giver=giver, vouchers=held)
    friends = [a_buyer(shop) for _ in range(FRIENDS)]

    results = storm(app, [claiming_of(shop, number, friend) for friend in friends])

    assert tally(results) == {"done": 1, "gift_taken": FRIENDS - 1}
    winner = friends[[told(result) for result in results].index("done")]
    assert {state_of(shop, each) for each in held} == {("active", winner.id)}
    assert count(shop, "voucher_events", "action = 'hand_over'") == 2
    assert count(shop, "cards", "member_id = :f", f=winner.id) == 1


def test_without_the_lock_and_the_state_two_friends_take_one_gift(unguarded, monkeypatch):
    shop = a_shop()
    giver, held = a_wallet(shop)
    number = a_gift(shop, giver=giver, vouchers=held[:1])
    friends = [a_buyer(shop), a_buyer(shop)]
    monkeypatch.setattr(
        statements, "LOCK_TO_CLAIM", without(statements.LOCK_TO_CLAIM, " FOR NO KEY UPDATE OF g, v")
    )
    monkeypatch.setattr(
        statements,
        "CLAIM",
        without(statements.CLAIM, " AND state = 'waiting'", "\n    AND v.state = 'held'"),
    )
    # The vouchers' own cards would stop the second one, too.
    monkeypatch.setattr(statements, "CLAIM", without(statements.CLAIM, " AND v.card_id = w.old_id"))
    meet_after(monkeypatch, claiming, "_check")

    results = pair(unguarded, *[claiming_of(shop, number, friend) for friend in friends])

    assert tally(results) == {"done": 2}
    assert count(shop, "voucher_events", "action = 'hand_over'") == 2


def test_without_the_lock_the_state_is_the_second_wall(unguarded, monkeypatch):
    shop = a_shop()
    giver, held = a_wallet(shop)
    number = a_gift(shop, giver=giver, vouchers=held[:1])
    friends = [a_buyer(shop), a_buyer(shop)]
    monkeypatch.setattr(
        statements, "LOCK_TO_CLAIM", without(statements.LOCK_TO_CLAIM, " FOR NO KEY UPDATE OF g, v")
    )
    meet_after(monkeypatch, claiming, "_check")

    results = pair(unguarded, *[claiming_of(shop, number, friend) for friend in friends])

    assert sorted(told(result) == "done" for result in results) == [False, True]
    assert count(shop, "voucher_events", "action = 'hand_over'") == 1


def test_the_same_friend_in_a_crowd_takes_it_once(app, shop, giver, held):
    number, friend = a_gift(shop, giver=giver, vouchers=held), a_buyer(shop)

    results = storm(app, [claiming_of(shop, number, friend) for _ in range(40)])

    assert tally(results) == {"done": 1, "replayed": 39}
    assert count(shop, "voucher_events", "action = 'hand_over'") == 2


# Against the giver, the sweep, the house


def test_taking_declining_recalling_and_the_sweep_agree_on_one_end(app, shop, giver, held):
    number = a_gift(shop, giver=giver, vouchers=held)
    friends = [a_buyer(shop) for _ in range(12)]
    calls = []
    for friend in friends:
        calls += [claiming_of(shop, number, friend), declining_of(shop, number)]
        calls += [recalling_of(shop, number, giver)]

    results = storm(app, calls)

    outcomes = Counter(told(result) for result in results[0::3])
    took = outcomes["done"]
    assert took <= 1
    ends = {
        "claimed": count(shop, "gifts", "state = 'claimed'"),
        "declined": count(shop, "gifts", "state = 'declined'"),
        "recalled": count(shop, "gifts", "state = 'recalled'"),
    }
    assert sum(ends.values()) == 1
    assert ends["claimed"] == took
    assert count(shop, "voucher_events", "action IN ('hand_over', 'release')") == 2
    assert {state for state, _ in (state_of(shop, each) for each in held)} == {"active"}


def test_a_recall_and_a_claim_at_once_leave_one_holder(app, shop, giver, held):
    number, friend = a_gift(shop, giver=giver, vouchers=held), a_buyer(shop)

    results = pair(app, recalling_of(shop, number, giver), claiming_of(shop, number, friend))

    recalled, claimed = map(told, results)
    assert (recalled, claimed) in {("done", "gift_recalled"), ("gift_taken", "done")}
    holder = friend.id if claimed == "done" else giver.id
    assert {state_of(shop, each) for each in held} == {("active", holder)}


def test_without_lock_and_state_a_recall_takes_back_what_a_friend_has(unguarded, monkeypatch):
    shop = a_shop()
    giver, held = a_wallet(shop)
    number, friend = a_gift(shop, giver=giver, vouchers=held[:1]), a_buyer(shop)
    for name, guards in {
        "LOCK_TO_CLAIM": [" FOR NO KEY UPDATE OF g, v"],
        "LOCK_BY_NUMBER": [" FOR NO KEY UPDATE"],
        "SETTLE": [
            " AND state = 'waiting'",
            "\n  ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            " AND v.state = 'held'",
            "\n  ORDER BY v.id FOR NO KEY UPDATE OF v",
        ],
        "CLAIM": [" AND state = 'waiting'", "\n    AND v.state = 'held'"],
    }.items():
        monkeypatch.setattr(statements, name, without(getattr(statements, name), *guards))
    meeting = meet_after(monkeypatch, claiming, "_check")
    recall = recalling_of(shop, number, giver)

    check = settling.check_recall

    def check_and_meet(standing):
        check(standing)
        meeting.wait(20)

    monkeypatch.setattr(settling, "check_recall", check_and_meet)

    results = pair(unguarded, recall, claiming_of(shop, number, friend))

    # Both say that it worked, and one of them is wrong.
    assert not any(told(result).startswith("gift_") for result in results)


def test_the_sweep_at_the_end_and_late_friends_agree(app, shop, giver, held):
    number = a_gift(shop, giver=giver, vouchers=held)
    last_moment = THE_END - timedelta(microseconds=1)
    friends = [a_buyer(shop) for _ in range(30)]
    claims = [claiming_of(shop, number, friend, at=last_moment) for friend in friends]
    sweeps = [partial(gifting.return_due, at=THE_END, limit=100) for _ in range(10)]

    results = storm(app, [*sweeps[:5], *claims, *sweeps[5:]])

    claimed = tally(results[5:35])
    assert set(claimed) <= {"done", "gift_taken", "gift_over"}
    ended = count(shop, "gifts", "state IN ('claimed', 'returned')")
    assert ended == 1
    assert count(shop, "voucher_events", "action IN ('hand_over', 'release')") == 2
    assert count(shop, "gifts", "state = 'claimed'") == claimed["done"]


def test_redeeming_and_giving_the_same_voucher_do_one_of_both(app, shop, giver, held):
    scans = [redeeming_of(shop, held[0], at=LATER) for _ in range(18)]
    gives = [giving_of(shop, giver, held[:1]) for _ in range(18)]

    results = storm(app, [call for both in zip(scans, gives, strict=True) for call in both])

    scanned, given = tally(results[0::2]), tally(results[1::2])
    assert scanned["done"] + given["done"] == 1
    assert set(scanned) <= {"done", "already_redeemed", "voucher_held", "code_unknown"}
    assert set(given) <= {"done", "already_redeemed", "voucher_held"}
    assert count(shop, "redemptions") == scanned["done"]


def test_many_gifts_of_one_voucher_are_one_gift(app, shop, giver, held):
    results = storm(app, [giving_of(shop, giver, held) for _ in range(36)])

    assert tally(results) == {"done": 1, "voucher_held": 35}
    assert count(shop, "gift_vouchers", "is_open") == 2


def test_without_lock_and_state_the_index_refuses_the_second_gift(unguarded, monkeypatch):
    shop = a_shop()
    giver, held = a_wallet(shop)
    monkeypatch.setattr(
        statements,
        "LOCK_VOUCHERS",
        without(statements.LOCK_VOUCHERS, " FOR NO KEY UPDATE OF v"),
    )
    monkeypatch.setattr(statements, "GIVE", without(statements.GIVE, " AND state = 'active'"))
    meet_after(monkeypatch, giving, "_check_all")

    results = pair(unguarded, *[giving_of(shop, giver, held[:1]) for _ in range(2)])

    assert sorted(told(result) == "done" for result in results) == [False, True], results
    assert any("uq_gift_vouchers_open" in told(result) for result in results)


def test_a_refund_and_a_claim_at_once_never_freeze_a_waiting_gift(app, shop, giver, held):
    order_id = order_of(shop, held[0])
    number, friend = a_gift(shop, giver=giver, vouchers=held[:1]), a_buyer(shop)
    refunds = [refunding_of(shop, held[0], order_id) for _ in range(20)]
    claims = [claiming_of(shop, number, friend) for _ in range(20)]

    results = storm(app, [call for both in zip(refunds, claims, strict=True) for call in both])

    refunded, claimed = tally(results[0::2]), tally(results[1::2])
    # The friend takes it; a refund is refused before, and freezes it at the friend's after.
    assert claimed == {"done": 1, "replayed": 19}
    assert set(refunded) <= {"done", "gift_waiting", "voucher_move_refused"}
    assert refunded["done"] <= 1
    expected = "frozen" if refunded["done"] else "active"
    assert state_of(shop, held[0]) == (expected, friend.id)


def test_a_refund_and_a_giving_at_once_do_one_of_both(app, shop, giver, held):
    order_id = order_of(shop, held[0])
    refunds = [refunding_of(shop, held[0], order_id) for _ in range(18)]
    gives = [giving_of(shop, giver, held[:1]) for _ in range(18)]

    results = storm(app, [call for both in zip(refunds, gives, strict=True) for call in both])

    refunded, given = tally(results[0::2]), tally(results[1::2])
    assert refunded["done"] + given["done"] == 1
    assert state_of(shop, held[0])[0] == ("frozen" if refunded["done"] else "held")


def order_of(shop, voucher):
    return value(
        shop,
        "c.order_id",
        "cards c",
        "c.id = (SELECT card_id FROM vouchers WHERE merchant_id = :m AND id = :v)",
        v=voucher.id,
    )


# Against the joining of two members


def test_joining_the_giver_and_claims_at_once_leave_one_holder(app, shop, giver, held):
    winner, number = a_buyer(shop), a_gift(shop, giver=giver, vouchers=held)
    friends = [a_buyer(shop) for _ in range(34)]
    join = joining(shop, giver, winner)

    results = storm(app, [join, *[claiming_of(shop, number, friend) for friend in friends], join])

    claims = tally(results[1:-1])
    assert set(claims) <= {"done", "gift_taken", "busy"}
    taken = claims["done"]
    assert taken <= 1
    holders = {state_of(shop, each)[1] for each in held}
    assert len(holders) == 1
    assert giver.id not in holders
    assert count(shop, "gifts", "giver_id = :w", w=winner.id) == 1


def test_a_friend_who_is_being_joined_takes_nothing_with_his_old_session(app, shop, giver, held):
    """Signing in joins him with somebody; the claim either comes first or finds it ended."""
    number = a_gift(shop, giver=giver, vouchers=held)
    a_member(merchant=shop.merchant, appid="wx_other", unionid=(one := a_unionid()))
    openid = an_openid()
    friend = a_buyer(shop, openid=openid)
    claim = claiming_of(shop, number, friend)
    sign_in = partial(
        members.sign_in,
        merchant_id=shop.id,
        appid=shop.appid,
        openid=openid,
        unionid=one,
        at=LATER,
    )

    joined, claimed = pair(app, sign_in, claim)

    assert told(joined) == "done"
    assert told(claimed) in {"done", "session_ended", "not_signed_in"}
    expected = friend.id if told(claimed) == "done" else giver.id
    assert {state_of(shop, each)[1] for each in held} == {expected}


def test_without_locking_the_person_a_merged_member_takes_it(unguarded, monkeypatch):
    shop = a_shop()
    giver, held = a_wallet(shop)
    number, friend = a_gift(shop, giver=giver, vouchers=held), a_buyer(shop)
    monkeypatch.setattr(
        statements, "LOCK_PEOPLE", without(statements.LOCK_PEOPLE, " FOR KEY SHARE")
    )
    meeting = meet_after(monkeypatch, claiming, "_check_session")
    claim = claiming_of(shop, number, friend)

    def merge():
        retire = "UPDATE members SET merged_into = %(g)s WHERE merchant_id = %(m)s AND id = %(f)s"
        execute(
            "SELECT id FROM members WHERE merchant_id = %(m)s AND id = %(f)s FOR UPDATE",
            {"m": shop.id, "f": friend.id},
        )
        execute(retire, {"m": shop.id, "f": friend.id, "g": giver.id})
        meeting.wait(20)

    results = pair(unguarded, claim, merge)

    assert tally(results) == {"done": 2}
    assert state_of(shop, held[0]) == ("active", friend.id)
