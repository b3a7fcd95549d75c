"""Few threads wait for slow callers; whoever brings no body is served by the others."""

import io
import threading

import pytest

from app.web.bodies import FewAwaited, TooManyAwaited


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
