"""Every page that is read in the panel, in a small shop and in one a hundred times as large.

A page must cost the same in both, a fifth more or less: CPU of web and database together, in
rounds that take turns. What costs more is measured again before it is called grown.
"""

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from psycopg import sql
from sqlalchemy.engine import make_url

from app.admin import COOKIE
from app.config import Settings
from app.factory import create_app
from app.kernel.db import db
from app.migrations.run import upgrade
from bench import page_list, seeding, serving
from bench.generator import Generator
from bench.measuring import Meter, WentWrong
from bench.page_list import Page
from bench.paging import deeper
from bench.seeding import Shop, Size
from bench.serving import Server
from deploy.local.servers import HOME, postgres, valkey

SMALL, LARGE, QUICK_LARGE = 10_000, 1_000_000, 100_000
MOST = 1.2
ROUNDS, REQUESTS, QUICK_REQUESTS = 3, 64, 12
AGAIN = 3
SEE_OTHER = 303
HEAD = f"\n{'CPU of web and database, ms a request':70}{'small':>8}{'large':>8}{'ratio':>8}"
# The member whose number and phone are searched for.
SAMPLED = 500


@dataclass(frozen=True, kw_only=True)
class Side:
    """One shop, served."""

    shop: Shop
    server: Server
    cookie: str
    known: dict[str, str]

    def ask(self, path: str) -> bytes:
        return (
            f"GET {self._whole(path)} HTTP/1.1\r\nHost: card.example.com\r\n"
            f"Cookie: {COOKIE}={self.cookie}\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n"
        ).encode()

    def read(self, path: str) -> str:
        """What a browser gets. Raises WentWrong for a refusal."""
        address = f"http://127.0.0.1:{self.server.port}{self._whole(path)}"
        wanted = urllib.request.Request(address, headers={"Cookie": f"{COOKIE}={self.cookie}"})
        try:
            with _STAY.open(wanted, timeout=60) as answer:
                body: bytes = answer.read()
                return body.decode(errors="replace")
        except urllib.error.HTTPError as other:
            if other.code == SEE_OTHER:
                return ""
            raise WentWrong(f"{path} answered {other.code}") from other

    def _whole(self, path: str) -> str:
        quoted = urllib.parse.quote(path, safe="/?&=:-_{}")
        return f"/admin/{self.shop.world.merchant_number}{quoted}"


@dataclass
class Cost:
    """CPU of web and database in ms a request, round by round, and the size of the answers."""

    name: str
    small: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)
    database: tuple[float, float] = (0.0, 0.0)
    sizes: tuple[int, int] = (0, 0)

    @property
    def ratio(self) -> float:
        return median(self.large) / median(self.small)

    @property
    def has_grown(self) -> bool:
        """Both shops fill their pages, so nothing excuses it."""
        return self.ratio > MOST


class _Stay(urllib.request.HTTPRedirectHandler):
    """A number that is searched for leads to its page; going there is another request."""

    def redirect_request(self, *_args: object) -> None:
        return None


_STAY = urllib.request.build_opener(_Stay)


def run(*, quick: bool, only: tuple[str, ...]) -> None:
    """Seed both, measure, print, keep. Raises WentWrong when a page has grown.

    `only`: how the names begin of those that are measured; () for all.
    """
    sizes = (Size(vouchers=SMALL), Size(vouchers=QUICK_LARGE if quick else LARGE))
    folder = HOME / "bench"
    with _both(folder, sizes) as (app, small, large):
        requests = QUICK_REQUESTS if quick else REQUESTS
        costs = _measure(app, small, large, only=only, requests=requests)
    costs.sort(key=lambda cost: -cost.ratio)
    _show(costs)
    _keep(folder, sizes, costs)
    grown = [cost.name for cost in costs if cost.has_grown]
    if grown:
        raise WentWrong(f"{len(grown)} pages cost more in the larger shop: {', '.join(grown)}")


def _measure(
    app: Flask, small: Side, large: Side, *, only: tuple[str, ...], requests: int
) -> list[Cost]:
    chosen = [page for page in page_list.pages_of(app) if page.name.startswith(only or "")]
    if not chosen:
        raise WentWrong(f"no page has a name that begins with {' or '.join(only)}")
    generator = Generator()
    try:
        meter = Meter(generator)
        costs = []
        print(HEAD, flush=True)
        for page in chosen:
            for name, *asked in _variants(page, small, large):
                costs.append(_cost(meter, name, asked, (small, large), requests))
                print(_line(costs[-1]), flush=True)
        return costs
    finally:
        generator.close()


