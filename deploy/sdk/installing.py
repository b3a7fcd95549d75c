"""The libraries at their pinned versions, under .kabao/sdk: one venv, one node_modules.

No install script of any package runs.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.children import NotStarted
from deploy.local.servers import HOME

SOURCES = Path(__file__).parent
REQUIREMENTS = SOURCES / "requirements-sdk.txt"
NODE = SOURCES / "node"
LOCKED = ("package.json", "package-lock.json")
NO_NODE = "The libraries for Node.js need node 18 or later and npm: apt install nodejs npm"


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Where things were installed. Only the owner may enter `folder`: the run's keys are there."""

    folder: Path
    python: Path
    node: Path


def install() -> Tools:
    """Make ready what is not; quick the second time."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise NotStarted(NO_NODE)
    folder = HOME / "sdk"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _once(folder / "python-ready", of=(REQUIREMENTS,), do=lambda: _make_venv(folder / "venv"))
    locked = tuple(NODE / name for name in LOCKED)
    _once(folder / "node-ready", of=locked, do=lambda: _make_node_modules(folder / "node"))
    return Tools(folder=folder, python=folder / "venv/bin/python", node=Path(node))


def _once(stamp: Path, *, of: Sequence[Path], do: Callable[[], None]) -> None:
    """Do it unless it was done for these very files."""
    content = b"".join(each.read_bytes() for each in of)
    wanted = hashlib.sha256(content).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    do()
    stamp.write_text(wanted)


def _make_venv(venv: Path) -> None:
    print("installing the Python libraries ...", flush=True)
    _run([sys.executable, "-m", "venv", "--clear", str(venv)])
    pip = [str(venv / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    _run([*pip, "install", "--quiet", "--require-hashes", "-r", str(REQUIREMENTS)])


def _make_node_modules(folder: Path) -> None:
    print("installing the Node.js libraries ...", flush=True)
    folder.mkdir(exist_ok=True)
    for name in LOCKED:
        shutil.copy(NODE / name, folder / name)
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    _run(["npm", "ci", "--ignore-scripts", *quiet], cwd=folder)


def _run(command: Sequence[str], *, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NotStarted(f"{command[0]} did not succeed: {' '.join(command)}")
