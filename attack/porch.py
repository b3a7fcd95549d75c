"""A stand-in for a proxy as production has one: it reads a request whole before it passes it on.

Only what nginx does by its own settings, and only so far: whoever has not said everything within
some seconds is let go, and the server behind never hears of him.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

HOST = "127.0.0.1"
PATIENCE_S = 10.0
LARGEST = 6 * 1024 * 1024
END_OF_HEAD = b"\r\n\r\n"


@contextmanager
def a_porch(behind: int) -> Iterator[int]:
    """The port of a proxy before that port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(lambda *link: _serve(behind, *link), HOST, 0, backlog=1024)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(_end, loop, server)
        thread.join()
        loop.close()


def _end(loop: asyncio.AbstractEventLoop, server: asyncio.Server) -> None:
    server.close()
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.call_later(0.1, loop.stop)


async def _serve(behind: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            request = await _whole(reader)
        inner, outer = await asyncio.open_connection(HOST, behind)
        outer.write(request)
        await outer.drain()
        writer.write(await inner.read(-1))
        await writer.drain()
        outer.close()
    writer.close()


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """Head and body, which must say how long it is; the server shall close behind it."""
    head = await reader.readuntil(END_OF_HEAD)
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    lengths = [line for line in lines if line.lower().startswith(b"content-length:")]
    length = int(lengths[0].partition(b":")[2]) if lengths else 0
    if length > LARGEST or any(line.lower().startswith(b"transfer-encoding:") for line in lines):
        raise asyncio.LimitOverrunError("too long", length)
    body = await reader.readexactly(length)
    return b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]) + body
