"""QR codes and Code 128 bars as SVG, for the codes that a phone shows to a scanner."""

from collections.abc import Iterator

import qrcode
from flask import Blueprint, Response, abort, request

LONGEST_QR, LONGEST_BARS = 1000, 40
QUIET = 10
# Widths of bars and gaps per symbol of ISO/IEC 15417; 104 starts set B, 106 stops.
START_B, STOP, CHECK_BASE = 104, 106, 103
FIRST_LETTER, LAST_LETTER = 32, 126
WIDTHS = (  # noqa: SIM905  # a table reads better than a hundred strings
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 "
    "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 "
    "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 "
    "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 "
    "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 "
    "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 "
    "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 "
    "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 "
    "211214 211232 2331112"
).split()

codes_drawn = Blueprint("codes_drawn", __name__, url_prefix="/_sim")


@codes_drawn.get("/qr.svg")
def qr() -> Response:
    """?text= (1 to 1000 letters): a QR code."""
    text = _text(longest=LONGEST_QR)
    code = qrcode.QRCode(border=2, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    cells = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return _svg("".join(cells), width=len(rows), height=len(rows))


@codes_drawn.get("/barcode.svg")
def barcode() -> Response:
    """?text= (1 to 40 printable ASCII letters): Code 128, set B."""
    text = _text(longest=LONGEST_BARS)
    if any(not FIRST_LETTER <= ord(each) <= LAST_LETTER for each in text):
        abort(400, "only printable ASCII")
    path, x = [], QUIET
    for is_bar, width in _stripes(text):
        if is_bar:
            path.append(f"M{x} 0h{width}v40h-{width}z")
        x += width
    return _svg("".join(path), width=x + QUIET, height=40, stretch=True)


def _stripes(text: str) -> Iterator[tuple[bool, int]]:
    values = [START_B, *(ord(each) - FIRST_LETTER for each in text)]
    check = sum(max(place, 1) * value for place, value in enumerate(values)) % CHECK_BASE
    for value in (*values, check, STOP):
        for place, width in enumerate(WIDTHS[value]):
            yield place % 2 == 0, int(width)


def _text(*, longest: int) -> str:
    text = request.args.get("text", "")
    if not 0 < len(text) <= longest:
        abort(400, f"text has 1 to {longest} letters")
    return text


def _svg(path: str, *, width: int, height: int, stretch: bool = False) -> Response:
    fit = ' preserveAspectRatio="none"' if stretch else ""
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"{fit} '
        f'shape-rendering="crispEdges"><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="{path}"/></svg>'
    )
    return Response(drawn, mimetype="image/svg+xml")
