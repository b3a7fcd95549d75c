"""Somebody who did everything that one can do at a shop, so that no table is without him."""

from datetime import timedelta

from app.domain import (
    card_bag,
    consents,
    family,
    following,
    members,
    membership,
    paper_cards,
    points,
)
from app.domain import stored_value as value
from app.domain.catalog import Conditions, Days
from app.domain.following import Visitor
from app.domain.orders import Source
from app.domain.stored_value import LotKind
from tests.builders import card_bag as bags
from tests.builders.aftersales import a_refund
from tests.builders.assist import a_task, helped, tasks_of
from tests.builders.bookings import a_session, booked
from tests.builders.catalog import BOSS, a_benefit, an_offer
from tests.builders.complaints import a_present, a_rule, a_ticket, granted, printed
from tests.builders.family import a_relative
from tests.builders.gifting import a_claim as a_claimed_gift
from tests.builders.gifting import a_gift
from tests.builders.membership import a_ladder, a_pack, grow, tiers_in
from tests.builders.messaging import a_claim, a_template, grants
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_voucher, an_order, order_id_of
from tests.builders.points import a_rule as a_point_rule
from tests.builders.points import an_occasion, given, held, notify_due, pending
from tests.builders.pools import a_code_benefit, a_code_offer, fresh_codes, revealed
from tests.builders.redemption import a_redemption
from tests.builders.sharing import a_new_voucher, a_share, claimed
from tests.builders.stored_value import a_gift_card, a_top_up, claimed_card
from tests.builders.stored_value import held as value_held
from tests.builders.subscriptions import a_monthly_card, a_monthly_offer, an_address, later, opened
from tests.builders.tenders import with_value
from tests.builders.transactions import joined

LIFE = {"validity": Days(count=30)}
AVATAR = f"M2/avatar-u2/{'0' * 64}.webp"


def a_life(shop, **who):
    """His. The shop is a club with seats; it comes to sell cards, codes and monthly cards too."""
    he = a_buyer(shop, phone="+8613800138000", **who)
    with joined():
        members.set_nickname(merchant_id=shop.id, member_id=he.id, nickname="小明")
        members.set_avatar(merchant_id=shop.id, member_id=he.id, avatar=AVATAR)
        consents.agree(
            merchant_id=shop.id,
            member_id=he.id,
            name="privacy",
            revision=consents.get_terms("privacy").revision,
            at=NOON,
        )
    for chapter in (_buys, _books, _gives, _earns, _saves, _rises, _subscribes, _complains, _hears):
        chapter(shop, he)
    return he


def _sells(shop, **terms):
    benefit = a_benefit(merchant=shop.merchant, conditions=Conditions(**LIFE | terms))
    shop.offer = an_offer(
        merchant=shop.merchant, items=[(benefit.benefit_id, 2)], per_member_limit=9
    )
    return benefit


def _buys(shop, he):
    friend = a_buyer(shop)
    a_session(shop)
    booked(shop, (he, a_voucher(shop, buyer=he)), a_session(shop))
    _sells(shop)
    a_redemption(shop, a_voucher(shop, buyer=he))
    a_paid_order(shop, buyer=friend, source=Source(channel="x", sharer_member_id=he.id))
    with_value(shop, he)
    an_order(shop, buyer=he, value_fen=10_00)
    refundable = a_paid_order(shop, buyer=he)
    a_refund(shop, he, refundable.order_number)
    taxi = a_code_benefit(merchant=shop.merchant)
    offer = a_code_offer(merchant=shop.merchant, benefit=taxi, codes=fresh_codes(2))
    shop.offer, usual = offer, shop.offer
    revealed(shop, he, a_voucher(shop, buyer=he).number, at=NOON + timedelta(minutes=1))
    shop.offer = usual


