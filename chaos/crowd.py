"""The customers: a process of its own, told what to do on its standard input, a word a line."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from chaos.client import Abandoned, Client, Gate
from chaos.customer import Customer, Links, Street
from chaos.journal import Journal
from chaos.phone import Phone, Wire

ROOT = Path(__file__).parents[1]
LEAVES_WITHIN_S = 90.0


class Crowd:
    """The process, as its employer sees it; it goes when its employer goes."""

    def __init__(self, street: Street, journal: Path, *, people: int, log: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from chaos.crowd import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT,
            text=True,
            # Ctrl-C is for its employer, who then says goodbye.
            start_new_session=True,
        )
        begins = {"street": asdict(street), "journal": str(journal), "people": people}
        self._say(json.dumps(begins))

    def pause(self) -> None:
        """Everybody finishes what he is at; nobody begins anything."""
        self._say("pause")
        if not self._process.stdout or self._process.stdout.readline() != "still\n":
            raise RuntimeError("the crowd does not stand still")

    def go_on(self) -> None:
        self._say("go")

    def close(self) -> None:
        """Wherever they are."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.wait(timeout=10)

    def _say(self, word: str) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the crowd has no ears")
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()


def main() -> None:
    begins = json.loads(sys.stdin.readline())
    street = _street(begins["street"])
    journal, gate, links = Journal(Path(begins["journal"])), Gate(), Links()
    for number in range(begins["people"]):
        client = Client(journal, gate)
        token = street.staff[number % len(street.staff)]
        threading.Thread(target=_walk, args=(street, client, links, token), daemon=True).start()
    for line in sys.stdin:
        if line.strip() == "pause":
            gate.shut()
            print("still", flush=True)
        else:
            gate.open()


def _street(told: Mapping[str, Any]) -> Street:
    return Street(**{**told, "staff": tuple(told["staff"])})


def _walk(street: Street, client: Client, links: Links, staff: str) -> None:
    """One after the other, for ever."""
    web, wechat = Wire(street.web_port), Wire(street.wechat_port)
    till = Phone(Wire(street.web_port), f"/api/v1/{street.merchant}", staff)
    while True:
        try:
            Customer(street, client, links, web=web, wechat=wechat, till=till).live()
        except Abandoned:
            continue
