"""Files that are not what they say, or far more than they say; and paths that lead elsewhere."""

import io
import secrets
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from PIL import Image

from attack.calling import raw, status_of
from attack.panel import a_panel
from attack.stage import Stage
from attack.tally import Tally

API = "/api/v1/{number}"
BOUNDARY = "attack"
SCRIPT = b"<script>alert(document.domain)</script>"
LONGEST_S = 10.0
MOST_MIB = 400
TRAVERSALS = (
    "../{}",
    "..%2f{}",
    "%2e%2e/{}",
    "%2e%2e%2f{}",
    "%252e%252e%252f{}",
    "..%5c{}",
    "..\\{}",
    "....//{}",
    "%c0%ae%c0%ae/{}",
    "..;/{}",
    "./../{}",
    "%00/../{}",
    "/{}",
    "//{}",
    "file:///{}",
)
NAMES = (
    "../../evil.png",
    "..\\..\\evil.png",
    "/tmp/evil.png",
    "evil.png\0.html",
    "evil.svg",
    "evil.html",
)
QUICK_WAYS = 6


def run(stage: Stage, tally: Tally) -> None:
    _uploads(stage, tally)
    _names(stage, tally)
    _paths(stage, tally)


def _uploads(stage: Stage, tally: Tally) -> None:
    """Every kind of file through every door that takes a picture."""
    kinds = list(_files())
    with a_panel(stage) as panel:
        doors: dict[str, Callable[[bytes, str], Any]] = {
            "avatar": lambda body, kind: _hand_in(stage, "/profile/avatar", body, kind),
            "photo": lambda body, kind: _hand_in(stage, "/complaints/photos", body, kind),
            "logo": lambda body, kind: panel.owner.upload("/settings/logo", body, kind),
        }
        secret = panel.owner.any_secret()
        for name, content in kinds:
            for door, hand_in in doors.items():
                stage.forget_counts()
                # Who hands in many and names none in a complaint is asked to wait.
                stage.tell("DELETE FROM complaint_uploads")
                field = "picture" if door == "logo" else "file"
                began = time.monotonic()
                answer = hand_in(*a_form(content, field=field, name="a.png", secret=secret))
                seconds = time.monotonic() - began
                is_kept = answer.status_code in {201, 303}
                held = seconds < LONGEST_S and answer.status_code in {201, 303, 400, 409, 413, 422}
                tally.expect(held, f"{name} as {door}: {answer.status_code} after {seconds:.1f} s")
                if is_kept:
                    _kept_clean(stage, tally, f"{name} as {door}")


def _kept_clean(stage: Stage, tally: Tally, what: str) -> None:
    """What lies in the folder now was drawn anew: nothing of the stranger's own bytes is in it."""
    found = [each for each in (stage.folder / "files").rglob("*") if each.is_file()]
    newest = max(found, key=lambda each: each.stat().st_mtime_ns)
    content = newest.read_bytes()
    is_picture = content.startswith((b"\x89PNG\r\n", b"RIFF"))
    tally.expect(is_picture and SCRIPT not in content, f"{what} was kept as it came: {newest.name}")


def _files() -> Iterator[tuple[str, bytes]]:
    yield (
        "svg with a script",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>",
    )
    yield "html", b"<!doctype html>" + SCRIPT
    yield "gif and javascript", b"GIF89a/*" + b"\x01\x00" * 20 + b"*/=1;alert(1)"
    yield "a page behind a jpeg", _picture("JPEG") + SCRIPT
    yield "a page in a jpeg's comment", _picture("JPEG", comment=SCRIPT)
    yield "a page behind a png", _picture("PNG") + SCRIPT
    yield "a page in a png's text", a_png(8, 8, extra=_chunk(b"tEXt", b"Comment\0" + SCRIPT))
    yield "50,000 x 50,000 pixels", a_png(50_000, 50_000, rows=40)
    yield "8 pixels that claim 2 thousand million", a_png(2**31 - 1, 2**31 - 1)
    yield "a bomb of zeros", a_png(5_600, 5_600, rows=5_600)
    yield "a text chunk of 64 MiB", a_png(8, 8, extra=_bomb_text())
    yield "a zip", _zip()
    yield "a zip bomb behind a png", _picture("PNG") + _zip(bytes(10**7))
    yield "a tiff", _picture("TIFF")
    yield "an icon", _picture("ICO")
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
    yield "pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj"
    yield "cut short", _picture("JPEG")[:200]
    yield "nothing", b""
    yield "six million bytes", _picture("PNG") + secrets.token_bytes(6_000_000)
    yield "a thousand frames", _frames()


