"""Build the customer's app into miniprogram/dist: `python -m deploy.local.frontend`.

Without words: the API's types, the app's types, lint, tests, both builds, WeChat's own compiler
over the one, the phone's pages from it; then the three folders change places with the old ones,
and a stamp says of which sources they were made. A build that fails changes nothing.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local import api_types, licences, mini_program_rules
from deploy.local.frontend_stamp import APP, BUILDS, STAMP, differences, is_installed, stamp_of

NO_NODE = "This needs node 20 or later with npm: https://nodejs.org, or apt install nodejs npm"
# Without it the build tool tells its makers about every build.
QUIET = {"CI": "1"}
OFFICIAL_COMPILER = """
const { wxmlToJs, wxssToJs } = require('miniprogram-compiler')
wxmlToJs(process.argv[1])
wxssToJs(process.argv[1])
"""


class Failed(RuntimeError):
    """A step that did not succeed; what it said is on the screen already."""


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 when something is not."""
    wanted = _understand(arguments)
    try:
        if wanted.check:
            check()
        elif wanted.schema:
            _with_node()
            install(APP)
            write_types(APP)
        elif wanted.compare:
            compare()
        else:
            _with_node()
            make(APP, fast=wanted.fast)
    except (Failed, mini_program_rules.Broken, licences.Unlicensed) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def check() -> None:
    """Raises Failed unless dist was made of the sources that are here. Needs no node."""
    if not STAMP.is_file() or STAMP.read_text(encoding="utf-8") != stamp_of(APP):
        raise Failed("miniprogram/dist was made of other sources: run `make frontend`.")
    if api_types.told_by(APP) != api_types.digest():
        raise Failed("The API has changed since its types were written: run `make frontend`.")
    print("miniprogram/dist fits its sources")


def compare() -> None:
    """Build everything afresh in a folder of its own. Raises Failed when dist is not the same."""
    check()
    _with_node()
    folder = APP.parent / ".kabao" / "frontend"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    types_before = api_types.place(folder).read_bytes()
    make(folder, fast=False)
    if api_types.place(folder).read_bytes() != types_before:
        raise Failed("The API's types are not what the generator writes: run `make frontend`.")
    found = differences(folder / "dist", APP / "dist")
    if (folder / licences.NAME).read_bytes() != (APP / licences.NAME).read_bytes():
        raise Failed(f"miniprogram/{licences.NAME} is not of what is built: run `make frontend`.")
    if found:
        raise Failed("miniprogram/dist is not what its sources make:\n  " + "\n  ".join(found))
    if not (APP / "node_modules").exists():
        (folder / "node_modules").rename(APP / "node_modules")
    shutil.rmtree(folder)
    print("a fresh build is miniprogram/dist, file by file")


def make(app: Path, *, fast: bool) -> None:
    """Build the app of that folder into its dist. Raises Failed, or Broken for what is no app."""
    built = app / "dist" / "build"
    shutil.rmtree(built, ignore_errors=True)
    install(app)
    write_types(app)
    if not fast:
        for script in ("types", "lint", "test"):
            _npm(app, script)
    try:
        _npm(app, "build:h5")
        _npm(app, "build:mp-weixin")
        _run(
            [_node(), "--input-type=commonjs", "-e", OFFICIAL_COMPILER, str(built / "mp-weixin")],
            app,
        )
        mini_program_rules.check(built / "mp-weixin")
        mini_program_rules.check_page(built / "h5" / "index.html")
        _npm(app, "build:phone")
        _check_whole(built)
        licences.write(app, built, builds=BUILDS)
        _swap(built, app / "dist")
    finally:
        shutil.rmtree(built, ignore_errors=True)
    (app / "dist" / STAMP.name).write_text(stamp_of(app), encoding="utf-8")
    print(f"{app / 'dist'}: {', '.join(BUILDS)}")


def install(app: Path) -> None:
    """The packages of the lock, unless just these are there. No script of theirs runs."""
    if not is_installed(app):
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], app)


def write_types(app: Path) -> None:
    """What the API takes and tells, in the app's language."""
    with api_types.document() as path:
        written = path.with_suffix(".d.ts")
        _run(["npx", "--no-install", "openapi-typescript", str(path), "-o", str(written)], app)
        api_types.keep(written.read_text(encoding="utf-8"), app)


def _check_whole(fresh: Path) -> None:
    missing = [name for name in BUILDS if not (fresh / name).is_dir()]
    if missing:
        raise Failed(f"The build made no {', '.join(missing)}.")


def _swap(fresh: Path, dist: Path) -> None:
    """Each old folder gives way to the new one."""
    for name in BUILDS:
        old = dist / f".{name}-before"
        shutil.rmtree(old, ignore_errors=True)
        if (dist / name).exists():
            (dist / name).rename(old)
        (fresh / name).rename(dist / name)
        shutil.rmtree(old, ignore_errors=True)


def _npm(app: Path, script: str) -> None:
    _run(["npm", "run", "--silent", script], app)


def _run(command: Sequence[str], app: Path) -> None:
    print(f"-- {' '.join(word for word in command if len(word) < 80)}", flush=True)  # noqa: PLR2004 - a script is not read here
    done = subprocess.run(command, cwd=app, env=os.environ | QUIET, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command[:4])} failed")


def _with_node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Failed(NO_NODE)


def _node() -> str:
    return shutil.which("node") or "node"


def _understand(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="deploy.local.frontend", description="Build the customer's app into miniprogram/dist."
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--check", action="store_true", help="only look at the stamp; no node")
    either.add_argument("--schema", action="store_true", help="only write the API's types")
    either.add_argument("--fast", action="store_true", help="build without lint, types and tests")
    either.add_argument("--compare", action="store_true", help="build afresh elsewhere and compare")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
