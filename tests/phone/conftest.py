"""One house and one browser for all of these tests; new people, each with a phone, for each."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.admin.chromium import launched, playing
from tests.phone.phones import PATIENCE_MILLISECONDS, a_phone
from tests.phone.stack import ROOT, the_stack

BUILD = ROOT / "miniprogram" / "dist" / "phone"
# The first one also waits until the house stands, while the machine does much else at once.
WITH_THE_HOUSE_SECONDS = 600
expect.set_options(timeout=PATIENCE_MILLISECONDS)


def pytest_collection_modifyitems(items):
    """They share one house: with `--dist loadgroup` one process has them all."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("phone"))
            item.add_marker(pytest.mark.timeout(WITH_THE_HOUSE_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.has_failed = report.failed
    return report


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
def phone(stack, browser, request):
    """`phone("小美")`: a new person's phone with the mini-program open."""
    stack.run_app(BUILD)
    phones = []
    with ExitStack() as open_phones:

        def open_phone(name, **how):
            person = stack.newcomer(name)
            one = open_phones.enter_context(a_phone(browser, stack, person, **how))
            phones.append(one)
            one.open_app()
            return one

        yield open_phone
        if getattr(request.node, "has_failed", False):
            for one in phones:
                one.picture(f"failed-{request.node.name}-{one.person}")
