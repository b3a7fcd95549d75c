"""A card that was reported lost gives nothing away, whichever verb is asked; and who joins it."""

import pytest

from app.domain import bookings, family, members, sharing, stored_value, subscriptions
from app.domain.members import CodesFrozen
from app.kernel.db import execute, transaction
from tests.builders.bookings import a_club, a_guest, a_session, booked
from tests.builders.catalog import BOSS
from tests.builders.family import a_family
from tests.builders.gifting import a_gift, a_wallet
from tests.builders.members import a_member, a_unionid, an_openid
from tests.builders.merchants import a_merchant
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_shop, an_order
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes, revealed
from tests.builders.sharing import (
    OPENED,
    a_card,
    a_new_voucher,
    a_share,
    a_sharing_shop,
    a_sub_card,
    whose,
)
from tests.builders.stored_value import a_gift_card, a_top_up
from tests.builders.subscriptions import HOME, a_monthly_card, a_monthly_shop, an_address
from tests.builders.tenders import a_discount
from tests.domain.pools.test_pools import SOON, bought


def lost(shop, member, *, actor=BOSS):
    with transaction():
        members.freeze_codes(merchant_id=shop.id, member_id=member.id, actor=actor, at=NOON)


def found(shop, member):
    with transaction():
        members.reissue_codes(merchant_id=shop.id, member_id=member.id, actor=BOSS, at=NOON)


def to_reveal():
    shop = a_shop()
    offer = a_code_offer(
        merchant=shop.merchant,
        benefit=a_code_benefit(merchant=shop.merchant),
        codes=fresh_codes(1),
    )
    buyer, [voucher] = bought(shop, offer)
    return shop, buyer, lambda: revealed(shop, buyer, voucher.number, at=SOON)


def to_give():
    shop = a_shop()
    owner, vouchers = a_wallet(shop)
    return shop, owner, lambda: a_gift(shop, giver=owner, vouchers=vouchers[:1])


def to_share():
    shop = a_sharing_shop()
    owner = a_buyer(shop)
    voucher = a_new_voucher(shop, owner)
    return shop, owner, lambda: a_share(shop, owner, voucher)


def to_give_a_sub_card():
    shop = a_sharing_shop()
    owner = a_buyer(shop)
    card = a_card(shop, owner)
    return shop, owner, lambda: a_sub_card(shop, owner, card)


def to_renew_a_link():
    shop = a_sharing_shop()
    owner = a_buyer(shop)
    share = a_share(shop, owner, a_new_voucher(shop, owner))

    def renew():
        with transaction():
            return sharing.renew_link(**whose(shop, owner), number=share.number, at=OPENED)

    return shop, owner, renew


def to_link_a_gift_card():
    shop = a_shop()
    buyer = a_buyer(shop)
    number, _, _ = a_gift_card(shop, buyer)
    who = {"merchant_id": shop.id, "member_id": buyer.id}
    return shop, buyer, lambda: stored_value.gift_card_link(**who, number=number)


def to_pay_with_a_voucher():
    shop = a_shop()
    buyer = a_buyer(shop)
    voucher = a_discount(shop, buyer)
    return shop, buyer, lambda: an_order(shop, buyer=buyer, voucher_number=voucher.number)


def to_send_elsewhere():
    shop = a_monthly_shop()
    buyer = a_buyer(shop)
    card, address = a_monthly_card(shop, buyer), an_address(shop, buyer)

    def send():
        with transaction():
            subscriptions.send_to(
                merchant_id=shop.id, member_id=buyer.id, number=card, address_id=address, at=NOON
            )
        return True

    return shop, buyer, send


def to_change_an_address():
    shop = a_shop()
    buyer = a_buyer(shop)
    which = {"merchant_id": shop.id, "member_id": buyer.id, "address_id": an_address(shop, buyer)}

    def change():
        with transaction():
            subscriptions.change_address(**which, address=HOME, prefer=False, at=NOON)
        return True

    return shop, buyer, change


def to_enter():
    shop = a_club()
    guest = a_guest(shop)
    seat = booked(shop, guest, a_session(shop))
    who = {"merchant_id": shop.id, "member_id": guest[0].id}
    return shop, guest[0], lambda: bookings.code_to_show(**who, number=seat.number, at=NOON)