def _books(shop, he):
    with joined():
        bag = bags.an_account(shop)
    benefit = _sells(shop, giftable=True)
    bags.set_up(shop, appid=bag, benefit_number=benefit.benefit_number, platform_id="p1")
    voucher = a_voucher(shop, buyer=he)
    with joined():
        card_bag.offer_voucher(merchant_id=shop.id, member_id=he.id, number=voucher.number, at=NOON)


def _gives(shop, he):
    friend = a_buyer(shop)
    for giver, taker in ((he, friend), (friend, he)):
        _sells(shop, giftable=True)
        number = a_gift(shop, giver=giver, vouchers=[a_voucher(shop, buyer=giver)])
        a_claimed_gift(shop, number, taker)
        _sells(shop, shareable_once=True)
        claimed(shop, taker, a_share(shop, giver, a_new_voucher(shop, giver)))
    usual = shop.offer
    a_task(shop, buyer=he)
    a_paid_order(shop, buyer=friend)
    helped(shop, tasks_of(shop, friend)[0], he)
    shop.offer = usual


def _earns(shop, he):
    given(shop, he, 500, expires_at=later(5))
    pending(shop, he, 100)
    held(shop, he, 50)
    a_point_rule(shop)
    with joined():
        points.earn_by_rules(an_occasion(shop, he))
        notify_due(at=NOON, limit=1000)


def _saves(shop, he):
    a_top_up(shop, he, paid=200_00, bonus=20_00)
    value_held(shop, he, 30_00)
    a_gift_card(shop, he)
    _, token, _ = a_gift_card(shop, a_buyer(shop))
    claimed_card(shop, he, token)
    with joined():
        value.confirm(merchant_id=shop.id, member_id=he.id, amount_fen=100_00, at=NOON)
        value.propose_adjustment(
            merchant_id=shop.id,
            member_id=he.id,
            kind=LotKind.BONUS,
            change_fen=1_00,
            reason="补偿",
            by=BOSS,
            at=NOON,
        )
    other = a_buyer(shop)
    with joined():
        family.open_card(merchant_id=shop.id, member_id=other.id, monthly_cap_fen=None, at=NOON)
    a_relative(shop, other, member=he)
    with joined():
        family.leave(merchant_id=shop.id, member_id=he.id, at=NOON)
        family.open_card(merchant_id=shop.id, member_id=he.id, monthly_cap_fen=None, at=NOON)
    a_relative(shop, he)


def _rises(shop, he):
    pack = a_pack(shop.merchant)
    tiers_in(shop.merchant, a_ladder(silver={"packs": {"upgrade": pack}}))
    grow(he, "spend", 500_00, source="order:1")
    order = a_paid_order(shop, buyer=he)
    with joined():
        membership.set_birthday(
            merchant_id=shop.id,
            member_id=he.id,
            month=5,
            day=20,
            consent_version=membership.CONSENT_VERSION,
            at=NOON,
        )
        membership.start_term(
            merchant_id=shop.id,
            member_id=he.id,
            order_id=order_id_of(shop, order.order_number),
            tier_number="silver",
            term_days=30,
            at=NOON,
        )


def _subscribes(shop, he):
    an_address(shop, he)
    shop.offer, usual = a_monthly_offer(shop), shop.offer
    opened(shop, a_monthly_card(shop, he), at=later(5))
    shop.offer = usual


def _complains(shop, he):
    a_ticket(shop, he)
    a_rule(shop)
    granted(a_present(shop, he))
    _, (code,) = printed(shop)
    with joined():
        paper_cards.bind(merchant_id=shop.id, member_id=he.id, code_text=code, at=NOON)


def _hears(shop, he):
    template = a_template(merchant=shop.merchant, appid=shop.appid)
    grants(member=he, template_id=template)
    a_claim(member=he, appid=shop.appid, at=NOON)
    visitor = Visitor(
        merchant_id=shop.id, app_id=shop.app.app_id, openid=f"o_{he.id}", member_id=he.id
    )
    with joined():
        following.followed(visitor, scene=None, at=NOON)
