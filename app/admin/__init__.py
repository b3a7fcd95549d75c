"""The merchants' panel: one file per page, rendered here, with htmx for the parts that move."""

from flask import Blueprint, Flask, has_request_context, request
from flask_babel import Babel

from app.admin import (
    agenda,
    approvals,
    assists_steps,
    attempts,
    benefits,
    bookings,
    campaigns_steps,
    channels,
    codes,
    complaints,
    covers,
    door,
    entering,
    goodwill,
    history,
    members,
    messages_trying,
    money,
    numbers,
    offline,
    operations,
    orders,
    overview,
    pages,
    paper,
    people,
    points,
    recipes,
    refunds,
    reviews,
    security,
    settings_pay,
    shipments,
    start_purchase,
    tags,
    tiers,
    till,
    value_rules,
    vouchers,
    words,
    works,
)
from app.config import Settings
from app.kernel import keyring

PAGES = (
    entering.bp,
    security.bp,
    overview.bp,
    people.bp,
    approvals.bp,
    history.bp,
    settings_pay.bp,
    till.bp,
    offline.bp,
    benefits.bp,
    covers.bp,
    orders.bp,
    refunds.bp,
    vouchers.bp,
    members.bp,
    messages_trying.bp,
    complaints.bp,
    reviews.bp,
    goodwill.bp,
    shipments.bp,
    bookings.bp,
    recipes.bp,
    start_purchase.bp,
    assists_steps.bp,
    campaigns_steps.bp,
    agenda.bp,
    tags.bp,
    tiers.bp,
    points.bp,
    value_rules.bp,
    channels.bp,
    codes.bp,
    paper.bp,
    numbers.bp,
    money.bp,
    operations.bp,
    works.bp,
)
COOKIE = "kabao_panel"

panel = Blueprint(
    "panel",
    __name__,
    url_prefix="/admin",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
panel.before_request(door.open_or_refuse)
pages.register(panel)
attempts.register(panel)
for _page in PAGES:
    panel.register_blueprint(_page)
# The document of the API asks every blueprint whether it is in it.
for _each in (panel, *PAGES):
    vars(_each).update(enable_openapi=False)


def register(app: Flask, settings: Settings) -> None:
    """Add the panel to an application."""
    app.secret_key = keyring.derive("panel-cookie")
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH="/admin",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # The door looks at the origin itself; our pages send no referrer to compare.
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_TRANSLATION_DIRECTORIES="admin/translations",
    )
    door.csrf.init_app(app)
    Babel(app, locale_selector=choose_locale)
    words.register(app)
    app.register_blueprint(panel)


def choose_locale() -> str:
    """What was chosen, or Chinese."""
    chosen = request.cookies.get(words.LOCALE_COOKIE, "") if has_request_context() else ""
    return chosen if chosen in words.LOCALES else words.LOCALES[0]
