"""Files that long work makes, and the pieces it makes them of: below the merchant's own folder."""

import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,60}")
KEY = re.compile(r"[0-9]{1,20}/works/[0-9]{1,20}/[0-9A-Za-z][0-9A-Za-z._-]{0,60}")
PIECE_BYTES = 256 * 1024


class ResultFiles:
    """Keeps them in a folder of this machine. Writing the same name again replaces it whole."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root).resolve()

    def write(
        self, *, merchant_id: int, work_id: int, name: str, fill: Callable[[BinaryIO], None]
    ) -> tuple[str, int]:
        """Keep what `fill` writes; its key and its size in bytes."""
        if not NAME.fullmatch(name):
            raise ValueError("this cannot be the name of a file")
        key = f"{merchant_id}/works/{work_id}/{name}"
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        # Readers see the whole file or none.
        unfinished = path.with_name(f".{secrets.token_hex(8)}")
        try:
            with unfinished.open("wb") as out:
                fill(out)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return key, path.stat().st_size

    def read(self, key: str) -> Iterator[bytes] | None:
        """The file piece by piece, or None when there is none (or the key is none of ours)."""
        if not KEY.fullmatch(key):
            return None
        try:
            opened = (self._root / key).open("rb")
        except FileNotFoundError:
            return None
        return _pieces(opened)

    def lines(self, key: str) -> Iterator[bytes]:
        """A file of lines, one by one. Raises FileNotFoundError."""
        if not KEY.fullmatch(key):
            raise FileNotFoundError(key)
        with (self._root / key).open("rb") as opened:
            yield from opened

    def delete(self, key: str) -> None:
        """Forget one file; one that is not there is fine."""
        if KEY.fullmatch(key):
            (self._root / key).unlink(missing_ok=True)

    def delete_all(self, *, merchant_id: int, work_id: int) -> None:
        """Forget everything that a work left behind."""
        folder = self._root / str(merchant_id) / "works" / str(work_id)
        shutil.rmtree(folder, ignore_errors=True)


def _pieces(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while piece := opened.read(PIECE_BYTES):
            yield piece
