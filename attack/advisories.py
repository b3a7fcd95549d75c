"""`python -m attack.advisories`: known weaknesses of the libraries in the lock files.

Against a database in the format of osv.dev: a file of it, a folder, a zip, or an address of one.
Where none can be had nothing was checked, and that is what it says.
"""

import argparse
import io
import json
import re
import sys
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from attack.locks import NPM, PYPI, Library, bare, libraries

# As osv.dev gives it away, all of one ecosystem.
PUBLISHED = tuple(
    f"https://osv-vulnerabilities.storage.googleapis.com/{each}/all.zip" for each in (PYPI, NPM)
)
PATIENCE_S = 60
CLEAN, WEAK, NOT_CHECKED = 0, 1, 2

Advisory = dict[str, Any]


class NoDatabase(Exception):
    """It cannot be had; the message says why."""


@dataclass(frozen=True)
class Weakness:
    """A library of ours, and what is known of it."""

    library: Library
    advisory: str
    summary: str

    def __str__(self) -> str:
        return f"{self.library.name} {self.library.version} ({self.library.lock}): {self.advisory} {self.summary}"


def check(found: Iterable[Library], advisories: Iterable[Advisory]) -> list[Weakness]:
    """Every library that an advisory speaks of in that very version."""
    by_name: dict[tuple[str, str], list[Library]] = {}
    for each in found:
        by_name.setdefault((each.ecosystem, each.name), []).append(each)
    return [
        Weakness(library, advisory.get("id", "?"), advisory.get("summary", ""))
        for advisory in advisories
        if not advisory.get("withdrawn")
        for affected in advisory.get("affected", ())
        for library in by_name.get(_named(affected), ())
        if is_affected(library.version, affected, library.ecosystem)
    ]


def is_affected(version: str, affected: dict[str, Any], ecosystem: str) -> bool:
    """By its list of versions, or by its ranges."""
    if version in affected.get("versions", ()):
        return True
    return any(
        _is_within(version, each.get("events", ()), ecosystem)
        for each in affected.get("ranges", ())
        if each.get("type") != "GIT"
    )


def read(where: str) -> Iterator[Advisory]:
    """Every advisory of that database. Raises NoDatabase."""
    try:
        if where.startswith("https://"):
            with urllib.request.urlopen(where, timeout=PATIENCE_S) as answer:  # noqa: S310 - https, see above
                yield from _in_zip(io.BytesIO(answer.read()))
            return
        path = Path(where)
        if path.is_dir():
            for each in sorted(path.rglob("*.json")):
                yield from _in_json(each.read_bytes())
        elif zipfile.is_zipfile(path):
            yield from _in_zip(path)
        else:
            yield from _in_json(path.read_bytes())
    except (OSError, ValueError, zipfile.BadZipFile) as trouble:
        raise NoDatabase(f"{where}: {trouble}") from trouble


def _named(affected: dict[str, Any]) -> tuple[str, str]:
    package = affected.get("package", {})
    ecosystem, name = package.get("ecosystem", ""), package.get("name", "")
    return ecosystem, bare(name) if ecosystem == PYPI else name


def _is_within(version: str, events: Sequence[dict[str, str]], ecosystem: str) -> bool:
    """Events are in order; the last one that is not above the version decides."""
    mine, within = _order(version, ecosystem), False
    for event in events:
        ((kind, said),) = list(event.items())[:1]
        other = _order(said, ecosystem)
        if kind == "introduced" and (said == "0" or mine >= other):
            within = True
        elif (kind == "fixed" and mine >= other) or (kind == "last_affected" and mine > other):
            within = False
    return within


def _order(version: str, ecosystem: str) -> Any:
    """Something that can be compared with its like."""
    if ecosystem == PYPI:
        try:
            return Version(version)
        except InvalidVersion:
            return Version("0")
    front, _dash, before = version.partition("+")[0].partition("-")
    numbers = tuple(int(each) for each in re.findall(r"\d+", front))
    # What comes before a version is below it.
    return (*numbers, *(0,) * (3 - len(numbers))), not before, before


def _in_zip(source: Any) -> Iterator[Advisory]:
    with zipfile.ZipFile(source) as packed:
        for name in packed.namelist():
            if name.endswith(".json"):
                yield from _in_json(packed.read(name))


def _in_json(content: bytes) -> Iterator[Advisory]:
    told = json.loads(content)
    yield from told if isinstance(told, list) else [told]


def main() -> int:
    """0 nothing known, 1 something is, 2 nothing was checked."""
    parser = argparse.ArgumentParser(prog="attack.advisories", description=__doc__)
    parser.add_argument(
        "--database", action="append", metavar="FILE", help="or a folder, a zip, an https address"
    )
    found = libraries()
    try:
        advisories = [
            each for where in parser.parse_args().database or PUBLISHED for each in read(where)
        ]
    except NoDatabase as trouble:
        print(f"nothing was checked: {trouble}", file=sys.stderr)
        return NOT_CHECKED
    weak = check(found, advisories)
    for each in weak:
        print(each)
    print(f"{len(found)} libraries, {len(advisories)} advisories, {len(weak)} known weaknesses")
    return WEAK if weak else CLEAN


if __name__ == "__main__":
    sys.exit(main())
