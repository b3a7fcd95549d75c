"""Tasks of friends' help, in a house."""

from datetime import timedelta

from app.kernel import clock
from app.kernel.db import db
from tests.builders.assist import a_campaign, helped, tasks_of
from tests.builders.members import a_member
from tests.builders.orders import a_paid_order
from tests.simulator.world import APP


def an_assist(house, *, buyer=None):
    """A new task of our member's, or of somebody else's."""
    at = clock.now() - timedelta(minutes=1)
    offer, buyer = house.offer, buyer or house.member.who
    a_campaign(house, at=at)
    a_paid_order(house, buyer=buyer, at=at)
    house.offer = offer
    task = tasks_of(house, buyer)[-1]
    db.session.rollback()
    house.secrets.add(task.token)
    return task


def a_friends_assist(house):
    """A task that our member may help with."""
    return an_assist(house, buyer=a_member(merchant=house.merchant, appid=APP.appid))


def a_held_help(house, helper=None):
    """The number of a help that the shop shall look at."""
    task = a_friends_assist(house)
    helper = helper or a_member(merchant=house.merchant, appid=APP.appid)
    return helped(house, task, helper, at=clock.now(), risk_rank=2).number
