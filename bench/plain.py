"""The floor's statements through pgbench: what PostgreSQL alone needs for them."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from bench import bare, floor
from bench.measuring import WentWrong
from bench.world import Scale, World
from deploy.local.binaries import postgres_programs

NAMED = re.compile(r"%\((\w+)\)s")
LATENCY = re.compile(r"^\d+ \d+ (\d+) ", re.MULTILINE)

# What the web server would have made up in Python is made up by SQL here; `:n` is new each time.
_ALIKE = {
    "merchant": ":merchant::bigint",
    "store": ":store::bigint",
    "app": ":app::bigint",
    "channel": ":channel::bigint",
    "revision": ":revision::bigint",
    "price": ":price::bigint",
    "member": ":member::bigint",
    "at": "now()",
    "key": "('key-of-the-attempt-' || :tag || '-' || :n)",
    "hash": "'\\x0101010101010101010101010101010101010101010101010101010101010101'::bytea",
    "answer": f"'{bare.ANSWER}'",
}
_REDEEM = _ALIKE | {
    "actor": "('staff:' || :clerk)",
    "voucher": ":voucher::bigint",
    "number": "('D' || :tag || '-' || :n)",
    "points_until": "now() + interval '1 year'",
    "details": """'{"redemption": "D2222222222222222", "store_id": 1}'""",
    "payload": """'{"merchant_id": 1, "redemption_number": "D2222222222222222"}'""",
}
_PLACE = _ALIKE | {
    "actor": "('member:' || :member)",
    "offer": ":offer::bigint",
    "number": "('O' || :tag || '-' || :n)",
    "payment": "('P' || :tag || '-' || :n)",
    "appid": "'wx0123456789abcdef'",
    "openid": "('o_bench' || :member)",
    "title": f"'{bare.TITLE}'",
    "pay_until": "now() + interval '15 minutes'",
    "look_at": "now() + interval '1 minute'",
}
_RECEIVE = _ALIKE | {
    "source": "'wechat_pay.payments'",
    "reference": "('EV-' || :tag || '-' || :n)",
    "headers": "repeat('x', 600)",
    "body": "repeat('x', 1000)",
    "transaction": "('42000' || :tag || '-' || :n)",
    "payment": "('P' || :tag || '-' || :n)",
    "card": "('C' || :tag || '-' || :n)",
    "vouchers": "ARRAY['Va' || :tag || '-' || :n, 'Vb' || :tag || '-' || :n]",
    "valid_until": "now() + interval '30 days'",
}
_CLAIM = _ALIKE | {
    "member": ":claimant::bigint",
    "gift": ":gift::bigint",
    "card": "('Cg' || :tag || '-' || :n)",
}
_HELP = _ALIKE | {
    "member": ":helper::bigint",
    "task": ":task::bigint",
    "offer": ":first_offer::bigint",
    "number": "('H' || :tag || '-' || :n)",
    "card": "('Ch' || :tag || '-' || :n)",
    "voucher": "('Vh' || :tag || '-' || :n)",
    "address": "'\\x0101010101010101010101010101010101010101010101010101010101010101'::bytea",
    "valid_until": "now() + interval '30 days'",
}
_START = """\\set n :n + 1
\\set i :start + :client_id * :each + :n
\\set tag :start + :client_id * :each
\\set member :first_member + :i % :members
\\set clerk :first_clerk + :i % :clerks
\\set voucher :first_voucher + :i
\\set offer :first_offer + :i % :offers
\\set gift :first_gift + :i
\\set claimant :first_member + (:first_given + :i + 1) % :members
\\set task :first_task + :i
\\set helper :first_member + (:sharers + :i) % :members
"""


@dataclass(frozen=True)
class Run:
    """Latencies in seconds; `cpu_s` is what pgbench itself used."""

    latencies: list[float]
    wall_s: float
    cpu_s: float


class Pgbench:
    def __init__(self, folder: Path, database_url: str, world: World, scale: Scale) -> None:
        self._url, self._folder = make_url(database_url), folder / "pgbench"
        self._folder.mkdir(parents=True, exist_ok=True)
        contents = json.dumps(world.contents)
        place = _PLACE | {"contents": f"'{contents}'"}
        self._scripts = {
            "redeem": _script(floor.REDEEM, _REDEEM),
            "sale": _script(floor.PLACE, place) + _translate(floor.RECEIVE, _RECEIVE) + ";\n",
            "wallet": _script(floor.WALLET, _ALIKE),
            "claim": _script(floor.CLAIM, _CLAIM),
            "help": _script(floor.HELP, _HELP),
        }
        self._known = {
            "merchant": world.merchant,
            "store": world.store,
            "app": world.app,
            "channel": world.channel,
            "revision": world.revision,
            "price": world.price,
            "first_offer": world.first_offer,
            "offers": len(world.offer_numbers),
            "first_member": world.first_member,
            "members": scale.members,
            "first_clerk": world.first_clerk,
            "clerks": scale.clerks,
            "first_voucher": world.first_voucher,
            "first_gift": world.first_gift,
            "first_given": scale.first_given,
            "first_task": world.first_task,
            "sharers": scale.sharers,
        }

    def run(self, script: str, *, start: int, count: int, clients: int) -> Run:
        """`count` operations beginning with the `start`th customer or voucher."""
        each = count // clients
        for old in self._folder.glob("log*"):
            old.unlink()
        path = self._folder / f"{script}.sql"
        path.write_text(self._scripts[script])
        values = self._known | {"start": start, "each": each, "n": -1}
        before = os.times()
        done = self._call(path, values, each=each, clients=clients)
        after = os.times()
        cpu = after.children_user + after.children_system
        return Run(
            latencies=self._latencies(),
            wall_s=_wall(done, each * clients),
            cpu_s=cpu - before.children_user - before.children_system,
        )

    def _call(self, path: Path, values: Mapping[str, object], *, each: int, clients: int) -> str:
        command = [postgres_programs() / "pgbench", "-n", "-M", "prepared", "-f", path]
        command += ["-c", clients, "-j", 1, "-t", each, "-l", "--log-prefix", self._folder / "log"]
        command += [f"-D{name}={value}" for name, value in values.items()]
        command += ["-h", self._url.host, "-p", self._url.port, "-U", self._url.username]
        done = subprocess.run(
            [str(part) for part in [*command, self._url.database]],
            env=os.environ | {"PGPASSWORD": str(self._url.password), "PGOPTIONS": "-c jit=off"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or "number of failed transactions: 0 " not in done.stdout:
            raise RuntimeError(f"pgbench failed:\n{done.stdout[-800:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def _latencies(self) -> list[float]:
        logs = [log.read_text() for log in self._folder.glob("log*")]
        return [int(micros) / 1e6 for log in logs for micros in LATENCY.findall(log)]


def _wall(said: str, count: int) -> float:
    rate = re.search(r"tps = ([0-9.]+)", said)
    if rate is None:
        raise WentWrong(f"pgbench told no rate: {said[:200]}")
    return count / float(rate[1])


def _script(statement: str, values: Mapping[str, str]) -> str:
    return _START + _translate(statement, values) + ";\n"


def _translate(statement: str, values: Mapping[str, str]) -> str:
    return NAMED.sub(lambda named: values[named[1]], statement).strip()
