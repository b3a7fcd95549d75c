"""A picture that came as the field `file` of a form, kept."""

from flask import Request

from app.gateways import gateways
from app.gateways.files import LARGEST_BYTES, BadImage
from app.kernel.errors import DomainError, Invalid

# A form around the picture needs a little room of its own.
LARGEST_FORM = LARGEST_BYTES + 64 * 1024


class PictureUnusable(DomainError):
    """Too large, or no picture."""

    code, status = "picture_unusable", 422


def keep(request: Request, *, owner: str, folder: str) -> str:
    """Drawn anew and kept for the merchant of that number; its key.

    Raises Invalid when there is none, and PictureUnusable.
    """
    request.max_content_length = LARGEST_FORM
    given = request.files.get("file")
    if given is None:
        raise Invalid("Send the picture as the field `file` of a form.", file=["is required"])
    try:
        return gateways().files.put(merchant_id=owner, name=folder, content=given.read())
    except BadImage as bad:
        raise PictureUnusable("图片无法识别或过大", reason=bad.code) from bad
