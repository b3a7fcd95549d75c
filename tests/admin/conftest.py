"""A shop with an owner, a manager and a clerk, each in front of a browser."""

from dataclasses import dataclass

import pytest

from app.domain.merchants import Role
from app.web import limits
from tests.admin.browsing import Browser, signed_in
from tests.admin.chromium import launched, playing, served
from tests.builders.merchants import a_clerk, a_merchant, a_store


@dataclass(kw_only=True)
class House:
    merchant: object
    store: object
    people: dict
    owner: Browser
    manager: Browser
    clerk: Browser
    stranger: Browser

    @property
    def id(self):
        return self.merchant.id


@pytest.fixture(autouse=True)
def _nothing_remembered(app):
    limits.forget_absence()


@pytest.fixture
def house(app, committed):
    merchant = a_merchant()
    store = a_store(merchant=merchant)
    people = {role: a_clerk(store, role=role, name=role.value) for role in Role}
    return House(
        merchant=merchant,
        store=store,
        people=people,
        owner=signed_in(app, merchant, people[Role.OWNER]),
        manager=signed_in(app, merchant, people[Role.MANAGER]),
        clerk=signed_in(app, merchant, people[Role.CLERK]),
        stranger=Browser(app, merchant),
    )


@pytest.fixture(scope="session")
def playwright():
    with playing() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    """One Chromium for all tests of a process; each page of theirs has a profile of its own."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def address(app):
    """Where that Chromium finds the panel."""
    with served(app) as address:
        yield address
