"""Reads our source once, as syntax trees, and says which outside names each file uses."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCTION = ("app", "miniprogram_api", "wechat_handlers", "jobs")
TOOLS = ("deploy", "bench", "attack", "chaos", "tests")


@dataclass(frozen=True)
class Source:
    """One file; `path` is relative to the root, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imported(self) -> dict[str, str]:
        """What each imported name means in full: `dt` → `datetime`, `now` → `time.time`."""
        return {
            alias.asname or _first(node, alias): _bound(node, alias)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }

    def uses(self) -> Iterator[tuple[int, str]]:
        """Line and full dotted name of everything imported, called or read by name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from ((node.lineno, _full(node, alias)) for alias in node.names)
            elif isinstance(node, ast.Attribute):
                first, rest = _dotted(node)
                yield node.lineno, f"{self.imported.get(first, first)}.{rest}"

    def calls(self) -> Iterator[tuple[int, str]]:
        """Line and name of every method called, whatever it is called on."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.lineno, node.func.attr


def sources(*folders: str) -> list[Source]:
    """Every Python file below these folders, and those that lie in the root."""
    below = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text())
        for path in sorted((*below, *ROOT.glob("*.py")))
    ]


def _dotted(node: ast.Attribute) -> tuple[str, str]:
    """`a.b.c` as `a` and `b.c`; what is no plain name, such as a call, has no first part."""
    names = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else "", ".".join(reversed(names))


def _first(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    return alias.name if isinstance(node, ast.ImportFrom) else alias.name.partition(".")[0]


def _bound(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    # `import a.b` binds `a`; `import a.b as c` binds all of `a.b`.
    full = _full(node, alias)
    plain = isinstance(node, ast.Import) and alias.asname is None
    return full.partition(".")[0] if plain else full


def _full(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if isinstance(node, ast.Import):
        return alias.name
    return f"{'.' * node.level}{node.module or ''}.{alias.name}"