def a_form(content: bytes, *, field: str, name: str, secret: str = "") -> tuple[bytes, str]:
    """The body of a form with that file, and its content type."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{secret}\r\n'
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    head += "Content-Type: image/png\r\n\r\n"
    body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, f"multipart/form-data; boundary={BOUNDARY}"


def _hand_in(stage: Stage, path: str, body: bytes, kind: str) -> Any:
    ours = stage.town.ours
    headers = {"Authorization": f"Bearer {ours.member.bearer}", "Content-Type": kind}
    return stage.client.post(API.format(number=ours.number) + path, data=body, headers=headers)


def a_png(width: int, height: int, *, rows: int = 8, extra: bytes = b"") -> bytes:
    """A picture of that many grey pixels, of which `rows` rows are there."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    squeeze, line = zlib.compressobj(9), bytes(min(width, 50_000) + 1)
    data = b"".join(squeeze.compress(line) for _row in range(min(rows, height))) + squeeze.flush()
    return b"\x89PNG\r\n\x1a\n" + head + extra + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bomb_text() -> bytes:
    return _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(64 * 1024 * 1024), 9))


def _picture(kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 32), "red").save(out, kind, **more)
    return out.getvalue()


def _frames() -> bytes:
    out, frames = io.BytesIO(), [Image.new("RGB", (64, 64), (n % 256, 0, 0)) for n in range(1000)]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    return out.getvalue()


def _zip(content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../evil.png", content)
    return out.getvalue()


def _names(stage: Stage, tally: Tally) -> None:
    """The stranger's name for a file is nobody's."""
    for name in NAMES:
        stage.forget_counts()
        body, kind = a_form(_picture("PNG"), field="file", name=name)
        _hand_in(stage, "/profile/avatar", body, kind)
        evil = [each for each in stage.folder.rglob("*") if "evil" in each.name]
        tally.expect(not evil, f"a file called {name!r} was written: {evil}")


def _paths(stage: Stage, tally: Tally) -> None:
    """A file that nobody serves, asked for through every route that serves files."""
    secret = secrets.token_hex(16)
    (stage.folder / "sentinel.txt").write_text(secret)
    number, cover = stage.town.ours.number, stage.town.ours.cover.split("/")
    roots = (
        f"/h5/{number}/",
        f"/h5/{number}/assets/",
        f"/api/v1/{number}/files/{cover[1]}/",
        f"/api/v1/{number}/files/",
        "/api/docs/static/",
        "/admin/static/",
        f"/api/v1/{stage.town.theirs.number}/files/{cover[1]}/",
    )
    goals = ("sentinel.txt", "etc/passwd", "app/config.py", cover[2])
    ways = [(root, way, goal) for root in roots for way in TRAVERSALS for goal in goals]
    for root, way, goal in stage.some(ways, quick=QUICK_WAYS * len(roots)):
        for depth in (1, 4):
            steps = way.replace("{}", "").rstrip("/") + "/" if depth > 1 else ""
            target = root + steps * (depth - 1) + way.format(quote(goal))
            answer = raw(
                stage.port,
                f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(
                    errors="replace"
                ),
            )
            told = any(each in answer for each in (secret.encode(), b"root:x:", b"class Settings"))
            held = not told and status_of(answer) in {400, 401, 404, 308, 405}
            tally.expect(held, f"GET {target[:120]}: {answer[:40]!r}")
    served = stage.client.get(f"/api/v1/{number}/files/{cover[1]}/{cover[2]}")
    if served.status_code != 200:
        raise RuntimeError(f"a file of ours is not served: {served.status_code}")
    for name in ("X-Content-Type-Options", "Content-Type"):
        tally.expect(served.headers.get(name) in {"nosniff", "image/webp", "image/png"}, name)
