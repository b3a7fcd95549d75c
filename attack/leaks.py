"""Secrets that somebody left in a file of the repository."""

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from attack.locks import ROOT

RULES = {
    "private key": re.compile(
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\\?n?\s*[A-Za-z0-9+/=]{40}"
    ),
    "token or key of ours": re.compile(r"\bkb[kts]_[A-Za-z0-9_-]{32,}"),
    "cloud key": re.compile(r"\b(?:AKIA|ASIA|LTAI|AKID)[A-Za-z0-9]{16,}\b"),
    "token of a forge": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[\w-]{20}|xox[baprs]-[\w-]{10,})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "password in an address": re.compile(
        r"\b[a-z][a-z+]{2,20}://[^\s:/@'\"{}<>$]+:[^\s:/@'\"{}<>$]{6,}@[\w.-]+\.[a-z]{2,}"
    ),
    "secret in a setting": re.compile(
        r"(?i)\b(?:\w*(?:secret|password|passwd|api_?key|access_?key|apiv3_?key|private_?key|auth_?token))\b"
        r"['\"]?\s*[:=]\s*['\"]([A-Za-z0-9+/=_-]{24,})['\"]"
    ),
}
# What is drawn by chance has more of it a letter than a word or a placeholder.
LEAST_BITS_A_LETTER = 3.5
LARGEST_BYTES = 2_000_000
# Built or fetched, not written: hashes and compressed words look like secrets. Their sources are read.
NOT_WRITTEN = ("miniprogram/dist/", "static/vendor/", "package-lock.json", "requirements")
# Make-believe, said to be so where it stands.
MAKE_BELIEVE = {
    ("tests/admin/test_settings.py", "secret in a setting"): "an app that nobody registered",
    ("tests/builders/merchants.py", "secret in a setting"): "a pay account of the tests",
    ("tests/domain/merchants/test_keys_and_channels.py", "secret in a setting"): "the same",
    ("tests/gateways/stubs.py", "secret in a setting"): "a stub's account",
}


@dataclass(frozen=True)
class Leak:
    """Where it is; not what it is."""

    path: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}"


def tracked(root: Path = ROOT) -> list[Path]:
    """The files of the repository; without git all that is not made by make."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return [root / name.decode() for name in done.stdout.split(b"\0") if name]
    hidden = {".venv", ".kabao", "node_modules", ".git"}
    return [each for each in root.rglob("*") if each.is_file() and not hidden & set(each.parts)]


def scan(paths: Iterable[Path], root: Path = ROOT) -> list[Leak]:
    """Every secret in these files but the make-believe ones."""
    return [
        leak
        for path in paths
        if not any(each in path.as_posix() for each in NOT_WRITTEN)
        for leak in _in_file(path, path.relative_to(root).as_posix())
        if (leak.path, leak.rule) not in MAKE_BELIEVE
    ]


def _in_file(path: Path, name: str) -> Iterator[Leak]:
    if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
        return
    content = path.read_bytes()
    if b"\0" in content[:1024]:
        return
    text = content.decode("utf-8", errors="ignore")
    for rule, form in RULES.items():
        for match in form.finditer(text):
            if not match.groups() or bits_a_letter(match[1]) >= LEAST_BITS_A_LETTER:
                yield Leak(name, text.count("\n", 0, match.start()) + 1, rule)


def bits_a_letter(text: str) -> float:
    """Shannon's entropy of its letters."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
