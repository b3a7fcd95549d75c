"""The panel's words in other languages: read from the pages, kept as a catalogue, compiled.

`python -m deploy.local.words` (or `make words`) finds every message, keeps the translations that
are there, lists what has none, and compiles. Chinese is what the pages themselves say.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
PANEL = ROOT / "app" / "admin"
LANGUAGES = ("en",)
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
WIDTH = 100
SINCE = datetime(2026, 11, 22, tzinfo=UTC)


def place(language: str) -> Path:
    """The catalogue that people edit; the compiled one lies beside it."""
    return PANEL / "translations" / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Every message of the panel, with the files that say it."""
    found = Catalog(charset="utf-8")
    options = {"templates/**.html": {"silent": "false"}}
    for name, _line, message, comments, context in extract_from_dir(
        PANEL, METHODS, options, keywords={"_": None, "gettext": None, "lazy_gettext": None}
    ):
        if message:
            found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return found


def known(language: str) -> Catalog:
    path = place(language)
    if not path.exists():
        return _empty(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str) -> Catalog:
    """What the pages say now, with the translations there are; what nobody says is gone."""
    before, now = known(language), extract()
    fresh = _empty(language)
    for message in sorted(_messages(now), key=lambda each: str(each.id)):
        old = before.get(message.id)
        fresh.add(
            message.id,
            old.string if old and not old.fuzzy else None,
            sorted(set(message.locations)),
            flags=message.flags - {"fuzzy"},
        )
    return fresh


def _empty(language: str) -> Catalog:
    """The same head every time, so that only words differ between two versions."""
    return Catalog(
        locale=language,
        header_comment="# The panel's words.",
        project="Kabao",
        version="1",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        charset="utf-8",
        creation_date=SINCE,
        revision_date=SINCE,
        fuzzy=False,
    )


def missing(catalog: Catalog) -> list[str]:
    """Messages without a translation."""
    return [str(message.id) for message in _messages(catalog) if not message.string]


def written(catalog: Catalog) -> bytes:
    """The catalogue as the file for people holds it."""
    file = io.BytesIO()
    write_po(file, catalog, width=WIDTH, include_lineno=False, omit_header=False)
    return file.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as the running panel reads it."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def main() -> int:
    """Write every catalogue anew; 1 when something has no translation."""
    left = 0
    for language in LANGUAGES:
        catalog = updated(language)
        path = place(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog))
        path.with_suffix(".mo").write_bytes(compiled(catalog))
        for words in missing(catalog):
            print(f"{language}: {words}")
            left += 1
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
