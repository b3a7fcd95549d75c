"""The words around the code say what the code says."""

import ast
import re
from itertools import chain

import pytest

from app.config import Settings
from app.domain.catalog import use
from app.domain.ledger.rules import AccountKind
from app.domain.ledger.verifying import CHECKS
from app.domain.proofs import standing
from app.domain.proofs import verifying as voucher_promises
from app.domain.risk import RULES
from jobs.schedule import SWEEPS
from tests.architecture.reading import PRODUCTION, ROOT, sources

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
TEST_NAME = re.compile(r"`(test_\w+)`")
GUARANTEED_BY = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
MAKE_TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)
# Written by a measurement or by hand when there is something to tell.
SAID_BY = {"_problem"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not _is_there(page, link)]
    assert missing == []


def test_every_code_is_explained():
    told = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    assert [code for code in sorted(_codes()) if f"`{code}`" not in told] == []


def test_no_code_is_explained_that_nothing_says():
    told = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\w+)` \| \d", told, re.MULTILINE))
    assert explained - _codes() == set()


@pytest.mark.parametrize("page", ["README.md", "docs/deploy.md"])
def test_every_setting_is_in_the_table(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    names = set(re.findall(r'"((?:[A-Z]+_)+[A-Z]+)"', (ROOT / "app/config.py").read_text()))
    assert len(names) >= len(Settings.__dataclass_fields__) - 1
    assert [name for name in sorted(names) if f"| `{name}` |" not in text] == []


def test_every_make_target_is_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = MAKE_TARGET.findall((ROOT / "Makefile").read_text())
    assert [target for target in targets if f"`make {target}`" not in text] == []


def test_every_promise_of_the_books_is_told():
    text = (ROOT / "docs/money.md").read_text(encoding="utf-8")
    assert [promise for promise in CHECKS if f". {promise}\n" not in text] == []
    assert [kind for kind in AccountKind if f"| `{kind}` |" not in text] == []


def test_every_limit_is_told():
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    assert [rule.name for rule in RULES if f"| `{rule.name}` |" not in text] == []


def test_every_test_that_a_page_names_exists():
    named = set(chain.from_iterable(TEST_NAME.findall(page.read_text()) for page in PAGES))
    there = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in sorted(named) if f"def {name}(" not in there] == []


def test_no_guarantee_is_without_its_tests():
    text = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
    text, _, _ = text.partition("## Not promised")
    rows = [
        line.strip("|").split("|")
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert len(rows) > 30
    assert [row[0] for row in rows if not GUARANTEED_BY.search(row[1])] == []
    named = set(GUARANTEED_BY.findall(text))
    assert [f"{file}::{test}" for file, test in sorted(named) if not _is_tested(file, test)] == []
    in_the_books = {row[3].strip() for row in rows if len(row) > 3} - {""}
    assert in_the_books <= set(CHECKS) | set(voucher_promises.CHECKS) | set(standing.CHECKS)


def test_every_sweep_that_a_page_names_exists():
    names = {sweep.name for sweep in SWEEPS}
    text = (ROOT / "docs/money.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`((?:reconcile|close|open|compare)_\w+)`", text)) <= names


def _is_tested(file, test):
    path = ROOT / file
    return path.is_file() and f"\ndef {test}(" in path.read_text(encoding="utf-8")


def _is_there(page, link):
    path = link.partition("#")[0]
    if not path or re.match(r"[a-z]+:", path):
        return True
    target = (page.parent / path).resolve()
    return target.exists()


def _codes():
    found = {use._BLACKOUT[0], use._OUTSIDE[0]}
    for source in sources(*PRODUCTION):
        if source.path.startswith(("app/simulator/", "app/gateways/", "app/migrations/")):
            continue
        for node in ast.walk(source.tree):
            found.update(_said_in(node))
    return found


def _said_in(node):
    """`code = "…"`, `code, status = "…", 409`, `code="…"`, and what HTTP itself refuses."""
    if isinstance(node, ast.Assign):
        names, value = ast.unparse(node.targets[0]), node.value
        if names == "HTTP_CODES":
            yield from (each.value for each in value.values)
        elif names in {"code", "(code, status)", "code, status"}:
            first = value.elts[0] if isinstance(value, ast.Tuple) else value
            yield from _word(first)
    elif isinstance(node, ast.Call):
        yield from (word for key in node.keywords if key.arg == "code" for word in _word(key.value))
        if isinstance(node.func, ast.Name) and node.func.id in SAID_BY and node.args:
            yield from _word(node.args[0])


def _word(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from chain(_word(node.body), _word(node.orelse))
