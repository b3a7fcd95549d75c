"""Serves a runner in threads of this process, as the simulator is served."""

import threading
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"
STOP_POLL_SECONDS = 0.05


class RunningRunner:
    """A runner that serves until `close`."""

    def __init__(self, app: Flask, *, port: int) -> None:
        self._server = make_server(HOST, port, app, threaded=True, request_handler=_Handler)
        self.port: int = self._server.server_port
        self.url = f"http://{HOST}:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(STOP_POLL_SECONDS,), daemon=True
        )
        self._thread.start()

    @property
    def slot_url(self) -> str:
        """What a phone opens as the mini-program: `mini_program_slot_url` of the simulator."""
        asked = "&".join(
            f"{name}={{{name}}}" for name in ("appid", "path", "query", "scene", "person")
        )
        return f"{self.url}/?{asked}"

    def wait(self) -> None:
        """Stay until somebody interrupts."""
        self._thread.join()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def start(app: Flask, *, port: int = 0) -> RunningRunner:
    """Serve the runner on this machine; port 0 takes a free one."""
    return RunningRunner(app, port=port)


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """Say nothing: what is asked of the shop is in the shop's log."""
