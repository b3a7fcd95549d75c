"""Bodies that explode: deep, huge, doubled and false JSON, XML entities, and what never ends."""

import time
from pathlib import Path
from typing import Any

from attack.calling import raw, status_of
from attack.stage import Stage
from attack.tally import Tally
from tests.builders.doors import Door
from tests.builders.merchants import a_merchant
from tests.unit.test_push_words import HOSTILE
from tests.walks.hostility import bodies
from tests.walks.table import WAYS

QUICK_ROUTES = 6
# Half a second on a machine that has nothing else to do.
LONGEST_S, LONGEST_ANSWER = 5.0, 2000
# What the server's processes may grow by under all of this.
MOST_MIB = 120
PUSHES = {
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (98 + n, *[97 + n] * 4) for n in range(20))
    + b"]><xml><E>&u;</E></xml>",
    "quadratic blow-up": b'<!DOCTYPE l [<!ENTITY a "'
    + b"A" * 20_000
    + b'">]><xml>'
    + b"&a;" * 9_000
    + b"</xml>",
    "a remote schema": b'<!DOCTYPE x SYSTEM "http://169.254.169.254/latest"><xml/>',
    "a file": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><E>&f;</E></xml>',
    "xinclude": b'<xml xmlns:xi="http://www.w3.org/2001/XInclude">'
    b'<xi:include href="file:///etc/passwd" parse="text"/></xml>',
    "a style sheet": b'<?xml-stylesheet href="http://127.0.0.1/x.xsl"?><xml><E>x</E></xml>',
}
LENGTHS = {"a gigabyte": 10**9, "more than counts": 10**18, "65 KiB": 65 * 1024 + 512}


def run(stage: Stage, tally: Tally) -> None:
    began = _memory_mib(stage)
    _json(stage, tally)
    _xml(stage, tally)
    _lengths(stage, tally)
    grown = _memory_mib(stage) - began
    tally.expect(grown < MOST_MIB, f"the server grew by {grown:.0f} MiB")
    tally.note(f"memory of the server: {began:.0f} MiB before, {grown:+.0f} MiB after")


def _json(stage: Stage, tally: Tally) -> None:
    routes = [route for route in sorted(WAYS) if route.startswith("POST /api")]
    for route in stage.some(routes, quick=QUICK_ROUTES):
        call, person = stage.town.call_for(route), stage.town.rightful(route)[0]
        if not call.body:
            continue
        for name, body, kind in bodies(call.body):
            stage.forget_counts()
            before, began = stage.watch.look(), time.monotonic()
            answer = stage.town.send(
                route, call, bearer=person and person.bearer, data=body, content_type=kind
            )
            seconds, changed = time.monotonic() - began, stage.watch.changed(since=before)
            held = 400 <= answer.status_code < 500 and not changed
            held = held and seconds < LONGEST_S and len(answer.data) < LONGEST_ANSWER
            tally.expect(held, f"{route}, {name}: {answer.status_code} after {seconds:.1f} s")


def _xml(stage: Stage, tally: Tally) -> None:
    """From strangers, and from somebody who stole the door's secrets and signs it."""
    with stage.app.app_context():
        door = Door(stage.client, a_merchant(), mode="plain")
    letter = door.letter()
    _served(door.post(letter).status_code)
    for name, body in {**PUSHES, **HOSTILE}.items():
        for query in (letter.query, "signature=0&timestamp=1&nonce=1"):
            before, began = stage.watch.look(), time.monotonic()
            answer: Any = stage.client.post(
                f"{door.path}?{query}", data=body, content_type="text/xml"
            )
            seconds = time.monotonic() - began
            told = b"root:" in answer.data or b"lol" in answer.data
            changed = stage.watch.changed(since=before)
            held = not told and not changed and seconds < LONGEST_S
            held = held and 400 <= answer.status_code < 500
            tally.expect(held, f"push, {name}: {answer.status_code}, {sorted(changed)}")


def _lengths(stage: Stage, tally: Tally) -> None:
    """A body that is said to be too large is refused before it comes."""
    for path in (f"/api/v1/{stage.town.ours.number}/sessions", "/wechat/pay/x/payments"):
        for name, length in LENGTHS.items():
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            began = time.monotonic()
            answer = raw(stage.port, f"{head}Content-Length: {length}\r\n\r\n{{".encode())
            seconds = time.monotonic() - began
            held = status_of(answer) in {400, 404, 413} and seconds < LONGEST_S
            tally.expect(held, f"{path}, {name}: {answer[:40]!r} after {seconds:.1f} s")


def _served(status: int) -> None:
    if status != 200:
        raise RuntimeError(f"a true push is not heard: {status}")


def _memory_mib(stage: Stage) -> float:
    return sum(_resident_kib(pid) for pid in stage.pids) / 1024


def _resident_kib(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    return next(
        (int(line.split()[1]) for line in words.splitlines() if line.startswith("VmRSS")), 0
    )
