"""Pictures that people hand in: made anew, named by their content, kept in one place."""

import hashlib
import re
import secrets
import shutil
import warnings
from io import BytesIO
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageOps

from app.gateways.errors import Refused

LARGEST_BYTES = 5 * 1024 * 1024
LONGEST_EDGE_PX = 4096
# A phone camera has a third of it; what claims more is meant to fill our memory.
MOST_PIXELS = 32 * 1024 * 1024
WEBP_QUALITY = 85
TAKEN = ("JPEG", "PNG", "WEBP")
KEY = re.compile(r"[0-9A-Za-z_-]{1,40}/[a-z0-9-]{1,40}/[0-9a-f]{64}\.(png|webp)")
OWNER = re.compile(r"[0-9A-Za-z_-]{1,40}")
# What Pillow raises over a picture that is broken, foreign or far too large.
UNUSABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class BadImage(Refused):
    """Not a picture that we can take; `code` is image_too_large or image_unreadable."""


class Files(Protocol):
    """A folder here, or something like S3 elsewhere."""

    def put(self, *, merchant_id: int | str, name: str, content: bytes) -> str: ...
    def get(self, key: str) -> bytes | None: ...
    def delete(self, key: str) -> None: ...
    def delete_all(self, *, merchant_id: int | str, name: str) -> None: ...


class LocalFiles:
    """Keeps files in a folder of this machine."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root).resolve()

    def put(self, *, merchant_id: int | str, name: str, content: bytes) -> str:
        """Keep a picture; its key, which is the same for the same picture and name.

        `name` says what it is ("cover"), and is tidied up. Raises BadImage.
        """
        if not OWNER.fullmatch(str(merchant_id)):
            raise ValueError("a merchant's files need a merchant")
        picture, suffix = made_anew(content)
        digest = hashlib.sha256(picture).hexdigest()
        key = f"{merchant_id}/{_tidy(name)}/{digest}.{suffix}"
        self._write(key, picture)
        return key

    def get(self, key: str) -> bytes | None:
        """The file, or None when there is none (or the key is none of ours)."""
        try:
            return (self._root / key).read_bytes() if KEY.fullmatch(key) else None
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Forget the file; one that is not there is fine."""
        if KEY.fullmatch(key):
            (self._root / key).unlink(missing_ok=True)

    def delete_all(self, *, merchant_id: int | str, name: str) -> None:
        """Forget every file of that name, and of "<name>-…"."""
        if not OWNER.fullmatch(str(merchant_id)):
            raise ValueError("a merchant's files need a merchant")
        mine = self._root / str(merchant_id)
        for folder in (mine / _tidy(name), *mine.glob(f"{_tidy(name)}-*")):
            shutil.rmtree(folder, ignore_errors=True)

    def _write(self, key: str, content: bytes) -> None:
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readers see the whole file or none.
        unfinished = path.with_name(f".{secrets.token_hex(8)}")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def made_anew(content: bytes) -> tuple[bytes, str]:
    """The picture drawn again, and "png" or "webp".

    At most 4096 px an edge, upright, without place, time or camera. Raises BadImage.
    """
    if len(content) > LARGEST_BYTES:
        raise BadImage("a picture has at most 5 MiB", code="image_too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _redraw(content)
    except UNUSABLE:
        raise BadImage("not a JPEG, PNG or WebP picture", code="image_unreadable") from None


def _redraw(content: bytes) -> tuple[bytes, str]:
    with Image.open(BytesIO(content), formats=TAKEN) as given:
        if given.width * given.height > MOST_PIXELS:
            raise BadImage("the picture has too many pixels", code="image_too_large")
        kind = "png" if given.format == "PNG" else "webp"
        given.thumbnail((LONGEST_EDGE_PX, LONGEST_EDGE_PX))
        return _encode(ImageOps.exif_transpose(given), kind), kind


def _encode(picture: Image.Image, kind: str) -> bytes:
    plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    out = BytesIO()
    clean.save(out, kind.upper(), quality=WEBP_QUALITY)
    return out.getvalue()


def _tidy(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "file"
