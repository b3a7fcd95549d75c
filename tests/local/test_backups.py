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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from app.config import Settings
from app.factory import create_app
from app.kernel.db import db
from app.migrations.run import upgrade
from deploy.local.children import until
from deploy.local.servers import postgres
from tests.keys import MASTER_KEY

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]
ROOT = Path(__file__).parents[2]
VOUCHERS = 1_000
COVER, OTHER = (f"1/cover/{letter * 64}.webp" for letter in "ab")
PICTURE = b"a picture"
GIVEN_UP = "no work was given up"
UNFOLLOWED = "changes are followed, where somebody follows"


@dataclass
class Drill:
    """One installation: where its server's files are, its pictures, and where copies go."""

    folder: Path
    env: dict[str, str]

    @property
    def copies(self):
        return self.folder / "copies"

    @cached_property
    def app(self):
        return create_app(Settings.from_env(self.env))

    def flask(self, *words, fails=0):
        done = self.app.test_cli_runner().invoke(args=[*map(str, words)])
        assert done.exit_code == fails, done.output[-2000:]
        return done.output

    def seed(self):
        """In a process of its own: this one remembers the merchants of another database."""
        subprocess.run(
            [sys.executable, "-m", "bench.seed", f"--vouchers={VOUCHERS}"],
            env=os.environ | self.env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    def follow(self):
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "backup", "follow", self.copies],
            env=os.environ | self.env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def at(self, database):
        """The same shop with its database elsewhere."""
        return drill_at(self.folder, database)

    def ask(self, sql):
        with psycopg.connect(self.env["DATABASE_URL"].replace("+psycopg", "")) as connection:
            return connection.execute(sql).fetchall()

    def ask_the_server(self, *statements):
        with psycopg.connect(self.env["KABAO_BACKUP_URL"], autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def names(self):
        return {name for (name,) in self.ask("SELECT name FROM merchants")}

    def broken(self):
        """The seeded shop has jobs that were given up; whatever else is there is not as it should be."""
        self.told = self.flask("verify", "all", "--patience", 10**9, fails=1)
        assert " promises, " in self.told.splitlines()[-1], self.told[-2000:]
        told = [line for line in self.told.splitlines() if line.startswith("BROKEN")]
        return {line.split(" s  ")[1] for line in told}

    def hang_up(self):
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def drill_at(folder, database):
    (secret,) = [
        path
        for path in (folder / "postgres.password", folder / "server/postgres/postgres.password")
        if path.exists()
    ][:1]
    superuser = secret.read_text().strip()
    parts = conninfo.conninfo_to_dict(database.replace("+psycopg", ""))
    return Drill(
        folder=folder,
        env={
            "DATABASE_URL": database,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "KABAO_ENV": "test",
            "KABAO_SECRET": base64.b64encode(MASTER_KEY).decode(),
            "KABAO_PUBLIC_URL": "http://127.0.0.1:1",
            "KABAO_FILES": str(folder / "files"),
            "KABAO_BACKUP_URL": f"postgresql://postgres:{superuser}@127.0.0.1:{parts['port']}/",
        },
    )


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """A shop with a past, a copy, what happened afterwards, and a server that was killed."""
    folder = tmp_path_factory.mktemp("drill")
    marks = {}
    with ExitStack() as running:
        database = running.enter_context(postgres(folder / "server", throwaway=True, durable=False))
        drill = drill_at(folder, database)
        upgrade(database)
        # It takes its time to begin; meanwhile the shop gets its past.
        following = running.enter_context(drill.follow())
        running.callback(following.kill)
        drill.seed()
        for key in (COVER, OTHER):
            (folder / "files" / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / "files" / key).write_bytes(PICTURE)
        drill.flask("backup", "make", drill.copies)
        assert until(lambda: any((drill.copies / "wal").glob("*")), within=30)
        drill.flask("add-merchant", "之前")
        time.sleep(0.3)
        marks["between"] = datetime.now(UTC)
        time.sleep(0.3)
        drill.flask("add-merchant", "之后")
        (folder / "files" / OTHER).unlink()
        drill.flask("backup", "pictures", drill.copies)
        drill.ask_the_server(
            "SET allow_in_place_tablespaces = on", "CREATE TABLESPACE far LOCATION ''"
        )
        marks["far"] = drill.flask("backup", "make", drill.copies, fails=1)
        drill.ask_the_server("DROP TABLESPACE far")
        marks["broken"] = drill.broken()
        marks["sums"] = drill.ask("SELECT count(*), sum(allocated_fen) FROM vouchers")
        (position,) = drill.ask("SELECT pg_current_wal_lsn()::text")
        assert until(lambda: received(drill, position[0]), within=30)
        told = drill.flask("backup", "status", drill.copies, "--metrics", folder / "backup.prom")
        assert all(json.loads(told).values())
        following.send_signal(signal.SIGTERM)
        following.wait(20)
        marks["broken later"] = drill.broken()
        marks["told later"] = drill.told
        drill.hang_up()
        for role in ("postgres", "kabao"):
            shutil.copy(folder / f"server/postgres/{role}.password", folder)
        kill(folder)
    return drill, marks


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
        shutil.copy(drill.folder / f"{role}.password", home)
    return postgres(place / "server", throwaway=False)


def test_to_a_second_between_two_changes(after, tmp_path):
    drill, marks = after
    with bring_back(drill, tmp_path, "--until", marks["between"].isoformat()) as database:
        restored = drill.at(database)
        assert {"之前"} <= restored.names()
        assert "之后" not in restored.names()
        assert restored.ask("SELECT count(*), sum(allocated_fen) FROM vouchers") == marks["sums"]
        assert restored.broken() == marks["broken"] == {GIVEN_UP}
        # What the shop had then and deleted later.
        assert (drill.folder / "files" / OTHER).read_bytes() == PICTURE
        refuses_its_past_and_begins_anew(restored, tmp_path)
        restored.hang_up()
    assert (drill.folder / "files" / COVER).read_bytes() == PICTURE


def refuses_its_past_and_begins_anew(restored, place):
    for command in ("make", "follow"):
        told = restored.flask("backup", command, restored.copies, fails=1)
        assert "begin a new folder" in told
    # The copies are young, and yet none of them leads to today.
    assert "no base copy" in restored.flask("backup", "status", restored.copies, fails=1)
    assert "nobody follows" in restored.flask("backup", "make", place / "new")
    restored.flask("restore", place / "new", place / "again")
    # Else the copy would end at the second of the restore before.
    told = (place / "again/postgresql.auto.conf").read_text().splitlines()
    assert [line for line in told if "recovery_target_time" in line][-1].endswith("= ''")


def test_to_the_last_change_before_the_power_cut(after, tmp_path):
    drill, marks = after
    (copy,) = drill.flask("backup", "list", drill.copies).splitlines()
    assert json.loads(copy)["copy"] == only_copy(drill.copies)
    assert datetime.fromisoformat(json.loads(copy)["followed_at"]) > marks["between"]
    with bring_back(drill, tmp_path) as database:
        restored = drill.at(database)
        assert {"之前", "之后"} <= restored.names()
        assert restored.ask("SELECT count(*), sum(allocated_fen) FROM vouchers") == marks["sums"]
        assert restored.broken() == marks["broken"]
        restored.hang_up()
    assert (drill.folder / "files" / COVER).exists()
    assert not (drill.folder / "files" / OTHER).exists()


def test_changes_that_nobody_follows_are_told(after):
    _, marks = after
    assert marks["broken later"] == {GIVEN_UP, UNFOLLOWED}, marks["told later"]


def test_tablespaces_are_not_copied(after):
    assert "tablespaces" in after[1]["far"]


def test_what_cannot_be_restored_says_why(after, tmp_path):
    drill, _ = after
    (tmp_path / "full").mkdir()
    (tmp_path / "full/kept").touch()
    assert "not empty" in drill.flask("restore", drill.copies, tmp_path / "full", fails=1)
    early = ("--until", "2020-01-01T00:00:00+00:00")
    assert "no copy" in drill.flask("restore", drill.copies, tmp_path / "a", *early, fails=1)
    vague = ("--until", "2026-11-22T10:00:00")
    assert "zone" in drill.flask("restore", drill.copies, tmp_path / "a", *vague, fails=1)
    assert "no name" in drill.flask("restore", "", tmp_path / "a", fails=2)
    other = Drill(drill.folder, drill.env)
    other.app.extensions["settings"] = replace(
        other.app.extensions["settings"], master_key=os.urandom(32)
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
