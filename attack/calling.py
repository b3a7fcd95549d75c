"""Calling the live server: whole requests as a client makes them, and bytes as nobody should."""

import http.client
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

HOST = "127.0.0.1"
PATIENCE_S = 20.0
# In the place of a status: the server closed the connection without a word that arrived.
HUNG_UP = 400
ANSWER = 65536
# In a path as the walks write it these are meant as they are; all else is quoted.
PLAIN = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; the names are those of a test client's response."""

    status_code: int
    headers: Headers
    data: bytes
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return self.data.decode(errors="replace")

    @property
    def content_type(self) -> str:
        return str(self.headers.get("Content-Type", ""))

    @property
    def is_json(self) -> bool:
        return self.content_type.startswith("application/json")

    @property
    def json(self) -> Any:
        return orjson.loads(self.data)


class Client:
    """In the place of a test client without cookies, but over a socket."""

    def __init__(self, port: int, *, address: str = "192.0.2.1") -> None:
        self._port, self._address = port, address

    def open(self, path: str, *, method: str = "GET", **said: Any) -> Answer:
        """`said` is what a test client takes: headers, json, data, query_string, content_type."""
        said.pop("buffered", None)
        with closing(_builder(path, method, said)) as builder:
            environ = builder.get_environ()
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            headers = [(name, str(value)) for name, value in builder.headers.items()]
            kind, question = environ.get("CONTENT_TYPE"), builder.query_string
        if kind and "Content-Type" not in builder.headers:
            headers.append(("Content-Type", kind))
        if not any(name.lower() == "x-forwarded-for" for name, _ in headers):
            headers.append(("X-Forwarded-For", self._address))
        target = quote(path, safe=PLAIN + "?") + (f"?{question}" if question else "")
        return self.send(method, target, headers=headers, body=body)

    def get(self, path: str, **said: Any) -> Answer:
        return self.open(path, **said)

    def post(self, path: str, **said: Any) -> Answer:
        return self.open(path, method="POST", **said)

    def send(
        self, method: str, target: str, *, headers: list[tuple[str, str]], body: bytes = b""
    ) -> Answer:
        """Exactly this. Raises TimeoutError when there is no answer."""
        began = time.monotonic()
        with closing(http.client.HTTPConnection(HOST, self._port, timeout=PATIENCE_S)) as link:
            link.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                link.putheader(name, value.encode("utf-8", errors="surrogateescape"))
            if body or method == "POST":
                link.putheader("Content-Length", str(len(body)))
            try:
                # Whoever is refused before he has said everything may still read why.
                with suppress(BrokenPipeError, ConnectionResetError):
                    link.endheaders(body)
                answer = link.getresponse()
                data = answer.read()
            except (ConnectionError, http.client.HTTPException):
                return Answer(status_code=HUNG_UP, headers=Headers(), data=b"")
        return Answer(
            status_code=answer.status,
            headers=Headers(answer.getheaders()),
            data=data,
            seconds=time.monotonic() - began,
        )


def _builder(path: str, method: str, said: dict[str, Any]) -> EnvironBuilder:
    pure = urlsplit(path)
    known = {"headers", "json", "data", "query_string", "content_type"}
    given: dict[str, Any] = {name: value for name, value in said.items() if name in known}
    if pure.query and not given.get("query_string"):
        given["query_string"] = pure.query
    return EnvironBuilder("/", method=method, **given)


def raw(port: int, sent: bytes, *, patience: float = PATIENCE_S) -> bytes:
    """The answer to these very bytes, as much of it as came in time; what follows is not awaited."""
    with closing(socket.create_connection((HOST, port), timeout=patience)) as link:
        try:
            link.sendall(sent)
            return link.recv(ANSWER)
        except OSError:
            return b""


def status_of(answer: bytes) -> int:
    """Of an answer's first line; 0 when there was none."""
    first = answer.split(b" ", 2)
    return int(first[1]) if len(first) > 1 and first[1].isdigit() else 0


@contextmanager
def links(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many connections at once, of which some may be refused; all are closed afterwards."""
    opened: list[socket.socket] = []
    try:
        opened += (
            socket.create_connection((HOST, port), timeout=PATIENCE_S) for _each in range(count)
        )
        yield opened
    finally:
        for link in opened:
            link.close()


def timed(call: Callable[[], object]) -> float:
    """The seconds that this took."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
