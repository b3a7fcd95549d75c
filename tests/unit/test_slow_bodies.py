"""Few threads wait for slow callers; whoever brings no body is served by the others."""

import io
import re
import socket
import subprocess
import sys
import threading
import time

import pytest
import requests

from app.web.bodies import WAIT_SECONDS, FewAwaited, TooManyAwaited, places_for
from deploy.local import children
from tests.architecture.reading import ROOT

HALF = b"POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 8\r\n\r\nhalf"
UNIT = ROOT / "deploy/systemd/kabao-web.service"


class Slow:
    """A body that does not come until it is let."""

    def __init__(self):
        self.begun, self.let = threading.Event(), threading.Event()

    def read(self, _size=-1):
        self.begun.set()
        self.let.wait(5)
        return b"late"

    readline = read

    def readlines(self, _hint=-1):
        return [self.read()]


def reading(environ, _start):
    return [environ["wsgi.input"].read()]


def asked(body, length="4"):
    return {"wsgi.input": body, "CONTENT_LENGTH": length}


def test_one_more_than_may_wait_is_refused_and_served_when_the_first_has_spoken():
    door, slow = FewAwaited(reading, at_once=1), Slow()
    told = []
    first = threading.Thread(target=lambda: told.extend(door(asked(slow), None)))
    first.start()
    assert slow.begun.wait(5)
    with pytest.raises(TooManyAwaited) as refused:
        door(asked(io.BytesIO(b"here")), None)
    assert (refused.value.status, refused.value.details["retry_after_seconds"]) == (503, 1)
    slow.let.set()
    first.join()
    assert told == [b"late"]
    assert door(asked(io.BytesIO(b"here")), None) == [b"here"]


def test_a_crowd_of_slow_callers_does_not_wait_one_after_the_other():
    """Each would keep the last thread for as long, from those who bring no body."""
    door, slow = FewAwaited(reading, at_once=1), Slow()
    first = threading.Thread(target=lambda: door(asked(slow), None))
    first.start()
    assert slow.begun.wait(5)
    began = time.monotonic()
    for _each in range(20):
        with pytest.raises(TooManyAwaited):
            door(asked(Slow()), None)
    # The first one waits for somebody who may be quick; then he is known to be slow.
    assert WAIT_SECONDS / 2 < time.monotonic() - began < 10 * WAIT_SECONDS
    slow.let.set()
    first.join()


def test_who_brings_no_body_waits_for_nobody():
    body = io.BytesIO()
    door = FewAwaited(lambda environ, _: [environ["wsgi.input"]], at_once=1)
    assert door({"wsgi.input": body, "CONTENT_LENGTH": ""}, None) == [body]
    assert door({"wsgi.input": body}, None) == [body]


def test_a_body_is_read_in_every_way_that_there_is():
    def ways(environ, _start):
        body = environ["wsgi.input"]
        return [body.readline(), *body.readlines(1), *body]

    chunked = {"wsgi.input": io.BytesIO(b"a\nb\nc\n"), "HTTP_TRANSFER_ENCODING": "chunked"}
    assert FewAwaited(ways, at_once=1)(chunked, None) == [b"a\n", b"b\n", b"c\n"]


def test_a_place_is_given_back_when_the_caller_goes():
    class Gone:
        def read(self, _size=-1):
            raise OSError("gone")

    door = FewAwaited(reading, at_once=1)
    for _each in range(3):
        with pytest.raises(OSError, match="gone"):
            door(asked(Gone()), None)


@pytest.fixture
def door(tmp_path):
    """The web server as its unit starts it, with one worker; its port."""
    unit = UNIT.read_text(encoding="utf-8")
    threads = re.search(r"--blocking-threads (\d+)", unit)[1]
    port, log = children.free_port(), tmp_path / "door.log"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1"]
    command += ["--port", str(port), "--blocking-threads", threads, "tests.unit.slow_door:app"]
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        assert children.until(lambda: say(port) == (200, ""), within=60), children.last_words(log)
        yield port
    finally:
        children.kill_group(server)
        server.wait()


def say(port, word=None):
    """An ordinary caller, on a connection of his own; None while nobody listens."""
    try:
        answer = requests.request(
            "POST" if word else "GET", f"http://127.0.0.1:{port}/", data=word, timeout=20
        )
    except requests.ConnectionError:
        return None
    return answer.status_code, answer.text


def half(port):
    """Somebody who sends half of his body and stays."""
    slow = socket.create_connection(("127.0.0.1", port), timeout=20)
    slow.sendall(HALF)
    return slow


def test_one_who_stays_with_half_a_body_has_nobody_else_refused(door):
    with half(door) as slow:
        # Until he has his thread, whichever comes first proves nothing.
        assert [say(door, "tea") for _ in range(5)] == [(200, "tea")] * 5
        with half(door), half(door) as last:
            assert children.until(lambda: say(door, "tea")[0] == 503, within=20)
            # All places are taken; who brings no body is served nevertheless.
            assert say(door) == (200, "")
            last.sendall(b"tail")
            assert last.recv(1000).startswith(b"HTTP/1.1 200")
            assert say(door, "tea") == (200, "tea")
        slow.sendall(b"tail")
        assert slow.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("pool", "places"), [(9, 3), (17, 7), (5, 1), (1, 1)])
def test_of_a_process_s_threads_one_is_left(pool, places):
    assert places_for(database_pool=pool) == places
