"""Campaigns in which friends help: written with the linter beside them, and how they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.admin import door, pages
from app.admin.assists_form import (
    FIELDS,
    KILL_RULES,
    STATES,
    AssistForm,
    Row,
    filled,
    rows_of,
    suggested_rules,
    typed_rows,
)
from app.admin.needs import needs
from app.admin.words import in_colour
from app.domain import assist, campaigns, catalog
from app.domain.assist import Figures
from app.domain.campaigns import AssistCampaign, Finding, State, Terms
from app.domain.catalog import Choice, OfferKind
from app.domain.merchants import Role
from app.kernel import calendar, clock
from app.kernel.calendar import A_DAY
from app.kernel.db import transaction
from app.kernel.errors import DomainError

bp = Blueprint("assists", __name__)
SHOWN_DAYS = 14
# More open tasks of one campaign are not counted each time that somebody looks at it.
COUNTED = 500


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A campaign as its page shows it; `names` are those of its benefits by number."""

    campaign: AssistCampaign
    terms: Terms
    figures: Figures
    names: dict[str, str]
    offer_title: str
    reward_cost_fen: int | None


@bp.context_processor
def known_words() -> dict[str, object]:
    return {"kill_rules": KILL_RULES, "assist_fields": FIELDS, "counted": COUNTED}


@bp.app_template_filter("assist_state")
def badge(state: str) -> Markup:
    """In what state such a campaign is, in colour."""
    return in_colour(STATES[State(state)])


@bp.get("/<merchant>/assists")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        page = campaigns.list_page(merchant_id=here.merchant_id, cursor=request.args.get("cursor"))
        rows = [(each, campaigns.parse(each.terms)) for each in page.items]
        figures = assist.figures_of(
            merchant_id=here.merchant_id,
            campaign_ids=[each.id for each in page.items],
            most=COUNTED + 1,
        )
    return pages.page("assists/index.html", page=page, rows=rows, figures=figures)


