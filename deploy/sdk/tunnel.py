"""A CONNECT proxy in front of the simulator: the platform's names lead to it, all others nowhere."""

import contextlib
import socket
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Self

from deploy.sdk.authority import HOSTS

CHUNK = 65_536
PATIENCE_S = 30


class Tunnel:
    """Listens on `port` until closed."""

    def __init__(self, *, to_port: int) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.to_port = to_port
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    to_port: int


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        words = self.rfile.readline().decode("latin-1").split()
        while self.rfile.readline().strip():
            pass
        if not _leads_to_platform(words):
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        server = self.server
        if not isinstance(server, _Server):
            raise TypeError("not our server")
        with socket.create_connection(("127.0.0.1", server.to_port), PATIENCE_S) as simulator:
            self.wfile.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(simulator, self.connection), daemon=True)
            back.start()
            _pump(self.connection, simulator)
            back.join(PATIENCE_S)


def _leads_to_platform(words: list[str]) -> bool:
    method, target, *_ = [*words, "", ""]
    return method == "CONNECT" and target in {f"{host}:443" for host in HOSTS}


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
