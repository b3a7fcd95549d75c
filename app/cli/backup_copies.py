"""The base copies of a FOLDER: what each says of itself, and whether the changes behind it are whole."""

import fcntl
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from app.cli.backup_programs import NoBackup, settings_of_app
from app.domain import merchants, proofs
from app.kernel.db import fetch_one, reading, transaction

FINGERPRINT = b"kabao backup"
LOCK, PICTURES_LOCK = ".lock", ".pictures.lock"


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
class Server:
    """What the database says of its server. `tablespaces`: how many beside the usual two.

    `writes`: the segment of the log that it writes into; None for one that only follows.
    """

    schema: str
    history: str
    major: int
    tablespaces: int
    is_followed: bool
    writes: str | None


_SERVER = """
SELECT (SELECT version_num FROM alembic_version),
  (SELECT system_identifier::text FROM pg_control_system()) || '/' ||
  (SELECT timeline_id::text FROM pg_control_checkpoint()),
  current_setting('server_version_num')::int / 10000,
  (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')),
  EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = %(slot)s AND active),
  CASE WHEN NOT pg_is_in_recovery() THEN pg_walfile_name(pg_current_wal_lsn()) END
"""


def server() -> Server:
    with transaction():
        known = fetch_one(Server, _SERVER, {"slot": proofs.SLOT})
    if known is None:
        raise NoBackup("The database does not say what it is.")
    return known


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else makes or forgets copies; what a killed one left half done is cleared away.

    Raises NoBackup.
    """
    base = folder / "base"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoBackup(f"Somebody else works on {folder}; nothing was changed.") from None
        _clear_leftovers(base)
        yield


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Pictures are copied by one at a time; a copy of the database does not hold them up."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / PICTURES_LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_leftovers(base: Path) -> None:
    for path in base.iterdir():
        is_half = path.name.startswith(".") or not path.with_suffix("").is_dir()
        if path.is_dir() and path.name.startswith("."):
            shutil.rmtree(path)
        elif path.is_file() and is_half:
            path.unlink()


def copies(folder: Path) -> list[tuple[str, Note]]:
    """Name and note of each whole copy, the oldest first."""
    return [
        (path.stem, Note(**json.loads(path.read_text(encoding="utf-8"))))
        for path in sorted((folder / "base").glob("*.json"))
        if not path.name.startswith(".") and path.with_suffix("").is_dir()
    ]


def copy_before(folder: Path, moment: datetime | None) -> tuple[str, Note]:
    """The newest copy that was finished by then. Raises NoBackup."""
    fitting = [
        (stamp, note)
        for stamp, note in copies(folder)
        if moment is None or datetime.fromisoformat(note.ended_at) <= moment
    ]
    if not fitting:
        raise NoBackup(f"There is no copy in {folder} that was finished before then.")
    return fitting[-1]


def keep(unfinished: Path, note: Note) -> Path:
    """Let a proven copy count; its folder."""
    base, stamp = unfinished.parent, unfinished.name.removeprefix(".")
    half = base / f".{stamp}.json"
    with half.open("w", encoding="utf-8") as file:
        json.dump(asdict(note), file)
        file.flush()
        os.fsync(file.fileno())
    half.rename(base / f"{stamp}.json")
    return unfinished.rename(base / stamp)


def note_of(known: Server, *, began: datetime, ended: datetime) -> Note:
    with transaction():
        count = reading().query(merchants.Merchant).count()
    return Note(
        made_at=began.isoformat(),
        ended_at=ended.isoformat(),
        schema=known.schema,
        merchants=count,
        key=_fingerprint(),
        history=known.history,
    )


def check_history(folder: Path, known: Server) -> None:
    """A database that was restored goes on from there: its changes do not fit older copies."""
    before = copies(folder)
    if before and before[-1][1].history != known.history:
        raise NoBackup(
            f"{folder} holds another database's copies, or this one's from before a restore: "
            "begin a new folder, and keep that one."
        )


def check_key(note: Note) -> None:
    if not hmac.compare_digest(note.key, _fingerprint()):
        raise NoBackup(
            "That copy belongs to another KABAO_SECRET: what is sealed in it would not open."
        )


def check_unbroken(copy: Path, wal: Path) -> None:
    """PostgreSQL takes a missing segment for the end, and goes on from there without a word."""
    first = first_change(copy)
    names = {path.name for path in (copy / "pg_wal").iterdir()}
    names |= {path.name.removesuffix(".partial") for path in wal.glob("*")}
    segments = sorted(name for name in names if len(name) == len(first) and name >= first)
    for before, after in pairwise(segments):
        if _next_segment(before) != after:
            raise NoBackup(
                f"Changes are missing between {before} and {after} in {wal}: restore with --until "
                "to a moment before, from an older copy, or find those files."
            )


def first_change(copy: Path) -> str:
    """The name of the log segment with which replaying this copy begins."""
    label = (copy / "backup_label").read_text(encoding="utf-8")
    return label.split("(file ", 1)[1].split(")", 1)[0]


def major_of(copy: Path) -> int:
    """Which PostgreSQL made it."""
    return int((copy / "PG_VERSION").read_text(encoding="utf-8"))


def followed_at(folder: Path) -> datetime | None:
    """When the latest change was written behind the copies."""
    written = [path.stat().st_mtime for path in (folder / "wal").glob("*")]
    return datetime.fromtimestamp(max(written), UTC) if written else None


def _next_segment(name: str) -> str:
    """Segments of 16 MB are counted in two parts of eight hexadecimal digits behind the timeline."""
    number = (int(name[8:16], 16) << 8) + int(name[16:], 16) + 1
    return f"{name[:8]}{number >> 8:08X}{number & 0xFF:08X}"


def _fingerprint() -> str:
    """Tells keys apart and says nothing of the key."""
    return hmac.digest(settings_of_app().master_key, FINGERPRINT, hashlib.sha256).hex()[:16]
