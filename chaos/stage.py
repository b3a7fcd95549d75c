"""The whole house, as production runs it: what dies is started again, and every death is counted."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chaos import shop as assortment
from chaos.crowd import Crowd
from chaos.customer import Street
from chaos.inside import Inside, inside
from chaos.machines import Postgres, Valkey
from deploy.local.children import free_port
from deploy.local.house import House, furnish, processes, settle_in
from deploy.local.orphans import InUse
from deploy.local.servers import HOME, Addresses, postgres, valkey
from deploy.local.supervisor import Process, Supervisor

READY_WITHIN_S = 180.0
CLOCK = "KABAO_CLOCK_OFFSET"
OURS = ("web", "relay", "schedule", "worker-1", "worker-2")


@dataclass(kw_only=True)
class Stage:
    """Everything that can be struck, and where the clients write."""

    folder: Path
    house: Inside
    street: Street
    supervisor: Supervisor
    postgres: Postgres
    valkey: Valkey
    clocks: dict[str, dict[str, str]]
    deaths: Counter[str]
    crowds: list[Crowd] = field(default_factory=list)
    jumps: int = 0

    @property
    def journals(self) -> list[Path]:
        return [self.folder / "journals" / f"{number}.jsonl" for number in range(len(self.crowds))]

    def set_clocks(self, seconds: int) -> None:
        """All of ours begin anew by another clock: settings are read once, at the start."""
        for name in OURS:
            self.clocks[name][CLOCK] = str(seconds)
            self.supervisor.kill(name)


@contextmanager
def set_up(*, crowds: int, people: int, again_s: int) -> Iterator[Stage]:
    """Throwaway servers, durable as in production; nothing is left of them.

    `again_s`: after so many seconds work that nobody finished is handed out again.
    """
    with ExitStack() as running:
        folder, redis = _free_folder(running)
        running.callback(shutil.rmtree, folder, ignore_errors=True)
        address = running.enter_context(postgres(folder, throwaway=True, durable=True))
        settled = settle_in(Addresses(database=address, redis=redis), folder=folder)
        house = running.enter_context(inside(_elsewhere(settled, again_s=again_s)))
        shop = furnish(house)
        database = running.enter_context(Postgres(folder, address).watched())
        queue = running.enter_context(Valkey(folder, redis).watched())
        deaths: Counter[str] = Counter()
        ours = _ours(house, shop)
        supervisor = running.enter_context(
            Supervisor(ours, logs=folder / "logs", say=lambda line: _count(deaths, line))
        )
        stage = Stage(
            folder=folder,
            house=house,
            street=assortment.open_shop(house, shop),
            supervisor=supervisor,
            postgres=database,
            valkey=queue,
            clocks={each.name: _settings_of(each) for each in ours},
            deaths=deaths,
        )
        _let_in(running, stage, crowds=crowds, people=people)
        yield stage


def _elsewhere(house: House, *, again_s: int) -> House:
    """Away from the usual ports, where a demonstration may be running."""
    web, wechat = free_port(), free_port()
    moved = replace(house, web_port=web, wechat_port=wechat)
    names = ("WECHAT_URL", "WECHAT_PAY_URL", "WECHAT_OPEN_URL")
    moved.env.update(dict.fromkeys(names, moved.wechat_url))
    # Callers come from many addresses, as behind a proxy.
    moved.env.update(
        {
            "KABAO_PUBLIC_URL": moved.web_url,
            "KABAO_PROXIES": "1",
            "KABAO_OUTBOX_AGAIN_SECONDS": str(again_s),
        }
    )
    return moved


def _settings_of(process: Process) -> dict[str, str]:
    """The very settings that its next life will have."""
    if not isinstance(process.env, dict):
        raise TypeError("the settings cannot be changed")
    return process.env


def _free_folder(running: ExitStack) -> tuple[Path, str]:
    """The first that no other run is using, and the queue's server in it."""
    number = 1
    while True:
        folder = HOME / "chaos" / str(number)
        try:
            return folder, running.enter_context(valkey(folder, throwaway=True))
        except InUse:
            number += 1


def _ours(house: House, shop: dict[str, Any]) -> list[Process]:
    """Each with settings of its own; the pictures of phones are not needed."""
    return [
        replace(each, env=dict(each.env), ready_within=READY_WITHIN_S)
        for each in processes(house, shop)
        if each.name != "app"
    ]


def _count(deaths: Counter[str], line: str) -> None:
    name, _, news = line.partition(": ")
    if news.startswith("died"):
        deaths[name] += 1


def _let_in(running: ExitStack, stage: Stage, *, crowds: int, people: int) -> None:
    log = running.enter_context((stage.folder / "logs" / "crowd.log").open("ab"))
    for number in range(crowds):
        journal = stage.folder / "journals" / f"{number}.jsonl"
        crowd = Crowd(stage.street, journal, people=people, log=log)
        running.callback(crowd.close)
        stage.crowds.append(crowd)
