"""What WeChat asks of a mini-program's files, looked at before anybody uploads it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# The platform takes 2 MB of each package; ours keeps some room in the first one.
MAIN_BYTES, SUB_BYTES, ICON_BYTES = 1_500_000, 2_000_000, 40_000
PAGE_FILES = (".js", ".json", ".wxml")
_SCRIPT = re.compile(r"<script(?P<said>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)
_ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//""")


class Broken(RuntimeError):
    """What is wrong with the build, a line each."""


def check(folder: Path) -> None:
    """Pages, components, icons and sizes of a built mini-program. Raises Broken."""
    app = json.loads((folder / "app.json").read_text(encoding="utf-8"))
    wrong = [*_pages(folder, app), *_components(folder), *_icons(folder, app), *_sizes(folder, app)]
    if wrong:
        raise Broken("The mini-program is not right:\n  " + "\n  ".join(wrong))


def check_page(page: Path) -> None:
    """The web page runs no script but files of its own. Raises Broken."""
    text = page.read_text(encoding="utf-8")
    inline = [found["body"] for found in _SCRIPT.finditer(text) if found["body"].strip()]
    wrong = [f"an inline script: {body.strip()[:60]}" for body in inline]
    wrong += [f"something from elsewhere: {found[0]}" for found in _ELSEWHERE.finditer(text)]
    if wrong:
        raise Broken(f"{page.name} is not right:\n  " + "\n  ".join(wrong))


def _pages(folder: Path, app: dict[str, Any]) -> Iterator[str]:
    for page in _named(app):
        for end in PAGE_FILES:
            if not (folder / (page + end)).is_file():
                yield f"page {page} has no {end}"


def _named(app: dict[str, Any]) -> Iterator[str]:
    yield from app["pages"]
    for package in _packages(app):
        yield from (f"{package['root'].strip('/')}/{page}" for page in package["pages"])


def _packages(app: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.get("subPackages") or app.get("subpackages") or []
    return found


def _components(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        used = said.get("usingComponents", {}) if isinstance(said, dict) else {}
        for name, where in used.items():
            if where.startswith("plugin://"):
                continue
            home = folder if where.startswith("/") else path.parent
            if not (home / f"{where.lstrip('/')}.js").is_file():
                yield f"{path.relative_to(folder)} uses {name}, which is not at {where}"


def _icons(folder: Path, app: dict[str, Any]) -> Iterator[str]:
    for tab in app.get("tabBar", {}).get("list", []):
        if tab["pagePath"] not in app["pages"]:
            yield f"the tab {tab['text']} leads to no page of the main package"
        for name in (tab.get("iconPath"), tab.get("selectedIconPath")):
            if name and not name.startswith("@"):
                yield from _icon(folder, name)


def _icon(folder: Path, name: str) -> Iterator[str]:
    path = folder / name.lstrip("/")
    if not path.is_file():
        yield f"icon {name} is not there"
    elif path.stat().st_size >= ICON_BYTES:
        yield f"icon {name} has {path.stat().st_size} bytes; {ICON_BYTES} is the most"


def _sizes(folder: Path, app: dict[str, Any]) -> Iterator[str]:
    roots = [package["root"].strip("/") for package in _packages(app)]
    sizes = {root: _size(folder / root) for root in roots}
    main = _size(folder) - sum(sizes.values())
    if main >= MAIN_BYTES:
        yield f"the main package has {main} bytes; less than {MAIN_BYTES} is wanted"
    for root, size in sizes.items():
        if size >= SUB_BYTES:
            yield f"package {root} has {size} bytes; less than {SUB_BYTES} is wanted"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
