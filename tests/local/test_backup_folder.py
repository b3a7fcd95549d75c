"""What lies in a backup's folder beside whole copies, and which programs write it."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.cli import backup_copies, backup_pictures, backup_programs, backup_standing
from app.cli.backup_programs import NoBackup

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
FACE, COVER = (f"1/{name}/{letter * 64}.webp" for name, letter in (("avatar-7", "a"), ("c", "b")))
NOT_PICTURES = ("1/works/3/members.xlsx", "1/c/.0011223344556677", "1/c/short.webp")


@dataclass
class FakeSettings:
    database_url: str = "postgresql+psycopg://kabao:pw@db:5432/kabao"
    backup_url: str | None = None
    postgres_programs: str | None = None


@pytest.fixture
def told():
    """Settings that the commands read."""
    app = Flask("backup")
    app.extensions["settings"] = settings = FakeSettings()
    with app.app_context():
        yield settings


@pytest.fixture
def shop(tmp_path):
    """The shop's pictures, and the folder of its copies."""
    live, folder = tmp_path / "live", tmp_path / "copies"
    for key in (FACE, COVER, *NOT_PICTURES):
        (live / key).parent.mkdir(parents=True, exist_ok=True)
        (live / key).write_bytes(b"x")
    backup_pictures.copy_new(live, folder / "files")
    return live, folder


def kept(folder):
    return set(backup_pictures.keys_in(folder / "files"))


def test_only_pictures_are_kept(shop):
    _, folder = shop
    assert {path.name for path in (folder / "files").rglob("*") if path.is_file()} == {
        key.rpartition("/")[2] for key in (FACE, COVER)
    }


def test_an_erased_picture_goes_when_no_copy_is_so_old(shop):
    live, folder = shop
    (live / FACE).unlink()
    backup_pictures.mark_gone(live, folder, at=NOON)
    backup_pictures.mark_gone(live, folder, at=LATER)
    assert backup_pictures.forget_gone(folder, before=NOON) == 0
    assert kept(folder) == {FACE, COVER}
    assert backup_pictures.forget_gone(folder, before=LATER) == 1
    assert kept(folder) == {COVER}
    assert backup_pictures.gone_since(folder) == {}


def test_a_picture_is_brought_back_to_a_moment_when_it_was_there(shop, tmp_path):
    live, folder = shop
    (live / FACE).unlink()
    backup_pictures.mark_gone(live, folder, at=NOON)
    for moment, brought in ((NOON - timedelta(hours=1), 2), (LATER, 1), (None, 1)):
        there = tmp_path / str(moment)
        gone = backup_pictures.gone_by(folder, moment)
        assert backup_pictures.copy_new(folder / "files", there, but=gone) == brought


def test_a_disk_that_is_not_mounted_erases_nothing(shop, tmp_path):
    _, folder = shop
    backup_pictures.mark_gone(tmp_path / "nothing", folder, at=NOON)
    assert backup_pictures.gone_since(folder) == {}


def test_the_last_picture_of_a_shop_stays_erased(shop, tmp_path):
    live, folder = shop
    for key in (FACE, COVER):
        (live / key).unlink()
    backup_pictures.mark_gone(live, folder, at=NOON)
    gone = backup_pictures.gone_by(folder, None)
    assert backup_pictures.copy_new(folder / "files", tmp_path / "there", but=gone) == 0
    # An empty folder is where a disk would be mounted.
    (folder / "gone.json").unlink()
    (tmp_path / "mount").mkdir()
    backup_pictures.mark_gone(tmp_path / "mount", folder, at=NOON)
    assert backup_pictures.gone_since(folder) == {}


def server_that(*, history="7/2", writes="000000020000000000000005", is_followed=True):
    return backup_copies.Server("head", history, 17, 0, is_followed, writes)


@pytest.fixture
def two_copies(tmp_path):
    """One of before a failover, and one of after it."""
    for stamp, history, moment in (("1", "7/1", LATER), ("2", "7/2", NOON)):
        (tmp_path / "base" / stamp).mkdir(parents=True)
        told = {"schema": "head", "merchants": 1, "key": "k", "history": history}
        note = told | {"made_at": moment.isoformat(), "ended_at": moment.isoformat()}
        (tmp_path / "base" / f"{stamp}.json").write_text(json.dumps(note))
    (tmp_path / "wal").mkdir()
    return tmp_path


