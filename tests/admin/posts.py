"""What every form of the panel that changes something sends, and what it makes."""

from datetime import timedelta

from app.domain.catalog import BenefitKind
from app.domain.merchants import Role
from app.kernel import clock
from tests.admin import (
    test_assists,
    test_benefits,
    test_campaigns,
    test_offers,
    test_paper,
    test_people,
    test_points,
    test_settings,
)
from tests.admin.test_messages_trying import LINES
from tests.builders import assist
from tests.builders.bookings import a_club
from tests.builders.catalog import a_benefit
from tests.builders.complaints import a_rule, a_ticket
from tests.builders.members import a_member
from tests.builders.merchants import an_app
from tests.builders.orders import a_buyer, a_paid_order, a_shop


def a_gift(house):
    shop = a_shop(merchant=house.merchant)
    a_rule(shop, role=Role.MANAGER, per_day=9, day_cost_fen=900_00, at=clock.now())
    benefit = a_benefit(merchant=house.merchant).benefit_number
    return "/goodwill", {"member": a_buyer(shop).number, "benefit": benefit, "reason": "出品慢了"}


def a_session(house):
    starts = clock.now() + timedelta(days=9)
    return "/bookings", {
        "benefit": a_club(merchant=house.merchant).benefit.benefit_number,
        "title": "冬季品鉴夜",
        "starts_at": starts.strftime("%Y-%m-%dT%H:%M"),
        "ends_at": (starts + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M"),
        "capacity": "1",
        "store": "0",
    }


def codes(house):
    benefit = a_benefit(
        merchant=house.merchant,
        kind=BenefitKind.CODE,
        face={"thing": "洗车1次", "is_digital": False},
    )
    return f"/codes/{benefit.benefit_number}", {"step": "import", "lines": "AAAA1111\nBBBB2222\n"}


def paper(house):
    return "/paper/new", test_paper.fields(a_benefit(merchant=house.merchant))


def old_cards(house):
    said = {"lines": "OLDCARD7K2M9QX\nOLDCARD3P8W5RT\n", "step": "import"}
    return "/paper/import", test_paper.fields(a_benefit(merchant=house.merchant), **said)


def an_assist(house):
    told = assist.promises(a_shop(merchant=house.merchant), at=clock.now())
    return "/assists/new", test_assists.fields(told)


def an_offer(house):
    latte = a_benefit(merchant=house.merchant)
    return "/offers/new/single", test_offers.fields((latte.benefit_id, 2))


def a_sale(house):
    offer = test_campaigns.a_draft_offer(merchant=house.merchant)
    return "/campaigns/new/sale", test_campaigns.fields(offers=[offer.number])


def a_match(_house):
    now = clock.now()
    times = {
        "starts_at": test_campaigns.local(now + timedelta(days=3)),
        "ends_at": test_campaigns.local(now + timedelta(days=3, hours=2)),
    }
    return "/agenda/events", {"name": "半决赛", **times}


def a_tag(house):
    said = {"tag": "老友", "members": a_member(merchant=house.merchant).number, "what": "add"}
    return "/tags", said


def a_reply(house):
    shop = a_shop(merchant=house.merchant)
    ticket = a_ticket(shop, a_buyer(shop), at=clock.now())
    house.manager.post(f"/complaints/{ticket}/take", {"instead_of": ""})
    return f"/complaints/{ticket}/reply", {"text": "马上为您处理"}


def a_refund(house):
    shop = a_shop(merchant=house.merchant)
    at = clock.now() - timedelta(minutes=5)
    number = a_paid_order(shop, buyer=a_buyer(shop), at=at).order_number
    return f"/orders/{number}/refund", {"reason": "出品有误", "back_fen": "4900"}


def a_template(house):
    appid = an_app(merchant=house.merchant).appid
    said = {"appid": appid, "channel": "subscribe", "template_id": "TPL-1", "fields": LINES}
    return "/messages/order_paid", said


def plainly(path, said=None):
    return lambda _house: (path, said or {})


# By page: what is sent. All of these add something.
MAKING = {
    "agenda.add_event": a_match,
    "assists.add": an_assist,
    "benefits.add": lambda _house: ("/benefits/new", test_benefits.fields()),
    "bookings.add": a_session,
    "campaigns.add": a_sale,
    "codes.bring_in": codes,
    "complaints.reply": a_reply,
    "goodwill.give": a_gift,
    "messages.show": a_template,
    "offers.add": an_offer,
    "paper.bring_in": old_cards,
    "paper.make": paper,
    "people.add_store": plainly("/people/stores", {"name": "人民广场店", "address": "上海市"}),
    "people.invite": lambda house: (
        "/people/invitations",
        {"name": "小周", **test_people.rights("clerk", house.store)},
    ),
    "points.add_factor": plainly("/points/factors", test_points.FACTOR),
    "points.add_rule": plainly("/points/rules", test_points.RULE),
    "recipes.load": plainly("/recipes/weekend"),
    "refunds.ask": a_refund,
    "settings.add_app": plainly("/settings/apps/new", test_settings.APP),
    "settings.add_channel": plainly("/settings/pay/new", test_settings.CHANNEL),
    "tags.change": a_tag,
}
# The others change, or only look at, what is there already: done twice they leave one thing.
CHANGING = {
    "agenda.move",
    "approvals.approve",
    "approvals.correct",
    "approvals.decline",
    "approvals.limits",
    "approvals.withdraw",
    "assists.edit",
    "assists.lint",
    "assists.take",
    "benefits.edit",
    "benefits.preview",
    "benefits.publish",
    "bookings.call_off",
    "bookings.resize",
    "campaigns.edit",
    "campaigns.publish",
    "campaigns.stop",
    "codes.errors",
    "codes.watch",
    "complaints.resolve",
    "complaints.take",
    "goodwill.set_limit",
    "history.verify",
    "members.block",
    "members.find",
    "members.freeze_codes",
    "members.freeze_value",
    "members.reissue_codes",
    "members.reveal",
    "members.unblock",
    "members.unfreeze_value",
    "messages.switch",
    "messages.try_out",
    "money.assign",
    "money.settle",
    "numbers.export",
    "offers.cover",
    "offers.edit",
    "offers.preview",
    "offers.remove_cover",
    "offers.stock",
    "offers.take",
    "offline.close",
    "offline.enrol",
    "offline.revoke",
    "offline.set_rules",
    "offline.upload",
    "operations.retry",
    "orders.evidence",
    "paper.ask_again",
    "paper.stop",
    "people.change",
    "people.close_store",
    "people.disable",
    "people.end_browser",
    "people.invite_again",
    "people.reset_second_factor",
    "people.store",
    "points.end_factor",
    "points.end_rule",
    "points.set_terms",
    "points.try_out",
    "recipes.publish",
    "refunds.approve",
    "refunds.decline",
    "refunds.paid_by_hand",
    "refunds.preview",
    "refunds.retry",
    "refunds.transfer",
    "reviews.approve",
    "reviews.reject",
    "security.begin_second_factor",
    "security.change_password",
    "security.end_browser",
    "security.link",
    "security.prove",
    "security.renew_codes",
    "security.second_factor",
    "security.sign_out",
    "security.view_as",
    "settings.change_secret",
    "settings.close_channel",
    "settings.dress",
    "settings.logo",
    "settings.rename",
    "settings.renew_channel",
    "shipments.deliver",
    "shipments.fail",
    "shipments.labels",
    "shipments.refund",
    "shipments.resend",
    "shipments.send",
    "shipments.upload",
    "start.begin_purchase",
    "start.next_step",
    "tiers.edit",
    "tiers.publish",
    "tiers.sentences",
    "tiers.try_out",
    "till.choose_store",
    "till.close_shift",
    "till.scan",
    "till.undo",
    "value.set_limits",
    "works.cancel",
    "works.retry",
}
