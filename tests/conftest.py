"""What every test may ask for. The servers come from `make test`, or from the surroundings."""

import gc
import os
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from app.config import Settings
from app.factory import create_app
from app.kernel import db as kernel_db
from app.kernel import keyring
from app.kernel.db import db, transaction
from app.migrations.run import upgrade
from app.simulator import create_simulator, start
from deploy.local.servers import postgres
from tests import hashing
from tests.builders.databases import a_database
from tests.inspecting import InspectingCursor, inspecting
from tests.keys import MASTER_KEY
from tests.simulator.world import FRESH

keyring.install(MASTER_KEY)
hashing.make_cheap()


def pytest_addoption(parser):
    parser.addoption(
        "--walk-steps",
        type=int,
        default=200,
        help="how many steps the random walk over gifts, shares and redemptions takes",
    )
    parser.addoption(
        "--walk-seed", type=int, default=0, help="where its seeds begin, for other walks"
    )


@pytest.fixture(scope="session")
def worker():
    """0, 1, …: each of the parallel test processes has a database of its own."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@pytest.fixture(scope="session")
def server_url(worker):
    """The server of this test process.

    Where `make test` says where it may lie, each of the parallel ones has a server of its own:
    whether anything was written is asked of the server, and another's writing would be ours.
    """
    folder = os.environ.get("KABAO_TEST_FOLDER")
    if worker == 0 or folder is None:
        yield os.environ["DATABASE_URL"]
        return
    with postgres(Path(folder) / f"process-{worker}", throwaway=True, durable=False) as address:
        yield address


@pytest.fixture(scope="session")
def migrated(server_url, worker):
    """The name of a database with the newest schema, by way of the migrations: to be copied."""
    base = make_url(server_url).set(drivername="postgresql")
    name = f"migrated_{os.getpid()}_{worker}"
    with a_database(base.render_as_string(hide_password=False), name):
        url = base.set(drivername="postgresql+psycopg", database=name)
        upgrade(url.render_as_string(hide_password=False))
        yield name


@pytest.fixture(scope="session")
def database_url(server_url, worker, migrated):
    """A database with the newest schema."""
    base = make_url(server_url).set(drivername="postgresql")
    name = f"test_{os.getpid()}_{worker}"
    with a_database(base.render_as_string(hide_password=False), name, like=migrated):
        url = base.set(drivername="postgresql+psycopg", database=name)
        yield url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def wechat():
    """A running pretend WeChat, shared by the tests of one process."""
    running = start(create_simulator(FRESH.settings))
    yield running
    running.close()


@pytest.fixture(scope="session")
def settings(database_url, wechat, worker, tmp_path_factory):
    return Settings(
        database_url=database_url,
        redis_url=make_url(os.environ["REDIS_URL"])
        .set(database=str(worker))
        .render_as_string(hide_password=False),
        master_key=MASTER_KEY,
        public_url="http://127.0.0.1:9",
        wechat_url=wechat.url,
        wechat_pay_url=wechat.url,
        wechat_open_url=wechat.url,
        files_root=str(tmp_path_factory.mktemp("files")),
        is_production=False,
        outbox_again_seconds=2,
        # Threads that tests leave behind keep up to half of it; a storm needs 37 of the rest.
        database_pool=80,
        metrics_token="metrics-token-of-the-tests",
    )


@pytest.fixture(scope="session")
def app(settings):
    """The whole application. Its cursors refuse a statement that forgets the merchant."""
    app = create_app(settings)
    with app.app_context():
        _inspect_every_cursor(db.engine)
    # What is here now stays: looking through it for garbage again and again is of no use.
    gc.freeze()
    yield app
    with app.app_context():
        kernel_db.hang_up()


def _inspect_every_cursor(engine):
    @event.listens_for(engine, "connect")
    def use_inspecting_cursors(connection, _record):
        connection.cursor_factory = InspectingCursor


@pytest.fixture(autouse=True)
def _merchant_in_every_statement(request):
    """Every test runs with its eyes open; a forgotten merchant fails it."""
    if "app" not in request.fixturenames:
        yield
        return
    with inspecting() as seen:
        yield
    assert not seen.offences, "\n\n".join(seen.offences)


@pytest.fixture
def statements(app):
    """Count what goes to the database: `with statements() as seen: …; len(seen.statements)`."""
    return inspecting


@pytest.fixture
def database(app, monkeypatch):
    """An app context whose every change is rolled back when the test ends."""
    # Hot transactions must join the same savepoint instead of taking a connection of their own.
    monkeypatch.setattr(
        kernel_db,
        "_open_hot",
        lambda *, merchant=None, is_whole=True: transaction(merchant=merchant),  # noqa: ARG005 - alone or whole, it joins
    )
    with app.app_context():
        engine, connection = db.engine, db.engine.connect()
        undo = connection.begin()
        db.engines[None] = connection
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")

        def leave_the_confinement(_session):
            # Live, the role ends with the transaction; here a savepoint ends instead.
            connection.exec_driver_sql("RESET ROLE")

        event.listen(db.session, "after_commit", leave_the_confinement)
        yield
        event.remove(db.session, "after_commit", leave_the_confinement)
        db.session.remove()
        undo.rollback()
        connection.close()
        db.engines[None] = engine
        db.session.configure(join_transaction_mode="conditional_savepoint")


@pytest.fixture
def committed(app):
    """An app context whose changes stay: for races and processes. Use a merchant of your own."""
    with app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def redis(app):
    """The tests' own Redis database, empty."""
    redis = app.extensions["redis"]
    redis.flushdb()
    return redis


@pytest.fixture
def client(app, database):
    return app.test_client()
