"""Files that only the one who asked for them may read."""

import os
from pathlib import Path

import click

MODE = 0o600


def write_secret(path: Path, content: bytes) -> None:
    """A new file, readable by its owner alone from the first byte on; none is written over."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    except OSError as trouble:
        raise click.ClickException(f"{path}: {trouble.strerror}") from trouble
    with os.fdopen(handle, "wb") as file:
        file.write(content)
