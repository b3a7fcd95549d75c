"""Every page of the panel that can be read, from the routes themselves, and how it is asked.

A page that names something needs a line in `SAMPLES` or in `LEFT_OUT`; else the bench says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask

from app.admin.needs import need_of
from bench.measuring import WentWrong

PREFIX = "panel."

# Forms of one thing, pictures, files, a trial: no lists, and nothing in them grows with a shop.
LEFT_OUT = {
    "agenda.event",
    "assists.consider",
    "assists.edit",
    "benefits.edit",
    "campaigns.consider",
    "campaigns.edit",
    "campaigns.show",
    "channels.code",
    "channels.poster",
    "complaints.photo",
    "offers.consider",
    "offers.edit",
    "offline.worker",
    "recipes.made",
    "security.prove",
    "security.second_factor",
    "start.purchase",
    "works.file",
}

# What an address names, by page or by file: SQL for one from the middle of the shop.
SAMPLES = {
    "approvals": "SELECT id FROM approvals ORDER BY id OFFSET 30 LIMIT 1",
    "assists": "SELECT number FROM assist_campaigns LIMIT 1",
    "benefits": "SELECT number FROM benefits ORDER BY id LIMIT 1",
    "bookings": "SELECT number FROM booking_sessions ORDER BY id OFFSET 30 LIMIT 1",
    "campaigns.add": "SELECT 'sale'",
    "codes": """SELECT b.number FROM benefits b
        JOIN pool_codes c ON c.benefit_id = b.id LIMIT 1""",
    "complaints": "SELECT number FROM complaint_tickets ORDER BY id OFFSET 30 LIMIT 1",
    "history": "SELECT id FROM audit ORDER BY id OFFSET 5000 LIMIT 1",
    "members": "SELECT number FROM members WHERE id = 500",
    "messages": "SELECT 'order_paid'",
    "money": "SELECT id FROM bill_differences ORDER BY id OFFSET 30 LIMIT 1",
    "offers": "SELECT number FROM offers ORDER BY id LIMIT 1",
    "offers.add": "SELECT 'single'",
    "orders": "SELECT number FROM orders WHERE id = 500",
    "people": "SELECT number FROM staff ORDER BY id DESC LIMIT 1",
    "people.store": "SELECT number FROM stores ORDER BY id LIMIT 1",
    "refunds": "SELECT number FROM returns ORDER BY id OFFSET 30 LIMIT 1",
    "refunds.choose": "SELECT number FROM orders WHERE id = 500",
    "settings": "SELECT number FROM pay_channels LIMIT 1",
    "settings.change_secret": "SELECT appid FROM wechat_apps LIMIT 1",
    "shipments": "SELECT number FROM parcels ORDER BY id OFFSET 30 LIMIT 1",
    "till": "SELECT number FROM redemptions ORDER BY id DESC LIMIT 1",
    "vouchers": "SELECT number FROM vouchers WHERE id = 2000",
    "works": "SELECT id FROM works ORDER BY id OFFSET 30 LIMIT 1",
}

# What is searched for: words of SEARCHES.
WORDS = {
    "member": "SELECT number FROM members WHERE id = 500",
    "payment": "SELECT number FROM payments WHERE id = 500",
    "card": "SELECT number FROM cards WHERE id = 500",
    "order": "SELECT number FROM orders WHERE id = 500",
    "redemption": "SELECT number FROM redemptions ORDER BY id LIMIT 1",
    # The last of the clerks never looked up a phone number; another one did, and often.
    "clerk": "SELECT max(id) FROM staff",
    "curious": "SELECT max(actor) FROM audit WHERE action = 'member.reveal_phone'",
    "store": "SELECT max(id) FROM stores",
    # Days long ago, and so many that even a rare thing fills a page.
    "since": "SELECT (now() - interval '390 days')::date",
    "day": "SELECT (now() - interval '100 days')::date",
    "benefit": "SELECT number FROM benefits ORDER BY id LIMIT 1",
}
SEARCHES = {
    "agenda.show": ("month=2026-10",),
    "approvals.index": ("tab=settled",),
    "benefits.index": ("words=拿铁", "words=无"),
    "bookings.index": ("past=1",),
    "channels.index": ("channel=moments",),
    "complaints.index": ("tab=resolved",),
    "history.index": (
        "actor=staff:{clerk}",
        "actor=system",
        "actor=staff:{clerk}&since={since}&until={day}",
        "action=voucher.redeem",
        "action=member.reveal_phone",
        "action=voucher.reverse",
        "action=order.place&since={since}&until={day}",
        "actor=staff:{clerk}&action=member.reveal_phone",
        "actor={curious}&action=member.reveal_phone",
        "actor=system&action=voucher.redeem",
        "subject={order}",
        "subject=nothing",
        "since={since}&until={day}",
        "until={day}",
    ),
    "members.index": ("q=李", "q={phone}", "q=nobody", "q={member}"),
    "members.show": tuple(
        f"tab={tab}" for tab in ("vouchers", "orders", "points", "value", "messages", "complaints")
    ),
    "money.index": ("tab=mine", "tab=settled"),
    "numbers.cohorts": ("days=365",),
    "numbers.show": ("days=7", "days=365", "since={since}&until={day}"),
    "numbers.sources": ("days=365",),
    "numbers.unused": (
        *(
            f"cause={cause}"
            for cause in ("expired", "no_code", "frozen", "locked", "given", "not_yet", "ending")
        ),
        "since={since}&until={day}",
    ),
    "numbers.used": ("days=365", "store={store}", "since={since}&until={day}"),
    "offers.index": ("words=拿铁", "state=on_sale", "words=无"),
    "offline.index": ("shown=all",),
    "orders.index": (
        "state=pending",
        "state=closed",
        "state=fulfilled",
        "state=refunding",
        "state=refunded",
        "since={since}&until={day}",
        "state=refunding&since={since}&until={day}",
        "state=paid",
        "q={member}",
        "q={payment}",
    ),
    "refunds.index": ("tab=stuck", "tab=all", "tab=all&state=done", "tab=all&state=declined"),
    "shipments.index": ("state=sent", "state=failed", "state=any", "since={since}&until={day}"),
    "vouchers.index": ("q={card}", "q={redemption}"),
    "works.index": ("of=all",),
}


@dataclass(frozen=True)
class Page:
    """`path` is below the shop's address; `{words}` in it are found in the shop."""

    name: str
    path: str


