"""How old the newest copy is, and until when every change is kept: what an alarm looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.core import GaugeMetricFamily, Metric

from app.cli import backup_copies
from app.cli.backup_copies import Server

# A night that was missed, and half a day to mend it; changes come all the time.
COPY_LASTS, CHANGES_LAST = timedelta(hours=36), timedelta(hours=1)
TIMELINE = 8


@dataclass(frozen=True, kw_only=True)
class Standing:
    """None where nothing in the folder fits the database as it goes on now."""

    copied_at: datetime | None
    followed_at: datetime | None

    def troubles(self, *, at: datetime) -> list[str]:
        """What a person must do something about."""
        told = {
            "base copy (flask backup make)": (self.copied_at, COPY_LASTS),
            "change (flask backup follow)": (self.followed_at, CHANGES_LAST),
        }
        return [
            f"the newest {what} of this database is of {last.isoformat()}"
            if last
            else f"there is no {what} of this database: after a failover or a restore begin a new folder"
            for what, (last, lasts) in told.items()
            if last is None or at - last > lasts
        ]


def standing(folder: Path, known: Server, *, at: datetime) -> Standing:
    """Copies of before a failover or a restore do not count: they do not lead to today."""
    ours = [note for _, note in backup_copies.copies(folder) if note.history == known.history]
    return Standing(
        copied_at=max((datetime.fromisoformat(note.ended_at) for note in ours), default=None),
        followed_at=_followed_at(folder / "wal", known, at=at),
    )


def write(path: Path, seen: Standing) -> None:
    """For the node exporter's textfile collector. What is not there has no figure, and so rings."""
    registry = CollectorRegistry()
    registry.register(_Seen(seen))
    write_to_textfile(str(path), registry)


def _followed_at(wal: Path, known: Server, *, at: datetime) -> datetime | None:
    """Until when every change is kept. In a quiet hour nothing is written, and nothing is missing."""
    kept = {path.name.removesuffix(".partial"): path for path in wal.glob("*")}
    mine = [name for name in kept if known.writes and name[:TIMELINE] == known.writes[:TIMELINE]]
    if not mine or known.writes is None:
        return None
    newest = max(mine)
    if known.is_followed and newest >= known.writes:
        return at
    return datetime.fromtimestamp(kept[newest].stat().st_mtime, UTC)


class _Seen:
    def __init__(self, seen: Standing) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        for name, meaning, moment in (
            ("copied", "When the newest base copy ended", self._seen.copied_at),
            ("followed", "Until when every change is kept", self._seen.followed_at),
        ):
            family = GaugeMetricFamily(f"kabao_backup_{name}_timestamp_seconds", meaning)
            if moment:
                family.add_metric([], moment.timestamp())
            yield family
