"""One voucher, one friend, once; and what the owner sees and takes back."""

from datetime import timedelta

import pytest

from app.domain import points, sharing, vouchers
from app.domain.members import SessionEnded
from app.domain.sharing import (
    LinkUnknown,
    NothingToTakeBack,
    NotShareable,
    OwnShare,
    SharedBefore,
    ShareOver,
    ShareTaken,
)
from app.domain.vouchers import CodeUnknown, Tab, VoucherHeld
from app.kernel.db import transaction
from app.kernel.errors import DomainError, NotFound
from tests.builders.orders import (
    a_buyer,
    a_shop,
    a_voucher,
    look_at_voucher,
    shown,
    vouchers_of,
)
from tests.builders.redemption import LATER, a_redemption, a_use_undone
from tests.builders.sharing import (
    OPENED,
    a_share,
    a_sharing_shop,
    claimed,
    seen,
    taken_back,
    whose,
)


@pytest.fixture
def shop(database):
    return a_sharing_shop(uses=2)


@pytest.fixture
def owner(shop):
    return a_buyer(shop)


@pytest.fixture
def friend(shop):
    return a_buyer(shop)


@pytest.fixture
def voucher(shop, owner):
    return a_voucher(shop, buyer=owner)


def numbers_in(shop, member, tab=Tab.USABLE):
    return {each.number for each in vouchers_of(shop, member, at=LATER, tab=tab)}


def test_a_friend_claims_it_and_uses_it_and_the_owner_sees_where(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)

    assert voucher.number in numbers_in(shop, friend)
    assert voucher.number not in numbers_in(shop, owner)
    a_redemption(shop, voucher)

    told = seen(shop, owner, share)
    (use,) = told.uses
    assert (told.state, told.is_mine, use["state"]) == ("claimed", True, "redeemed")
    assert use["store"] == shop.store.name
    assert use["used_at"]
    assert seen(shop, friend, share).is_mine is False


def test_the_points_of_a_use_are_the_friends_and_the_refund_stays_the_buyers(
    shop, owner, friend, voucher
):
    claimed(shop, friend, a_share(shop, owner, voucher))
    a_redemption(shop, voucher)

    def spendable(member):
        return points.balance(merchant_id=shop.id, member_id=member.id, at=LATER).spendable

    assert (spendable(owner), spendable(friend)) == (0, 24)
    assert look_at_voucher(shop, voucher.id).buyer_id == owner.id


def test_while_a_link_waits_nobody_can_use_the_voucher(shop, owner, voucher):
    a_share(shop, owner, voucher)

    with pytest.raises(VoucherHeld):
        a_redemption(shop, voucher)


def test_the_owners_older_picture_is_dead_when_the_friend_has_it(shop, owner, friend, voucher):
    before = shown(shop, voucher, at=LATER).digits
    claimed(shop, friend, a_share(shop, owner, voucher))

    with pytest.raises(CodeUnknown):
        a_redemption(shop, voucher, code=before)


