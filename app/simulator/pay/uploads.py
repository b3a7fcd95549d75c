"""A file as WeChat Pay receives it: multipart, a signed `meta` part and the `file`."""

import hashlib
import io
import json
from dataclasses import dataclass
from typing import Any

from werkzeug.formparser import MultiPartParser

from app.simulator.errors import PayRefused

LARGEST_IMAGE_BYTES = 2 * 1024 * 1024
IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """An image that is what its meta says."""

    filename: str
    content: bytes


def meta_of(body: bytes) -> bytes:
    """The part that the signature covers, byte for byte; nothing when there is none."""
    meta, _ = _parts(body)
    return meta.encode()


def image_in(body: bytes) -> Upload:
    """The image of an upload: jpg, png or bmp of 2 MB at most, with the SHA-256 of its meta."""
    meta, content = _parts(body)
    told = _told(meta)
    filename = told.get("filename")
    if not isinstance(filename, str) or not filename.lower().endswith(IMAGES):
        raise PayRefused("PARAM_ERROR", "图片格式仅支持jpg、png、bmp")
    if not content or len(content) > LARGEST_IMAGE_BYTES:
        raise PayRefused("PARAM_ERROR", "图片大小应为1字节到2M")
    if told.get("sha256") != hashlib.sha256(content).hexdigest():
        raise PayRefused("PARAM_ERROR", "图片sha256与meta不一致")
    return Upload(filename=filename, content=content)


def _told(meta: str) -> dict[str, Any]:
    try:
        told = json.loads(meta)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise PayRefused("PARAM_ERROR", "meta不是合法的JSON")
    return told


def _in_memory(*_: Any, **__: Any) -> io.BytesIO:
    return io.BytesIO()


_PARSER = MultiPartParser(stream_factory=_in_memory)


# Client libraries send the header without its boundary, and the platform takes it all the same:
# the first line of the body tells it.
def _parts(body: bytes) -> tuple[str, bytes]:
    first, _, _ = body.partition(b"\r\n")
    if not first.startswith(b"--"):
        return "", b""
    try:
        form, files = _PARSER.parse(io.BytesIO(body), first[2:], len(body))
    except ValueError:
        return "", b""
    file = files.get("file")
    return form.get("meta", ""), file.read() if file else b""
