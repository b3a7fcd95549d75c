"""An app's message server as the platform sees it: keeps what comes, answers what it is told."""

import contextlib
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.simulator.world import eventually


@dataclass
class Got:
    """One delivery."""

    query: dict
    body: bytes
    content_type: str

    @property
    def text(self):
        return self.body.decode()


class MessageServer:
    """Answers `answers` in turn (a text, a status, or a function of what came), then success.

    A check of the address is echoed where `echoes` says so.
    """

    def __init__(self):
        self.got = []
        self.answers = []
        self.slow_seconds = 0
        self.echoes = lambda _query: True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/wechat/messages"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait_for(self, count):
        return eventually(lambda: self.got if len(self.got) >= count else None)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(server):  # noqa: N805 - the inner class has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
                server.got.append(Got(query=query, body=b"", content_type=""))
                self._say(200, query["echostr"] if server.echoes(query) else "hello")

            def do_POST(self):
                query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got = Got(query=query, body=body, content_type=self.headers["Content-Type"])
                answer = server.answers.pop(0) if server.answers else "success"
                server.got.append(got)
                time.sleep(server.slow_seconds)
                answer = answer(got) if callable(answer) else answer
                self._say(*((answer, "") if isinstance(answer, int) else (200, answer)))

            def _say(self, status, text):
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):
                    self.wfile.write(body)

            def log_message(self, *args):
                pass

        return Handler