def test_it_is_shared_once_also_after_it_came_back(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    with pytest.raises(SharedBefore):
        a_share(shop, friend, voucher)

    assert taken_back(shop, owner, share).uses == 1

    with pytest.raises(SharedBefore):
        a_share(shop, owner, voucher)
    assert voucher.number in numbers_in(shop, owner)
    assert numbers_in(shop, friend) == set()
    a_redemption(shop, voucher)


def test_a_link_that_nobody_took_does_not_count(shop, owner, friend, voucher):
    taken_back(shop, owner, a_share(shop, owner, voucher))

    again = a_share(shop, owner, voucher)

    claimed(shop, friend, again)
    assert voucher.number in numbers_in(shop, friend)


def test_what_is_used_cannot_be_taken_back(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    a_redemption(shop, voucher)

    with pytest.raises(NothingToTakeBack):
        taken_back(shop, owner, share)


def test_a_second_friend_is_too_late_and_the_first_hears_the_same_again(
    shop, owner, friend, voucher
):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)

    with pytest.raises(ShareTaken):
        claimed(shop, a_buyer(shop), share)
    assert claimed(shop, friend, share).replayed


def test_nobody_shares_with_himself(shop, owner, voucher):
    with pytest.raises(OwnShare):
        claimed(shop, owner, a_share(shop, owner, voucher))


def test_nobody_shares_with_himself_under_an_older_account(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    with transaction():
        look_at_member(shop, owner).merged_into = friend.id

    with pytest.raises(OwnShare):
        claimed(shop, friend, share)


def look_at_member(shop, member):
    from app.domain import members

    return members.get_member(merchant_id=shop.id, member_id=member.id)


def test_what_the_terms_do_not_allow_is_not_shared(database):
    shop = a_shop()
    buyer = a_buyer(shop)

    with pytest.raises(NotShareable):
        a_share(shop, buyer, a_voucher(shop, buyer=buyer))


def test_only_the_holder_shares_and_only_the_owner_takes_back(shop, owner, friend, voucher):
    with pytest.raises(NotFound):
        a_share(shop, friend, voucher)
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    for who in (friend, a_buyer(shop)):
        with pytest.raises(NotFound):
            taken_back(shop, who, share)


def test_strangers_do_not_see_it(shop, owner, voucher):
    with pytest.raises(NotFound):
        seen(shop, a_buyer(shop), a_share(shop, owner, voucher))


def test_nobody_came_for_a_day(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    late = OPENED + sharing.rules.LINK_LASTS

    with pytest.raises(ShareOver):
        claimed(shop, friend, share, at=late)
    with transaction():
        assert sharing.expire_due(at=late - timedelta(seconds=1), limit=100) == 0
        assert sharing.expire_due(at=late, limit=100) >= 1
        assert sharing.expire_due(at=late, limit=100) == 0

    assert seen(shop, owner, share).state == "expired"
    assert look_at_voucher(shop, voucher.id).state == "active"
    a_share(shop, owner, voucher, at=late)


def test_a_new_link_kills_the_older_one(shop, owner, friend, voucher):
    first = a_share(shop, owner, voucher)
    with transaction():
        second = sharing.renew_link(**whose(shop, owner), number=first.number, at=OPENED)

    with pytest.raises(LinkUnknown):
        claimed(shop, friend, first)
    claimed(shop, friend, second)


def test_looking_keeps_nothing_and_tells_no_token(shop, owner, voucher):
    share = a_share(shop, owner, voucher)

    told = sharing.look(merchant_id=shop.id, token=share.token)

    assert (told.number, told.state, told.is_mine) == (share.number, "waiting", False)
    assert share.token not in repr(told)
    with pytest.raises(LinkUnknown):
        sharing.look(merchant_id=shop.id, token="x" * 22)


def test_an_ended_session_shares_and_claims_nothing(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    old = whose(shop, friend) | {"epoch": 7}
    with pytest.raises(SessionEnded), transaction():
        sharing.claim(**old, token=share.token, at=OPENED)


def test_both_read_on_the_timeline_what_happened(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    taken_back(shop, owner, share)

    told = vouchers.timeline(merchant_id=shop.id, voucher_id=voucher.id)

    assert [line.action for line in told] == ["issue", "hold", "share", "take_back"]
    assert told[-1].text == "券已被共享人收回"


def test_who_takes_it_back_does_not_read_on_the_timeline_where_the_friend_was(
    shop, owner, friend, voucher
):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    a_use_undone(shop, voucher)
    taken_back(shop, owner, share, at=LATER)

    told = vouchers.timeline(merchant_id=shop.id, voucher_id=voucher.id)

    used = [line for line in told if line.action in {"redeem", "reverse"}]
    assert [(line.reference, line.store_name) for line in used] == [(None, None)] * 2
    assert (told[0].reference is None, told[-1].reference) == (False, share.number)


def test_a_person_with_two_accounts_keeps_his_shares(shop, owner, friend, voucher):
    share = a_share(shop, owner, voucher)
    claimed(shop, friend, share)
    winner = a_buyer(shop)
    pair = {"merchant_id": shop.id, "loser_id": friend.id, "winner_id": winner.id}
    with transaction():
        sharing.take_over(**pair)
        vouchers.take_over(**pair, at=LATER)

    assert seen(shop, winner, share).state == "claimed"
    assert taken_back(shop, owner, share).uses == 1


STATES = {
    "waiting": lambda _shop, _owner, _friend, share: share,
    "claimed": lambda shop, _owner, friend, share: claimed(shop, friend, share),
    "taken_back": lambda shop, owner, friend, share: (
        claimed(shop, friend, share),
        taken_back(shop, owner, share),
    ),
    "withdrawn": lambda shop, owner, _friend, share: taken_back(shop, owner, share),
    "expired": lambda *_: expire(),
}
LATEST = OPENED + timedelta(hours=24)
TABLE = {
    ("waiting", "claim"): "claimed",
    ("waiting", "take_back"): "withdrawn",
    ("waiting", "renew"): "waiting",
    ("waiting", "expire"): "expired",
    ("claimed", "claim"): "share_taken",
    ("claimed", "take_back"): "taken_back",
    ("claimed", "renew"): "share_over",
    ("claimed", "expire"): "claimed",
    ("taken_back", "claim"): "share_over",
    ("taken_back", "take_back"): "nothing_to_take_back",
    ("taken_back", "renew"): "share_over",
    ("taken_back", "expire"): "taken_back",
    ("withdrawn", "claim"): "share_over",
    ("withdrawn", "take_back"): "share_over",
    ("withdrawn", "renew"): "share_over",
    ("withdrawn", "expire"): "withdrawn",
    ("expired", "claim"): "share_over",
    ("expired", "take_back"): "share_over",
    ("expired", "renew"): "share_over",
    ("expired", "expire"): "expired",
}


def expire():
    with transaction():
        sharing.expire_due(at=LATEST, limit=100)


def renew(shop, owner, share):
    with transaction():
        sharing.renew_link(**whose(shop, owner), number=share.number, at=OPENED)


@pytest.mark.parametrize(("state", "action"), TABLE, ids=str)
def test_every_action_in_every_state(shop, owner, friend, voucher, state, action):
    share = a_share(shop, owner, voucher)
    STATES[state](shop, owner, friend, share)
    assert seen(shop, owner, share).state == state
    act = {
        "claim": lambda: claimed(shop, a_buyer(shop), share),
        "take_back": lambda: taken_back(shop, owner, share),
        "renew": lambda: renew(shop, owner, share),
        "expire": expire,
    }[action]

    try:
        act()
        outcome = seen(shop, owner, share).state
    except DomainError as refused:
        outcome = refused.code

    assert outcome == TABLE[state, action]