@bp.route("/<merchant>/assists/new", methods=["GET", "POST"])
@needs(Role.MANAGER)
def add(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    form, made = AssistForm(), list[str]()
    benefits = fill_lists(form)
    if (
        request.method == "POST"
        and form.validate()
        and form.does(lambda: made.append(_add(form, benefits)))
    ):
        return pages.go("assists.show", number=made[0], words=_("草稿已保存，检查后发布"))
    rows = typed_rows() if request.method == "POST" else [Row()] * len(typed_rows())
    return _form_page(form, rows, benefits)


@bp.get("/<merchant>/assists/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return sheet_page(number)


@bp.route("/<merchant>/assists/<number>/edit", methods=["GET", "POST"])
@needs(Role.MANAGER)
def edit(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        campaign = campaigns.get_campaign(merchant_id=here.merchant_id, number=number)
    terms = campaigns.parse(campaign.terms)
    form = AssistForm(data=filled(terms))
    benefits = fill_lists(form)
    if (
        request.method == "POST"
        and form.validate()
        and form.does(lambda: _edit(form, benefits, number, terms))
    ):
        return pages.go("assists.show", number=number, words=_("已保存"))
    rows = typed_rows() if request.method == "POST" else rows_of(terms)
    return _form_page(form, rows, benefits, campaign=campaign)


@bp.post("/<merchant>/assists/lint")
@needs(Role.MANAGER)
def lint(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """What the platform would say of the form as it is now."""
    form = AssistForm()
    benefits = fill_lists(form)
    form.validate()
    try:
        terms = form.terms(benefits)
        with transaction(merchant=door.here().merchant_id):
            found = _findings(terms, at=clock.now())
    except DomainError:
        return pages.page("assists/_lint.html", is_early=True)
    return pages.page(
        "assists/_lint.html",
        found=found,
        friends=terms.friends,
        suggestion=suggested_rules(terms, benefits),
    )


def fill_lists(form: AssistForm) -> Sequence[Choice]:
    """The shop's helper cards and benefits go into the form; the benefits."""
    here = door.here()
    with transaction(merchant=here.merchant_id):
        benefits = catalog.list_choices(merchant_id=here.merchant_id)
        cards = catalog.list_offer_choices(merchant_id=here.merchant_id, kind=OfferKind.ASSIST)
    form.offers(cards, benefits)
    return benefits


def sheet_page(
    number: str, *, problems: Sequence[Finding] | None = None, status: int = 200, **more: Any
) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        sheet = open_sheet(number, most=COUNTED + 1)
        if problems is None and sheet.campaign.state == State.DRAFT:
            problems = _findings(sheet.terms, at=at)
        days = _helps(sheet.campaign.id, at=at)
    return pages.page(
        "assists/show.html",
        status=status,
        sheet=sheet,
        problems=problems or (),
        days=days,
        **more,
    )


def open_sheet(number: str, *, most: int | None = None) -> Sheet:
    """Inside a transaction; `most` bounds what is counted. Raises NotFound."""
    merchant_id = door.here().merchant_id
    campaign = campaigns.get_campaign(merchant_id=merchant_id, number=number)
    terms = campaigns.parse(campaign.terms)
    offers = catalog.list_offer_choices(merchant_id=merchant_id, kind=OfferKind.ASSIST)
    chosen = catalog.list_choices(merchant_id=merchant_id)
    return Sheet(
        campaign=campaign,
        terms=terms,
        figures=assist.figures_of(merchant_id=merchant_id, campaign_ids=[campaign.id], most=most)[
            campaign.id
        ],
        names={each.number: each.name for each in chosen},
        offer_title=next((each.title for each in offers if each.number == terms.offer), "–"),
        reward_cost_fen=_reward_cost(campaign, terms),
    )


def findings_of(number: str, *, at: datetime) -> list[Finding]:
    """What stands against publishing it, inside a transaction. Raises NotFound."""
    campaign = campaigns.get_campaign(merchant_id=door.here().merchant_id, number=number)
    return _findings(campaigns.parse(campaign.terms), at=at)


def _findings(terms: Terms, *, at: datetime) -> list[Finding]:
    found = campaigns.examine(merchant_id=door.here().merchant_id, terms=terms, at=at)
    return list(found.findings)


def _reward_cost(campaign: AssistCampaign, terms: Terms) -> int | None:
    revision_id = campaign.revisions.get(terms.reward)
    known = catalog.find_revisions(
        merchant_id=campaign.merchant_id, revision_ids={revision_id} if revision_id else set()
    )
    return known[revision_id].cost_fen if revision_id in known else None


def _helps(campaign_id: int, *, at: datetime) -> list[tuple[date, int]]:
    """The last two weeks, day by day."""
    shop = door.here().shop
    first = calendar.day_of(at, shop.zone) - timedelta(days=SHOWN_DAYS - 1)
    found = assist.helps_by_day(
        merchant_id=door.here().merchant_id,
        campaign_id=campaign_id,
        since=calendar.start_of_day(first, shop.zone),
        zone=shop.zone,
    )
    helps = {each.day: each.helps for each in found}
    days = [first + n * A_DAY for n in range(SHOWN_DAYS)]
    return [(day, helps.get(day, 0)) for day in days]


def _form_page(
    form: AssistForm,
    rows: Sequence[Row],
    benefits: Sequence[Choice],
    *,
    campaign: AssistCampaign | None = None,
) -> Response:
    return pages.page(
        "assists/edit.html",
        status=200 if request.method == "GET" else 422,
        form=form,
        rows=rows,
        benefits=benefits,
        campaign=campaign,
    )


def _add(form: AssistForm, benefits: Sequence[Choice]) -> str:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return campaigns.draft(
            merchant_id=here.merchant_id,
            terms=form.terms(benefits),
            actor=here.actor,
            at=clock.now(),
        ).number


def _edit(form: AssistForm, benefits: Sequence[Choice], number: str, before: Terms) -> None:
    here, told = door.here(), form.terms(benefits).to_json()
    # The form knows nothing of the picture; it stays.
    told["wording"]["share_picture"] = before.wording.share_picture
    with transaction(merchant=here.merchant_id):
        campaigns.edit(
            merchant_id=here.merchant_id,
            number=number,
            terms=campaigns.parse(told),
            actor=here.actor,
            at=clock.now(),
        )
