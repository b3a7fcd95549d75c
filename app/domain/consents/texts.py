"""The texts that customers agree to, as files beside this one.

A file's first line is its title, the second its revision; the rest are its lines. {shop} stands
for the shop's name, {phone} for where it is asked. Whoever changes a text changes its revision.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.kernel.errors import NotFound

# In the order in which they are listed.
NAMES = ("user", "privacy", "value")
WITHOUT_PHONE = "门店"
_FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One text. `lines` are paragraphs; one that begins with "## " is a heading."""

    name: str
    title: str
    revision: str
    lines: tuple[str, ...]


def list_terms() -> list[Terms]:
    """Every text, not yet made a certain shop's."""
    return [_read(name) for name in NAMES]


def get_terms(name: str) -> Terms:
    """One text, not yet made a certain shop's. Raises NotFound."""
    if name not in NAMES:
        raise NotFound("There are no such terms.")
    return _read(name)


def terms_of_shop(name: str, *, shop: str, phone: str | None) -> Terms:
    """The text as this shop's customers read it. Raises NotFound."""
    found = get_terms(name)
    words = {"{shop}": shop, "{phone}": phone or WITHOUT_PHONE}
    return Terms(
        name=name,
        title=found.title,
        revision=found.revision,
        lines=tuple(_filled(line, words) for line in found.lines),
    )


@cache
def _read(name: str) -> Terms:
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    title, revision, *lines = (line for line in text.splitlines() if line.strip())
    return Terms(name=name, title=title, revision=revision, lines=tuple(lines))


def _filled(line: str, words: dict[str, str]) -> str:
    for place, said in words.items():
        line = line.replace(place, said)
    return line
