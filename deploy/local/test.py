"""Run the tests on servers that are thrown away afterwards: `python -m deploy.local.test [pytest …]`.

DATABASE_URL and REDIS_URL of the surroundings are never used: tests write, and those may be real.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.local.children import NotStarted, stop
from deploy.local.orphans import InUse
from deploy.local.servers import HOME, Addresses, leave_tidily, postgres, valkey

ROOT = HOME.parent
# Half of the time a test waits: for a process that dies, a lock that is held, a WeChat that is slow.
WORKERS = ("-n", "4")
# They share one house, so one process has them all, beside the others: half of the time they wait.
PHONES = "tests/phone"
# They keep whole systems to their seconds, under load, attack and loss of servers: with nothing beside.
ALONE = "tests/local"
# Its small mini-program is built when it is tested, with what `make frontend` installs.
WITH_NODE = f"{PHONES}/test_platform.py"
# Options of pytest whose next word is no path.
TAKES_A_WORD = {"-k", "-m", "-n", "-o", "-p", "-W"}
NO_TESTS = 5  # pytest's exit code
STOP_WITHIN_S = 60.0
NODE_PACKAGES = ROOT / "miniprogram" / "node_modules"


def main(arguments: list[str]) -> int:
    """Pytest's exit code."""
    leave_tidily()
    print("starting throwaway servers", flush=True)
    try:
        with _throwaway_servers() as surroundings:
            if _names_tests(arguments):
                return _run_pytest(surroundings, [*WORKERS, *arguments])
            return _run_all(surroundings, arguments)
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


def _run_all(surroundings: Mapping[str, str], arguments: Sequence[str]) -> int:
    """The phones beside all the others, and then what must be alone."""
    with _beside([*_phones(), *arguments]) as phones:
        others = [*WORKERS, f"--ignore={PHONES}", f"--ignore={ALONE}", *arguments]
        ended = [_run_pytest(surroundings, others), phones()]
    ended.append(_run_pytest(surroundings, ["-n", "0", ALONE, *arguments]))
    # Words such as `-k` may choose none of the one or the other.
    found = [code for code in ended if code != NO_TESTS] or [NO_TESTS]
    # One that was killed has a number below zero.
    return next((code for code in found if code), 0)


def _phones() -> list[str]:
    if NODE_PACKAGES.is_dir():
        return ["-n", "0", PHONES]
    print(f"without {WITH_NODE}, which needs Node.js: run `make frontend` first")
    return ["-n", "0", PHONES, f"--ignore={WITH_NODE}"]


@contextmanager
def _beside(arguments: Sequence[str]) -> Iterator[Callable[[], int]]:
    """Run them beside the block, on servers of their own; what is yielded waits and tells the end.

    Others ask their server what was written, and empty their Valkey.
    """
    with _throwaway_servers() as surroundings:
        # It stays: also what the phones said before somebody stopped us.
        log = Path(surroundings["KABAO_TEST_FOLDER"]) / "phones.log"
        with log.open("wb") as said:
            child = subprocess.Popen(
                _pytest(arguments),
                env=_env(surroundings),
                cwd=ROOT,
                stdout=said,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us; we hand it on, once.
                start_new_session=True,
            )
        began = time.monotonic()
        try:
            yield child.wait
        finally:
            # So that its house goes with it.
            stop(child, grace=STOP_WITHIN_S, by=signal.SIGINT)
            sys.stdout.write(log.read_text(errors="replace"))
            took_s = time.monotonic() - began
            print(f"the tests beside ended with {child.returncode}, {took_s:.0f} s after")


def _names_tests(arguments: list[str]) -> bool:
    """By a path. What follows `-k` is a word, even where a file is called so."""
    after = zip(["", *arguments], arguments, strict=False)
    paths = (each.partition("::")[0] for option, each in after if option not in TAKES_A_WORD)
    return any((ROOT / path).exists() for path in paths)


def _run_pytest(surroundings: Mapping[str, str], arguments: Sequence[str]) -> int:
    print("servers are up; running the tests", flush=True)
    began = time.monotonic()
    result = subprocess.run(_pytest(arguments), env=_env(surroundings), cwd=ROOT, check=False)
    print(
        f"tests ended with {result.returncode} after {time.monotonic() - began:.0f} s", flush=True
    )
    return result.returncode


def _pytest(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _env(surroundings: Mapping[str, str]) -> Mapping[str, str]:
    env = {**os.environ, **surroundings}
    # The tests start dozens of processes, each of which would compile the whole application anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
