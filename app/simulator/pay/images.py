"""Pictures: evidence for complaints, and what coupons show."""

from dataclasses import dataclass, field

from flask import Blueprint, Response, request

from app.simulator.errors import PayRefused
from app.simulator.pay.reading import is_upload, signer
from app.simulator.pay.uploads import Upload, image_in
from app.simulator.signing import nonce_text
from app.simulator.world import World, here

EVIDENCE = "/v3/merchant-service/images/"

images = Blueprint("images", __name__)


@dataclass(frozen=True, kw_only=True)
class Image:
    """A picture, and the merchant who may see it."""

    mchid: str
    filename: str
    content: bytes


@dataclass(kw_only=True)
class Images:
    """Pictures by media_id. Callers hold the world's lock."""

    kept: dict[str, Image] = field(default_factory=dict)

    def keep(self, upload: Upload, *, mchid: str) -> str:
        """Store a picture; the media_id."""
        _, _, kind = upload.filename.rpartition(".")
        media_id = f"{nonce_text(40)}.{kind.lower()}"
        self.kept[media_id] = Image(mchid=mchid, filename=upload.filename, content=upload.content)
        return media_id


@images.post(EVIDENCE + "upload")
def upload_evidence() -> dict[str, str]:
    """meta {filename, sha256} and file: a picture for an answer to a complaint -> {media_id}.

    jpg, png or bmp of 2 MB at most; only `meta` is signed. PARAM_ERROR otherwise.
    """
    return {"media_id": _kept(here())}


@images.get(EVIDENCE + "<media_id>")
def evidence(media_id: str) -> Response:
    """The bytes of a picture of this merchant's, or of a complaint against it; else 404."""
    world = here()
    with world.lock:
        image = image_of(world, media_id, mchid=signer().mchid)
    return Response(image.content, mimetype=mime_of(image))


@images.post("/v3/marketing/favor/media/image-upload")
def upload_coupon_picture() -> dict[str, str]:
    """meta {filename, sha256} and file: a picture that coupons may show -> {media_url}."""
    return {"media_url": _address(_kept(here()))}


@images.post("/brand/marketing/product-coupon/media/upload-image")
@images.post("/v3/marketing/partner/product-coupon/media/upload-image")
def upload_product_picture() -> dict[str, str]:
    """meta {filename, sha256} and file: a picture that product coupons show -> {image_url}."""
    return {"image_url": _address(_kept(here()))}


def image_of(world: World, media_id: str, *, mchid: str) -> Image:
    """A picture this merchant may see; RESOURCE_NOT_EXISTS otherwise."""
    image = world.part(Images).kept.get(media_id)
    if image is None or image.mchid != mchid:
        raise PayRefused("RESOURCE_NOT_EXISTS", "图片不存在")
    return image


def mime_of(image: Image) -> str:
    """image/png and the like."""
    _, _, kind = image.filename.rpartition(".")
    return f"image/{'jpeg' if kind.lower() == 'jpg' else kind.lower()}"


def address_of(media_id: str) -> str:
    """Where the merchant fetches a picture: at this simulator, as the platform gives its own."""
    return request.host_url.rstrip("/") + EVIDENCE + media_id


def _kept(world: World) -> str:
    if not is_upload():
        raise PayRefused("PARAM_ERROR", "Http头Content-Type应为multipart/form-data")
    upload = image_in(request.get_data())
    with world.lock:
        return world.part(Images).keep(upload, mchid=signer().mchid)


def _address(media_id: str) -> str:
    return f"https://wxpaylogo.qpic.cn/wxpaylogo/{media_id}"
