"""The database: one visible transaction per step, locked reads, and tenant keys.

Hot verbs speak SQL to the driver inside the same transaction (`fetch_one`, `fetch_all`,
`execute`): prepared once per connection, no object built on the way. Everything else is
SQLAlchemy through `reading()` and `writing()`.
"""

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from enum import StrEnum
from types import TracebackType
from typing import Annotated, Any, LiteralString, TypeVar, cast

import psycopg
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from psycopg.rows import args_row
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Engine,
    Enum,
    ForeignKeyConstraint,
    Identity,
    LargeBinary,
    MetaData,
    Select,
    Text,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    registry,
)
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from app.kernel.errors import Busy
from app.kernel.tenants import TENANT_ROLE
from app.kernel.tenants import protect as protect  # noqa: PLC0414 - migrations find it here

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# Every whole number goes out as bigint, which is what our columns are. By default its size would
# choose the type, and each mix of sizes would be prepared as a statement of its own.
psycopg.adapters.register_dumper(int, Int8Dumper)

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            date: Date(),
            int: BigInteger,
            str: Text,
            bytes: LargeBinary,
        },
    )


class OwnedByMerchant:
    """A row that a merchant owns. Its key, and every unique key, starts with the merchant."""

    merchant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-2)
    id: Mapped[Id] = mapped_column(sort_order=-1)


def belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    """A foreign key inside one merchant, so that the database refuses another's row."""
    return ForeignKeyConstraint(
        ["merchant_id", column], [f"{table}.merchant_id", f"{table}.id"], name=None
    )


Words = TypeVar("Words", bound=StrEnum)


def word(words: type[Words], *, name: str | None = None) -> Enum:
    """A column of short text that holds one of these words; the database checks it.

    Two such columns of one table need a `name` each for their check.
    """
    return Enum(
        words,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=name or words.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)


class OutsideTransaction(RuntimeError):
    """Something tried to change rows outside `with transaction():`."""


@contextmanager
def transaction(*, merchant: int | None = None) -> Iterator[None]:
    """Everything inside happens, or none of it does. The only place that commits.

    With `merchant`, the database itself hides every other merchant's rows until the end
    (row level security under a role that owns nothing).

    Raises Busy when a row stayed locked longer than the lock timeout, or a deadlock was broken.
    """
    session = db.session()
    if _hot.get() is not None or session.info.get("open"):
        raise RuntimeError("transactions do not nest: an edge opens one, the domain joins it")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something changed before the transaction opened")
    session.rollback()
    session.info["open"] = object()
    try:
        if merchant is not None:
            _confine(merchant, how=_CONFINE_AND_PLAN)
        yield
        if also := before_commit.get():
            also()
        session.commit()
    except (DBAPIError, psycopg.Error) as failure:
        session.rollback()
        _raise_in_our_words(failure)
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["open"] = False
        session.info.pop("driver", None)


class _Kept(threading.local):
    """The connection that a thread keeps between its hot transactions.

    Going to the pool and back each time is a tenth of what a hot verb costs in Python. At most
    half of the pool is kept so; the rest is for everybody.
    """

    def __init__(self) -> None:
        self._pooled: PoolProxiedConnection | None = None
        self._engine: Engine | None = None
        self._parents: PoolProxiedConnection | None = None

    def take(self, engine: Engine) -> PoolProxiedConnection:
        pooled, self._pooled = self._pooled, None
        if pooled is not None and self._engine is engine:
            return pooled
        if pooled is not None:
            pooled.close()
        return engine.raw_connection()

    def keep_or_return(self, pooled: PoolProxiedConnection, engine: Engine) -> None:
        pool = engine.pool
        if isinstance(pool, QueuePool) and pool.checkedout() * 2 <= pool.size():
            self._pooled, self._engine = pooled, engine
        else:
            pooled.close()

    def forget(self) -> None:
        """After a fork: the parent's connection is not ours to use, nor to close."""
        self._parents, self._pooled = self._pooled, None

    def let_go(self) -> None:
        pooled, self._pooled = self._pooled, None
        if pooled is not None:
            pooled.close()


_kept = _Kept()
os.register_at_fork(after_in_child=_kept.forget)


def hang_up() -> None:
    """Close every connection of this process, those of other threads when they come back."""
    _kept.let_go()
    db.engine.dispose()


class _Hot:
    """A transaction on the driver alone. Nothing leaves the pool before the first statement."""

    __slots__ = ("_is_whole", "_merchant", "_pooled", "_token", "driver")

    def __init__(self, *, merchant: int | None = None, is_whole: bool = True) -> None:
        self._merchant = merchant
        self._is_whole = is_whole
        self._pooled: PoolProxiedConnection | None = None
        self.driver: psycopg.Connection[Any] | None = None

    def __enter__(self) -> None:
        if _hot.get() is not None or (db.session.registry.has() and db.session().info.get("open")):
            raise RuntimeError("transactions do not nest: an edge opens one, the domain joins it")
        self._token = _hot.set(self)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        failure: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        _hot.reset(self._token)
        if self._pooled is None or self.driver is None:
            return
        try:
            if failure is None:
                self.driver.commit()
            else:
                _roll_back(self.driver)
        except psycopg.Error as broken:
            if failure is None:
                _raise_in_our_words(broken)
                raise
        finally:
            self._give_back(self._pooled, self.driver)
        if isinstance(failure, psycopg.Error):
            _raise_in_our_words(failure)

    def connection(self) -> "psycopg.Connection[Any]":
        if self.driver is None:
            self._pooled = _kept.take(db.engine)
            self.driver = cast("psycopg.Connection[Any]", self._pooled.driver_connection)
            if not self._is_whole:
                self.driver.autocommit = True
            if self._merchant is not None:
                _confine(self._merchant)
        return self.driver

    def _give_back(self, pooled: PoolProxiedConnection, driver: "psycopg.Connection[Any]") -> None:
        # A connection that broke, or still commits each statement, must not be lent to anybody again.
        try:
            if not self._is_whole:
                driver.autocommit = False
        except psycopg.Error:
            driver.close()
        if driver.closed:
            pooled.invalidate()
            pooled.close()
        else:
            _kept.keep_or_return(pooled, db.engine)


