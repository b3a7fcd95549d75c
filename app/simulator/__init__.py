"""A pretend WeChat: mini-program server API and WeChat Pay APIv3, held to the platform's contracts.

It imports nothing of the shop, so that it can only know what WeChat knows. Start it with
`python -m app.simulator --settings FILE`, or in a test with `start(create_simulator(settings))`.
"""

import contextlib
import copy
import functools
from pathlib import Path

from flask import Flask

from app.simulator import edge
from app.simulator.control import controls
from app.simulator.json_answers import PlatformJson
from app.simulator.open_platform.cards.products import card_products
from app.simulator.open_platform.codes import codes
from app.simulator.open_platform.login import login
from app.simulator.open_platform.messages import messages
from app.simulator.open_platform.mini.products import mini_products
from app.simulator.open_platform.official.products import official
from app.simulator.open_platform.tokens import tokens
from app.simulator.pages import pages
from app.simulator.pay.busifavor.products import busifavor_products
from app.simulator.pay.certificates import certificates
from app.simulator.pay.complaints.products import complaint_products
from app.simulator.pay.images import images
from app.simulator.pay.money_products import money_products
from app.simulator.pay.orders import orders
from app.simulator.pay.product_coupons.products import product_coupon_products
from app.simulator.pay.refunds import refunds
from app.simulator.pay.statements import statements
from app.simulator.server import DropConnections, RunningSimulator, start
from app.simulator.settings import SimulatorSettings, load, save
from app.simulator.world import World

__all__ = [
    "RunningSimulator",
    "SimulatorSettings",
    "create_simulator",
    "load",
    "run",
    "save",
    "start",
    "world_of",
]

PRODUCTS = (
    login,
    tokens,
    messages,
    codes,
    orders,
    refunds,
    statements,
    certificates,
    *complaint_products,
    *busifavor_products,
    *product_coupon_products,
    *mini_products,
    *official,
    images,
    *money_products,
    *card_products,
    *controls,
    *pages,
)
LARGEST_BODY_BYTES = 2 * 1024 * 1024


def create_simulator(settings: SimulatorSettings) -> Flask:
    """The whole platform as one Flask app with its state in memory: run it in one process."""
    app = copy.copy(_platform())
    app.extensions = {"simulator": World(settings)}
    app.json = PlatformJson(app)
    app.wsgi_app = DropConnections(app.wsgi_app)  # type: ignore[method-assign]  # as Flask advises
    return app


@functools.cache
def _platform() -> Flask:
    """Everything but a world. Compiling some four hundred routes is what takes time, so once."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY_BYTES
    for product in PRODUCTS:
        app.register_blueprint(product)
    edge.install(app)
    return app


def run(settings_path: str | Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
    """Serve the world of a settings file until interrupted; port 0 takes a free one."""
    running = start(create_simulator(load(settings_path)), host=host, port=port)
    print(f"WeChat simulator on {running.url}", flush=True)  # noqa: T201  # a command's output
    with contextlib.suppress(KeyboardInterrupt):
        running.wait()
    running.close()


def world_of(app: Flask) -> World:
    """The world behind an app, for those who run it in their own process."""
    world = app.extensions["simulator"]
    if not isinstance(world, World):
        raise TypeError("not a simulator")
    return world
