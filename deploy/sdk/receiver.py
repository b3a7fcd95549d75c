"""Where the platform's notices and pushes arrive; the stories fetch them from here."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


class Receiver:
    """`POST /notices` is acknowledged by 204, `POST /messages` by success.

    `GET /got?from=N` tells what came since the first N: path, query, headers and body of each.
    """

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.got))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(got: list[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            parts = urlsplit(self.path)
            came = {"path": parts.path, "query": dict(parse_qsl(parts.query)), "body": body}
            got.append({**came, "target": self.path, "headers": dict(self.headers.items())})
            if parts.path.startswith("/messages"):
                self._say(200, b"success")
            else:
                self._say(204, b"")

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            since = int(query.get("from", 0))
            self._say(200, json.dumps(got[since:], ensure_ascii=False).encode())

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
            """The stories say what came."""

    return Handler
