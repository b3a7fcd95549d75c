"""Stored value, gift cards and families, in a house."""

from app.domain import family, stored_value
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.builders.family import a_relative, an_invitation
from tests.builders.members import a_member
from tests.builders.orders import a_paid_order, order_id_of
from tests.builders.stored_value import a_gift_card as a_sold_card
from tests.builders.stored_value import held
from tests.simulator.world import APP


def a_topped_up_order(house):
    """The number of an order by which our member topped up."""
    placed = a_paid_order(house, buyer=house.member.who, at=clock.now())
    order_id = order_id_of(house, placed.order_number)
    db.session.rollback()
    with transaction():
        stored_value.top_up(
            merchant_id=house.id,
            member_id=house.member.who.id,
            order_id=order_id,
            order_number=placed.order_number,
            paid_fen=100,
            bonus_fen=20,
            at=clock.now(),
        )
    return placed.order_number


def an_order_with_value(house):
    """The number of an order for which our member's stored value is held."""
    a_topped_up_order(house)
    number = house.order()
    order_id = order_id_of(house, number)
    db.session.rollback()
    held(house, house.member.who, 1, order_id=order_id, at=clock.now())
    return number


def a_gift_card(house, *, buyer=None):
    """The number of a card that our member bought, or somebody else, and its link."""
    buyer = buyer or house.member.who
    number, token, _ = a_sold_card(house, buyer, face=100, at=clock.now())
    db.session.rollback()
    house.secrets.add(token)
    return number, {"token": token}


def a_gift_card_link(house):
    return a_gift_card(house, buyer=house.neighbour.who)[1]


def somebody(house):
    return a_member(merchant=house.merchant, appid=APP.appid)


def no_family(house, member=None):
    """Whatever family our member has or is in is over."""
    member = member or house.member.who
    who = {"merchant_id": house.id, "member_id": member.id, "at": clock.now()}
    for verb in (family.dissolve, family.leave):
        try:
            with transaction():
                verb(**who)
        except family.NoFamily:
            continue


def own_family(house):
    """Our member's new family with one relative in it; the number of his place."""
    return own_family_of(house)[1]


def own_family_of(house):
    owner = house.member.who
    no_family(house)
    with transaction():
        family.open_card(
            merchant_id=house.id, member_id=owner.id, monthly_cap_fen=None, at=clock.now()
        )
    return a_relative(house, owner, member=somebody(house), at=clock.now())


def a_question(house):
    """The number of a place in our member's family whose holder asks for more."""
    relative, seat = own_family_of(house)
    with transaction():
        family.ask(
            merchant_id=house.id,
            member_id=relative.id,
            amount_fen=100,
            note="买菜",
            at=clock.now(),
        )
    return seat


def a_family_link(house):
    """An invitation to another's family, for our member, who has none."""
    no_family(house)
    owner = somebody(house)
    with transaction():
        family.open_card(
            merchant_id=house.id, member_id=owner.id, monthly_cap_fen=None, at=clock.now()
        )
    token = an_invitation(house, owner, at=clock.now()).token
    house.secrets.add(token)
    return {"token": token}


def in_anothers_family(house):
    token = a_family_link(house)["token"]
    with transaction():
        family.join(
            merchant_id=house.id, member_id=house.member.who.id, token=token, at=clock.now()
        )