def test_copies_of_before_a_failover_do_not_count(two_copies):
    (two_copies / "wal/000000010000000000000009").touch()
    seen = backup_standing.standing(two_copies, server_that(), at=LATER)
    assert (seen.copied_at, seen.followed_at) == (NOON, None)
    (told,) = seen.troubles(at=NOON + timedelta(hours=36))
    assert "no change" in told
    assert len(seen.troubles(at=NOON + timedelta(hours=37))) == 2
    after_another = server_that(history="7/3", writes="000000030000000000000001")
    assert len(backup_standing.standing(two_copies, after_another, at=LATER).troubles(at=NOON)) == 2


def test_in_a_quiet_hour_every_change_is_kept(two_copies):
    newest = two_copies / "wal/000000020000000000000005.partial"
    newest.touch()
    os.utime(newest, (NOON.timestamp(), NOON.timestamp()))

    def followed_at(**server):
        return backup_standing.standing(two_copies, server_that(**server), at=LATER).followed_at

    assert followed_at() == LATER
    # Nobody follows, or another folder; or a standby is asked, which does not know.
    assert followed_at(is_followed=False) == NOON
    assert followed_at(writes="000000020000000000000006") == NOON
    assert followed_at(writes=None) is None


def test_a_picture_that_goes_while_it_is_copied_stops_nothing(shop, tmp_path, monkeypatch):
    live, _ = shop
    monkeypatch.setattr(
        backup_pictures, "keys_in", lambda at: iter({FACE, COVER} if at == live else ())
    )
    (live / FACE).unlink()
    assert backup_pictures.copy_new(live, tmp_path / "there") == 1


def test_what_a_killed_copy_left_is_cleared_away(tmp_path):
    base = tmp_path / "base"
    (base / ".20200101T000000Z/base").mkdir(parents=True)
    (base / ".20200101T000000Z.json").touch()
    (base / "20200102T000000Z.json").touch()
    (base / "20200103T000000Z").mkdir()
    (base / "20200103T000000Z.json").touch()
    with backup_copies.alone(tmp_path):
        assert {path.name for path in base.iterdir()} == {
            "20200103T000000Z",
            "20200103T000000Z.json",
        }


def test_one_works_on_a_folder_at_a_time(tmp_path):
    with backup_copies.alone(tmp_path), pytest.raises(NoBackup, match="Somebody else"):
        backup_copies.alone(tmp_path).__enter__()


def test_every_word_of_the_address_reaches_the_programs(told):
    told.backup_url = "postgresql://b:a%40b@db/?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    assert backup_programs.whom(None) == {
        "PGHOST": "db",
        "PGUSER": "b",
        "PGPASSWORD": "a@b",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
    }
    assert backup_programs.whom("postgresql://b@/?host=/run/pg")["PGHOST"] == "/run/pg"
    assert backup_programs.whom("postgresql://b@one:1,two:2/")["PGPORT"] == "1,2"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://b:secret@db/", "password"),
        ("postgresql://b@db/?keepalives=0", "keepalives"),
        ("http://[", "not one of PostgreSQL"),
    ],
)
def test_an_address_that_would_be_half_understood_is_refused(told, address, why):
    with pytest.raises(NoBackup, match=why):
        backup_programs.whom(address)


def test_the_program_is_of_the_servers_version(told, tmp_path, monkeypatch):
    for major in (15, 17):
        program = tmp_path / str(major) / "bin/pg_imagined"
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\necho 'pg_imagined (PostgreSQL) {major}.4 (Debian)'\n")
        program.chmod(0o755)
    monkeypatch.setattr(backup_programs, "SYSTEM", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "17/bin"), prepend=":")
    assert backup_programs.program("pg_imagined", major=15) == tmp_path / "15/bin/pg_imagined"
    assert backup_programs.program("pg_imagined", major=17) == tmp_path / "17/bin/pg_imagined"
    with pytest.raises(NoBackup, match="PostgreSQL 16"):
        backup_programs.program("pg_imagined", major=16)
    told.postgres_programs = str(tmp_path / "17/bin")
    with pytest.raises(NoBackup, match="PostgreSQL 15"):
        backup_programs.program("pg_imagined", major=15)
