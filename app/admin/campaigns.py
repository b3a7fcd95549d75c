"""Campaigns of the calendar: for whom, when, what they sell or give, and how much of it is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from app.admin import door, pages
from app.admin.campaigns_form import (
    FIELDS,
    KINDS,
    STATES,
    CampaignForm,
    Gift,
    Lists,
    filled,
    gift_choices,
    gifts_of,
    typed_gifts,
)
from app.admin.needs import needs
from app.admin.offers_publishing import tiers
from app.admin.words import in_colour
from app.domain import approvals, catalog, promotions
from app.domain.merchants import Role
from app.domain.promotions import Clash, Kind, Promotion, State, Terms
from app.kernel import calendar, clock
from app.kernel.calendar import A_DAY
from app.kernel.db import transaction
from app.kernel.errors import NotFound

bp = Blueprint("campaigns", __name__)
AHEAD_DAYS = 62
MASS_GRANT = approvals.Kind.MASS_GRANT


@dataclass(frozen=True, kw_only=True)
class Line:
    """A campaign of the list; `when` and `whom` are for people."""

    campaign: Promotion
    terms: Terms
    when: str | None
    whom: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A campaign as its page shows it; names by number."""

    campaign: Promotion
    terms: Terms
    whom: str
    when: str | None
    event_name: str | None
    offers: Mapping[str, str]
    benefits: Mapping[str, str]


@bp.app_context_processor
def words() -> dict[str, object]:
    return {"campaign_kinds": KINDS, "campaign_fields": FIELDS}


@bp.app_template_filter("campaign_state")
def badge(state: str) -> Markup:
    """In what state a campaign is, in colour."""
    return in_colour(STATES[State(state)])


@bp.get("/<merchant>/campaigns")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        page = promotions.list_page(merchant_id=here.merchant_id, cursor=request.args.get("cursor"))
        ranks = {tier.rank: tier.name for tier in tiers()}
    rows = [_line(each, ranks) for each in page.items]
    return pages.page("campaigns/index.html", page=page, rows=rows)


