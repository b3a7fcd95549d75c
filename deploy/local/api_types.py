"""The API's document, for the app's types: made by the application itself, without any server.

The file of types says in its first line of which document it was made, so that a change of the
API is seen where there is no node.
"""

import base64
import hashlib
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask import Flask

from app.config import Settings
from app.factory import create_app

_LINE = "// Made by `make frontend` of the OpenAPI document with sha256 {digest}\n"
_TOLD = re.compile(
    r"^// Made by `make frontend` of the OpenAPI document with sha256 ([0-9a-f]{64})$"
)


def place(app: Path) -> Path:
    """The file of types in the app of that folder."""
    return app / "src" / "api" / "schema.d.ts"


def digest(text: str | None = None) -> str:
    """The sha256 of the document as it is now, or of this one."""
    return hashlib.sha256((text or _text()).encode()).hexdigest()


def text_of(app: Flask) -> str:
    """The document of an application, always in the same order."""
    answer = app.test_client().get("/api/openapi.json")
    return json.dumps(answer.json, ensure_ascii=False, indent=1, sort_keys=True)


def told_by(app: Path) -> str | None:
    """Of which document the types of that folder were made."""
    path = place(app)
    if not path.is_file():
        return None
    with path.open(encoding="utf-8") as file:
        found = _TOLD.match(file.readline())
    return found[1] if found else None


@contextmanager
def document() -> Iterator[Path]:
    """A file that holds the document, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(_text(), encoding="utf-8")
        yield path


def keep(types: str, app: Path) -> None:
    """Put the types into their place, unless they are there already."""
    path, text = place(app), _LINE.format(digest=digest()) + types
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@cache
def _text() -> str:
    # Nobody is called at these addresses: the document is made of the routes alone.
    settings = Settings.from_env(
        {
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "KABAO_SECRET": base64.b64encode(bytes(32)).decode(),
            "KABAO_PUBLIC_URL": "http://127.0.0.1:1",
            "KABAO_ENV": "demo",
        }
    )
    return text_of(create_app(settings))
