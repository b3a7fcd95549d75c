"""Recipes: one click makes drafts, which are looked at, edited and published."""

from collections.abc import Sequence

from flask import Blueprint, Response, current_app, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages, recipes_loading
from app.admin.needs import needs
from app.admin.offers_publishing import findings, publish_rewards
from app.admin.offers_publishing import publish as publish_offer
from app.admin.preview import problems_of
from app.admin.recipes_book import RECIPES, Recipe
from app.domain import catalog
from app.domain.catalog import OfferSheet, Problem
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

bp = Blueprint("recipes", __name__)
MOST_OFFERS = 10


@bp.get("/<merchant>/recipes")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    return pages.page("recipes/index.html", recipes=RECIPES)


@bp.post("/<merchant>/recipes/<name>")
@needs(Role.MANAGER)
def load(merchant: str, name: str) -> Response:  # noqa: ARG001 - the door reads it
    recipe, at = _recipe(name), clock.now()
    with transaction(merchant=door.here().merchant_id):
        made = recipes_loading.load(recipe, at=at)
    return pages.go(
        "recipes.made",
        name=name,
        offer=made.offers,
        campaign=made.campaign,
        promotion=made.promotion,
        words=_("草稿已建好，价格和内容都可以改"),
    )


@bp.get("/<merchant>/recipes/<name>/made")
@needs(Role.MANAGER)
def made(merchant: str, name: str) -> Response:  # noqa: ARG001 - the door reads it
    """What the click made, and what is left to do."""
    return _made(name, _named(request.args.getlist("offer")))


@bp.post("/<merchant>/recipes/<name>/publish")
@needs(Role.MANAGER, is_dear=True)
def publish(merchant: str, name: str) -> Response:  # noqa: ARG001 - the door reads it
    _recipe(name)
    wanted = _named(request.form.getlist("offer"))
    campaign, at = request.form.get("campaign"), clock.now()
    try:
        with transaction(merchant=door.here().merchant_id):
            for number in wanted:
                publish_offer(number, at=at)
            if campaign:
                publish_rewards(campaign, at=at)
    except catalog.NotPublishable as refusal:
        return _made(name, wanted, problems=problems_of(refusal), status=409)
    if campaign:
        # WeChat judges its words, so it is published on a page of its own; and at once, since
        # whoever buys the card before that has nobody to ask for help.
        words = _("主卡和奖励权益已发布。请马上检查文案并发布活动：发布前购买的主卡不能发起助力")
        return pages.go("assists.show", number=campaign, words=words)
    return pages.go(
        "recipes.made",
        name=name,
        offer=wanted,
        promotion=request.form.get("promotion") or None,
        words=_("已发布，顾客现在可以购买"),
    )


def _made(
    name: str, wanted: Sequence[str], *, problems: Sequence[Problem] = (), status: int = 200
) -> Response:
    here, at = door.here(), clock.now()
    with transaction(merchant=here.merchant_id):
        sheets: list[OfferSheet] = [
            catalog.open_offer(merchant_id=here.merchant_id, number=number, at=at)
            for number in wanted
        ]
        left = {sheet.detail.number: findings(sheet.detail.number, at=at) for sheet in sheets}
    return pages.page(
        "recipes/made.html",
        status=status,
        name=name,
        recipe=_recipe(name),
        sheets=sheets,
        left=left,
        problems=problems,
        campaign=request.values.get("campaign"),
        promotion=request.values.get("promotion"),
        exists=_exists,
    )


def _exists(endpoint: str) -> bool:
    return f"panel.{endpoint}" in current_app.view_functions


def _recipe(name: str) -> Recipe:
    if name not in RECIPES:
        raise NotFound("There is no such recipe.", name=name[:40])
    return RECIPES[name]


def _named(numbers: Sequence[str]) -> list[str]:
    if not 0 < len(numbers) <= MOST_OFFERS:
        raise NotFound("No offer is named.")
    return list(numbers)
