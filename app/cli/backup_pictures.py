"""Pictures beside the copies: brought over, brought back, and let go when nobody needs them."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from app.gateways.files import KEY

GONE = "gone.json"


def copy_new(source: Path, target: Path, *, but: Iterable[str] = ()) -> int:
    """Pictures never change, so what is there already stays; how many were copied."""
    wanted = sorted(set(keys_in(source)) - set(keys_in(target)) - set(but))
    # One that was deleted meanwhile is no trouble: no row names it any more.
    return sum(_copy(source / key, target / key) for key in wanted)


def keys_in(folder: Path) -> Iterator[str]:
    """Pictures only: lists that somebody exported are deleted in time, and so not kept here."""
    for path in folder.rglob("*"):
        key = path.relative_to(folder).as_posix()
        if KEY.fullmatch(key) and path.is_file():
            yield key


def mark_gone(live: Path, folder: Path, *, at: datetime) -> None:
    """Write down since when each kept picture is not in the shop any more."""
    kept = set(keys_in(folder / "files"))
    # A disk that is not mounted is no shop that deleted everything: there a shop's own folder stays.
    if not any((live / owner).is_dir() for owner in {key.partition("/")[0] for key in kept}):
        return
    before = gone_since(folder)
    missing = kept - set(keys_in(live))
    _write(folder / GONE, {key: before.get(key, at).isoformat() for key in sorted(missing)})


def gone_since(folder: Path) -> dict[str, datetime]:
    """When each picture that the shop has no more was first missed."""
    try:
        told = json.loads((folder / GONE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {key: datetime.fromisoformat(at) for key, at in told.items()}


def gone_by(folder: Path, moment: datetime | None) -> set[str]:
    """Pictures that the shop had deleted by then; none of them is brought back."""
    return {key for key, at in gone_since(folder).items() if moment is None or at <= moment}


def forget_gone(folder: Path, *, before: datetime) -> int:
    """Delete the pictures that were gone already when the oldest copy was begun; how many."""
    gone = gone_since(folder)
    old = [key for key, at in gone.items() if at < before]
    for key in old:
        (folder / "files" / key).unlink(missing_ok=True)
    if old:
        _write(folder / GONE, {key: gone[key].isoformat() for key in gone.keys() - set(old)})
    return len(old)


def _copy(path: Path, place: Path) -> int:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = place.with_name(f".{place.name}.half")
    with suppress(FileNotFoundError):
        shutil.copyfile(path, half)
        _to_disk(half)
        half.rename(place)
        return 1
    return 0


def _write(path: Path, words: dict[str, str]) -> None:
    half = path.with_name(f".{path.name}.half")
    half.write_text(json.dumps(words), encoding="utf-8")
    _to_disk(half)
    half.replace(path)


def _to_disk(path: Path) -> None:
    """Before it has its name: else a power cut may leave the name and no content."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
