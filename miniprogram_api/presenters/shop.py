from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import consents, merchants
from app.domain.merchants import AppKind
from app.web.words import Told
from miniprogram_api.presenters.catalogue import cover_path


class ShopStore(Told):
    """Where vouchers are used."""

    store: str
    name: str
    address: str


class TermsLine(Told):
    """`revision` changes with the text."""

    name: str
    title: str
    revision: str


class ShopView(Told):
    """What the app needs before anything else. `logo` is a path on this server."""

    merchant: str
    name: str
    slogan: str | None
    colour: str
    logo: str | None
    service_phone: str | None
    mini_program: str | None
    official_account: str | None
    time_zone: str
    stores: list[ShopStore]
    terms: list[TermsLine]


class TermsText(Told):
    """`lines` are paragraphs in order; one that begins with "## " is a heading."""

    name: str
    title: str
    revision: str
    lines: list[str]


class ConsentGiven(Told):
    name: str
    revision: str
    at: datetime


class ConsentsGiven(Told):
    items: list[ConsentGiven]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What is known of a shop, as it was read."""

    profile: merchants.Profile
    brand: merchants.Brand
    apps: Sequence[merchants.AppLine]
    stores: Sequence[merchants.Store]


def present_shop(shop: Shop) -> ShopView:
    return ShopView(
        merchant=shop.profile.number,
        name=shop.profile.name,
        slogan=shop.brand.slogan,
        colour=shop.brand.colour,
        logo=cover_path(shop.brand.logo),
        service_phone=shop.brand.service_phone,
        mini_program=_first(shop.apps, AppKind.MINI_PROGRAM),
        official_account=_first(shop.apps, AppKind.OFFICIAL_ACCOUNT),
        time_zone=shop.profile.zone,
        stores=[
            ShopStore(store=each.number, name=each.name, address=each.address)
            for each in shop.stores
            if each.is_open
        ],
        terms=[
            TermsLine(name=each.name, title=each.title, revision=each.revision)
            for each in consents.list_terms()
        ],
    )


def present_terms(terms: consents.Terms) -> TermsText:
    return TermsText(
        name=terms.name, title=terms.title, revision=terms.revision, lines=list(terms.lines)
    )


def present_consents(given: Sequence[consents.Given]) -> ConsentsGiven:
    return ConsentsGiven(
        items=[ConsentGiven(name=each.name, revision=each.revision, at=each.at) for each in given]
    )


def _first(apps: Sequence[merchants.AppLine], kind: AppKind) -> str | None:
    return next((app.appid for app in apps if app.kind == kind), None)
