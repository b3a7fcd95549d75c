"""Of which sources the committed build was made, and whether another build is the same."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.local import licences

APP = Path(__file__).resolve().parents[2] / "miniprogram"
STAMP = APP / "dist" / "STAMP"
BUILDS = ("h5", "mp-weixin", "phone")
# What a build is made of, beside the files at the top.
FOLDERS = ("src", "tools")


def stamp_of(app: Path) -> str:
    """One line over every source: its name and its content."""
    whole = hashlib.sha256()
    for path in sorted(_sources(app)):
        name = path.relative_to(app).as_posix()
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256 {whole.hexdigest()}\n"


def differences(fresh: Path, kept: Path) -> list[str]:
    """What differs between two dist folders, a line each."""
    one, other = _contents(fresh), _contents(kept)
    return [
        *(f"{name} is missing" for name in sorted(one.keys() - other.keys())),
        *(f"{name} should not be there" for name in sorted(other.keys() - one.keys())),
        *(
            f"{name} differs"
            for name in sorted(one.keys() & other.keys())
            if one[name] != other[name]
        ),
    ]


def is_installed(app: Path) -> bool:
    """Whether node_modules holds what the lock says, package by package."""
    note = app / "node_modules" / ".package-lock.json"
    if not note.is_file():
        return False
    there, locked = _packages(note), _packages(app / "package-lock.json")
    wanted = {name: each for name, each in locked.items() if name and not each.get("optional")}
    return all(
        name in there and there[name].get("version") == each.get("version")
        for name, each in wanted.items()
    )


def _sources(app: Path) -> Iterator[Path]:
    yield from (path for path in app.iterdir() if path.is_file() and path.name != licences.NAME)
    for folder in FOLDERS:
        yield from (path for path in (app / folder).rglob("*") if path.is_file())


def _contents(dist: Path) -> dict[str, str]:
    return {
        path.relative_to(dist).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in BUILDS
        for path in (dist / name).rglob("*")
        if path.is_file()
    }


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return found