def _roll_back(driver: "psycopg.Connection[Any]") -> None:
    """End the transaction below psycopg, which would forget every prepared statement with it.

    It does so because dropped tables may come back as others; ours do not come and go.
    """
    driver.pgconn.exec_(b"ROLLBACK")
    if driver.pgconn.transaction_status != TransactionStatus.IDLE:
        driver.close()


_hot: ContextVar[_Hot | None] = ContextVar("hot", default=None)
_open_hot: Callable[..., AbstractContextManager[None]] = _Hot
# Called before each commit of `transaction`: what its request keeps together with its work.
before_commit: ContextVar[Callable[[], None] | None] = ContextVar("before_commit", default=None)


def hot_transaction(*, merchant: int | None = None) -> AbstractContextManager[None]:
    """Like `transaction`, for verbs that speak to the driver only (`fetch_one`, `execute` …).

    No session is made, and a block that asks nothing costs nothing. `reading()` and `writing()`
    are refused inside. Raises as `transaction` does.
    """
    return _open_hot(merchant=merchant)


def looking() -> AbstractContextManager[None]:
    """For reads that stand alone: each statement by itself, without the cost of a transaction."""
    return _open_hot(is_whole=False)


def reading() -> Session:
    """The session, for looking. Works inside and outside a transaction."""
    if _hot.get() is not None:
        raise OutsideTransaction("a hot transaction has no session")
    return db.session()


def writing() -> Session:
    """The session, for changing. Raises OutsideTransaction."""
    session = db.session()
    if _hot.get() is not None or not session.info.get("open"):
        raise OutsideTransaction("change things inside `with transaction():`")
    return session


Query = TypeVar("Query", bound=Select[Any])


def locked(query: Query, *, skip: bool = False, mild: bool = False) -> Query:
    """The freshest copy of these rows, ours until commit; `skip` leaves out what others hold.

    `mild`: rows that refer to these may be written meanwhile.
    """
    ours = query.with_for_update(skip_locked=skip, key_share=mild)
    return ours.execution_options(populate_existing=True)


Snapshot = TypeVar("Snapshot")


def fetch_one(into: type[Snapshot], sql: str, parameters: Mapping[str, object]) -> Snapshot | None:
    """The first row as a frozen snapshot (columns in field order), or None."""
    with _driver().cursor(row_factory=args_row(into)) as cursor:
        return cursor.execute(sql, parameters).fetchone()


def fetch_all(into: type[Snapshot], sql: str, parameters: Mapping[str, object]) -> list[Snapshot]:
    """All rows as frozen snapshots (columns in field order)."""
    with _driver().cursor(row_factory=args_row(into)) as cursor:
        return cursor.execute(sql, parameters).fetchall()


def execute(sql: str, parameters: Mapping[str, object]) -> int:
    """Change rows inside a transaction; how many were touched. Raises OutsideTransaction."""
    if _hot.get() is None:
        writing()
    with _driver().cursor() as cursor:
        return cursor.execute(sql, parameters).rowcount


def this_transaction() -> object:
    """What no other transaction is equal to; None outside of any."""
    return _hot.get() or db.session().info.get("open") or None


def flush() -> None:
    """Write what the session still holds back, so that the next statement finds it."""
    if _hot.get() is None:
        writing().flush()


def _driver() -> psycopg.Connection[Any]:
    hot = _hot.get()
    if hot is not None:
        return hot.connection()
    session = db.session()
    if not session.info.get("open"):
        return cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    driver = session.info.get("driver")
    if driver is None:
        driver = session.connection().connection.driver_connection
        session.info["driver"] = driver
    return cast("psycopg.Connection[Any]", driver)


_CONFINE = "SELECT set_config('role', %s, true), set_config('app.merchant_id', %s, true)"
# Pages and lists are asked in many shapes. A plan made for all of them reads a large shop from end
# to end, and processes that share the work cost more to start than these find to do.
_CONFINE_AND_PLAN = f"""{_CONFINE}, set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('max_parallel_workers_per_gather', '0', true)"""


def _confine(merchant: int, *, how: LiteralString = _CONFINE) -> None:
    _driver().execute(how, (TENANT_ROLE, str(merchant)))


def _raise_in_our_words(failure: Exception) -> None:
    """Raise Busy when that is what the driver meant."""
    cause = failure.orig if isinstance(failure, DBAPIError) else failure
    if isinstance(cause, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        raise Busy("Somebody is working on this right now. Please try again.") from failure


def ping() -> None:
    """Ask the database for a sign of life. Raises what the driver raises."""
    db.session.execute(text("SELECT 1"))
    db.session.rollback()
