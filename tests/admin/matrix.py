"""Who may open which page of the panel, written down a second time; and what is another shop's.

A page that is not in `WHO`, or an address that names something of which `FOREIGN` says nothing,
fails the matrix.
"""

from dataclasses import dataclass

from app.admin.needs import need_of
from app.domain.merchants import Role

ANYBODY = "anybody"
PREFIX = "panel."
STATIC = "panel.static"
AUTOMATIC = {"HEAD", "OPTIONS"}

# By who may: the least role, and the pages.
WHO = {
    "anybody": {
        "entering.accept",
        "entering.by_wechat",
        "entering.sign_in",
        "entering.wechat_standing",
        "security.choose_locale",
    },
    "clerk": {
        "approvals.show",
        "approvals.withdraw",
        "bookings.index",
        "bookings.show",
        "goodwill.give",
        "goodwill.index",
        "offline.enrol",
        "offline.shell",
        "offline.upload",
        "offline.worker",
        "overview.show",
        "security.begin_second_factor",
        "security.change_password",
        "security.end_browser",
        "security.link",
        "security.prove",
        "security.renew_codes",
        "security.second_factor",
        "security.show",
        "security.sign_out",
        "security.view_as",
        "shipments.deliver",
        "shipments.fail",
        "shipments.index",
        "shipments.send",
        "shipments.show",
        "shipments.upload",
        "till.choose_store",
        "till.close_shift",
        "till.scan",
        "till.shift",
        "till.show",
        "till.stores",
    },
    "manager": {
        "agenda.add_event",
        "agenda.event",
        "agenda.move",
        "agenda.show",
        "approvals.approve",
        "approvals.correct",
        "approvals.decline",
        "approvals.index",
        "assists.add",
        "assists.consider",
        "assists.edit",
        "assists.index",
        "assists.lint",
        "assists.show",
        "assists.take",
        "benefits.add",
        "benefits.edit",
        "benefits.index",
        "benefits.preview",
        "benefits.publish",
        "benefits.show",
        "bookings.add",
        "bookings.call_off",
        "bookings.report",
        "bookings.resize",
        "campaigns.add",
        "campaigns.choose",
        "campaigns.consider",
        "campaigns.edit",
        "campaigns.index",
        "campaigns.publish",
        "campaigns.show",
        "campaigns.stop",
        "channels.code",
        "channels.index",
        "channels.poster",
        "codes.bring_in",
        "codes.errors",
        "codes.index",
        "codes.watch",
        "complaints.index",
        "complaints.photo",
        "complaints.reply",
        "complaints.resolve",
        "complaints.show",
        "complaints.take",
        "history.index",
        "history.show",
        "members.block",
        "members.find",
        "members.freeze_codes",
        "members.freeze_value",
        "members.index",
        "members.reissue_codes",
        "members.reveal",
        "members.show",
        "members.unblock",
        "members.unfreeze_value",
        "messages.index",
        "messages.show",
        "messages.switch",
        "messages.try_out",
        "money.assign",
        "money.index",
        "money.settle",
        "money.show",
        "numbers.cohorts",
        "numbers.export",
        "numbers.show",
        "numbers.sources",
        "numbers.today",
        "numbers.unused",
        "numbers.used",
        "offers.add",
        "offers.choose",
        "offers.consider",
        "offers.cover",
        "offers.edit",
        "offers.index",
        "offers.preview",
        "offers.remove_cover",
        "offers.row",
        "offers.show",
        "offers.stock",
        "offers.take",
        "offline.close",
        "offline.index",
        "offline.revoke",
        "operations.banner",
        "operations.retry",
        "operations.show",
        "orders.evidence",
        "orders.index",
        "orders.show",
        "paper.ask_again",
        "paper.bring_in",
        "paper.index",
        "paper.make",
        "paper.stop",
        "points.add_factor",
        "points.add_rule",
        "points.end_factor",
        "points.end_rule",
        "points.set_terms",
        "points.show",
        "points.try_out",
        "recipes.index",
        "recipes.load",
        "recipes.made",
        "recipes.publish",
        "refunds.approve",
        "refunds.ask",
        "refunds.choose",
        "refunds.decline",
        "refunds.index",
        "refunds.paid_by_hand",
        "refunds.preview",
        "refunds.retry",
        "refunds.show",
        "refunds.transfer",
        "reviews.approve",
        "reviews.index",
        "reviews.reject",
        "shipments.labels",
        "shipments.refund",
        "shipments.resend",
        "start.begin_purchase",
        "start.checklist",
        "start.next_step",
        "start.purchase",
        "start.show",
        "tags.change",
        "tags.index",
        "tiers.block",
        "tiers.edit",
        "tiers.publish",
        "tiers.sentences",
        "tiers.show",
        "tiers.try_out",
        "till.undo",
        "value.show",
        "vouchers.index",
        "vouchers.show",
        "works.cancel",
        "works.file",
        "works.index",
        "works.retry",
        "works.show",
    },
    "owner": {
        "approvals.limits",
        "goodwill.set_limit",
        "history.verify",
        "offline.set_rules",
        "people.add_store",
        "people.change",
        "people.close_store",
        "people.disable",
        "people.end_browser",
        "people.index",
        "people.invite",
        "people.invite_again",
        "people.reset_second_factor",
        "people.show",
        "people.store",
        "settings.add_app",
        "settings.add_channel",
        "settings.change_secret",
        "settings.close_channel",
        "settings.dress",
        "settings.logo",
        "settings.rename",
        "settings.renew_channel",
        "settings.show",
        "value.set_limits",
    },
}