def _variants(page: Page, small: Side, large: Side) -> Iterator[tuple[str, str, str]]:
    """Its first page, and one from the middle where the larger shop has one."""
    here, there = page_list.filled(page, small.known), page_list.filled(page, large.known)
    yield page.name, here, there
    middles = deeper(small.read, here), deeper(large.read, there)
    if middles[0] and middles[1]:
        yield f"{page.name} (middle)", middles[0], middles[1]


def _cost(
    meter: Meter, name: str, asked: Sequence[str], sides: tuple[Side, Side], requests: int
) -> Cost:
    read = [side.read(path) for side, path in zip(sides, asked, strict=True)]
    cost = Cost(name, sizes=(len(read[0]), len(read[1])))
    expect = SEE_OTHER if not read[0] else 200
    for again in range(1 + AGAIN):
        for _ in range(ROUNDS):
            found = [
                meter.load(
                    side.server.port,
                    side.server.pid,
                    [side.ask(path)] * requests,
                    expect=expect,
                )
                for side, path in zip(sides, asked, strict=True)
            ]
            cost.small.append(found[0].cost_ms)
            cost.large.append(found[1].cost_ms)
            cost.database = (found[0].database_ms, found[1].database_ms)
        if not cost.has_grown or again == AGAIN:
            break
    return cost


@contextmanager
def _both(folder: Path, sizes: Sequence[Size]) -> Iterator[tuple[Flask, Side, Side]]:
    key = base64.b64encode(seeding.a_key()).decode()
    with ExitStack() as running:
        redis = running.enter_context(valkey(folder, throwaway=True))
        address = running.enter_context(postgres(folder, throwaway=True, durable=True))
        sides = []
        for size in sizes:
            env = serving.environment(
                database_url=_database(address, f"shop_{size.vouchers}"),
                redis_url=redis,
                master_key_text=key,
                wechat_port=1,
            )
            app, shop = _seeded(env, size)
            server = running.enter_context(serving.ours(folder / f"shop_{size.vouchers}", env))
            sides.append(_side(app, env, shop, server))
        small, large = sides
        yield app, small, large


def _seeded(env: dict[str, str], size: Size) -> tuple[Flask, Shop]:
    began = time.monotonic()
    upgrade(env["DATABASE_URL"])
    app = create_app(Settings.from_env(env))
    shop = seeding.seed(app, _plain(env), size)
    with app.app_context():
        db.engine.dispose()
    print(f"seeded {size.vouchers} vouchers; {time.monotonic() - began:.0f} s", flush=True)
    return app, shop


def _side(app: Flask, env: dict[str, str], shop: Shop, server: Server) -> Side:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    if serializer is None:
        raise WentWrong("the app has no key to sign a cookie with")
    cookie = serializer.dumps({"browsers": {shop.world.merchant_number: shop.token}})
    known = {"phone": seeding.phone_of(SAMPLED)}
    with psycopg.connect(_plain(env), autocommit=True) as connection:
        for page in page_list.pages_of(app):
            name = page.name.partition("?")[0]
            if f"{{{name}}}" in page.path:
                known[name] = _find(connection, page_list.sample_of(name) or "")
        known |= {word: _find(connection, query) for word, query in page_list.WORDS.items()}
    return Side(shop=shop, server=server, cookie=cookie, known=known)


def _find(connection: psycopg.Connection, query: str) -> str:
    found = connection.execute(query.encode()).fetchone()
    if found is None:
        raise WentWrong(f"the seeded shop has nothing for: {query}")
    return str(found[0])


def _database(address: str, name: str) -> str:
    with psycopg.connect(
        make_url(address).set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
    ) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def _plain(env: dict[str, str]) -> str:
    url = make_url(env["DATABASE_URL"]).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _show(costs: Sequence[Cost]) -> None:
    ratios = [cost.ratio for cost in costs]
    print(f"{len(costs)} pages; median {median(ratios):.2f}, highest {max(ratios):.2f}", flush=True)


def _line(cost: Cost) -> str:
    told = "  GROWN" if cost.has_grown else ""
    small, large = median(cost.small), median(cost.large)
    return f"  {cost.name:68}{small:8.2f}{large:8.2f}{cost.ratio:8.2f}{told}"


def _keep(folder: Path, sizes: Sequence[Size], costs: Sequence[Cost]) -> None:
    told = {
        "vouchers": [size.vouchers for size in sizes],
        "pages": {
            cost.name: {
                "small_ms": cost.small,
                "large_ms": cost.large,
                "database_ms": cost.database,
                "ratio": cost.ratio,
                "answer": cost.sizes,
            }
            for cost in costs
        },
    }
    (folder / "pages.json").write_text(json.dumps(told, indent=2))
