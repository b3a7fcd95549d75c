"""Every page of a shop, at both widths: pleasant to the browser, the eye and the ear."""

import pytest

from app.domain.merchants import Role
from tests.admin.browsing import signed_in
from tests.admin.chromium import a_page
from tests.admin.long_names import lengthen
from tests.admin.looking import addresses, is_page, widths, widths_and_barriers
from tests.admin.neighbour import a_neighbour
from tests.builders.merchants import a_clerk, a_merchant, a_store
from tests.builders.orders import a_buyer, a_paid_order, a_shop

# A machine that does much else at once is slow at drawing.
pytestmark = pytest.mark.timeout(400)
# Slices of pages, so that processes share them.
SLICES = range(4)
MANY = 30
LISTS = ("orders", "vouchers", "members", "history", "numbers/unused")
FORMS = (
    "agenda",
    "assists/new",
    "benefits/new",
    "campaigns/new/sale",
    "goodwill",
    "offers/new/single",
    "till/offline",
    "paper/new",
    "people",
    "points",
    "settings/apps/new",
    "settings/pay/new",
    "tags",
    "tiers/edit",
    "value",
)
# The longest form of the page goes out empty, past the browser's own checks.
SEND_IT_EMPTY = """() => {
  const forms = [...document.querySelectorAll("main form[method=post]")];
  const form = forms.sort((one, other) => other.elements.length - one.elements.length)[0];
  const typed = "input:not([type=hidden], [type=checkbox], [type=radio], [type=file]), textarea";
  for (const field of form.querySelectorAll(typed)) field.value = "";
  form.noValidate = true;
  form.requestSubmit();
}"""


@pytest.fixture(scope="module")
def full(app):
    """An owner's browser, and the pages of his shop: one of everything, each of a long name."""
    with app.app_context():
        things = a_neighbour()
        shop = things["shop"]
        owner = signed_in(app, shop.merchant, a_clerk(shop.store, role=Role.OWNER))
        lengthen(shop.id)
        return owner, addresses(app, owner, things)


@pytest.fixture(scope="module")
def fresh(app):
    """The same of a shop that was opened this minute."""
    with app.app_context():
        merchant = a_merchant()
        owner = signed_in(app, merchant, a_clerk(a_store(merchant=merchant), role=Role.OWNER))
        return owner, addresses(app, owner, {})


@pytest.fixture
def crowded(app, committed):
    """The owner's browser of a shop whose lists go on."""
    shop = a_shop()
    for _each in range(MANY):
        a_paid_order(shop, buyer=a_buyer(shop))
    lengthen(shop.id)
    return signed_in(app, shop.merchant, a_clerk(shop.store, role=Role.OWNER))


def offences(found):
    return {name: said for name, said in found.items() if said}


@pytest.mark.parametrize("part", SLICES)
@pytest.mark.usefixtures("committed")
def test_every_page_fits_with_long_names_and_can_be_read(full, browser, address, part):
    (owner, paths), found = full, {}
    pages = [each for each in paths[part :: len(SLICES)] if is_page(owner, each[1])]
    with a_page(browser, address, owner) as (page, _context, seen):
        for name, path in pages:
            page.goto(address + path)
            told = widths_and_barriers(page, name, f"{name}-full")
            found[name] = [*told, *seen.take()]
    assert len(found) > 60 // len(SLICES)
    assert offences(found) == {}


@pytest.mark.parametrize("part", SLICES)
@pytest.mark.usefixtures("committed")
def test_every_page_of_a_fresh_shop_fits(fresh, browser, address, part):
    (owner, paths), found = fresh, {}
    pages = [each for each in paths[part :: len(SLICES)] if is_page(owner, each[1])]
    with a_page(browser, address, owner) as (page, _context, seen):
        for name, path in pages:
            page.goto(address + path)
            found[name] = [*widths(page, f"{name}-fresh"), *seen.take()]
    assert len(found) > 40 // len(SLICES)
    assert offences(found) == {}


def test_every_form_says_what_is_wrong_and_still_fits(full, browser, address):
    (owner, _paths), found = full, {}
    with a_page(browser, address, owner) as (page, _context, seen):
        for path in FORMS:
            page.goto(address + owner.path(f"/{path}"))
            with page.expect_navigation():
                page.evaluate(SEND_IT_EMPTY)
            name = path.replace("/", "-")
            told = widths_and_barriers(page, name, f"{name}-wrong")
            found[name] = [*told, *_unexpected(seen)]
            if not page.locator(".invalid-feedback, .alert-danger").count():
                found[name].append("nothing is said to be wrong")
    assert offences(found) == {}


def _unexpected(seen):
    """The refusal's own status is no surprise."""
    return [said for said in seen.take() if "status of 4" not in said]


def test_lists_with_more_pages_than_one_fit(crowded, browser, address):
    owner, found = crowded, {}
    with a_page(browser, address, owner) as (page, _context, seen):
        for path in LISTS:
            page.goto(address + owner.path(f"/{path}"))
            found[path] = [*widths(page, f"{path.replace('/', '-')}-many"), *seen.take()]
    assert offences(found) == {}
