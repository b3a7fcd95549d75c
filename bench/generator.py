"""The load: a process of its own with raw sockets and ready-made requests, as light as can be.

It takes jobs from standard input and gives results on standard output, both pickled.
"""

import pickle
import re
import select
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"
LONGEST_WAIT_S = 30.0


@dataclass(frozen=True)
class Job:
    """Send all of these, each over the next free one of `connections` keep-alive connections."""

    port: int
    requests: Sequence[bytes]
    connections: int


@dataclass
class Result:
    """`latencies` in seconds, in order of arrival; `cpu_s` is what the generator itself used."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    samples: dict[int, bytes] = field(default_factory=dict)
    wall_s: float = 0.0
    cpu_s: float = 0.0


class Generator:
    """The process, as its employer sees it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from bench.generator import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
        )

    def prepare(self, job: Job) -> None:
        """Hand the job over and wait until all connections stand."""
        write(self._process.stdin, job)
        if read(self._process.stdout) != "ready":
            raise RuntimeError("the generator is not ready")

    def go(self) -> Result:
        write(self._process.stdin, "go")
        result: Result = read(self._process.stdout)
        return result

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(timeout=10)


def write(pipe: IO[bytes] | None, what: object) -> None:
    if pipe is None:
        raise RuntimeError("the other half has no pipe")
    pickle.dump(what, pipe)
    pipe.flush()


def read(pipe: IO[bytes] | None) -> Any:
    """Whatever the other side wrote."""
    if pipe is None:
        raise RuntimeError("the other half has no pipe")
    return pickle.load(pipe)  # noqa: S301 - from our own other half


def drive(links: Sequence[socket.socket], requests: Sequence[bytes]) -> Result:
    """Keep every connection busy until all is answered."""
    result, waiting = Result(), list(reversed(requests))
    poll, by_number = select.epoll(), {link.fileno(): link for link in links}
    sent_at: dict[int, float] = {}
    heard = dict.fromkeys(by_number, b"")
    began, cpu_began = time.perf_counter(), time.process_time()
    for number, link in by_number.items():
        poll.register(number, select.EPOLLIN)
        if waiting:
            sent_at[number] = time.perf_counter()
            link.sendall(waiting.pop())
    while sent_at:
        ready = poll.poll(LONGEST_WAIT_S)
        if not ready:
            raise RuntimeError("the server does not answer any more")
        for number, _ in ready:
            more = by_number[number].recv(65536)
            if not more:
                raise RuntimeError("the server hung up")
            heard[number] += more
            status = _complete(heard[number])
            if not status:
                continue
            result.latencies.append(time.perf_counter() - sent_at.pop(number))
            result.statuses[status] += 1
            result.samples.setdefault(status, heard[number])
            heard[number] = b""
            if waiting:
                sent_at[number] = time.perf_counter()
                by_number[number].sendall(waiting.pop())
    result.wall_s = time.perf_counter() - began
    result.cpu_s = time.process_time() - cpu_began
    return result


def _complete(heard: bytes) -> int:
    """The status, once the whole answer is here; else 0."""
    head = heard.find(END_OF_HEAD)
    if head < 0:
        return 0
    length = LENGTH.search(heard, 0, head + 2)
    if len(heard) < head + len(END_OF_HEAD) + (int(length[1]) if length else 0):
        return 0
    return int(heard[9:12])


def main() -> None:
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            job: Job = read(source)
        except EOFError:
            return
        links = [socket.create_connection(("127.0.0.1", job.port)) for _ in range(job.connections)]
        for link in links:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        write(sink, "ready")
        read(source)
        result = drive(links, job.requests)
        for link in links:
            link.close()
        write(sink, result)
