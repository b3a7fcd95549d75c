"""One house and one browser for all of these tests; new people, each with a phone, for each."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.admin.chromium import launched, playing
from tests.phone.phones import a_phone
from tests.phone.stack import ROOT, the_stack

BUILD = ROOT / "miniprogram" / "dist" / "phone"


def pytest_collection_modifyitems(items):
    """They share one house: with `--dist loadgroup` one process has them all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("phone"))


@pytest.fixture(scope="session")
def playwright():
    with playing() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    with launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def stack(server_url, worker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    with the_stack(folder, server_url=server_url, worker=worker) as stack:
        yield stack


@pytest.fixture
def phone(stack, browser):
    """`phone("小美")`: a new person's phone with the mini-program open."""
    stack.run_app(BUILD)
    with ExitStack() as open_phones:

        def open_phone(name, **how):
            person = stack.newcomer(name)
            one = open_phones.enter_context(a_phone(browser, stack, person, **how))
            one.open_app()
            return one

        yield open_phone
