"""`python -m deploy.failover`: kill the primaries of both servers while vouchers are redeemed.

Two PostgreSQL servers with synchronous replication, two Valkey servers with three sentinels, our
web server, relay and worker, and clients with a log of their own. Two to four minutes.
"""

import base64
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NoReturn

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from app import valkey
from app.config import Settings, database_address
from app.factory import create_app
from app.kernel.db import db
from app.migrations.run import upgrade
from bench import serving, world
from bench.requests import Requests
from bench.world import Scale
from deploy.failover import books
from deploy.failover.load import Log, clients, over_http
from deploy.failover.pair import Agent, Pair, forced_write, pair
from deploy.failover.trio import Trio, trio
from deploy.local import children
from deploy.local.children import NotStarted
from deploy.local.house import answers
from deploy.local.servers import HOME, leave_tidily

FOLDER = HOME / "failover"
SCALE = Scale(members=600, clerks=200, gifts=400, helps=400)
BEFORE, AFTER_S, WITHIN_S = 300, 5.0, 90.0
LONGEST_MINUTES = 10
HANGS_S, DONE_WITHIN_S = 3.0, 90.0
UNDONE = (
    "SELECT count(*) FROM outbox WHERE done_at IS NULL AND failed_at IS NULL AND due_at < now()"
)


def main() -> None:
    leave_tidily()
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(60 * LONGEST_MINUTES)
    began = time.monotonic()
    try:
        told, broken = _run()
    except NotStarted as problem:
        sys.exit(str(problem))
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    print()
    for what, value in told.items():
        print(f"{what:64}{value:>10}")
    print(f"\ntook {time.monotonic() - began:.0f} s; {len(broken)} promises broken")
    for each in broken:
        print(f"  BROKEN  {each}")
    sys.exit(bool(broken))


def _give_up(_number: int, _frame: object) -> NoReturn:
    sys.exit(f"not done after {LONGEST_MINUTES} minutes: this machine has other things to do")


def _run() -> tuple[dict[str, str], list[str]]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    with ExitStack() as running:
        both = running.enter_context(pair(FOLDER / "postgres"))
        cache = running.enter_context(trio(FOLDER / "valkey"))
        wechat = running.enter_context(serving.platform(FOLDER))
        _say("servers run, each commit in both")
        requests, env, first = _seed(both, cache, wechat.port)
        before = books.troubles(env)
        port = running.enter_context(_web(env))
        running.enter_context(_jobs(env))
        _say("web server, relay and worker run")

        def redemption(number: int) -> bytes:
            return requests.redemptions(number, 1, bare=False)[0]

        with clients(over_http(port, redemption)) as log:
            told, broken = _postgres_dies(both, log)
            more, worse = _valkey_dies(cache, log)
        told, broken = told | more, broken + worse
        more, worse = _check(both, log, first, env, before)
    return told | more, broken + worse


def _postgres_dies(both: Pair, log: Log) -> tuple[dict[str, str], list[str]]:
    old, broken = both.leader, []
    with Agent(both).watching() as agent:
        _wait(lambda: len(log.acknowledged) > BEFORE, "no load")
        old.kill()
        killed = time.monotonic()
        _say(f"PostgreSQL's primary is dead after {len(log.acknowledged)} redemptions")
        _wait(lambda: log.seconds_without(killed) is not None, "writes do not resume")
    led = (agent.led_at or killed) - killed
    time.sleep(AFTER_S)
    _say("the old primary is started as it was")
    old.start()
    with psycopg.connect(both.address) as connection:
        if connection.info.port != both.leader.port:
            broken.append("the address leads to the old primary")
    verdict = forced_write(old, patience_s=HANGS_S)
    if verdict == "acknowledged":
        broken.append("the old primary acknowledged a write")
    both.come_back(FOLDER / "postgres" / "as-it-was")
    _say("it follows the new one")
    return {
        "PostgreSQL: seconds until the standby leads": f"{led:.1f}",
        "PostgreSQL: seconds without a redemption": f"{log.seconds_without(killed) or 0:.1f}",
        "PostgreSQL: a write forced on the old primary": verdict,
    }, broken