def pages_of(app: Flask) -> list[Page]:
    """Every page that somebody who works there reads, with its filters. Raises WentWrong."""
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        need = need_of(app.view_functions[rule.endpoint])
        name = rule.endpoint.removeprefix(PREFIX)
        if "GET" not in (rule.methods or ()) or not rule.endpoint.startswith(PREFIX):
            continue
        if need is None or need.role is None or name in LEFT_OUT:
            continue
        named = rule.arguments - {"merchant"}
        if len(named) > 1 or (named and not sample_of(name)):
            raise WentWrong(f"bench/page_list.py does not say what {name} shows")
        path, _named, rest = rule.rule.partition("<merchant>")[2].partition("<")
        if named:
            path = f"{path}{{{name}}}{rest.partition('>')[2]}"
        asked = [Page(f"{name}?{query}", f"{path}?{query}") for query in SEARCHES.get(name, ())]
        found += [Page(name, path), *asked]
    return found


def sample_of(name: str) -> str | None:
    """SQL for what the address of this page names."""
    return SAMPLES.get(name) or SAMPLES.get(name.partition(".")[0])


def filled(page: Page, known: Mapping[str, str]) -> str:
    """The path in one shop."""
    path = page.path
    for word, value in known.items():
        path = path.replace(f"{{{word}}}", value)
    return path
