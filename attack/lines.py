"""Line breaks where lines have a meaning: headers of requests and answers, and the server's log."""

import re
import secrets
from collections.abc import Iterable
from pathlib import Path

import orjson

from attack.calling import raw, status_of
from attack.stage import Stage
from attack.tally import Tally

# What the server itself says when it starts and stops; only there and only in these words.
OWN_WORDS = re.compile(r"\[(INFO|WARNING|ERROR)\] [A-Z][^{}]*")
BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\u2028",
    "\u0085",
    "\x0b",
    "\x00",
    "%0d%0a",
    "%0a",
    "\\r\\n",
    "\x1b[2K",
)
INJECTED = "x-injected"
OUGHT = {"event", "level", "at"}
# Two ways to say how long a body is, and heads that only some readers understand.
AMBIGUOUS = {
    "two lengths": "Content-Length: 4\r\nContent-Length: 40\r\n",
    "a signed length": "Content-Length: +4\r\n",
    "a length in words": "Content-Length: four\r\n",
    "a list of lengths": "Content-Length: 4, 40\r\n",
    "a space before the colon": "Content-Length : 4\r\n",
    "an unknown coding": "Transfer-Encoding: xchunked\r\n",
    "a folded head": "X-A: b\r\n Content-Length: 40\r\n",
    "a nul": "X-A: b\x00c\r\n",
    "a bare return": "X-A: b\rX-B: c\r\n",
    "no name": ": x\r\n",
}


def run(stage: Stage, tally: Tally) -> None:
    mark = secrets.token_hex(8)
    _send(stage, tally, mark)
    _ambiguous(stage, tally)
    _read(tally, stage.log, mark)


def _send(stage: Stage, tally: Tally, mark: str) -> None:
    """A forged line of the log and a forged header, in every place that takes words."""
    for each in BREAKS:
        evil = f"a{each}{INJECTED}: {mark}{each}" + forged_line(mark) + each
        for place, request in _places(stage, evil):
            answer = raw(stage.port, request)
            head = answer.partition(b"\r\n\r\n")[0].lower()
            split = any(line.startswith(INJECTED.encode()) for line in head.split(b"\r\n"))
            tally.expect(not split, f"{place} with {each!r} splits the answer: {head[:200]!r}")


def forged_line(mark: str) -> str:
    """As if a redemption had been told."""
    return orjson.dumps({"event": "forged", "level": "info", "mark": mark}).decode()


def _places(stage: Stage, evil: str) -> Iterable[tuple[str, bytes]]:
    ours, said = stage.town.ours, evil.encode()
    close, api = b"Host: x\r\nConnection: close\r\n", f"/api/v1/{ours.number}".encode()
    yield "path", b"GET /" + said + b" HTTP/1.1\r\n" + close + b"\r\n"
    yield "query", b"GET " + api + b"/offers?words=" + said + b" HTTP/1.1\r\n" + close + b"\r\n"
    yield "method", b"GET" + said + b" / HTTP/1.1\r\n" + close + b"\r\n"
    for name in (
        "X-Request-Id",
        "User-Agent",
        "X-Forwarded-For",
        "Authorization",
        "Cookie",
        "Host",
    ):
        line = name.encode() + b": " + said + b"\r\n"
        yield name, b"GET " + api + b"/me HTTP/1.1\r\n" + line + close + b"\r\n"
    body = orjson.dumps({"appid": evil, "code": evil})
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    yield "body", b"POST " + api + b"/sessions HTTP/1.1\r\n" + close + length + body
    back = b"/official/" + ours.app.appid.encode() + b"/authorize?return_to=/h5/" + said
    yield "a redirect", b"GET " + api + back + b" HTTP/1.1\r\n" + close + b"\r\n"
    yield (
        "the panel's way back",
        (
            f"GET /admin/{ours.number}/people?x=".encode()
            + said
            + b" HTTP/1.1\r\n"
            + close
            + b"\r\n"
        ),
    )


def _ambiguous(stage: Stage, tally: Tally) -> None:
    """One request stays one: nothing of its body is taken for another one."""
    inner = "GET /h5/ HTTP/1.1\r\nHost: x\r\n\r\n"
    for name, head in AMBIGUOUS.items():
        sent = f"POST /nowhere HTTP/1.1\r\nHost: x\r\n{head}\r\nabcd{inner}"
        answer = raw(stage.port, sent.encode())
        held = status_of(answer) in {0, 400, 404, 405, 411, 413, 501}
        tally.expect(held and answer.count(b"HTTP/1.1 ") <= 1, f"{name}: {answer[:80]!r}")


def _read(tally: Tally, log: Path, mark: str) -> None:
    """The real log, line by line, as a program reads it."""
    lines = log.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    strange = strange_lines(lines, mark)
    for line in lines:
        tally.expect(line not in strange, f"a line of the log is forged: {line[:120]!r}")
    tally.note(f"{len(lines)} lines of the server's log read")


def strange_lines(lines: Iterable[str], mark: str) -> set[str]:
    """Those that no program of ours wrote: no JSON of ours, or the attacker's own."""
    return {line for line in lines if line and not _is_ours(line, mark)}


def _is_ours(line: str, mark: str) -> bool:
    if not line.startswith("{"):
        return bool(OWN_WORDS.fullmatch(line)) and mark not in line
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return told.keys() >= OUGHT and told["event"] != "forged" and "\x1b" not in line
