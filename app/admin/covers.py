"""An offer's picture: drawn anew on arrival, so that nothing but the picture is kept."""

from flask import Response
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.bodies import sent, takes_files
from app.admin.needs import needs
from app.admin.offers import sheet_page
from app.admin.offers_steps import bp
from app.domain import catalog
from app.domain.merchants import Role
from app.gateways import gateways
from app.gateways.files import BadImage
from app.kernel import clock
from app.kernel.db import transaction

__all__ = ["bp"]

FOLDER = "cover"
WRONG = {
    "image_too_large": _("图片太大：最多 5 MB、3200 万像素"),
    "image_unreadable": _("这不是可用的 JPG、PNG 或 WebP 图片"),
}
takes_files(bp, "cover")


@bp.post("/<merchant>/offers/<number>/cover")
@needs(Role.MANAGER)
def cover(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        catalog.open_offer(merchant_id=here.merchant_id, number=number, at=clock.now())
    try:
        key = gateways().files.put(
            merchant_id=here.shop.number, name=FOLDER, content=sent("picture")
        )
    except BadImage as refusal:
        wrong = WRONG.get(refusal.code, WRONG["image_unreadable"])
        return sheet_page(number, status=422, cover_refusals=[wrong])
    _show(number, key)
    return pages.go("offers.show", number=number, words=_("封面已更新"))


@bp.post("/<merchant>/offers/<number>/cover/remove")
@needs(Role.MANAGER)
def remove_cover(merchant: str, number: str) -> Response:  # noqa: ARG001 - the door reads it
    """The file stays: another offer may show the same picture."""
    _show(number, None)
    return pages.go("offers.show", number=number, words=_("封面已移除"))


def _show(number: str, key: str | None) -> None:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        catalog.set_cover(
            merchant_id=here.merchant_id,
            number=number,
            cover=key,
            actor=here.actor,
            at=clock.now(),
        )
