"""What is installed: every library of every lock file, in the version that is written there."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# By lock file: whether it is needed to run, or only to build and test.
PYTHON = {
    "requirements.txt": True,
    "requirements-dev.txt": False,
    "deploy/sdk/requirements-sdk.txt": False,
}
NODE = {"miniprogram/package-lock.json": False, "deploy/sdk/node/package-lock.json": False}
PYPI, NPM = "PyPI", "npm"
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=(sha256):([0-9a-f]{64})")
MODULES = "node_modules/"


@dataclass(frozen=True, order=True, kw_only=True)
class Library:
    """`hashes` are the files that may be installed: (algorithm, hexadecimal). `lock` names the file."""

    ecosystem: str
    name: str
    version: str
    lock: str
    is_needed: bool
    hashes: tuple[tuple[str, str], ...] = ()


def libraries(root: Path = ROOT) -> list[Library]:
    """Of all lock files that are there."""
    found: list[Library] = []
    for lock, is_needed in PYTHON.items():
        if (root / lock).is_file():
            found += _pinned(root / lock, lock, is_needed=is_needed)
    for lock, is_needed in NODE.items():
        if (root / lock).is_file():
            found += _packages(root / lock, lock, is_needed=is_needed)
    return sorted(found)


def loose_lines(root: Path = ROOT) -> list[str]:
    """What a lock file leaves open: no exact version, no hash, or another place to fetch it from."""
    found = []
    for lock in PYTHON:
        if (root / lock).is_file():
            found += [f"{lock}: {line}" for line in _loose_in((root / lock).read_text())]
    for each in libraries(root):
        if each.ecosystem == NPM and not each.hashes:
            found.append(f"{each.lock}: {each.name} has no hash")
    return found


def bare(name: str) -> str:
    """A name as the Python index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _entries(text: str) -> Iterator[str]:
    """Each requirement with its continuation lines."""
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        said = line.partition(" #")[0].strip()
        if said and not said.startswith("#"):
            yield said


def _pinned(path: Path, lock: str, *, is_needed: bool) -> Iterator[Library]:
    for entry in _entries(path.read_text(encoding="utf-8")):
        pin = PIN.match(entry)
        if pin:
            yield Library(
                ecosystem=PYPI,
                name=bare(pin[1]),
                version=pin[2],
                lock=lock,
                is_needed=is_needed,
                hashes=tuple(sorted((kind, value) for kind, value in HASH.findall(entry))),
            )


def _loose_in(text: str) -> Iterator[str]:
    for entry in _entries(text):
        if not PIN.match(entry) or not HASH.search(entry) or "://" in entry.partition("--hash")[0]:
            yield entry[:80]


def _packages(path: Path, lock: str, *, is_needed: bool) -> Iterator[Library]:
    told = json.loads(path.read_text(encoding="utf-8"))
    for place, package in told["packages"].items():
        if MODULES in place and not package.get("link"):
            yield Library(
                ecosystem=NPM,
                name=package.get("name") or place.rpartition(MODULES)[2],
                version=package["version"],
                lock=lock,
                is_needed=is_needed,
                hashes=_integrity(package.get("integrity", "")),
            )


def _integrity(said: str) -> tuple[tuple[str, str], ...]:
    pairs = (each.partition("-")[::2] for each in said.split())
    return tuple((kind, base64.b64decode(value).hex()) for kind, value in pairs if value)
