"""Looking at pages as a reader does: whether they fit, and whether everybody can read them."""

from axe_playwright_python.base import AXE_SCRIPT

from tests.admin import matrix
from tests.admin.chromium import DESKTOP, PHONE, draw, is_too_wide, keep_picture, settle

BOTH = (DESKTOP, PHONE)
GRAVE = {"serious", "critical"}
# The menu is the same on every page: it is read on one of them.
MENU, READ_WHOLE = "aside", "overview.show"
ASK_AXE = "context => axe.run(context, {resultTypes: ['violations']}).then(told => told.violations)"
# Whoever is signed in is led away from these, or they are no pages: scripts, files, fragments.
NO_PAGES = frozenset(
    {
        "entering.by_wechat",
        "entering.sign_in",
        "numbers.today",
        "offline.worker",
        "operations.banner",
        "security.link",
        "works.file",
    }
)


def addresses(app, signed, things):
    """Every address that may answer this person with a whole page: its name and its path."""
    return [
        (page.name, signed.path(page.path(things)))
        for page in sorted(matrix.pages_of(app), key=lambda each: each.name)
        if page.method == "GET" and page.name not in NO_PAGES and (things or not page.is_owned)
    ]


def is_page(signed, path):
    """Whether it does: not a file, nor what this shop has not, nor a way elsewhere."""
    answer = signed.client.get(path)
    return answer.status_code == 200 and "<main" in answer.text


def widths(page, name, *, sizes=BOTH):
    """Keep a picture of the page that is open at each width; what is wider than the screen."""
    return [said for _size, told in _at_each(page, name, sizes) for said in told]


def widths_and_barriers(page, name, picture, *, sizes=BOTH):
    """The same, and at each width what keeps somebody from reading the page."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for size, told in _at_each(page, picture, sizes):
        found += [*told, *_barriers(page, name, size)]
    return found


def _at_each(page, picture, sizes):
    settle(page)
    for size in sizes:
        page.set_viewport_size(size)
        draw(page)
        keep_picture(page, f"{picture}-{size['width']}")
        yield size, [f"too wide at {size['width']}"] if is_too_wide(page) else []


def _barriers(page, name, size):
    context = {"exclude": [] if name == READ_WHOLE else [[MENU]]}
    for violation in page.evaluate(ASK_AXE, context):
        if violation["impact"] in GRAVE:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            yield f"{size['width']} {violation['id']}: {violation['help']} {nodes}"
