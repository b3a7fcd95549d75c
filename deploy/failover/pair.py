"""Two PostgreSQL servers, each commit in both, and somebody who lets the second one lead."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.failover.node import Node
from deploy.local import children
from deploy.local.children import LOOPBACK, NotStarted

OWNER = "kabao"
LOOK_S, MISSES = 0.25, 3
SYNC_WITHIN_S = 30.0
IN_SYNC = (
    "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'"
)


@dataclass
class Pair:
    """`leader` and `standby` change places; the address stays."""

    leader: Node
    standby: Node
    password: str

    @property
    def address(self) -> str:
        """Both, the first leader first: whoever takes writes is asked."""
        one, two = sorted((self.leader, self.standby), key=lambda node: node.name)
        return (
            f"postgresql://{OWNER}:{self.password}@{LOOPBACK}:{one.port},{LOOPBACK}:{two.port}"
            f"/{OWNER}?target_session_attrs=read-write"
        )

    def is_in_sync(self) -> bool:
        return self.leader.ask(IN_SYNC) == [(1,)]

    def leader_waits(self) -> bool:
        """Nothing is acknowledged before a standby has it; away, it is waited for."""
        return self.leader.ask("SHOW synchronous_standby_names") != [("",)]

    def change_places(self) -> None:
        """The standby leads, alone: what it acknowledges from now on is in one place."""
        self.standby.promote()
        self.leader, self.standby = self.standby, self.leader
        self.leader.lead(standbys="")

    def come_back(self, folder_of_old: Path) -> None:
        """The old leader becomes a standby; what it had is kept beside, for people to look at."""
        self.standby.data.rename(folder_of_old)
        self.standby.copy(self.leader)
        self.standby.start()
        self.leader.lead(standbys=self.standby.name)
        self.wait_for_sync()

    def wait_for_sync(self) -> None:
        if not children.until(self.is_in_sync, within=SYNC_WITHIN_S):
            raise NotStarted("the standby does not follow")


def forced_write(node: Node, *, patience_s: float) -> str:
    """What becomes of a commit that somebody forces on a server which nobody follows.

    "waits" is the good answer: nobody was told that it happened. The server is dead afterwards.
    """
    told = ["waits"]

    def force() -> None:
        try:
            with closing(node.connect()) as connection:
                connection.execute("SET default_transaction_read_only = off")
                connection.execute("CREATE TABLE split_brain (id int)")
                told[0] = "acknowledged"
        except psycopg.Error:
            told[0] = "refused"

    forcing = threading.Thread(target=force, daemon=True)
    forcing.start()
    forcing.join(patience_s)
    verdict = told[0]
    node.kill()
    forcing.join()
    return "acknowledged" if told[0] == "acknowledged" else verdict


@contextmanager
def pair(home: Path) -> Iterator[Pair]:
    """Both run, the second follows the first, the database `kabao` is there. Raises NotStarted."""
    one, two = Node("one", home), Node("two", home)
    try:
        one.found()
        one.start()
        one.lead(standbys="")
        children.until(lambda: _takes_writes(one), within=SYNC_WITHIN_S)
        password = _create_owner(one, home)
        two.copy(one)
        two.start()
        one.lead(standbys=two.name)
        both = Pair(one, two, password)
        both.wait_for_sync()
        yield both
    finally:
        two.stop()
        one.stop()


def _takes_writes(node: Node) -> bool:
    return node.ask("SHOW default_transaction_read_only") == [("off",)]


def _create_owner(node: Node, home: Path) -> str:
    secret, owner = children.keep_secret(home / f"{OWNER}.password"), sql.Identifier(OWNER)
    with closing(node.connect()) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(
                owner, sql.Literal(secret)
            )
        )
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(owner))
    return secret


@dataclass
class Agent:
    """Watches the leader, and lets the standby lead when it does not answer any more.

    What Patroni does for many machines with a quorum; here one process sees everything.
    """

    pair: Pair
    led_at: float | None = None
    refused: str | None = None
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator["Agent"]:
        """It has looked once when this begins, so that it knows who may lead. Raises OperationalError."""
        thread = threading.Thread(
            target=self._watch, kwargs={"was_in_sync": self.pair.is_in_sync()}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    def _watch(self, *, was_in_sync: bool) -> None:
        missed = 0
        while not self._over.wait(LOOK_S):
            try:
                # Its processes do not die in one instant: what sends to the standby may be gone first.
                was_in_sync = self.pair.is_in_sync() or (was_in_sync and self.pair.leader_waits())
                missed = 0
            except psycopg.OperationalError:
                missed += 1
            if missed < MISSES:
                continue
            if not was_in_sync:
                # It would forget what the leader acknowledged alone.
                self.refused = "the standby was not in step"
                return
            self.pair.change_places()
            self.led_at = time.monotonic()
            return
