"""Mini-program codes per channel, and posters with them: who came from where shows in the numbers.

A code's scene is "<offer>,<channel>": the page reads both, and an order placed from it names the
channel as its source.
"""

import re
from collections.abc import Mapping

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import Length, Regexp

from app.admin import door, pages, posters, words
from app.admin.forms import Form, choices
from app.admin.needs import needs
from app.admin.numbering import mine
from app.admin.numbers_words import CHANNELS
from app.domain import catalog, merchants
from app.domain.catalog import OfferChoice, OfferDetail, OfferState
from app.domain.merchants import AppKind, Role
from app.gateways import App, gateways
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import DomainError, NotFound
from app.kernel.numbers import Kind

bp = Blueprint("channels", __name__)
PAGE = "pages/offer/show"
PLACES: Mapping[str, str] = {
    name: CHANNELS[name]
    for name in ("group_chat", "moments", "official", "store", "leaflet", "staff")
}
# A scene has 32 signs: an offer's number takes 17 of them, and the comma one.
WORD = re.compile(r"[a-z0-9_\-]{1,14}")


class NoApp(DomainError):
    """Codes are drawn by WeChat for a mini-program."""

    code = "no_app"


class ChannelForm(Form):
    offer = SelectField(_("商品"), validate_choice=False)
    channel = StringField(
        _("自己的渠道"),
        validators=[
            Length(max=14),
            Regexp(r"^[a-z0-9_\-]*$", message=_("小写字母、数字、下划线，最多 14 个")),
        ],
    )


@bp.get("/<merchant>/channels")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here, asked = door.here(), request.args
    with transaction(merchant=here.merchant_id):
        offers = catalog.list_offer_choices(merchant_id=here.merchant_id)
        apps = merchants.list_appids(merchant_id=here.merchant_id, kind=AppKind.MINI_PROGRAM)
    shown = [each for each in offers if each.state == OfferState.ON_SALE]
    form = ChannelForm(asked)
    form.offer.choices = choices((each.number, each.title) for each in shown)
    is_right = form.validate() if asked else True
    return pages.page(
        "channels/index.html",
        form=form,
        offer=_chosen(shown, asked.get("offer")),
        places=_places(asked.get("channel", "") if is_right else ""),
        has_app=bool(apps),
        has_offers=bool(shown),
    )


@bp.get("/<merchant>/channels/<number>/<word>/code.png")
@needs(Role.MANAGER)
def code(merchant: str, number: str, word: str) -> Response:  # noqa: ARG001 - the door reads it
    """The code alone, large enough for print."""
    offer = _offer(number)
    return _download(posters.as_png(_code(offer, word, width=1280)), f"{word}-{offer.number}")


@bp.get("/<merchant>/channels/<number>/<word>/poster.png")
@needs(Role.MANAGER)
def poster(merchant: str, number: str, word: str) -> Response:  # noqa: ARG001 - the door reads it
    """Picture, title, price and code."""
    offer, shop = _offer(number), door.here().shop
    is_cheaper = offer.saving_fen > 0
    drawn = posters.draw(
        posters.Poster(
            shop=shop.name,
            title=offer.title,
            price=words.yuan(offer.price_fen),
            was=words.yuan(offer.total_value_fen) if is_cheaper else None,
            cover=gateways().files.get(offer.cover) if offer.cover else None,
            code=_code(offer, word, width=430),
        )
    )
    return _download(drawn, f"{word}-{offer.number}-poster")


def scene_of(number: str, word: str) -> str:
    """What the picture carries. Raises NotFound for a channel that does not fit."""
    if not WORD.fullmatch(word):
        raise NotFound("There is no such channel.", channel=word[:40])
    return f"{number},{word}"


def _code(offer: OfferDetail, word: str, *, width: int) -> bytes:
    here, scene = door.here(), scene_of(offer.number, word)
    with transaction(merchant=here.merchant_id):
        apps = merchants.list_appids(merchant_id=here.merchant_id, kind=AppKind.MINI_PROGRAM)
        if not apps:
            raise NoApp(str(_("请先在设置里接入小程序")))
        keys = merchants.get_app(merchant_id=here.merchant_id, appid=apps[0])
    program = gateways().mini_program(App(appid=keys.appid, secret=keys.secret))
    return program.code_picture(scene=scene, page=PAGE, width=width)


def _offer(number: str) -> OfferDetail:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        return catalog.open_offer(
            merchant_id=here.merchant_id, number=mine(number, Kind.OFFER), at=clock.now()
        ).detail


def _chosen(shown: list[OfferChoice], number: str | None) -> OfferChoice | None:
    found = next((each for each in shown if each.number == number), None)
    return found or (shown[0] if shown else None)


def _places(own: str) -> dict[str, str]:
    told = {word: str(name) for word, name in PLACES.items()}
    return told | ({own: own} if own and own not in told else {})


def _download(drawn: bytes, name: str) -> Response:
    return Response(
        drawn,
        content_type="image/png",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.png"',
            "Cache-Control": "private, no-store",
        },
    )
