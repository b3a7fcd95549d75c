"""Two versions on one database: what an upgrade looks like from outside while it lasts.

The version before the newest change of the schema opens a shop and serves it. The schema is brought
up to date below it, then this version starts beside it: web servers, relays, schedules and workers
of both. The customers are of the version before, as phones are on that day: its story is played
through a gate that asks the two in turn.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.gate import Seen, gate
from deploy.local.children import NotStarted, free_port
from deploy.local.house import answers
from deploy.local.servers import postgres, valkey
from deploy.local.supervisor import Process, Supervisor

ROOT = Path(__file__).parents[1]
VERSIONS = "app/migrations/versions"
BEFORE, NOW = "before", "now"
PATIENCE_S = "60"
LEAST_REQUESTS = 20
CODE = re.compile(r"^\| `(\w+)` \| \d", re.MULTILINE)
CHANGE_FOLDER = "import os, sys; os.chdir(sys.argv[1]); os.execv(sys.argv[2], sys.argv[2:])"
# Run in the tree of the version before, with its own code.
FURNISH = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from deploy.local.house import furnish, settle_in
from deploy.local.servers import Addresses
told = json.load(sys.stdin)
house = settle_in(Addresses(database=told["database"], redis=told["redis"]), folder=Path(told["folder"]))
shop = furnish(house)
print(json.dumps({"house": asdict(house), "shop": shop}, default=str))
"""
PLAY = """
import json, sys
from pathlib import Path
from deploy.local.demo import _play
from deploy.local.house import House
told = json.load(sys.stdin)
told["house"]["folder"] = Path(told["house"]["folder"])
_play(House(**told["house"]), told["shop"])
"""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One state of the code: its name here, its folder, and where its web server listens."""

    name: str
    tree: Path
    port: int

    def processes(self, env: Mapping[str, str], folder: Path) -> list[Process]:
        figures = folder / f"metrics-{self.name}"
        figures.mkdir(parents=True, exist_ok=True)
        mine = {**env, "PYTHONPATH": str(self.tree), "PROMETHEUS_MULTIPROC_DIR": str(figures)}
        web = [
            *("-m", "granian", "--interface", "wsgi", "--http", "1", "--host", "127.0.0.1"),
            *("--port", str(self.port), "--workers", "1", "--blocking-threads", "2"),
            *("--no-access-log", "wsgi:app"),
        ]
        ready = answers(f"http://127.0.0.1:{self.port}/readyz")
        return [
            Process(f"web-{self.name}", self.python(web), mine, ready=ready),
            *(
                Process(f"{word}-{self.name}", self.flask("jobs", word), mine)
                for word in ("relay", "schedule", "work")
            ),
        ]

    def flask(self, *words: str) -> list[str]:
        return self.python(["-m", "flask", "--app", "wsgi", *words])

    def python(self, words: Sequence[str]) -> list[str]:
        """Python in this version's folder, whose modules it finds first."""
        return [sys.executable, "-c", CHANGE_FOLDER, str(self.tree), sys.executable, *words]

    def run(self, command: Sequence[str], env: Mapping[str, str], *, said: str = "") -> str:
        """What it printed. Raises NotStarted with its last words."""
        done = subprocess.run(
            command,
            env={**os.environ, **env, "PYTHONPATH": str(self.tree)},
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = "\n".join([*done.stdout.splitlines()[-5:], *done.stderr.splitlines()[-8:]])
            raise NotStarted(f"the version {self.name}:\n{last}")
        return done.stdout


def run(folder: Path, *, since: str | None) -> list[str]:
    """Promises that were broken, a sentence each. Raises NotStarted."""
    commit = since or _before_the_newest_change()
    tree = folder / BEFORE
    _export(commit, tree)
    before = Version(name=BEFORE, tree=tree, port=free_port())
    now = Version(name=NOW, tree=ROOT, port=free_port())
    print(f"\ntwo versions: {commit[:10]} and this one", flush=True)
    home = folder / "house"
    shutil.rmtree(home, ignore_errors=True)
    with ExitStack() as running:
        redis = running.enter_context(valkey(folder, throwaway=True))
        database = running.enter_context(postgres(folder, throwaway=True, durable=False))
        told = _furnish(before, database, redis, home)
        env = told["house"]["env"]
        logs = home / "logs"
        simulator = _simulator(before, told, home)
        running.enter_context(Supervisor([simulator, *before.processes(env, home)], logs=logs))
        print(now.run(now.flask("upgrade"), env).strip(), "below the version before", flush=True)
        running.enter_context(Supervisor(now.processes(env, home), logs=logs))
        doors = {BEFORE: before.port, NOW: now.port}
        seen = running.enter_context(gate(told["house"]["web_port"], doors))
        story = before.run(before.python(["-c", PLAY]), env, said=json.dumps(told))
        print(f"the story of the version before was played: {len(story.splitlines())} lines")
        verdict = _verify(now, env)
    _show(seen)
    broken = _broken(seen) + verdict
    if not broken:
        shutil.rmtree(folder, ignore_errors=True)
    return broken


def _before_the_newest_change() -> str:
    """The last commit that does not know the newest migration."""
    newest = max((ROOT / VERSIONS).glob("*.py"))
    added = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", str(newest.relative_to(ROOT)))
    # One that is not committed yet was not there in the last commit.
    return _git("rev-parse", f"{added.strip()}^" if added.strip() else "HEAD").strip()


def _export(commit: str, tree: Path) -> None:
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    packed = subprocess.run(
        ["git", "archive", "--format=tar", commit], cwd=ROOT, capture_output=True, check=False
    )
    if packed.returncode:
        raise NotStarted(f"git archive: {packed.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(tree, filter="data")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStarted(
            "The version before is taken from git's history, and that is not here "
            f"(git fetch --unshallow, or --since COMMIT): {done.stderr.strip()}"
        )
    return done.stdout


def _furnish(before: Version, database: str, redis: str, home: Path) -> dict[str, Any]:
    """The shop as the version before opens it: its schema, its rows, its settings."""
    said = json.dumps({"database": database, "redis": redis, "folder": str(home)})
    told = before.run(before.python(["-c", FURNISH]), {}, said=said)
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def _simulator(version: Version, told: dict[str, Any], home: Path) -> Process:
    port = told["house"]["wechat_port"]
    settings = str(home / "world" / "wechat.json")
    command = version.flask("simulate-wechat", "--settings", settings, "--port", str(port))
    env = {**told["house"]["env"], "PYTHONPATH": str(version.tree)}
    return Process("wechat", command, env, ready=answers(f"http://127.0.0.1:{port}/_sim/clock"))


def _verify(now: Version, env: Mapping[str, str]) -> list[str]:
    command = now.flask("verify", "all", "--patience", PATIENCE_S)
    done = subprocess.run(
        command,
        env={**os.environ, **env, "PYTHONPATH": str(now.tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    print(f"flask verify all: {lines[-1] if lines else done.stderr[-500:]}")
    found = [line.split(" s  ")[1] for line in lines if line.startswith("BROKEN")]
    return found if lines else ["flask verify all did not end"]


def _broken(seen: Seen) -> list[str]:
    documented = set(CODE.findall((ROOT / "docs/api.md").read_text(encoding="utf-8")))
    odd = [
        f"{version} refused with {code}, which docs/api.md does not know"
        for version, code in seen.codes
        if code not in documented and " " not in code
    ]
    silent = [
        f"{version} was asked {seen.of(version)} times only: nothing is shown"
        for version in (BEFORE, NOW)
        if seen.of(version) < LEAST_REQUESTS
    ]
    return [*seen.failures, *odd, *silent]


def _show(seen: Seen) -> None:
    for version in (BEFORE, NOW):
        by_status = sorted(
            (status, count) for (each, status), count in seen.answers.items() if each == version
        )
        told = ", ".join(f"{count} x {status}" for status, count in by_status)
        print(f"{version:8}{seen.of(version):6} requests: {told}")
    print(f"{seen.repeated} attempts were repeated at the other version")
    for (version, code), count in sorted(seen.codes.items()):
        print(f"  {version} refused {count} x {code}")
