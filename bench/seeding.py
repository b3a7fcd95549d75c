"""Fill an empty database with a shop of any size: opened by our verbs, filled by SQL.

Foreign keys and indexes are taken off meanwhile and put back in the end, which is many times
faster, and proves that every row belongs where it says.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from flask import Flask
from psycopg import sql

from app.domain import accounts, analytics, catalog, merchants
from app.domain.accounts import How
from app.domain.members.queries import phone_context
from app.domain.subscriptions.addresses import Address, seal
from app.kernel import audit, calendar, clock, keyring, numbers
from app.kernel.db import transaction
from app.simulator.fresh import new_app, new_world
from bench import friends, sales, service, world
from bench.world import World

BEGAN = timedelta(days=400)
VOUCHERS_AN_ORDER, VOUCHERS_A_MEMBER = 4, 5
FEWER = 40
# Sold in the latest days, in a shop of any size.
LATELY, LATE_DAYS = 120, 3
WAITING, SOLD_OFFERS = 60, 4
# Jobs that were given up: more than their page counts.
DEAD = 1200
STORES, PEOPLE = 5, 12
ORDER_FEN = 9800
SEALED_AT_ONCE = 20_000
AN_HOUR = timedelta(hours=1)
ZONE = "Asia/Shanghai"
FIRST_PHONE = 13_000_000_000
PARTS = (
    sales.PEOPLE,
    sales.ORDERS,
    sales.VOUCHERS,
    sales.BOOKS,
    service.FRIENDS,
    service.RETURNS,
    service.TOLD,
    service.STANDING,
    service.DESK,
)


class NotEmpty(RuntimeError):
    """There is a shop in this database already; nothing is mixed into it."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many vouchers; the rest follows in proportion."""

    vouchers: int

    @property
    def orders(self) -> int:
        return self.vouchers // VOUCHERS_AN_ORDER

    @property
    def members(self) -> int:
        return self.vouchers // VOUCHERS_A_MEMBER

    @property
    def few(self) -> int:
        """Complaints, batches, open refunds: enough for two pages in the smallest shop."""
        return self.vouchers // FEWER


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What was seeded, and how to enter it: `token` is an owner's, signed in at a till."""

    world: World
    size: Size
    owner: int
    token: str


def seed(app: Flask, database_url: str, size: Size) -> Shop:
    """Raises NotEmpty. Takes about two minutes for a million vouchers."""
    with psycopg.connect(database_url, autocommit=True) as connection, app.app_context():
        _refuse_a_real_one(connection)
        with transaction():
            shop = world.open_shop(new_world(app=new_app()))
            known = _furnish(shop)
        owner = _people(connection, shop.merchant)
        token = _enter(connection, shop, owner)
        known |= {
            "staff": owner,
            "session": _only(connection, "SELECT max(id) FROM panel_sessions"),
            "campaign": _only(connection, "SELECT max(id) FROM assist_campaigns"),
        }
        with _bare(connection):
            _fill(connection, shop, size, known)
        connection.execute("VACUUM ANALYZE")
        connection.execute("UPDATE merchants SET created_at = %s", [clock.now() - BEGAN])
        _close_the_days()
        _seal(shop.merchant)
        connection.execute("VACUUM ANALYZE")
    return Shop(world=shop, size=size, owner=owner, token=token)


def _refuse_a_real_one(connection: psycopg.Connection) -> None:
    if _only(connection, "SELECT count(*) FROM merchants") or _only(
        connection, "SELECT count(*) FROM users"
    ):
        raise NotEmpty("this database holds a shop; seed an empty one")


def _furnish(shop: World) -> dict[str, object]:
    """Stores, people, a campaign and a pool, by our verbs; the ids that the SQL needs."""
    at, merchant = datetime.now(UTC), shop.merchant
    for name in ("徐家汇店", "静安寺店", "陆家嘴店", "五角场店")[: STORES - 1]:
        merchants.add_store(merchant_id=merchant, name=name, actor="system", at=at)
    benefit = shop.contents[0]["benefit_id"]
    friends.run_campaign(merchant, benefit, shop.benefit_number, at=at)
    pool = catalog.add_benefit(
        merchant_id=merchant,
        kind=catalog.BenefitKind.CODE,
        name="打车券",
        market_value_fen=1000,
        cost_fen=800,
        face={"thing": "打车优惠码1个", "is_digital": False},
        conditions=catalog.Conditions(validity=catalog.Days(count=30)),
        hand_over="在卡包中查看兑换码",
        actor="system",
        at=at,
    )
    taxi = catalog.publish_benefit(
        merchant_id=merchant, benefit_number=pool.benefit_number, actor="system", at=at
    )
    return {"benefit": benefit, "code_benefit": taxi.benefit_id, "address": _address(merchant)}


def _address(merchant: int) -> bytes:
    where = Address(
        name="王小美",
        phone="13800138000",
        province="上海市",
        city="上海市",
        county="黄浦区",
        street="南京东路1号",
    )
    return seal(where, merchant_id=merchant)


def _people(connection: psycopg.Connection, merchant: int) -> int:
    """The id of the owner; the manager and the clerks follow him."""
    written = numbers.bulk(numbers.Kind.STAFF, merchant_id=merchant, count=PEOPLE)
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO staff (merchant_id, number, name, role, state, created_at)
            VALUES (%s, %s, %s, %s, 'active', now())""",
            [
                (merchant, number, f"小王{n}", ("owner", "manager", "clerk")[min(n, 2)])
                for n, number in enumerate(written)
            ],
        )
    connection.execute(
        """INSERT INTO staff_stores (merchant_id, staff_id, store_id)
        SELECT st.merchant_id, st.id, s.id FROM staff st JOIN stores s USING (merchant_id)
        WHERE st.role = 'clerk'"""
    )
    return _only(connection, "SELECT min(id) FROM staff")


def _enter(connection: psycopg.Connection, shop: World, owner: int) -> str:
    """The token of a browser in which the owner is signed in, at the first store's counter."""
    with transaction():
        token = accounts.open_session(
            merchant_id=shop.merchant,
            staff_id=owner,
            how=How.WECHAT,
            browser=accounts.Browser(agent="bench", address="127.0.0.1"),
            at=clock.now(),
        )
    connection.execute("UPDATE panel_sessions SET store_id = %s, seen_at = now()", [shop.store])
    return token


