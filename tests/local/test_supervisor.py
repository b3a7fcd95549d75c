import os
import signal
import subprocess
import sys

import pytest

from deploy.local import supervisor
from deploy.local.children import NotStarted, until
from deploy.local.servers import HOME
from deploy.local.supervisor import Process, Supervisor

FOREVER = [sys.executable, "-S", "-c", "import signal; signal.pause()"]
STUBBORN = [
    sys.executable,
    "-S",
    "-c",
    "import signal; signal.signal(15, 1); print('deaf', flush=True)\nwhile 1: signal.pause()",
]
WITH_CHILD = [
    sys.executable,
    "-S",
    "-c",
    "import os, signal; os.fork() or signal.pause(); print(os.getpid(), flush=True); signal.pause()",
]
PARENT = """
import signal, sys
from pathlib import Path
from deploy.local.supervisor import Process, Supervisor
minder = Supervisor([Process("one", sys.argv[2:])], logs=Path(sys.argv[1]), say=lambda _: None)
minder.start()
print(minder.pid("one"), flush=True)
signal.pause()
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_DELAY_S", 0.1)


@pytest.fixture
def said():
    return []


@pytest.fixture
def mind(tmp_path, said):
    """Start a supervisor over these processes; it is stopped at the end."""
    started = []

    def mind(*processes):
        minder = Supervisor(processes, logs=tmp_path, say=said.append)
        started.append(minder)
        minder.start()
        return minder

    yield mind
    for each in started:
        each.stop()


def test_what_was_killed_comes_back(mind, said):
    minder = mind(Process("one", FOREVER))
    first = minder.pid("one")
    minder.kill("one")
    assert until(lambda: minder.pid("one") not in {None, first}, within=20)
    assert until(lambda: minder.alive("one"), within=20)
    assert [line.split(" (")[0] for line in said] == [
        "one: started",
        "one: ready",
        "one: died; again in 0 s",
        "one: started",
        "one: ready",
    ]


def test_what_dies_at_once_is_given_more_and_more_time(mind, said):
    mind(Process("brief", ["sleep", "0.3"]))
    assert until(lambda: sum("died" in line for line in said) >= 4, within=30)


def test_delays_double_up_to_a_limit_and_a_long_life_forgives(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "FIRST_DELAY_S", 1.0)
    post = supervisor._Post(Process("brief", ["false"]), tmp_path / "log")
    post._born = supervisor.time.monotonic()
    assert [post.bury() for _ in range(6)] == [1, 2, 4, 8, 15, 15]
    post._born -= supervisor.LONG_LIFE_S
    assert post.bury() == 1


def test_a_crash_takes_along_what_the_process_started(mind, tmp_path):
    minder = mind(Process("one", WITH_CHILD, ready=lambda: bool(_words(tmp_path))))
    grandchild = int(_words(tmp_path).split()[0])
    os.kill(minder.pid("one"), signal.SIGKILL)
    assert until(lambda: not _lives(grandchild), within=20)


def test_they_start_in_order_and_stop_in_reverse(mind, said):
    minder = mind(Process("one", FOREVER), Process("two", FOREVER))
    minder.stop()
    assert said == [
        "one: started",
        "one: ready",
        "two: started",
        "two: ready",
        "two: stopped",
        "one: stopped",
    ]
    assert minder.pid("one") is None
    assert not minder.alive("two")


def test_the_deaf_are_killed_after_their_grace(mind, tmp_path):
    minder = mind(Process("one", STUBBORN, ready=lambda: "deaf" in _words(tmp_path), grace=0.2))
    pid = minder.pid("one")
    minder.stop()
    assert not _lives(pid)


def test_a_process_that_is_never_ready_is_refused_with_its_last_words(mind, tmp_path):
    complain = ["sh", "-c", "echo no such table; sleep 600"]
    with pytest.raises(NotStarted, match="no such table"):
        mind(Process("one", complain, ready=lambda: False, ready_within=1))


def test_a_program_that_is_not_there_is_named(mind, tmp_path):
    missing = Process("one", [tmp_path / "missing"], ready=lambda: False, ready_within=1)
    with pytest.raises(NotStarted, match="missing"):
        mind(missing)


def test_the_process_sees_its_own_surroundings(mind, tmp_path):
    mind(Process("one", ["sh", "-c", "echo $GREETING; sleep 600"], env={"GREETING": "你好"}))
    assert until(lambda: "你好" in _words(tmp_path), within=20)


def test_children_go_when_the_supervisor_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), *FOREVER],
        stdout=subprocess.PIPE,
        text=True,
        cwd=HOME.parent,
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    assert until(lambda: not _lives(child), within=20)


def _words(folder):
    log = folder / "one.log"
    return log.read_text() if log.exists() else ""


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
