"""One process with threads, because the world lives in memory; keep-alive HTTP/1.1."""

import socket
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DROP = "simulator.drop"
STOP_POLL_SECONDS = 0.05


class DropConnections:
    """Closes the connection without an answer when the request's environ says DROP."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Run the application to its end, then answer or hang up."""
        held: list[Any] = []

        def hold(*args: Any) -> Any:
            held[:] = args
            return lambda _chunk: None

        body = self._application(environ, hold)
        if environ.get(DROP):
            _hang_up(environ)
        start_response(*held)
        return body


class RunningSimulator:
    """A simulator that serves in threads of this process until `close`."""

    def __init__(self, app: Flask, *, host: str, port: int) -> None:
        self._app = app
        self._server = make_server(host, port, app, threaded=True, request_handler=_Handler)
        self.port: int = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_POLL_SECONDS,), daemon=True
        )
        self._thread.start()

    def wait(self) -> None:
        """Stay until somebody interrupts."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving and sending."""
        self._app.extensions["simulator"].close()
        self._server.shutdown()
        self._server.server_close()


def start(app: Flask, *, host: str = "127.0.0.1", port: int = 0) -> RunningSimulator:
    """Serve the simulator; port 0 takes a free one."""
    return RunningSimulator(app, host=host, port=port)


class _Handler(WSGIRequestHandler):
    # Headers and body leave in two writes: with Nagle each answer would wait for an ACK.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """Say nothing: /_sim/requests knows."""


def _hang_up(environ: "WSGIEnvironment") -> None:
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError
