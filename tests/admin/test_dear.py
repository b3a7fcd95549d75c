"""What changes money, rights or settings asks who one is; which that is stands here again."""

from app.admin.needs import need_of
from app.domain.merchants import Role
from tests.admin import matrix
from tests.admin.browsing import signed_in

# By what each changes. Whatever is posted and stands in neither list fails.
DEAR = {
    "my own ways in": {
        "security.begin_second_factor",
        "security.change_password",
        "security.link",
        "security.renew_codes",
    },
    "rights and places": {
        "people.add_store",
        "people.change",
        "people.close_store",
        "people.disable",
        "people.invite",
        "people.invite_again",
        "people.reset_second_factor",
        "people.store",
    },
    "settings and keys": {
        "approvals.limits",
        "goodwill.set_limit",
        "offline.set_rules",
        "settings.add_app",
        "settings.add_channel",
        "settings.change_secret",
        "settings.close_channel",
        "settings.dress",
        "settings.rename",
        "settings.renew_channel",
        "value.set_limits",
    },
    "money, and what stands for it": {
        "approvals.approve",
        "approvals.correct",
        "approvals.decline",
        "campaigns.publish",
        "goodwill.give",
        "members.reissue_codes",
        "members.unfreeze_value",
        "money.settle",
        "paper.ask_again",
        "paper.bring_in",
        "paper.make",
        "points.add_factor",
        "points.add_rule",
        "points.end_factor",
        "points.end_rule",
        "points.set_terms",
        "recipes.publish",
        "refunds.approve",
        "refunds.ask",
        "refunds.paid_by_hand",
        "refunds.retry",
        "refunds.transfer",
        "shipments.refund",
        "tiers.publish",
    },
    "what is personal": {
        "members.reveal",
        "orders.evidence",
        "shipments.labels",
    },
}
NOT_DEAR = {
    "the door, and what takes away from oneself": {
        "entering.accept",
        "entering.by_wechat",
        "entering.sign_in",
        "entering.wechat_standing",
        "people.end_browser",
        "security.choose_locale",
        "security.end_browser",
        "security.prove",
        "security.sign_out",
        "security.view_as",
    },
    "at the counter, with somebody waiting": {
        "bookings.add",
        "bookings.call_off",
        "bookings.resize",
        "offline.close",
        "offline.enrol",
        "offline.revoke",
        "offline.upload",
        "shipments.deliver",
        "shipments.fail",
        "shipments.resend",
        "shipments.send",
        "shipments.upload",
        "till.choose_store",
        "till.close_shift",
        "till.scan",
        "till.undo",
    },
    "what stops something, and cannot wait": {
        "approvals.withdraw",
        "campaigns.stop",
        "members.block",
        "members.freeze_codes",
        "members.freeze_value",
        "members.unblock",
        "paper.stop",
        "refunds.decline",
    },
    "what is offered, which a buyer sees before he pays": {
        "assists.add",
        "assists.edit",
        "assists.take",
        "benefits.add",
        "benefits.edit",
        "benefits.publish",
        "campaigns.add",
        "campaigns.edit",
        "codes.bring_in",
        "codes.watch",
        "offers.add",
        "offers.cover",
        "offers.edit",
        "offers.remove_cover",
        "offers.stock",
        "offers.take",
        "recipes.load",
        "settings.logo",
    },
    "looking, noting, trying": {
        "agenda.add_event",
        "agenda.move",
        "assists.lint",
        "benefits.preview",
        "codes.errors",
        "complaints.reply",
        "complaints.resolve",
        "complaints.take",
        "history.verify",
        "members.find",
        "messages.show",
        "messages.switch",
        "messages.try_out",
        "money.assign",
        "numbers.export",
        "offers.preview",
        "operations.retry",
        "points.try_out",
        "refunds.preview",
        "reviews.approve",
        "reviews.reject",
        "start.begin_purchase",
        "start.next_step",
        "tags.change",
        "tiers.sentences",
        "tiers.try_out",
        "works.cancel",
        "works.retry",
    },
}
FIELDS = {"login": "x", "password": "x", "again": "x", "name": "x"}


def posted(app):
    return {page.name for page in matrix.pages_of(app) if page.method == "POST"}


def listed(table):
    return set().union(*table.values())


def test_whatever_is_posted_is_dear_or_was_thought_about(app):
    assert posted(app) - listed(DEAR) - listed(NOT_DEAR) == set()
    assert (listed(DEAR) | listed(NOT_DEAR)) - posted(app) == set()
    assert listed(DEAR) & listed(NOT_DEAR) == set()


def test_pages_say_themselves_what_is_dear(app):
    views = app.view_functions
    said = {name for name in posted(app) if need_of(views[f"panel.{name}"]).is_dear}
    assert said == listed(DEAR)


def test_whoever_has_not_proved_is_led_to_where_he_does(app, house):
    browser = signed_in(app, house.merchant, house.people[Role.OWNER], is_sure=False)
    let_in = [
        page.name
        for page in matrix.pages_of(app)
        if page.method == "POST"
        and page.name in listed(DEAR)
        and "/me/prove" not in (browser.post(_path(page), FIELDS).location or "")
    ]
    assert let_in == []


def _path(page):
    """Nothing is looked up before one has proved."""
    path = page.rule.partition("<merchant>")[2]
    for word in page.arguments:
        start = path.index(f"{word}>")
        begin = path.rindex("<", 0, start)
        said = matrix.WORDS.get(word, 1)
        path = f"{path[:begin]}{said}{path[start + len(word) + 1 :]}"
    return path
