"""One door before two versions of the web server: each request goes to the other one in turn.

An attempt that succeeded is sent once more, to the version that did not do it.
"""

import http.client
import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.local.children import LOOPBACK

TIMEOUT_S = 30.0
REPLAYED = "replayed"
OF_ONE_LINK = {"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade"}


@dataclass
class Seen:
    """How often each version answered with what, and the codes of its refusals."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    repeated: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, version: str, request: str, status: int, body: bytes) -> None:
        with self.lock:
            self.answers[version, status] += 1
            if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self.failures.append(f"{version}: {request} was answered {status}")
            elif status >= HTTPStatus.BAD_REQUEST:
                self.codes[version, _code(body)] += 1

    def compare(
        self, version: str, request: str, first: tuple[int, bytes], again: tuple[int, bytes]
    ) -> None:
        """The same attempt at the other version is answered alike, and nothing is done twice."""
        with self.lock:
            self.repeated += 1
            if (first[0], _told(first[1])) != (again[0], _told(again[1])):
                self.failures.append(
                    f"{request} was answered {first[0]} by {version}, and then {again[0]} "
                    f"{again[1][:200]!r} by the other"
                )

    def of(self, version: str) -> int:
        return sum(count for (each, _), count in self.answers.items() if each == version)


@contextmanager
def gate(port: int, versions: Mapping[str, int]) -> Iterator[Seen]:
    """Listens on `port`; `versions` are ports by name."""
    seen, turns, turn = Seen(), itertools.cycle(versions.items()), threading.Lock()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            with turn:
                version, inside = next(turns)
            request = f"{self.command} {self.path.partition('?')[0]}"
            said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, body = self._ask(inside, said)
            seen.note(version, request, status, body)
            if self.headers.get("Idempotency-Key") and status < HTTPStatus.BAD_REQUEST:
                other = next(each for name, each in versions.items() if name != version)
                seen.compare(version, request, (status, body), self._ask(other, said)[::2])
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _ask(self, inside: int, said: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            link = http.client.HTTPConnection(LOOPBACK, inside, timeout=TIMEOUT_S)
            try:
                link.request(self.command, self.path, said, dict(_kept(self.headers.items())))
                told = link.getresponse()
                return told.status, list(_kept(told.getheaders())), told.read()
            except (OSError, http.client.HTTPException) as gone:
                return HTTPStatus.BAD_GATEWAY, [], repr(gone).encode()
            finally:
                link.close()

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer  # noqa: N815 - its words

        def log_message(self, *_: object) -> None:
            """Each answer is counted; none is told."""

    with ThreadingHTTPServer((LOOPBACK, port), Door) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()


def _kept(headers: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in headers if name.lower() not in OF_ONE_LINK)


def _told(body: bytes) -> object:
    """All but the one word that says that it is said once more."""
    try:
        told = json.loads(body)
    except ValueError:
        return body
    return {**told, REPLAYED: None} if isinstance(told, dict) else told


def _code(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return "no JSON"
    found = told.get("error", told) if isinstance(told, dict) else {}
    return str(found.get("code", "no code")) if isinstance(found, dict) else "no code"