# What an address names, and whose thing of the other shop is tried there; by file, or by page.
FOREIGN = {
    ("agenda", "number"): "event",
    ("approvals", "approval_id"): "approval",
    ("approvals", "number"): "member",
    ("assists", "number"): "assist",
    ("benefits", "number"): "benefit",
    ("bookings", "number"): "session",
    ("campaigns", "number"): "promotion",
    ("channels", "number"): "offer",
    ("codes", "number"): "benefit",
    ("complaints", "number"): "ticket",
    ("history", "line_id"): "line",
    ("members", "number"): "member",
    ("money", "difference_id"): "difference",
    ("offers", "number"): "offer",
    ("operations", "job_id"): "job",
    ("orders", "number"): "order",
    ("paper", "number"): "batch",
    ("people", "number"): "staff",
    ("people", "session_id"): "browser",
    ("people.close_store", "number"): "store",
    ("people.store", "number"): "store",
    ("points", "factor_id"): "point_factor",
    ("points", "rule_id"): "point_rule",
    ("refunds", "number"): "return",
    ("refunds.ask", "number"): "order",
    ("refunds.choose", "number"): "order",
    ("refunds.preview", "number"): "order",
    ("reviews", "number"): "help",
    ("security", "session_id"): "browser",
    ("settings", "appid"): "app",
    ("settings", "number"): "channel",
    ("shipments", "number"): "parcel",
    ("till", "number"): "redemption",
    ("vouchers", "number"): "voucher",
    ("works", "work_id"): "work",
}
# Words of an address that name nothing of anybody's.
WORDS = {
    "adjustment_id": 1,
    "conflict_id": 4_000_000_000,
    "file_id": 1,
    "filename": "panel.css",
    "channel": "pigeon",
    "handle": "nobody",
    "kind": "single",
    "message": "order_paid",
    "name": "nothing.webp",
    "state": "on",
    "step": "publish",
    "word": "approve",
}


@dataclass(frozen=True)
class Page:
    """One address and one method."""

    endpoint: str
    rule: str
    method: str
    arguments: frozenset[str]

    @property
    def name(self):
        return self.endpoint.removeprefix(PREFIX)

    @property
    def is_owned(self):
        """Whether it names something that one shop has and another has not."""
        return any(self.thing(word) for word in self.arguments)

    def thing(self, word):
        file = self.name.partition(".")[0]
        return FOREIGN.get((self.name, word)) or FOREIGN.get((file, word))

    def path(self, things):
        """Below the shop's address, with the other shop's things in it."""
        path = self.rule.partition("<merchant>")[2]
        for word in self.arguments:
            said = things[self.thing(word)] if self.thing(word) else WORDS.get(word, "unknown")
            start = path.index(f"{word}>")
            begin = path.rindex("<", 0, start)
            path = f"{path[:begin]}{said}{path[start + len(word) + 1 :]}"
        return path


def pages_of(app):
    """Every page behind a shop's address, from the routes themselves."""
    return [
        Page(rule.endpoint, rule.rule, method, frozenset(rule.arguments - {"merchant"}))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(PREFIX) and "merchant" in rule.arguments
        for method in sorted(rule.methods - AUTOMATIC)
    ]


def who_may(page):
    """The least role as it is written here; None when nothing is."""
    return next((who for who, names in WHO.items() if page.name in names), None)


def declared(app, page):
    """The least role as the page says it itself; None when it is silent."""
    need = need_of(app.view_functions[page.endpoint])
    if need is None:
        return None
    return need.role.value if need.role else ANYBODY


ROLES = (Role.CLERK, Role.MANAGER, Role.OWNER)


def is_enough(role, who):
    """Whether somebody of this role may open what needs at least `who`; nobody, where it is None."""
    if who == ANYBODY:
        return True
    return (
        role is not None and who is not None and ROLES.index(Role(role)) >= ROLES.index(Role(who))
    )
