"""A fresh world on free ports: the simulator over TLS behind a tunnel, and a receiver."""

import dataclasses
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.kernel.clock import now
from app.simulator import RunningSimulator, create_simulator, start
from app.simulator.clock import BEIJING
from app.simulator.fresh import FreshMerchant, new_app, new_key_pair, new_merchant
from app.simulator.platform_certificate import PlatformCertificate, certificate_of
from app.simulator.settings import App, Merchant, Person, SimulatorSettings, Template
from app.simulator.signing import private_key
from deploy.sdk.authority import Authority, new_serial
from deploy.sdk.before import buy, control
from deploy.sdk.receiver import Receiver
from deploy.sdk.tunnel import Tunnel

DAYS_BEFORE = timedelta(days=2)
PEOPLE = ("小明", "小红")
TEMPLATE = "tpl-voucher-arrived"
PAGE = "pages/index/index"
ARRIVED = Template(title="到账通知", fields={"thing1": "卡券", "time2": "时间"})
LADDER_SCALE = 0.01
REFUND_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What a story is given: a file that tells it everything, and the way to the platform."""

    simulator: str
    world: Path
    authority: Path
    tunnel: str


@contextmanager
def stage(folder: Path) -> Iterator[SetUp]:
    """Everything runs until the block ends."""
    authority = Authority()
    with Receiver() as receiver:
        cast = _Cast(authority, receiver_url=receiver.url)
        app = create_simulator(cast.settings())
        simulator = start(app)
        try:
            told = cast.told(simulator) | _buy_two_days_before(cast, simulator, receiver.url)
            with _platform(app, authority, folder) as port, Tunnel(to_port=port) as tunnel:
                yield _write(folder, told, authority=authority, tunnel=tunnel)
        finally:
            simulator.close()


@contextmanager
def _platform(app: flask.Flask, authority: Authority, folder: Path) -> Iterator[int]:
    server = make_server(
        "127.0.0.1",
        0,
        app,
        threaded=True,
        request_handler=_Silent,
        ssl_context=authority.server(folder),
    )
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  # werkzeug's name
        """The stories say what was asked."""


class _Cast:
    """Two apps; a merchant with the platform's public key, and one with its certificates."""

    def __init__(self, authority: Authority, *, receiver_url: str) -> None:
        self._authority = authority
        self._receiver_url = receiver_url
        self.mini = self._app("mp")
        self.account = self._app("oa")
        self.merchants = {"public_key": self._merchant(), "certificates": self._merchant(old=True)}
        self.platform = new_key_pair()
        self.public_key_id = "PUB_KEY_ID_0" + new_serial()[:32]

    def settings(self) -> SimulatorSettings:
        return SimulatorSettings(
            platform_private_key_pem=self.platform.private_pem,
            public_key_id=self.public_key_id,
            apps=(self.mini, self.account),
            merchants=tuple(each.merchant for each in self.merchants.values()),
            people=tuple(Person(name=each) for each in PEOPLE),
            retry_ladder_scale=LADDER_SCALE,
            clock_offset_seconds=-DAYS_BEFORE.total_seconds(),
            refund_seconds=REFUND_SECONDS,
            one_minute_between_refunds=False,
        )

    def told(self, simulator: RunningSimulator) -> dict[str, Any]:
        return {
            "simulator": simulator.url,
            "receiver": self._receiver_url,
            "notify_url": f"{self._receiver_url}/notices",
            "mini": dataclasses.asdict(self.mini),
            "account": dataclasses.asdict(self.account),
            "template": TEMPLATE,
            "page": PAGE,
            "public_key_id": self.public_key_id,
            "platform_public_key": self.platform.public_pem,
            "platform_certificate": dataclasses.asdict(self._certificate()),
        }

    def _certificate(self) -> PlatformCertificate:
        return certificate_of(private_key(self.platform.private_pem))

    def _app(self, kind: str) -> App:
        app = new_app(kind=kind, templates={TEMPLATE: ARRIVED}, pages=(PAGE,))
        url = f"{self._receiver_url}/messages/{app.appid}"
        return dataclasses.replace(app, message_url=url)

    def _merchant(self, *, old: bool = False) -> FreshMerchant:
        fresh = new_merchant(appids=(self.mini.appid, self.account.appid))
        named: Merchant = dataclasses.replace(
            fresh.merchant, certificate_serial=new_serial(), platform_certificate=old
        )
        return dataclasses.replace(fresh, merchant=named)

    def merchant_told(self, fresh: FreshMerchant) -> dict[str, Any]:
        merchant, key = fresh.merchant, fresh.private_key_pem
        certificate = self._authority.merchant_certificate(
            private_key_pem=key, serial=int(merchant.certificate_serial, 16)
        )
        return {**dataclasses.asdict(merchant), "private_key": key, "certificate": certificate}


def _buy_two_days_before(
    cast: _Cast, simulator: RunningSimulator, receiver_url: str
) -> dict[str, Any]:
    """So that there is a statement to fetch; then the platform's clock is put right."""
    merchants = {}
    for name, fresh in cast.merchants.items():
        number = buy(
            simulator.url, fresh=fresh, app=cast.mini, who=PEOPLE[0], notify_url=receiver_url
        )
        merchants[name] = {**cast.merchant_told(fresh), "billed": number}
    control(simulator.url, "clock", {"offset_seconds": 0})
    day = (now() - DAYS_BEFORE).astimezone(BEIJING).date().isoformat()
    return {"merchants": merchants, "bill_date": day}


def _write(folder: Path, told: dict[str, Any], *, authority: Authority, tunnel: Tunnel) -> SetUp:
    world, trusted = folder / "world.json", folder / "authority.pem"
    world.write_text(json.dumps(told, ensure_ascii=False))
    trusted.write_bytes(authority.pem)
    return SetUp(simulator=told["simulator"], world=world, authority=trusted, tunnel=tunnel.url)