@bp.get("/<merchant>/campaigns/new")
@needs(Role.MANAGER)
def choose(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    """Which kind it shall be."""
    return pages.page("campaigns/choose.html")


@bp.route("/<merchant>/campaigns/new/<kind>", methods=["GET", "POST"])
@needs(Role.MANAGER)
def add(merchant: str, kind: str) -> Response:  # noqa: ARG001 - the door reads it
    wanted, made = _kind_of(kind), list[str]()
    form = CampaignForm(data={"day": "m8", "event": request.args.get("event", "")})
    found = _fill_lists(form, wanted)
    if (
        request.method == "POST"
        and form.validate()
        and form.does(lambda: made.append(_add(form, wanted)))
    ):
        return pages.go("campaigns.show", number=made[0], words=_("草稿已保存，检查后发布"))
    return _form_page(form, wanted, found, gifts_of(None))


@bp.get("/<merchant>/campaigns/<number>")
@needs(Role.MANAGER)
def show(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    return sheet_page(number)


@bp.route("/<merchant>/campaigns/<number>/edit", methods=["GET", "POST"])
@needs(Role.MANAGER)
def edit(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        campaign = promotions.get_promotion(merchant_id=here.merchant_id, number=number)
    terms = promotions.parse(campaign.terms)
    form = CampaignForm(data=filled(terms))
    found = _fill_lists(form, campaign.kind)
    if request.method == "POST" and form.validate() and form.does(lambda: _edit(form, campaign)):
        return pages.go("campaigns.show", number=number, words=_("已保存"))
    return _form_page(form, campaign.kind, found, gifts_of(terms), campaign=campaign)


def sheet_page(
    number: str, *, problems: Sequence[Any] | None = None, status: int = 200, **more: Any
) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        sheet = open_sheet(number)
        is_draft = sheet.campaign.state == State.DRAFT
        if problems is None and is_draft:
            problems = promotions.findings(merchant_id=here.merchant_id, number=number, at=at)
        clashes = clashes_of(sheet) if sheet.campaign.state in LIVE else []
        waits = _waits(number) if is_draft and sheet.campaign.kind is Kind.GRANT else None
    return pages.page(
        "campaigns/show.html",
        status=status,
        sheet=sheet,
        problems=problems or (),
        clashes=clashes,
        waits=waits,
        **more,
    )


def open_sheet(number: str) -> Sheet:
    """Inside a transaction. Raises NotFound."""
    merchant_id = door.here().merchant_id
    campaign = promotions.get_promotion(merchant_id=merchant_id, number=number)
    terms = promotions.parse(campaign.terms)
    offers = catalog.list_offer_choices(merchant_id=merchant_id)
    benefits = catalog.list_choices(merchant_id=merchant_id)
    around = terms.around
    event = promotions.get_event(merchant_id=merchant_id, number=around.event) if around else None
    return Sheet(
        campaign=campaign,
        terms=terms,
        whom=whom(terms, {tier.rank: tier.name for tier in tiers()}),
        when=_when(terms),
        event_name=event.name if event else None,
        offers={each.number: each.title for each in offers},
        benefits={each.number: each.name for each in benefits},
    )


def clashes_of(sheet: Sheet) -> list[tuple[Clash, Promotion, str]]:
    """The other campaign of each clash within two months, and why, in titles."""
    here = door.here()
    today = calendar.day_of(clock.now(), here.shop.zone)
    plan = promotions.plan(
        merchant_id=here.merchant_id, since=today, until=today + AHEAD_DAYS * A_DAY
    )
    known, mine = {each.number: each for each in plan.campaigns}, sheet.campaign.number
    return [
        (
            clash,
            known[clash.other if clash.one == mine else clash.one],
            titled(clash.why, sheet.offers),
        )
        for clash in plan.clashes
        if mine in (clash.one, clash.other)
    ]


def _waits(number: str) -> int | None:
    """The question to a second person that is open about this campaign."""
    waiting = approvals.list_waiting(merchant_id=door.here().merchant_id, at=clock.now()).items
    found = (each for each in waiting if (each.kind, each.subject) == (MASS_GRANT, number))
    return next((each.id for each in found), None)


def titled(why: str, titles: Mapping[str, str]) -> str:
    """The words of a clash with titles where numbers stood."""
    for number, title in titles.items():
        why = why.replace(number, f"“{title}”")
    return why


def whom(terms: Terms, ranks: Mapping[int, str]) -> str:
    """For whom a campaign is, with the merchant's own tags."""
    told, least = [], terms.audience.min_rank
    if least is not None:
        name = next((ranks[rank] for rank in sorted(ranks) if rank >= least), str(least))
        told.append(str(_("%(name)s及以上", name=name)))
    if terms.audience.tags:
        told.append(str(_("标签 %(tags)s", tags="、".join(terms.audience.tags))))
    return " · ".join(told) or str(_("全体会员"))


def _line(campaign: Promotion, ranks: Mapping[int, str]) -> Line:
    terms = promotions.parse(campaign.terms)
    return Line(campaign=campaign, terms=terms, when=_when(terms), whom=whom(terms, ranks))


def _when(terms: Terms) -> str | None:
    return promotions.day_words(terms.day) if terms.day else None


def _kind_of(word: str) -> Kind:
    if word not in set(Kind):
        raise NotFound("There is no such kind of campaign.")
    return Kind(word)


def _fill_lists(form: CampaignForm, kind: Kind) -> Lists:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        found = Lists(
            offers=catalog.list_offer_choices(merchant_id=here.merchant_id),
            benefits=catalog.list_choices(merchant_id=here.merchant_id),
            events=promotions.list_events(merchant_id=here.merchant_id, since=clock.now()),
            tiers=tiers(),
            tags=promotions.list_tags(merchant_id=here.merchant_id),
        )
    form.lists(found, kind)
    return found


def _form_page(
    form: CampaignForm,
    kind: Kind,
    found: Lists,
    gifts: Sequence[Gift],
    *,
    campaign: Promotion | None = None,
) -> Response:
    is_new = request.method == "GET"
    return pages.page(
        "campaigns/edit.html",
        status=200 if is_new else 422,
        form=form,
        kind=kind,
        found=found,
        gifts=gifts if is_new else typed_gifts(),
        benefits=gift_choices(found.benefits),
        campaign=campaign,
    )


def _add(form: CampaignForm, kind: Kind) -> str:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return promotions.draft(
            merchant_id=here.merchant_id,
            terms=form.terms(kind),
            actor=here.actor,
            at=clock.now(),
        ).number


def _edit(form: CampaignForm, campaign: Promotion) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        promotions.edit(
            merchant_id=here.merchant_id,
            number=campaign.number,
            terms=form.terms(campaign.kind),
            actor=here.actor,
            at=clock.now(),
        )


LIVE = (State.DRAFT, State.PUBLISHED)
