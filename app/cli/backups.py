"""`flask backup` and `flask restore`: the database to any second, pictures beside it.

A base copy and every change since (PostgreSQL's write-ahead log) give back any moment after the
copy. The programs are PostgreSQL's own; what is ours is that a copy is whole or not there, that it
is proven before it counts, and that it belongs to this installation's key.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from app.cli import backup_copies, backup_pictures, backup_standing
from app.cli.backup_programs import NoBackup, program, run, settings_of_app, whom
from app.domain import proofs
from app.kernel import clock

AWKWARD = "'\"%\\\n$`"

backup_group = AppGroup("backup", help="Copies of the database and the pictures.")


def _named(_context: click.Context, _parameter: click.Parameter, value: str) -> Path:
    """A setting that is not there makes an empty word, which would be the folder we are in."""
    if not value:
        raise click.BadParameter("it has no name; is KABAO_BACKUPS set?")
    return Path(value)


as_whom = click.option(
    "--as",
    "address",
    help="postgresql://… of a role with REPLICATION, without its password; KABAO_BACKUP_URL unless told.",
)
folder_argument = click.argument("folder", callback=_named)


@backup_group.command("make")
@folder_argument
@as_whom
@with_appcontext
def make(folder: Path, address: str | None) -> None:
    """Copy the database into FOLDER/base/<time> and new pictures into FOLDER/files."""
    known, env = backup_copies.server(), whom(address)
    backup_copies.check_history(folder, known)
    if known.tablespaces:
        raise NoBackup(
            "The database has tablespaces: their copies would lie outside the folder, and a "
            "restored server would write into them. Move its tables to pg_default first."
        )
    with _tidily(), backup_copies.alone(folder):
        finished = _copy(folder, known, env)
        # Pictures after the rows that name them: a name without its picture is not possible so.
        copied = _keep_pictures(folder)
    click.echo(f"{finished}: {_megabytes(finished)} MB, and {copied} new pictures")
    if not known.is_followed:
        click.echo("nobody follows: changes from now on are not kept (flask backup follow)")


@backup_group.command("follow")
@folder_argument
@as_whom
@with_appcontext
def follow(folder: Path, address: str | None) -> None:
    """Keep every change in FOLDER/wal, until stopped. Runs beside the other processes.

    The server keeps what was not fetched yet (a replication slot), so a pause loses nothing.
    """
    known, env = backup_copies.server(), whom(address)
    backup_copies.check_history(folder, known)
    kept = folder / "wal"
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    receive, slot = program("pg_receivewal", major=known.major), f"--slot={proofs.SLOT}"
    run(receive, slot, "--create-slot", "--if-not-exists", env=env)
    os.execve(  # noqa: S606 - no shell: signals go to the program itself
        receive, [str(receive), slot, f"--directory={kept}", "--synchronous"], env
    )


@backup_group.command("pictures")
@folder_argument
@with_appcontext
def pictures(folder: Path) -> None:
    """Copy new pictures only; often, since a moment between two copies names newer ones."""
    click.echo(f"{_keep_pictures(folder)} new pictures")


@backup_group.command("list")
@folder_argument
def list_copies(folder: Path) -> None:
    """What there is, the oldest first: a line of JSON each. `followed_at`: the latest change kept."""
    until = backup_copies.followed_at(folder)
    for stamp, note in backup_copies.copies(folder):
        line = {"copy": stamp, **asdict(note), "followed_at": until and until.isoformat()}
        click.echo(json.dumps(line))


@backup_group.command("status")
@folder_argument
@click.option(
    "--metrics",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it there too, for the node exporter's textfile collector.",
)
@with_appcontext
def status(folder: Path, metrics: Path | None) -> None:
    """How old copy and changes are, of the database as it goes on now; 1 when one is too old."""
    at = clock.now()
    seen = backup_standing.standing(folder, backup_copies.server(), at=at)
    if metrics:
        backup_standing.write(metrics, seen)
    told = {name: moment and moment.isoformat() for name, moment in asdict(seen).items()}
    click.echo(json.dumps(told))
    troubles = seen.troubles(at=at)
    for trouble in troubles:
        click.echo(trouble)
    if troubles:
        sys.exit(1)


@backup_group.command("forget")
@folder_argument
@click.option("--keep", type=click.IntRange(min=1), default=14, show_default=True)
@with_appcontext
def forget(folder: Path, keep: int) -> None:
    """Delete all but the newest copies, and the changes and pictures that only those needed."""
    with backup_copies.alone(folder):
        copies = backup_copies.copies(folder)
        for stamp, _ in copies[:-keep]:
            shutil.rmtree(folder / "base" / stamp)
            (folder / "base" / f"{stamp}.json").unlink()
        if copies:
            stamp, note = copies[-keep:][0]
            _forget_changes(folder / "wal", folder / "base" / stamp)
            gone = _forget_pictures(folder, before=datetime.fromisoformat(note.made_at))
            click.echo(f"{gone} pictures that no copy needs are deleted")
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
    stamp, note = backup_copies.copy_before(folder, moment)
    backup_copies.check_key(note)
    copy = folder / "base" / stamp
    if moment is None:
        # With a moment PostgreSQL itself refuses to start before it was reached.
        backup_copies.check_unbroken(copy, folder / "wal")
    verify = program("pg_verifybackup", major=backup_copies.major_of(copy))
    run(verify, "--quiet", str(copy), env={})
    _lay_out(copy, data, recovery=_recovery(folder.resolve() / "wal", moment))
    brought = backup_pictures.copy_new(
        folder / "files",
        Path(settings_of_app().files_root),
        but=backup_pictures.gone_by(folder, moment),
    )
    click.echo(f"{data} is as of {stamp}, with {brought} pictures brought back. Next:")
    click.echo(f"  start PostgreSQL on {data}; it replays until {until or 'the last change'}")
    if moment is not None:
        click.echo('  if it says "recovery ended before configured recovery target was reached",')
        click.echo("  nothing was changed so late: restore into a new folder without --until")
    click.echo("  flask verify all, then flask jobs reconcile")
    click.echo("  erase again who had himself erased after that moment: see docs/deploy.md")


def _copy(folder: Path, known: backup_copies.Server, env: dict[str, str]) -> Path:
    began = clock.now()
    unfinished = folder / "base" / began.strftime(".%Y%m%dT%H%M%SZ")
    try:
        run(
            program("pg_basebackup", major=known.major),
            f"--pgdata={unfinished}",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            env=env,
        )
        verify = program("pg_verifybackup", major=known.major)
        run(verify, "--quiet", str(unfinished), env={})
        note = backup_copies.note_of(known, began=began, ended=clock.now())
        return backup_copies.keep(unfinished, note)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


@contextmanager
def _tidily() -> Iterator[None]:
    """Whoever is told to stop clears his half away first."""

    def leave(number: int, _frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _keep_pictures(folder: Path) -> int:
    live = Path(settings_of_app().files_root)
    with backup_copies.in_turn(folder):
        copied = backup_pictures.copy_new(live, folder / "files")
        backup_pictures.mark_gone(live, folder, at=clock.now())
    return copied


def _forget_pictures(folder: Path, *, before: datetime) -> int:
    with backup_copies.in_turn(folder):
        return backup_pictures.forget_gone(folder, before=before)


def _forget_changes(wal: Path, oldest: Path) -> None:
    if wal.is_dir():
        clean = program("pg_archivecleanup", major=backup_copies.major_of(oldest))
        run(clean, str(wal), backup_copies.first_change(oldest), env={})


def _lay_out(copy: Path, data: Path, *, recovery: list[str]) -> None:
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    # First of all: what a broken-off restore leaves does not start as if it were whole.
    (data / "recovery.signal").touch(mode=0o600)
    shutil.copytree(copy, data, dirs_exist_ok=True, symlinks=True)
    data.chmod(0o700)
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.writelines(recovery)


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


def _check_plain(path: Path) -> None:
    if any(letter in AWKWARD for letter in str(path)):
        raise NoBackup(f"{path}: give the folder a name without quotes, percent or dollar signs.")


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


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20


COMMANDS = (backup_group, restore)