def a_family_of(verb, **more):
    """An owner who lets somebody spend his stored value, or more of it."""

    def ready():
        shop = a_shop()
        owner = a_buyer(shop)
        a_top_up(shop, owner)
        ((_, seat),) = a_family(shop, owner, caps=[10_000])
        said = {"number": seat} | more if verb is family.set_cap else more

        def do():
            with transaction():
                verb(merchant_id=shop.id, member_id=owner.id, **said)
            return True

        return shop, owner, do

    return ready


def to_open_a_family():
    shop = a_shop()
    owner = a_buyer(shop)

    def do():
        with transaction():
            family.open_card(merchant_id=shop.id, member_id=owner.id, monthly_cap_fen=None, at=NOON)
        return True

    return shop, owner, do


def to_allow_more():
    shop = a_shop()
    owner = a_buyer(shop)
    a_top_up(shop, owner)
    ((relative, seat),) = a_family(shop, owner, caps=[10_000])
    who = {"merchant_id": shop.id}
    with transaction():
        family.ask(**who, member_id=relative.id, amount_fen=500, note=None, at=NOON)

    def do():
        with transaction():
            return family.approve(**who, member_id=owner.id, number=seat, at=NOON)

    return shop, owner, do


@pytest.mark.parametrize(
    "ready",
    [
        to_open_a_family,
        to_allow_more,
        a_family_of(family.invite, name="妈妈", monthly_cap_fen=500_000, at=NOON),
        a_family_of(family.set_cap, monthly_cap_fen=500_000),
        a_family_of(family.set_whole_cap, monthly_cap_fen=None),
        to_reveal,
        to_give,
        to_share,
        to_give_a_sub_card,
        to_renew_a_link,
        to_link_a_gift_card,
        to_pay_with_a_voucher,
        to_send_elsewhere,
        to_change_an_address,
        to_enter,
    ],
)
def test_a_lost_card_gives_nothing_away_until_it_is_issued_anew(database, ready):
    shop, member, do = ready()
    lost(shop, member)

    with pytest.raises(CodesFrozen):
        do()
    found(shop, member)

    assert do()


def test_a_lost_card_still_buys_with_money(database):
    shop = a_shop()
    buyer = a_buyer(shop)
    lost(shop, buyer)

    assert an_order(shop, buyer=buyer).wechat_fen


# Joined with another member


def joined(*, older, younger):
    """Two members with such codes turn out to be one; whose codes stand how."""
    merchant, unionid, openid = a_merchant(), a_unionid(), an_openid()
    one = a_member(merchant=merchant, appid="wx_a", unionid=unionid)
    two = a_member(merchant=merchant, appid="wx_b", openid=openid)
    for member, (version, frozen_at, by_staff) in ((one, older), (two, younger)):
        stands = {"m": merchant.id, "i": member.id, "v": version, "f": frozen_at, "s": by_staff}
        with transaction():
            execute(
                """UPDATE members SET code_version = %(v)s, codes_frozen_at = %(f)s,
                codes_frozen_by_staff = %(s)s WHERE merchant_id = %(m)s AND id = %(i)s""",
                stands,
            )
    winner = a_member(merchant=merchant, appid="wx_b", openid=openid, unionid=unionid)
    assert winner.id == one.id
    state = members.code_state(merchant_id=merchant.id, member_id=winner.id)
    return state.version, state.frozen_at, state.by_staff


WORKS = (0, None, False)


@pytest.mark.parametrize(
    ("older", "younger", "then"),
    [
        (WORKS, WORKS, WORKS),
        (WORKS, (1, NOON, True), (2, NOON, True)),
        (WORKS, (1, NOON, False), (2, NOON, False)),
        ((1, NOON, True), WORKS, (2, NOON, True)),
        ((1, NOON, False), (1, NOON, True), (2, NOON, True)),
        (WORKS, (2, None, False), (3, None, False)),
        ((2, None, False), (1, NOON, False), (3, NOON, False)),
    ],
)
def test_a_card_lost_in_one_shape_is_lost_in_both(database, older, younger, then):
    assert joined(older=older, younger=younger) == then
