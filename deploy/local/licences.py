"""Whose work is in the app's builds: names, versions and licences, as miniprogram/LICENSES.md.

Each build leaves a list of the packages of which code came into it, `<build>.packages.json`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "LICENSES.md"
NAMES_OF_LICENCES = ("LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE", "license.md", "license")
HEAD = """# Other people's work in the app

Code of these packages is in `dist`, under these licences. `make frontend` writes this page of what came into the builds.

| package | version | licence | in |
|---|---|---|---|
"""
# What a package has taken in, as no bundler can tell: these two are Vue, changed.
TAKEN_IN = {"@dcloudio/uni-h5-vue": ["vue"], "@dcloudio/uni-mp-vue": ["vue"]}
# For a package that names it and brings no copy.
MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


class Unlicensed(RuntimeError):
    """A package in a build says nothing that we could pass on."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """One that is in at least one build."""

    name: str
    version: str
    licence: str
    text: str
    builds: Sequence[str]


def write(app: Path, built: Path, *, builds: Sequence[str]) -> None:
    """The page of that app, of the lists in `built`. Raises Unlicensed."""
    inside = {build: _inside(built / f"{build}.packages.json") for build in builds}
    names = sorted({name for found in inside.values() for name in found})
    packages = [
        _read(app / "node_modules", name, [build for build in builds if name in inside[build]])
        for name in names
    ]
    (app / NAME).write_text(_page(packages), encoding="utf-8")


def _inside(told: Path) -> set[str]:
    found: list[str] = json.loads(told.read_text(encoding="utf-8"))
    return {*found, *(other for name in found for other in TAKEN_IN.get(name, []))}


def _read(modules: Path, name: str, builds: Sequence[str]) -> Package:
    told = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))
    licence = str(told.get("license", ""))
    texts = [modules / name / each for each in NAMES_OF_LICENCES]
    found = next((path.read_text(encoding="utf-8") for path in texts if path.is_file()), "")
    if not found and licence == "MIT":
        author = told.get("author") or {}
        who = author["name"] if isinstance(author, dict) else author
        found = f"MIT licence, by {who}\n\n{MIT}"
    if not found or not licence:
        raise Unlicensed(f"{name} brings no licence")
    text = "\n".join(line.rstrip() for line in found.strip().splitlines())
    return Package(
        name=name, version=told["version"], licence=licence, text=text, builds=tuple(builds)
    )


def _page(packages: Sequence[Package]) -> str:
    rows = [
        f"| {each.name} | {each.version} | {each.licence} | {', '.join(each.builds)} |\n"
        for each in packages
    ]
    texts: dict[str, list[str]] = {}
    for each in packages:
        texts.setdefault(each.text, []).append(each.name)
    parts = [f"\n## {', '.join(names)}\n\n```\n{text}\n```\n" for text, names in texts.items()]
    return HEAD + "".join(rows) + "".join(parts)