def _valkey_dies(cache: Trio, log: Log) -> tuple[dict[str, str], list[str]]:
    link = valkey.link(cache.address, socket_timeout=0.5, socket_connect_timeout=0.5)
    first = cache.primary()
    if first is None:
        raise NotStarted("the sentinels do not agree")
    count = len(log.acknowledged)
    cache.kill(first)
    killed = time.monotonic()
    _say("Valkey's primary is dead")
    _wait(lambda: _writes(link), "Valkey takes no writes")
    resumed = time.monotonic() - killed
    longest = log.seconds_without(killed)
    time.sleep(AFTER_S)
    cache.start(first)
    _wait(lambda: cache.role(first) == "slave", "the old Valkey does not follow")
    link.close()
    longest = longest if longest is not None else log.seconds_without(killed)
    return {
        "Valkey: seconds until it takes writes again": f"{resumed:.1f}",
        "Valkey: seconds without a redemption": f"{longest or 0:.1f}",
        "Valkey: redemptions since then": str(len(log.acknowledged) - count),
    }, []


def _check(
    both: Pair, log: Log, first: int, env: Mapping[str, str], before: books.Troubles
) -> tuple[dict[str, str], list[str]]:
    with psycopg.connect(both.address) as connection:
        found: dict[int, int] = dict(
            connection.execute(
                "SELECT voucher_id, count(*) FROM redemptions WHERE voucher_id >= %s GROUP BY 1",
                [first],
            ).fetchall()
        )
        children.until(lambda: _undone(connection) == 0, within=DONE_WITHIN_S)
        undone = _undone(connection)
    lost = [number for number in log.numbers if first + number not in found]
    twice = [voucher for voucher, count in found.items() if count > 1]
    after = books.troubles(env)
    broken = books.new(before, after)
    broken += [f"{len(lost)} acknowledged redemptions are lost"] if lost else []
    broken += [f"{len(twice)} vouchers were redeemed twice"] if twice else []
    broken += [f"{undone} jobs were not done"] if undone else []
    return {
        "redemptions acknowledged": str(len(log.acknowledged)),
        "of these lost": str(len(lost)),
        "of these done twice": str(len(twice)),
        "attempts without an answer or refused, and repeated": str(log.failures),
        "jobs left undone": str(undone),
        "promises checked in the books": str(len(after)),
        "of these broken": str(len(books.new(before, after))),
    }, broken


def _seed(both: Pair, cache: Trio, wechat_port: int) -> tuple[Requests, dict[str, str], int]:
    key = world.a_secret()
    env = serving.environment(
        database_url=both.address,
        redis_url=cache.address,
        master_key_text=base64.b64encode(key).decode(),
        wechat_port=wechat_port,
    ) | {"KABAO_OUTBOX_AGAIN_SECONDS": "5"}
    upgrade(database_address(both.address))
    app = create_app(Settings.from_env(env))
    shop, keys = world.seed(app, both.address, SCALE)
    with app.app_context():
        db.engine.dispose()
    return Requests(shop, keys, SCALE), env, shop.first_voucher


@contextmanager
def _web(env: Mapping[str, str]) -> Iterator[int]:
    port, log = children.free_port(), FOLDER / "logs" / "web.log"
    command = [
        *(
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--http",
            "1",
            "--host",
            children.LOOPBACK,
        ),
        *("--port", str(port), "--workers", "2", "--blocking-threads", "2", "wsgi:app"),
    ]
    child = children.spawn(command, log=log, env=env)
    try:
        _wait(answers(f"http://{children.LOOPBACK}:{port}/readyz"), "the web server is not ready")
        yield port
    finally:
        children.stop(child, grace=5)


@contextmanager
def _jobs(env: Mapping[str, str]) -> Iterator[None]:
    with ExitStack() as running:
        for word in ("relay", "work"):
            command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", word]
            child = children.spawn(command, log=FOLDER / "logs" / f"{word}.log", env=env)
            running.callback(children.stop, child, grace=5)
        yield


def _undone(connection: psycopg.Connection) -> int:
    found = connection.execute(UNDONE).fetchone()
    connection.commit()
    return int(found[0]) if found else 0


def _writes(link: Redis) -> bool:
    try:
        return bool(link.set("failover", "1"))
    except RedisError:
        return False


def _wait(done: Callable[[], bool], trouble: str) -> None:
    if not children.until(done, within=WITHIN_S):
        raise NotStarted(trouble)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
