"""What can be bought. Anybody may look."""

from datetime import datetime

from apiflask import APIBlueprint
from flask import Response

from app.domain import assist, catalog, members
from app.gateways import gateways
from app.kernel import clock, numbers
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import auth, client, complaints, parse
from app.web.answers import answer, picture
from app.web.openapi import GUEST, documented
from app.web.words import Asked, Cursor, Limit, Line40
from miniprogram_api.presenters.catalogue import (
    Categories,
    CategoryView,
    OfferCards,
    OfferView,
    present_offer,
    present_offers,
)

bp = APIBlueprint("shelf", __name__, url_prefix="/api/v1/<merchant>", tag="Shelf")

# A picture's key is made of its content: under one key there is never another picture.
FOREVER = "public, max-age=31536000, immutable"
# Whoever takes his picture back wants it gone, also from what others keep.
FOR_A_WHILE = "private, max-age=300"


class Browse(Asked):
    """`category` by its name; `words` are looked for in title and description."""

    category: Line40 | None = None
    words: Line40 | None = None
    cursor: Cursor | None = None
    limit: Limit = 20


@bp.get("/categories")
@documented(who=GUEST, told={200: Categories})
def list_categories(merchant: str) -> Response:
    """The merchant's categories, in his order."""
    names = _categories(auth.guest(merchant).merchant_id).values()
    return answer(Categories(items=[CategoryView(name=name) for name in names]))


@bp.get("/offers")
@documented(who=GUEST, query=Browse, told={200: OfferCards})
def list_offers(merchant: str) -> Response:
    """On sale now, or within the next seven days.

    What may not be sold on the caller's system has `buy.allowed` false and no price.
    """
    guest, wanted = auth.guest(merchant), parse.query(Browse)
    categories = _categories(guest.merchant_id)
    with transaction():
        page = catalog.list_offers(
            merchant_id=guest.merchant_id,
            category_id=_named(wanted.category, categories),
            words=wanted.words,
            cursor=wanted.cursor,
            limit=wanted.limit,
            at=clock.now(),
        )
    return answer(present_offers(page, categories=categories, on_ios=client.is_ios()))


@bp.get("/offers/<offer>")
@documented(who=GUEST, told={200: OfferView})
def get_offer(merchant: str, offer: str) -> Response:
    """One offer with its value table, its conditions in words, and the rules of friends' help."""
    merchant_id = auth.guest(merchant).merchant_id
    number = parse.number(offer, numbers.Kind.OFFER, merchant_id=merchant_id)
    at = clock.now()
    with transaction():
        found = catalog.get_offer(merchant_id=merchant_id, number=number, at=at)
        promise = _promise(merchant_id, found, at=at)
    return answer(present_offer(found, on_ios=client.is_ios(), promise=promise))


@bp.get("/files/<folder>/<name>")
@documented(who=GUEST, told={200: "image/webp"})
def get_file(merchant: str, folder: str, name: str) -> Response:
    """A picture. It never changes, so keep it; a member's only for minutes."""
    is_private = folder.startswith(complaints.PHOTOS)
    content = None if is_private else gateways().files.get(f"{merchant}/{folder}/{name}")
    if content is None:
        raise NotFound("There is no such file.")
    keep = FOR_A_WHILE if folder.startswith(members.AVATAR_FOLDER) else FOREVER
    return picture(content, kind=name.rpartition(".")[2], keep=keep)


def _promise(
    merchant_id: int, found: catalog.OfferDetail, *, at: datetime
) -> assist.Promise | None:
    if found.kind is not catalog.OfferKind.ASSIST:
        return None
    return assist.promise_of(merchant_id=merchant_id, offer_id=found.offer_id, at=at)


def _categories(merchant_id: int) -> dict[int, str]:
    with transaction():
        found = catalog.list_categories(merchant_id=merchant_id)
    return {category.id: category.name for category in found}


def _named(name: str | None, categories: dict[int, str]) -> int | None:
    if name is None:
        return None
    for category_id, known in categories.items():
        if known == name:
            return category_id
    raise NotFound("There is no such category.")
