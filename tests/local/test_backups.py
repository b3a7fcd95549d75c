"""The drill: a server dies, and the shop is put back to a second that somebody names."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from deploy.local.children import until
from deploy.local.servers import postgres

pytestmark = pytest.mark.timeout(600)
ROOT = Path(__file__).parents[2]
VOUCHERS = 10_000
PICTURE = b"a picture"


@dataclass
class Drill:
    """One installation: where its server's files are, its pictures, and where copies go."""

    folder: Path
    env: dict[str, str]

    @property
    def copies(self):
        return self.folder / "copies"

    def flask(self, *words, fails=0):
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, words)],
            env=os.environ | self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == fails, done.stdout + done.stderr[-2000:]
        return done.stdout + done.stderr

    def follow(self):
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "backup", "follow", self.copies],
            env=os.environ | self.env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, sql):
        with psycopg.connect(self.env["DATABASE_URL"].replace("+psycopg", "")) as connection:
            return connection.execute(sql).fetchall()

    def names(self):
        return {name for (name,) in self.ask("SELECT name FROM merchants")}


def drill_at(folder, database, key):
    superuser = (folder / "server/postgres/postgres.password").read_text().strip()
    parts = conninfo.conninfo_to_dict(database.replace("+psycopg", ""))
    return Drill(
        folder=folder,
        env={
            "DATABASE_URL": database,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "KABAO_ENV": "test",
            "KABAO_SECRET": key,
            "KABAO_PUBLIC_URL": "http://127.0.0.1:1",
            "KABAO_FILES": str(folder / "files"),
            "KABAO_BACKUP_URL": f"postgresql://postgres:{superuser}@127.0.0.1:{parts['port']}/",
        },
    )


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """A shop with a past, a copy, what happened afterwards, and a server that was killed."""
    folder = tmp_path_factory.mktemp("drill")
    key = base64.b64encode(os.urandom(32)).decode()
    marks = {}
    with ExitStack() as running:
        database = running.enter_context(postgres(folder / "server", throwaway=False))
        drill = drill_at(folder, database, key)
        seeded = subprocess.run(
            [sys.executable, "-m", "bench.seed", "--vouchers", str(VOUCHERS)],
            env=os.environ | drill.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert seeded.returncode == 0, seeded.stderr[-2000:]
        (folder / "files/1").mkdir(parents=True)
        (folder / "files/1/cover.jpg").write_bytes(PICTURE)
        following = running.enter_context(drill.follow())
        running.callback(following.kill)
        until(lambda: any((drill.copies / "wal").glob("*")), within=30)
        drill.flask("backup", "make", drill.copies)
        drill.flask("add-merchant", "之前")
        time.sleep(1.5)
        marks["between"] = datetime.now(UTC)
        time.sleep(1.5)
        drill.flask("add-merchant", "之后")
        marks["broken"] = broken(drill)
        marks["sums"] = drill.ask("SELECT count(*), sum(allocated_fen) FROM vouchers")
        (position,) = drill.ask("SELECT pg_current_wal_lsn()::text")
        until(lambda: received(drill, position[0]), within=30)
        kill(folder)
        following.send_signal(signal.SIGTERM)
        following.wait(20)
    return drill, marks


def broken(drill):
    """The seeded shop has jobs that were given up, and nothing else that is not as it should be."""
    told = drill.flask("verify", "all", "--patience", 10**9, fails=1)
    found = [line.split(" s  ")[1] for line in told.splitlines() if line.startswith("BROKEN")]
    assert found == ["no work was given up"]
    return found


def received(drill, position):
    """Whether what follows the server has written that position to its disk."""
    with psycopg.connect(drill.env["KABAO_BACKUP_URL"]) as connection:
        (found,) = connection.execute(
            "SELECT bool_or(flush_lsn >= %s::pg_lsn) FROM pg_stat_replication", [position]
        ).fetchone()
    return bool(found)


def only_copy(copies):
    (stamp,) = [path.name for path in (copies / "base").iterdir() if path.is_dir()]
    return stamp


def kill(folder):
    """As a power cut would: the whole group, at once."""
    pid = int((folder / "server/postgres/data/postmaster.pid").read_text().split()[0])
    children = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split()
    for each in [pid, *map(int, children)]:
        # Some end by themselves when the first one is gone.
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def bring_back(drill, place, *words):
    """Restore into a new folder, start a server there, and wait until it takes writes."""
    home = place / "server/postgres"
    home.mkdir(parents=True)
    shutil.rmtree(drill.folder / "files", ignore_errors=True)
    told = drill.flask("restore", drill.copies, home / "data", *words)
    assert "flask verify all" in told
    for role in ("postgres", "kabao"):
        shutil.copy(drill.folder / f"server/postgres/{role}.password", home)
    return postgres(place / "server", throwaway=False)


def test_to_a_second_between_two_changes(after, tmp_path):
    drill, marks = after
    with bring_back(drill, tmp_path, "--until", marks["between"].isoformat()) as database:
        drill.env["DATABASE_URL"] = database
        assert {"之前"} <= drill.names()
        assert "之后" not in drill.names()
        assert drill.ask("SELECT count(*), sum(allocated_fen) FROM vouchers") == marks["sums"]
        assert broken(drill) == marks["broken"]
    assert (drill.folder / "files/1/cover.jpg").read_bytes() == PICTURE


def test_to_the_last_change_before_the_power_cut(after, tmp_path):
    drill, marks = after
    (copy,) = drill.flask("backup", "list", drill.copies).splitlines()
    assert json.loads(copy)["copy"] == only_copy(drill.copies)
    with bring_back(drill, tmp_path) as database:
        drill.env["DATABASE_URL"] = database
        assert {"之前", "之后"} <= drill.names()
        assert drill.ask("SELECT count(*), sum(allocated_fen) FROM vouchers") == marks["sums"]
        assert broken(drill) == marks["broken"]


def test_what_cannot_be_restored_says_why(after, tmp_path):
    drill, _ = after
    (tmp_path / "full").mkdir()
    (tmp_path / "full/kept").touch()
    assert "not empty" in drill.flask("restore", drill.copies, tmp_path / "full", fails=1)
    early = ("--until", "2020-01-01T00:00:00+00:00")
    assert "no copy" in drill.flask("restore", drill.copies, tmp_path / "a", *early, fails=1)
    vague = ("--until", "2026-11-22T10:00:00")
    assert "zone" in drill.flask("restore", drill.copies, tmp_path / "a", *vague, fails=1)
    other = Drill(
        drill.folder, drill.env | {"KABAO_SECRET": base64.b64encode(os.urandom(32)).decode()}
    )
    assert "another KABAO_SECRET" in other.flask("restore", drill.copies, tmp_path / "a", fails=1)
    assert not (tmp_path / "a").exists()


def test_a_copy_with_a_changed_byte_is_refused(after, tmp_path):
    drill, _ = after
    copies = tmp_path / "copies"
    shutil.copytree(drill.copies, copies)
    stamp = only_copy(copies)
    victim = next((copies / "base" / stamp / "base").rglob("PG_VERSION"))
    victim.chmod(0o600)
    victim.write_text("18\n")
    assert "pg_verifybackup" in drill.flask("restore", copies, tmp_path / "data", fails=1)
    assert not (tmp_path / "data").exists()


def test_old_copies_go_with_the_changes_that_only_they_needed(after, tmp_path):
    drill, _ = after
    copies = tmp_path / "copies"
    shutil.copytree(drill.copies, copies)
    stamp = only_copy(copies)
    older = "20200101T000000Z"
    shutil.copytree(copies / "base" / stamp, copies / "base" / older)
    shutil.copy(copies / "base" / f"{stamp}.json", copies / "base" / f"{older}.json")
    (copies / "wal" / "000000010000000000000001").touch()
    assert "1 copies are left" in drill.flask("backup", "forget", copies, "--keep", "1")
    assert only_copy(copies) == stamp
    assert not (copies / "wal" / "000000010000000000000001").exists()
    assert any((copies / "wal").iterdir())