@contextmanager
def _bare(connection: psycopg.Connection) -> Iterator[None]:
    """Without foreign keys and without the indexes that only serve reading; back in the end."""
    keys = connection.execute(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0"""
    ).fetchall()
    indexes = connection.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
        JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique"""
    ).fetchall()
    for table, name, _ in keys:
        _run(connection, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        _run(connection, f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        _run(connection, definition)
    for table, name, definition in keys:
        _run(connection, f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _fill(
    connection: psycopg.Connection, shop: World, size: Size, known: Mapping[str, object]
) -> None:
    _write_bodies(connection, shop.merchant, count=size.vouchers)
    _write_phones(connection, shop.merchant, count=size.members)
    literals: dict[str, sql.Composable] = {
        name: sql.Literal(value) for name, value in _known(shop, size, known).items()
    }
    literals |= {
        "became": sql.SQL(sales.BECAME),
        "old": sql.SQL(sales.OLD),
        "placed": sql.SQL(sales.PLACED).format(**literals),
    }
    for part in PARTS:
        for statement in part:
            connection.execute(sql.SQL(statement).format(**literals))
        connection.execute("ANALYZE")
    _move_sequences(connection)


def _known(shop: World, size: Size, known: Mapping[str, object]) -> dict[str, object]:
    now = clock.now()
    began = now - BEGAN
    today = calendar.day_of(now, ZONE)
    recent = calendar.start_of_day(today - timedelta(days=LATE_DAYS - 1), ZONE)
    return {
        **known,
        "merchant": shop.merchant,
        "app": shop.app,
        "appid": shop.appid,
        "channel": shop.channel,
        "store": shop.store,
        "stores": STORES,
        "people": PEOPLE,
        "offer": shop.first_offer,
        # So few that each was sold more often than its page adds up.
        "offers": SOLD_OFFERS,
        "revision": shop.revision,
        "price": ORDER_FEN,
        "contents": json.dumps(
            [{**each, "quantity": VOUCHERS_AN_ORDER // 2} for each in shop.contents]
        ),
        "orders": size.orders,
        "members": size.members,
        "few": size.few,
        "waiting": WAITING,
        "dead": DEAD,
        "began": began,
        "recent": recent,
        "gap": (recent - AN_HOUR - began) / size.orders,
        "lately": LATELY,
        "old_gap": (recent - AN_HOUR - began) / (size.orders - LATELY),
        # The last order was an hour ago.
        "late_gap": (now - AN_HOUR - recent) / LATELY,
    }


def _write_bodies(connection: psycopg.Connection, merchant: int, *, count: int) -> None:
    """Letters differ by kind, so that one body serves a voucher, an order and a member."""
    connection.execute("CREATE TEMP TABLE seed_bodies (n bigint PRIMARY KEY, body text NOT NULL)")
    with connection.cursor().copy("COPY seed_bodies FROM STDIN") as copy:
        for n, number in enumerate(
            numbers.bulk(numbers.Kind.VOUCHER, merchant_id=merchant, count=count), start=1
        ):
            copy.write_row((n, number[1:]))
    connection.execute("ANALYZE seed_bodies")


def _write_phones(connection: psycopg.Connection, merchant: int, *, count: int) -> None:
    """Sealed as the app seals them; nobody has these numbers."""
    context = phone_context(merchant)
    connection.execute("CREATE TEMP TABLE seed_phones (n bigint, sealed bytea, index bytea)")
    with connection.cursor().copy("COPY seed_phones FROM STDIN") as copy:
        for n in range(1, count + 1):
            phone = phone_of(n)
            sealed = keyring.seal(phone, context=context)
            copy.write_row((n, sealed, keyring.blind_index(phone, context=context)))
    connection.execute("ANALYZE seed_phones")


def phone_of(n: int) -> str:
    """The nth member's."""
    return str(FIRST_PHONE + n)


def _move_sequences(connection: psycopg.Connection) -> None:
    """Behind the ids that were written by hand."""
    for (table,) in connection.execute(
        """SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'id' AND is_identity = 'YES'"""
    ).fetchall():
        _run(
            connection,
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}",  # noqa: S608 - our own tables
        )


def _close_the_days() -> None:
    """Add up the days that are over as the nightly sweep does."""
    for due in analytics.list_due(at=clock.now(), after=0, limit=1):
        for since, until in analytics.weeks_due(due):
            with transaction():
                analytics.count_days(
                    merchant_id=due.merchant_id,
                    zone=due.zone,
                    since=since,
                    until=until,
                    at=clock.now(),
                )


def _seal(merchant: int) -> None:
    """Chain the log, as the sweep does."""
    while True:
        with transaction():
            if not audit.seal(merchant_id=merchant, before=clock.now(), limit=SEALED_AT_ONCE):
                return


def a_key() -> bytes:
    """A master key for a shop that nobody keeps."""
    return world.a_secret()


def _run(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(statement.encode())


def _only(connection: psycopg.Connection, query: str) -> int:
    found = connection.execute(query.encode()).fetchone()
    return int(found[0]) if found else 0
