"""The servers and three equal databases: ours, the floor's, and PostgreSQL's alone."""

import base64
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from psycopg import sql
from sqlalchemy.engine import make_url

from app.config import Settings
from app.factory import create_app
from app.kernel.db import db
from app.migrations.run import upgrade
from bench import serving, world
from bench.serving import Server
from bench.world import Keys, Scale, World
from deploy.local.servers import HOME, postgres, valkey

SIDES = ("ours", "bare", "plain")


@dataclass(frozen=True, kw_only=True)
class Stage:
    folder: Path
    template_url: str
    redis: str
    wechat_port: int
    master_key: bytes
    scale: Scale
    world: World
    keys: Keys

    def database(self, side: str) -> str:
        """As psycopg wants to be told."""
        url = make_url(self.template_url).set(drivername="postgresql", database=side)
        return url.render_as_string(hide_password=False)

    @property
    def plain(self) -> str:
        return self.database("plain")

    @property
    def env(self) -> dict[str, str]:
        return serving.environment(
            database_url=self.database("ours"),
            redis_url=self.redis,
            master_key_text=base64.b64encode(self.master_key).decode(),
            wechat_port=self.wechat_port,
        )

    def serve_ours(self, *, threads: int = serving.THREADS) -> AbstractContextManager[Server]:
        return serving.ours(self.folder, self.env, threads=threads)

    def serve_bare(self) -> AbstractContextManager[Server]:
        return serving.bare(self.folder, self.database("bare"), self.world)

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """Ours inside this process, over its own database, and its log in a file."""
        path = self.folder / "logs" / "inside.log"
        with path.open("a") as log, redirect_stdout(log):
            app = create_app(Settings.from_env(self.env))
            yield app
            with app.app_context():
                db.engine.dispose()


@contextmanager
def set_up(scale: Scale) -> Iterator[Stage]:
    """Throwaway servers, durable as in production, and a seeded shop three times over."""
    folder = HOME / "bench"
    with ExitStack() as running:
        redis = running.enter_context(valkey(folder, throwaway=True))
        address = running.enter_context(postgres(folder, throwaway=True, durable=True))
        wechat = running.enter_context(serving.platform(folder))
        yield _seeded(folder, address, redis, wechat.port, scale)


def _seeded(folder: Path, address: str, redis: str, wechat_port: int, scale: Scale) -> Stage:
    key = world.a_secret()
    upgrade(address)
    settings = Settings(
        database_url=address,
        redis_url=redis,
        master_key=key,
        public_url="https://card.example.com",
    )
    app = create_app(settings)
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    shop, keys = world.seed(app, plain, scale)
    with app.app_context():
        db.engine.dispose()
    _copy(address)
    return Stage(
        folder=folder,
        template_url=address,
        redis=redis,
        wechat_port=wechat_port,
        master_key=key,
        scale=scale,
        world=shop,
        keys=keys,
    )


def _copy(address: str) -> None:
    """Three copies of the seeded database, made from another one since it must be at rest."""
    url = make_url(address).set(drivername="postgresql")
    template, elsewhere = url.database, url.set(database="postgres")
    with psycopg.connect(
        elsewhere.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        for side in SIDES:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(side), sql.Identifier(str(template))
                )
            )
    for side in SIDES:
        copy = url.set(database=side).render_as_string(hide_password=False)
        with psycopg.connect(copy, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
