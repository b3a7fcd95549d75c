"""Paper cards on A4: two columns of five, cut along the lines, a QR code and its digits on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from app.domain import paper_cards

# Known to every reader of PDF, so that no font need be carried along.
FONT = "STSong-Light"
COLUMNS, ROWS = 2, 5
WIDTH, HEIGHT = 85.6 * mm, 54 * mm
LEFT = (A4[0] - COLUMNS * WIDTH) / 2
TOP = A4[1] - (A4[1] - ROWS * HEIGHT) / 2
PAD, QR_SIZE = 5 * mm, 27 * mm
LEAST_POINT = 6


@dataclass(frozen=True, kw_only=True)
class Face:
    """What stands on every card of the batch."""

    shop: str
    title: str
    holds: Sequence[str]
    until: str
    number: str


def draw(face: Face, codes: Sequence[str]) -> bytes:
    """The sheet as PDF, in the order of the codes."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, pageCompression=1)
    canvas.setTitle(f"{face.title} {face.number}")
    for place, code in enumerate(codes):
        row, column = divmod(place % (COLUMNS * ROWS), COLUMNS)
        if place and not (row or column):
            canvas.showPage()
        _card(canvas, face, code, x=LEFT + column * WIDTH, y=TOP - (row + 1) * HEIGHT)
    canvas.save()
    return out.getvalue()


def _card(canvas: Canvas, face: Face, code: str, *, x: float, y: float) -> None:
    canvas.setStrokeGray(0.75)
    canvas.rect(x, y, WIDTH, HEIGHT)
    room = WIDTH - 3 * PAD - QR_SIZE
    left, top = x + PAD, y + HEIGHT - PAD
    canvas.setFillGray(0.35)
    _line(canvas, face.shop, left, top - 8, size=8, room=room)
    canvas.setFillGray(0)
    fits = pdfmetrics.stringWidth(face.title, FONT, 12) <= room
    size = 12 if fits else 9
    title = _wrapped(face.title, size=size, room=room)
    for nth, words in enumerate(title):
        _line(canvas, words, left, top - 25 - nth * 13, size=size, room=room)
    for nth, held in enumerate(face.holds[:4]):
        _line(canvas, held, left, top - 28 - len(title) * 13 - nth * 11, size=8, room=room)
    canvas.setFillGray(0.35)
    _line(canvas, face.until, left, y + PAD + 14, size=7, room=room)
    canvas.setFillGray(0)
    _line(canvas, paper_cards.in_groups(code), left, y + PAD, size=11, room=WIDTH - 2 * PAD)
    _qr(
        canvas,
        paper_cards.qr_text(code),
        x + WIDTH - PAD - QR_SIZE,
        y + HEIGHT - PAD - QR_SIZE,
    )


def _wrapped(text: str, *, size: float, room: float) -> list[str]:
    """Two lines at most: Chinese breaks anywhere."""
    fits = len(text)
    while pdfmetrics.stringWidth(text[:fits], FONT, size) > room:
        fits -= 1
    return [part for part in (text[:fits], text[fits:]) if part]


def _line(canvas: Canvas, text: str, x: float, y: float, *, size: float, room: float) -> None:
    """In one line: smaller if it is long, cut off if it is very long."""
    while size > LEAST_POINT and pdfmetrics.stringWidth(text, FONT, size) > room:
        size -= 0.5
    if pdfmetrics.stringWidth(text, FONT, size) > room:
        while pdfmetrics.stringWidth(text + "…", FONT, size) > room:
            text = text[:-1]
        text += "…"
    canvas.setFont(FONT, size)
    canvas.drawString(x, y, text)


def _qr(canvas: Canvas, text: str, x: float, y: float) -> None:
    """Dark runs of each line as one bar."""
    # Choosing the best of the eight masks takes eight times as long, and printers are sharp.
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=0)
    code.add_data(text)
    code.make(fit=True)
    dots = code.get_matrix()
    side = QR_SIZE / len(dots)
    path = canvas.beginPath()
    for nth, line in enumerate(dots):
        for start, length in _runs(line):
            path.rect(x + start * side, y + QR_SIZE - (nth + 1) * side, length * side, side)
    canvas.drawPath(path, stroke=0, fill=1)


def _runs(line: Sequence[bool]) -> list[tuple[int, int]]:
    """(start, length) of each run of dark dots."""
    runs: list[tuple[int, int]] = []
    for place, is_dark in enumerate(line):
        if not is_dark:
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
