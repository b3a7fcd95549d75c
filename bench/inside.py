"""Ours inside this process: the same bytes, without a web server, for counting and profiling."""

import io
from collections.abc import Callable, Iterable

import psycopg
from flask import Flask

from bench.measuring import WentWrong
from bench.stage import Stage

FIRST_REFUSAL = 300


class Caller:
    """Turns a request's bytes into a WSGI call."""

    def __init__(self, app: Flask) -> None:
        self._app = app.wsgi_app

    def send(self, request: bytes) -> None:
        told = {"status": ""}

        def start(
            status: str, _headers: object, _problem: object = None, /
        ) -> Callable[[bytes], object]:
            told["status"] = status
            return lambda _piece: None

        body = b"".join(self._app(environment(request), start))
        if int(told["status"][:3]) >= FIRST_REFUSAL:
            raise WentWrong(f"{told['status']}: {body!r}")


def environment(request: bytes) -> dict[str, object]:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        **dict(_headers(lines)),
    }


def _headers(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        name, _, value = line.partition(": ")
        word = name.upper().replace("-", "_")
        yield (word if word in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{word}"), value


def waiting_bills(stage: Stage) -> list[tuple[str, int]]:
    """(payment number, member) of what was ordered and not paid yet, at ours."""
    return unpaid(stage.database("ours"))


def unpaid(database_url: str) -> list[tuple[str, int]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            """SELECT p.number, o.member_id FROM payments p
            JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
            WHERE p.state = 'waiting' ORDER BY p.id"""
        ).fetchall()
