"""The whole house of the demonstration, on servers of the test run, with phones that run the app."""

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from sqlalchemy.engine import make_url

from app.simulator.runner import Runner, create_runner, start
from deploy.local.customer import Customer
from deploy.local.friends_act import publish_campaign
from deploy.local.house import furnish, processes, settle_in
from deploy.local.servers import Addresses
from deploy.local.supervisor import Supervisor
from deploy.local.telling import Caller, expect
from tests.builders.databases import a_database

ROOT = Path(__file__).parents[2]
# The tests of this process use the first ones.
REDIS_FROM = 8
ANSWER_SECONDS = 30


@dataclass(kw_only=True)
class Stack:
    """What runs, and the shop in it."""

    house: object
    shop: dict
    runner: object = None
    _folder: Path | None = None

    @property
    def wechat_url(self):
        return self.house.wechat_url

    @property
    def app_url(self):
        return self.runner.url if self.runner else self.wechat_url

    @property
    def appid(self):
        return self.shop["appid"]

    def wechat(self):
        return Caller(self.house.wechat_url)

    @property
    def api_url(self):
        return f"{self.house.web_url}/api/v1/{self.shop['merchant']}"

    def newcomer(self, name):
        """Somebody with a phone whom nobody knows yet."""
        person = f"{name}-{secrets.token_hex(2)}"
        expect(200, self.wechat().post("/_sim/users", {"name": person}))
        return person

    def group(self, *people):
        """A group chat of these people; its name."""
        name = f"群-{secrets.token_hex(2)}"
        expect(200, self.wechat().post("/_sim/groups", {"name": name, "people": list(people)}))
        return name

    def run_app(self, folder):
        """From now on phones open this build."""
        if self.runner is not None and folder == self._folder:
            return
        self.stop_app()
        runner = Runner(
            folder=folder,
            api=self.house.web_url,
            merchant=self.shop["merchant"],
            phone=self.house.wechat_url,
        )
        self.runner, self._folder = start(create_runner(runner)), folder
        told = {"url": self.runner.slot_url}
        requests.post(
            f"{self.wechat_url}/_sim/slot", json=told, timeout=ANSWER_SECONDS
        ).raise_for_status()

    def stop_app(self):
        if self.runner is not None:
            self.runner.close()
            self.runner = None


@contextmanager
def the_stack(folder, *, server_url, worker):
    """Everything up. `folder` keeps keys, files and logs."""
    name = f"phone_{os.getpid()}_{worker}"
    server = make_url(server_url)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with a_database(plain, name):
        database = server.set(database=name).render_as_string(hide_password=False)
        redis = make_url(os.environ["REDIS_URL"]).set(database=str(REDIS_FROM + worker))
        addresses = Addresses(database=database, redis=redis.render_as_string(hide_password=False))
        house = settle_in(addresses, folder=folder)
        shop = furnish(house)
        running = [each for each in processes(house, shop) if each.name != "app"]
        with Supervisor(running, logs=folder / "logs", say=lambda _line: None):
            stack = Stack(house=house, shop=shop)
            author = Customer(stack.wechat(), stack.api_url, appid=stack.appid, name="作者")
            publish_campaign(house, shop, author=author.member)
            try:
                yield stack
            finally:
                stack.stop_app()
