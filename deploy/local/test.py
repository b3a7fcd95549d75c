"""Run the tests on servers that are thrown away afterwards: `python -m deploy.local.test [pytest …]`.

DATABASE_URL and REDIS_URL of the surroundings are never used: tests write, and those may be real.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from deploy.local.children import NotStarted
from deploy.local.orphans import InUse
from deploy.local.servers import HOME, Addresses, leave_tidily, postgres, valkey

ROOT = HOME.parent
# Half of the time a test waits: for a process that dies, a lock that is held, a WeChat that is slow.
WORKERS = ("-n", "4")
# They share one house, and what a phone does while the machine is quiet tells more.
PHONES = "tests/phone"
# Its small mini-program is built when it is tested, with what `make frontend` installs.
WITH_NODE = f"{PHONES}/test_platform.py"
# Options of pytest whose next word is no path.
TAKES_A_WORD = {"-k", "-m", "-n", "-o", "-p", "-W"}
NODE_PACKAGES = ROOT / "miniprogram" / "node_modules"


def main(arguments: list[str]) -> int:
    """Pytest's exit code."""
    leave_tidily()
    print("starting throwaway servers", flush=True)
    try:
        with _throwaway_servers() as surroundings:
            runs = [WORKERS] if _names_tests(arguments) else _all()
            ended = [_run_pytest(surroundings, [*run, *arguments]) for run in runs]
            # One that was killed has a number below zero.
            return next((code for code in ended if code), 0)
    except NotStarted as problem:
        print(problem, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped")
    return 2


@contextmanager
def _throwaway_servers() -> Iterator[Mapping[str, str]]:
    with ExitStack() as running:
        yield _start_in_free_folder(running)


def _start_in_free_folder(running: ExitStack) -> Mapping[str, str]:
    """In the first folder that no other test run is using; what the tests are told of it."""
    number = 1
    while True:
        folder = HOME / "test" / str(number)
        try:
            redis = running.enter_context(valkey(folder, throwaway=True))
        except InUse:
            number += 1
            continue
        database = running.enter_context(postgres(folder, throwaway=True, durable=False))
        addresses = Addresses(database=database, redis=redis)
        return addresses.env | {"KABAO_TEST_FOLDER": str(folder)}


def _all() -> list[tuple[str, ...]]:
    alone: tuple[str, ...] = ("-n", "0", PHONES)
    if not NODE_PACKAGES.is_dir():
        print(f"without {WITH_NODE}, which needs Node.js: run `make frontend` first")
        alone += (f"--ignore={WITH_NODE}",)
    return [(*WORKERS, f"--ignore={PHONES}"), alone]


def _names_tests(arguments: list[str]) -> bool:
    """By a path. What follows `-k` is a word, even where a file is called so."""
    after = zip(["", *arguments], arguments, strict=False)
    paths = (each.partition("::")[0] for option, each in after if option not in TAKES_A_WORD)
    return any((ROOT / path).exists() for path in paths)


def _run_pytest(surroundings: Mapping[str, str], arguments: list[str]) -> int:
    print("servers are up; running the tests", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments]
    env = {**os.environ, **surroundings}
    # The tests start dozens of processes, each of which would compile the whole application anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.monotonic()
    result = subprocess.run(command, env=env, cwd=ROOT, check=False)
    print(f"tests ended with {result.returncode} after {time.monotonic() - began:.0f} s")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
