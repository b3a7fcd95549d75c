"""Run the tests on servers that are thrown away afterwards: `python -m deploy.local.test [pytest …]`.

DATABASE_URL and REDIS_URL of the surroundings are never used: tests write, and those may be real.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from deploy.local.children import NotStarted
from deploy.local.orphans import InUse
from deploy.local.servers import HOME, Addresses, leave_tidily, postgres, valkey

ROOT = HOME.parent
# Half of the time a test waits: for a process that dies, a lock that is held, a WeChat that is slow.
WORKERS = ("-n", "4")
# They share one house, so one process has them all, beside the others: people hold their phones
# while the machine is busy, too.
PHONES = "tests/phone"
# Its small mini-program is built when it is tested, with what `make frontend` installs.
WITH_NODE = f"{PHONES}/test_platform.py"
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


def _run_all(surroundings: Mapping[str, str], arguments: list[str]) -> int:
    with _phones(surroundings, arguments) as phones:
        others = _run_pytest(surroundings, [*WORKERS, f"--ignore={PHONES}", *arguments])
        # One that was killed has a number below zero.
        return next((code for code in (others, phones()) if code), 0)


@contextmanager
def _phones(surroundings: Mapping[str, str], arguments: list[str]) -> Iterator[Callable[[], int]]:
    """Run them beside the block; what is yielded waits for their end and tells it."""
    folder = Path(surroundings["KABAO_TEST_FOLDER"]) / "phones"
    command = [*_pytest("-n", "0", PHONES), *arguments]
    if not NODE_PACKAGES.is_dir():
        print(f"without {WITH_NODE}, which needs Node.js: run `make frontend` first")
        command.append(f"--ignore={WITH_NODE}")
    # Others ask their server what it wrote, and another's writing would be theirs.
    with (
        postgres(folder, throwaway=True, durable=False) as database,
        TemporaryFile() as said,
    ):
        env = _env({**surroundings, "DATABASE_URL": database})
        child = subprocess.Popen(command, env=env, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)

        def tell() -> int:
            code = child.wait()
            said.seek(0)
            print(f"the phones, beside them, ended with {code}:", flush=True)
            sys.stdout.buffer.write(said.read())
            return code

        try:
            yield tell
        finally:
            if child.poll() is None:
                # Its house goes with it.
                child.send_signal(signal.SIGINT)
                child.wait()


def _names_tests(arguments: list[str]) -> bool:
    return any((ROOT / each.partition("::")[0]).exists() for each in arguments)


def _run_pytest(surroundings: Mapping[str, str], arguments: list[str]) -> int:
    print("servers are up; running the tests", flush=True)
    began = time.monotonic()
    result = subprocess.run(_pytest(*arguments), env=_env(surroundings), cwd=ROOT, check=False)
    print(f"tests ended with {result.returncode} after {time.monotonic() - began:.0f} s")
    return result.returncode


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", *arguments]


def _env(surroundings: Mapping[str, str]) -> dict[str, str]:
    env = {**os.environ, **surroundings}
    # The tests start dozens of processes, each of which would compile the whole application anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
