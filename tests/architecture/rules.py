"""The rules that import contracts cannot see. Each yields a line per offence."""

import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.reading import ROOT, Source

LONGEST_FILE = 400
NOWHERE = ()
SIMULATOR = "app/simulator/"
ONLY_HERE = {
    "datetime.datetime.now": ("app/kernel/clock.py", SIMULATOR),
    "datetime.datetime.today": NOWHERE,
    "datetime.datetime.utcnow": NOWHERE,
    "datetime.date.today": NOWHERE,
    "time.time": ("app/kernel/clock.py", SIMULATOR),
    "time.sleep": ("jobs/relay.py", SIMULATOR),
    "os.environ": ("app/config.py",),
    "os.getenv": ("app/config.py",),
}
COMMIT_HERE = "app/kernel/db.py"
# The schema's history needs every table, ends its own transactions, and is written once.
MIGRATIONS = "app/migrations/"
# A folder of somebody's own machine, and the number of a note that the reader does not have.
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.$}])/(?:home|Users|root)/\w")
NUMBERED_NOTE = re.compile(r"(?:#.*|\"\"\".*|\(|, )\b[DF]\d{1,3}\b(?!\.\d)")


def powers_away_from_home(source: Source) -> Iterator[str]:
    """The clock, the surroundings and sleep are each used in one place."""
    for line, name in source.uses():
        if name in ONLY_HERE and not source.path.startswith(ONLY_HERE[name] or ("nowhere",)):
            home = " or ".join(ONLY_HERE[name]) or "no file"
            yield f"{source.path}:{line} uses {name}; only {home} may"


def commits_away_from_home(source: Source) -> Iterator[str]:
    """Edges open transactions; one function ends them."""
    for line, method in source.calls():
        if method == "commit" and not source.path.startswith((COMMIT_HERE, MIGRATIONS)):
            yield f"{source.path}:{line} commits; only {COMMIT_HERE} may"


def side_doors(source: Source) -> Iterator[str]:
    """Other subjects are entered through their package, never through a file inside it."""
    for line, name in source.uses():
        subject, inside = _inside_subject(name)
        at_home = source.path.startswith((f"app/domain/{subject}/", MIGRATIONS))
        if inside and not at_home:
            yield f"{source.path}:{line} reaches into {name}; ask {subject} itself"


def length(source: Source) -> Iterator[str]:
    """A file fits in a head."""
    lines = source.text.count("\n")
    if lines > LONGEST_FILE and not source.path.startswith(MIGRATIONS):
        yield f"{source.path} has {lines} lines; {LONGEST_FILE} is the most"


def strangers_notes(source: Source) -> Iterator[str]:
    """Nothing that only means something on the machine, or to the notes, of who wrote it."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if SOMEBODYS_FOLDER.search(line) or _here() in line:
            yield f"{source.path}:{number} names a folder of one machine"
        elif NUMBERED_NOTE.search(line) and "noqa" not in line:
            yield f"{source.path}:{number} cites a number; give the reason in words"


def _inside_subject(name: str) -> tuple[str, bool]:
    parts = name.split(".")
    if parts[:2] != ["app", "domain"] or len(parts) < 4:
        return "", False
    return parts[2], parts[3] in _files_of(parts[2])


@cache
def _files_of(subject: str) -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "app/domain" / subject).glob("[a-z]*.py"))


def _here() -> str:
    return f"{ROOT}/"
