"""A present for somebody, while it turns out that he is somebody else."""

from datetime import timedelta
from functools import partial

from app.domain import members, vouchers
from app.domain.vouchers import NewCard, Use, statements
from app.kernel.db import transaction
from tests.builders.catalog import a_benefit
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop
from tests.races.racing import count, pair, storm, tally, value, without

LATER = NOON + timedelta(hours=1)


def two_who_will_be_one(shop):
    """The elder, the younger, and the sign-in that joins them."""
    elder = a_member(merchant=shop.merchant, appid="wx_other", unionid=(one := a_unionid()))
    openid = an_openid()
    younger = a_buyer(shop, openid=openid)
    known = {"appid": shop.appid, "openid": openid, "unionid": one, "at": LATER}
    return elder, younger, partial(members.sign_in, merchant_id=shop.id, **known)


def giving_to(shop, member):
    revision = a_benefit(merchant=shop.merchant).id
    use = Use(
        revision_id=revision, allocated_fen=0, valid_from=NOON, valid_until=NOON + timedelta(days=1)
    )
    return partial(
        vouchers.issue,
        merchant_id=shop.id,
        order_id=None,
        order_number="a present",
        member_id=member.id,
        cards=[NewCard(offer_id=None, title="礼物", uses=[use])],
        at=LATER,
    )


def taking_over(shop, elder, younger):
    return partial(
        vouchers.take_over,
        merchant_id=shop.id,
        loser_id=younger.id,
        winner_id=elder.id,
        at=LATER,
    )


def test_presents_of_the_moment_at_which_two_are_joined_are_all_with_the_one_who_stays(app, shop):
    elder, younger, sign_in = two_who_will_be_one(shop)
    give = giving_to(shop, younger)

    results = storm(app, [give] * 18 + [sign_in] + [give] * 17)
    with transaction():
        taking_over(shop, elder, younger)()

    assert set(tally(results)) == {"done"}
    assert count(shop, "vouchers") == 35
    assert count(shop, "vouchers", "holder_id = :w", w=elder.id) == 35


def test_without_asking_who_he_is_a_present_stays_with_nobody(unguarded, monkeypatch):
    """The control: by the time of the present he was joined, and what he had taken over."""
    shop = a_shop()
    elder, younger, sign_in = two_who_will_be_one(shop)
    give = giving_to(shop, younger)
    monkeypatch.setattr(
        statements, "ISSUE", without(statements.ISSUE, "AND merged_into IS NULL", "FOR KEY SHARE")
    )

    for call in (sign_in, taking_over(shop, elder, younger), give):
        assert tally(pair(unguarded, call)) == {"done": 1}

    assert value(shop, "holder_id", "vouchers") == younger.id
