"""The shop itself, as its app shows it; its terms, and who agreed to them."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import consents, merchants
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, parse
from app.web.answers import answer, answer_if_changed, nothing
from app.web.openapi import GUEST, MEMBER, documented
from app.web.words import Asked
from miniprogram_api.presenters.shop import (
    ConsentsGiven,
    Shop,
    ShopView,
    TermsText,
    present_consents,
    present_shop,
    present_terms,
)

bp = APIBlueprint("shop", __name__, url_prefix="/api/v1/<merchant>", tag="Shelf")

TermsName = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[a-z]+$")]
Revision = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[0-9-]+$")]


class Agree(Asked):
    """The text that was shown, in the revision that was shown."""

    name: TermsName
    revision: Revision


@bp.get("/shop")
@documented(who=GUEST, told={200: ShopView})
def get_shop(merchant: str) -> Response:
    """The shop's name, look, apps, stores and terms in one answer."""
    merchant_id = auth.guest(merchant).merchant_id
    with transaction():
        shop = Shop(
            profile=merchants.profile(merchant_id=merchant_id),
            brand=merchants.brand(merchant_id=merchant_id),
            apps=merchants.list_apps(merchant_id=merchant_id),
            stores=merchants.list_stores(merchant_id=merchant_id),
        )
    return answer_if_changed(present_shop(shop))


@bp.get("/terms/<name>")
@documented(who=GUEST, told={200: TermsText})
def get_terms(merchant: str, name: str) -> Response:
    """The terms of use (`user`), of privacy (`privacy`) or of stored value (`value`)."""
    merchant_id = auth.guest(merchant).merchant_id
    with transaction():
        shop = merchants.profile(merchant_id=merchant_id)
        phone = merchants.brand(merchant_id=merchant_id).service_phone
    terms = consents.terms_of_shop(name, shop=shop.name, phone=phone)
    return answer_if_changed(present_terms(terms))


@bp.get("/consents")
@documented(who=[MEMBER], told={200: ConsentsGiven})
def list_consents(merchant: str) -> Response:
    """What I agreed to, and when."""
    member = auth.member(merchant)
    with transaction():
        given = consents.list_given(merchant_id=member.merchant_id, member_id=member.member_id)
    return answer(present_consents(given))


@bp.post("/consents")
@documented(who=[MEMBER], body=Agree, told={204: None})
def agree(merchant: str) -> Response:
    """Agree to a text in its present revision. Agreeing again changes nothing."""
    member, wanted = auth.member(merchant), parse.body(Agree)
    with transaction():
        consents.agree(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            name=wanted.name,
            revision=wanted.revision,
            at=clock.now(),
        )
    return nothing()
