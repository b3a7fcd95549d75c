"""Drawing QR codes."""

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage


def draw(text: str, *, module_px: int = 8) -> bytes:
    """A PNG, each module `module_px` wide, with the quiet edge of four that scanners want.

    Correction level M: a shop's screen is scratched, yet the code must stay coarse.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=module_px, border=4)
    code.add_data(text)
    picture = BytesIO()
    code.make_image(image_factory=PilImage).save(picture, "PNG")
    return picture.getvalue()
