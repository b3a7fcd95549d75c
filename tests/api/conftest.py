"""A shop that the pretend WeChat knows, and people who call it."""

from dataclasses import dataclass

import pytest
import requests

from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from app.web import auth, limits, tills
from tests.api.calling import Caller, real_app, real_channel, token_of_member, token_of_staff
from tests.builders.catalog import an_offer
from tests.builders.members import a_member
from tests.builders.merchants import a_clerk, a_merchant, a_store, an_api_key
from tests.simulator.world import APP


@pytest.fixture(autouse=True)
def _nothing_remembered(app):
    """Each test begins with processes that know nothing yet."""
    auth.forget()
    tills.forget()
    limits.forget_absence()


@pytest.fixture
def client(app, committed):
    return app.test_client()


@dataclass(kw_only=True)
class Shop:
    """As the builders' shop, with keys that work."""

    merchant: object
    app: object
    channel: object
    store: object
    clerk: object
    offer: object

    @property
    def id(self):
        return self.merchant.id

    @property
    def appid(self):
        return self.app.appid


@pytest.fixture
def shop(committed):
    merchant = a_merchant()
    store = a_store(merchant=merchant)
    with transaction():
        app, channel = real_app(merchant), real_channel(merchant)
    return Shop(
        merchant=merchant,
        app=app,
        channel=channel,
        store=store,
        clerk=a_clerk(store),
        offer=an_offer(merchant=merchant),
    )


@pytest.fixture
def phone(wechat):
    return Phone(wechat.url)


class Phone:
    """小明's phone in the pretend WeChat."""

    def __init__(self, url):
        self._url = url
        found = requests.get(f"{url}/_sim/users/小明", timeout=5).json()
        self.openid = found["openids"][APP.appid]

    def _do(self, what, **said):
        answer = requests.post(f"{self._url}/_sim/users/小明/{what}", json=said, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def login_code(self):
        return self._do("login", appid=APP.appid)["code"]

    def phone_code(self):
        return self._do("phone-code", appid=APP.appid)["code"]

    def enter_chat(self, name):
        """He opens a mini-program from a card in this chat; what wx.getGroupEnterInfo tells."""
        said = {"name": name, "people": ["小明"]}
        requests.post(f"{self._url}/_sim/groups", json=said, timeout=5)
        return self._do("group-enter", appid=APP.appid, group=name)

    def pay(self, parameters):
        return self._do("pay", **parameters)["result"]

    def paid(self, number):
        """What WeChat says about a bill that was paid, as a notice's resource."""
        notices = requests.get(f"{self._url}/_sim/notices", timeout=5).json()
        return next(
            each["resource"] for each in notices if each["resource"].get("out_trade_no") == number
        )

    def last_paid(self):
        """The same, about the bill that was paid last."""
        return requests.get(f"{self._url}/_sim/notices", timeout=5).json()[-1]["resource"]

    def fault(self, kind, **more):
        requests.post(f"{self._url}/_sim/faults", json={"kind": kind, **more}, timeout=5)

    def no_faults(self):
        requests.delete(f"{self._url}/_sim/faults", timeout=5)


@pytest.fixture
def guest(client, shop):
    return Caller(client, shop.merchant)


@pytest.fixture
def buyer(shop, phone):
    return a_member(merchant=shop.merchant, appid=APP.appid, openid=phone.openid, at=clock.now())


@pytest.fixture
def member(client, shop, buyer, phone):
    return Caller(
        client, shop.merchant, bearer=token_of_member(buyer, shop.app, openid=phone.openid)
    )


@pytest.fixture
def stranger(client, shop):
    """Another member of the same shop."""
    other = a_member(merchant=shop.merchant, appid=APP.appid, at=clock.now())
    return Caller(client, shop.merchant, bearer=token_of_member(other, shop.app))


@pytest.fixture
def clerk(client, shop):
    return Caller(client, shop.merchant, bearer=token_of_staff(shop.clerk, shop.store))


@pytest.fixture
def manager(client, shop):
    hired = a_clerk(shop.store, role=Role.MANAGER)
    return Caller(client, shop.merchant, bearer=token_of_staff(hired, shop.store))


@pytest.fixture
def cashier(client, shop):
    return Caller(client, shop.merchant, bearer=an_api_key(shop.store).secret)
