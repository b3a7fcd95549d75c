"""The whole house on one machine: what runs, with which settings, from one folder."""

import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from redis import Redis

from deploy.local.children import NotStarted, free_port, keep_secret
from deploy.local.servers import HOME, Addresses
from deploy.local.supervisor import Process

ROOT = HOME.parent
WEB_PORT, WECHAT_PORT, APP_PORT = 8080, 8090, 8100
# The real mini-program, as a browser runs it.
APP_BUILD = ROOT / "miniprogram" / "dist" / "phone"
WEB_PROCESSES, WEB_THREADS = 2, 2
WORKERS = 2
READY_SECONDS = 2.0
# What a phone tells the mini-program that it opens.
SLOT_WORDS = ("appid", "path", "query", "scene", "person")
# For the web server alone, and for processes that start elsewhere.
NOT_FOR_SHELLS = {"PROMETHEUS_MULTIPROC_DIR", "PYTHONPATH"}


@dataclass(frozen=True, kw_only=True)
class House:
    """Where everything is. `env` holds the settings that all of our processes share."""

    folder: Path
    web_port: int
    wechat_port: int
    app_port: int
    env: dict[str, str]

    @property
    def web_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def wechat_url(self) -> str:
        return f"http://127.0.0.1:{self.wechat_port}"

    @property
    def app_url(self) -> str:
        return f"http://127.0.0.1:{self.app_port}"

    @property
    def slot_url(self) -> str:
        """Where a phone finds the mini-program; empty when it was never built."""
        if not (APP_BUILD / "index.html").is_file():
            return ""
        told = "&".join(f"{name}={{{name}}}" for name in SLOT_WORDS)
        return f"{self.app_url}/?{told}"

    def flask(self, *words: str) -> str:
        """Run a `flask …` command with these settings; what it printed. Raises NotStarted."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            env=os.environ | self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotStarted(f"flask {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def settle_in(addresses: Addresses, *, folder: Path = HOME) -> House:
    """Choose ports and keys; what was chosen for this folder before is used again."""
    web, wechat, app = (free_port(port) for port in (WEB_PORT, WECHAT_PORT, APP_PORT))
    metrics = folder / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    env = addresses.env | {
        "KABAO_ENV": "demo",
        "KABAO_SECRET": keep_secret(folder / "master.key", make=_new_master_key),
        "KABAO_PUBLIC_URL": f"http://127.0.0.1:{web}",
        "WECHAT_URL": f"http://127.0.0.1:{wechat}",
        "WECHAT_PAY_URL": f"http://127.0.0.1:{wechat}",
        "WECHAT_OPEN_URL": f"http://127.0.0.1:{wechat}",
        "KABAO_FILES": str(folder / "files"),
        "KABAO_OUTBOX_AGAIN_SECONDS": "10",
        # A thread may keep one for hot work and use another; readiness is asked on one more.
        "KABAO_DATABASE_POOL": str(2 * WEB_THREADS + 1),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "PYTHONPATH": str(ROOT),
    }
    return House(folder=folder, web_port=web, wechat_port=wechat, app_port=app, env=env)


def furnish(house: House) -> dict[str, Any]:
    """Bring the schema up to date and open the demonstration shop; what there is in it.

    What is shown once (invitations, the cashier's key) is kept in the folder, for this demo only.
    """
    house.flask("upgrade")
    _forget_the_platform(house)
    world = house.folder / "world"
    house.flask("make-world", "--folder", str(world))
    shop: dict[str, Any] = json.loads(house.flask("seed", "--shop", str(world / "shop.json")))
    doors = [
        f"{appid}={house.web_url}/wechat/apps/{number}/messages"
        for appid, number in shop["doors"].items()
    ]
    house.flask("connect-world", "--folder", str(world), "--slot", house.slot_url, *doors)
    kept = _shown_once(house)
    if "api_key" in shop:
        kept.touch(mode=0o600)
        once = {name: shop[name] for name in ("api_key", "invitations")}
        kept.write_text(json.dumps(once), encoding="utf-8")
    return shop | dict(json.loads(kept.read_text(encoding="utf-8")))


def forget_invitations(
    house: House, shop: dict[str, Any], roles: Collection[str]
) -> dict[str, Any]:
    """These were accepted, so nobody is told of them again; the shop without them."""
    left = {role: token for role, token in shop["invitations"].items() if role not in roles}
    kept = _shown_once(house)
    once = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(once | {"invitations": left}), encoding="utf-8")
    return shop | {"invitations": left}


def leave_settings(house: House) -> Path:
    """Write what a shell sources before `flask …`, for its owner's eyes only; where it is."""
    path = house.folder / "env"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    lines = [
        f"export {name}={shlex.quote(value)}\n"
        for name, value in sorted(house.env.items())
        if name not in NOT_FOR_SHELLS
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _shown_once(house: House) -> Path:
    return house.folder / "world" / "shown-once.json"


def _forget_the_platform(house: House) -> None:
    """The pretend platform begins anew, so what it gave before (tokens, tickets) is void."""
    with Redis.from_url(house.env["REDIS_URL"]) as redis:
        for key in redis.scan_iter("wechat:*"):
            redis.delete(key)


def processes(house: House, shop: Mapping[str, Any]) -> list[Process]:
    """What runs, in the order of starting."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    settings = str(house.folder / "world" / "wechat.json")
    simulate = [*flask, "simulate-wechat", "--settings", settings, "--port", str(house.wechat_port)]
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1"),
        *("--host", "127.0.0.1", "--port", str(house.web_port)),
        *("--workers", str(WEB_PROCESSES), "--blocking-threads", str(WEB_THREADS)),
        *("--no-access-log", "--respawn-failed-workers", "wsgi:app"),
    ]
    jobs = {"relay": ["relay"], "schedule": ["schedule"]}
    jobs |= {f"worker-{number}": ["work"] for number in range(1, WORKERS + 1)}
    return [
        Process("wechat", simulate, house.env, ready=answers(f"{house.wechat_url}/_sim/clock")),
        Process("web", web, house.env, ready=answers(f"{house.web_url}/readyz")),
        *(Process(name, [*flask, "jobs", *words], house.env) for name, words in jobs.items()),
        *_app(house, shop),
    ]


def _app(house: House, shop: Mapping[str, Any]) -> list[Process]:
    """The real mini-program for the phones, if it was built."""
    if not house.slot_url:
        return []
    run = [
        *(sys.executable, "-m", "app.simulator.runner", "--folder", str(APP_BUILD)),
        *("--port", str(house.app_port), "--api", house.web_url),
        *("--merchant", str(shop["merchant"]), "--phone", house.wechat_url),
    ]
    return [Process("app", run, house.env, ready=answers(f"{house.app_url}/"))]


def answers(url: str) -> Callable[[], bool]:
    """Whether something answers 200 there."""

    def ask() -> bool:
        try:
            return requests.get(url, timeout=READY_SECONDS).status_code == requests.codes.ok
        except requests.RequestException:
            return False

    return ask


def _new_master_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
