"""Every page of a shop with one of everything, at both widths: pleasant to browser, eye and ear.

`KABAO_PICTURES=folder` keeps what was seen.
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.domain.merchants import Role
from tests.admin import matrix
from tests.admin.browsing import signed_in
from tests.admin.chromium import DESKTOP, PHONE, a_page, chromium, served
from tests.admin.neighbour import a_neighbour
from tests.builders.merchants import a_clerk

PICTURES = os.environ.get("KABAO_PICTURES")
GRAVE = {"serious", "critical"}
# Whoever is signed in is led away from these, or they are no pages: files, pictures, fragments.
NO_PAGES = {
    "entering.by_wechat",
    "entering.sign_in",
    "offline.worker",
    "security.link",
}
FILES = ("text/csv", "image/", "application/")


@pytest.fixture
def things(app, committed):
    return a_neighbour()


@pytest.fixture
def owner(app, things):
    shop = things["shop"]
    return signed_in(
        app, shop.merchant, a_clerk(shop.store, role=Role.OWNER, name="王女士的店长" * 3)
    )


def pages_to_look_at(app, owner, things):
    """What answers its owner with a page of HTML."""
    home = f"/admin/{things['shop'].merchant.number}"
    for page in matrix.pages_of(app):
        if page.method != "GET" or page.name in NO_PAGES:
            continue
        answer = owner.get(page.path(things))
        if answer.status_code == 200 and "<main" in answer.text:
            yield page.name, home + page.path(things)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_whole_fits_and_can_be_read_by_everybody(app, owner, things, size):
    axe, found, looked = Axe(), {}, 0
    with (
        served(app) as address,
        chromium() as browser,
        a_page(browser, address, owner, size=size) as (page, _context, seen),
    ):
        for name, path in pages_to_look_at(app, owner, things):
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            found[name] = [*offences(page, axe), *seen.errors, *seen.strangers]
            seen.errors.clear()
            seen.strangers.clear()
            keep_picture(page, name, size)
            looked += 1
    assert looked > 60
    assert {name: said for name, said in found.items() if said} == {}


def offences(page, axe):
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "too wide"
    for violation in axe.run(page).response["violations"]:
        if violation["impact"] in GRAVE:
            nodes = [node["html"][:90] for node in violation["nodes"][:3]]
            yield f"{violation['id']}: {violation['help']} {nodes}"


def keep_picture(page, name, size):
    if PICTURES:
        place = Path(PICTURES)
        place.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=place / f"{name}-{size['width']}.png", full_page=True)
