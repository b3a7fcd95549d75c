"""A buyer who can be reached by several ways, there and in our books."""

from datetime import timedelta

from app.domain import following, merchants, messaging
from app.domain.following import Visitor
from app.domain.messaging import Channel
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.outbox import OutboxRow
from tests.jobs.shop import BUYER
from tests.jobs.test_messages import JOB
from tests.simulator.world import APP, OFFICIAL, TEMPLATE

OA_SEND = "/cgi-bin/message/template/send"
NOTICE = "/cgi-bin/message/subscribe/bizsend"
TEXT = "/cgi-bin/message/custom/send"
CARD_SEND = "/wxa/set_user_notify"
CARD = {"cur_status": "=4", "product_name": "title", "product_img": "=https://kabao.example/c.png"}
PAID = {"thing1": "title", "amount2": "total", "time3": "paid_at"}


def say_by(
    shop, channel, *, appid=OFFICIAL.appid, message="order_paid", template_id=TEMPLATE, fields=None
):
    with shop.house.app.app_context(), transaction():
        messaging.add_template(
            merchant_id=shop.merchant.id,
            appid=appid,
            message=message,
            template_id=template_id,
            fields=fields or PAID,
            page=None if appid == OFFICIAL.appid else "pages/index/index",
            channel=channel,
            at=clock.now(),
        )


def by_card(shop):
    say_by(shop, Channel.SERVICE_CARD, appid=APP.appid, template_id="2003", fields=CARD)


def follower(shop, *, says=None):
    """The buyer follows the shop's account, there and in our books."""
    openid = shop.ask("GET", f"/_sim/users/{BUYER}")["openids"][OFFICIAL.appid]
    shop.ask("POST", f"/_sim/users/{BUYER}/follow", appid=OFFICIAL.appid)
    at = clock.now()
    with shop.house.app.app_context(), transaction():
        merchants.add_app(
            merchant_id=shop.merchant.id,
            appid=OFFICIAL.appid,
            kind=merchants.AppKind.OFFICIAL_ACCOUNT,
            name="好味咖啡",
            secret=OFFICIAL.secret,
            at=at,
        )
        app = merchants.get_app(merchant_id=shop.merchant.id, appid=OFFICIAL.appid)
        visitor = Visitor(
            merchant_id=shop.merchant.id,
            app_id=app.app_id,
            openid=openid,
            member_id=shop.buyer.id,
        )
        following.followed(visitor, scene=None, at=at - timedelta(minutes=5))
        if says:
            following.heard(visitor, at=at)
    if says:
        shop.ask("POST", f"/_sim/users/{BUYER}/say", appid=OFFICIAL.appid, text=says)
    return openid


def attempts(shop):
    (row,) = shop.rows(messaging.SentMessage)
    return row.channel, [(each["channel"], each["reason"]) for each in row.attempts]


def waits(shop):
    """Until when the task is left alone, from now on."""
    (task,) = shop.rows(OutboxRow, job=JOB)
    assert task.done_at is None
    return task.due_at - clock.now()
