"""Every page × every role × another shop's things, from the table of routes. Silence refuses."""

import pytest

from app.admin.needs import Need, need_of
from app.domain import accounts
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import transaction
from tests.admin import matrix
from tests.admin.browsing import Browser, signed_in
from tests.admin.neighbour import a_neighbour
from tests.builders.merchants import a_clerk, a_merchant, a_store

# After these the browser is another one: it signed out, or looks as somebody else.
CHANGES_THE_BROWSER = {"security.sign_out", "security.view_as", "people.disable"}
NO_RIGHT = "没有权限"
PEOPLE = {
    "nobody": (None, None),
    "clerk": (Role.CLERK, None),
    "manager": (Role.MANAGER, None),
    "owner": (Role.OWNER, None),
    "owner as manager": (Role.OWNER, Role.MANAGER),
    "owner as clerk": (Role.OWNER, Role.CLERK),
    "manager as clerk": (Role.MANAGER, Role.CLERK),
}


@pytest.fixture(scope="module")
def neighbour(app):
    with app.app_context():
        return a_neighbour()


@pytest.fixture
def pages(app):
    return matrix.pages_of(app)


def a_browser(app, house, person):
    role, seen_as = PEOPLE[person]
    if role is None:
        return house.stranger
    browser = signed_in(app, house.merchant, house.people[role])
    if seen_as:
        _look_as(house, browser, seen_as)
    return browser


def _look_as(house, browser, role):
    with browser.client.session_transaction(path="/admin/") as kept:
        token = kept["browsers"][house.merchant.number]
    with transaction():
        signed = accounts.who(merchant_id=house.id, token=token, at=clock.now())
        accounts.view_as(merchant_id=house.id, signed=signed, role=role, at=clock.now())


def asked(browser, page, things):
    ask = browser.get if page.method == "GET" else browser.post
    return ask(page.path(things))


def is_led_to_the_door(answer):
    return answer.status_code == 303 and "/sign-in?" in answer.location + "?"


def offence(page, role, answer):
    """What is wrong with this answer to somebody of this role; None when it is right."""
    who = matrix.who_may(page)
    said = (page.method, page.name, role and role.value, answer.status_code)
    is_refused = answer.status_code == 403 and NO_RIGHT in answer.text
    if role is None and who != matrix.ANYBODY:
        return None if is_led_to_the_door(answer) or is_refused else said
    if matrix.is_enough(role, who):
        is_right = not is_refused and answer.status_code < 500
        is_out = is_led_to_the_door(answer) and page.name != "security.sign_out"
        return None if is_right and (role is None or not is_out) else said
    return None if is_refused else said


def test_every_page_says_whom_it_is_for_and_it_is_what_is_written_here(app, pages):
    silent_or_else = [
        (page.name, matrix.declared(app, page), matrix.who_may(page))
        for page in pages
        if matrix.declared(app, page) != matrix.who_may(page) or matrix.who_may(page) is None
    ]
    assert silent_or_else == []


def test_nothing_is_written_here_that_is_no_page(pages):
    written = set().union(*matrix.WHO.values())
    assert written - {page.name for page in pages} == set()


def test_every_address_with_a_name_in_it_is_tried_with_another_shops(pages):
    unknown = {
        (page.name, word)
        for page in pages
        for word in page.arguments
        if not page.thing(word) and word not in matrix.WORDS
    }
    assert unknown == set()


@pytest.mark.parametrize("person", PEOPLE)
def test_each_enters_where_he_may_and_nowhere_else(app, house, neighbour, pages, person):
    role, seen_as = PEOPLE[person]
    browser, offences = a_browser(app, house, person), []
    for page in pages:
        answer = asked(browser, page, neighbour)
        offences.append(offence(page, seen_as or role, answer))
        if page.name in CHANGES_THE_BROWSER:
            browser = a_browser(app, house, person)
    assert [each for each in offences if each] == []


def test_another_shops_things_are_not_found_by_the_owner(house, neighbour, pages):
    found = {}
    for page in pages:
        if page.is_owned and page.name not in CHANGES_THE_BROWSER - {"people.disable"}:
            answer = asked(house.owner, page, neighbour)
            # A form is read first where it is needed to know what is meant.
            may = {404} if page.method == "GET" else {404, 422}
            if answer.status_code not in may:
                found[page.method, page.name] = answer.status_code
    assert found == {}


def test_somebody_of_another_shop_is_nobody_here(app, house, neighbour, pages):
    merchant = a_merchant()
    boss = a_clerk(a_store(merchant=merchant), role=Role.OWNER)
    at_home = signed_in(app, merchant, boss)
    with at_home.client.session_transaction(path="/admin/") as kept:
        token = kept["browsers"][merchant.number]
    abroad = Browser(app, house.merchant, token=token)
    let_in = [
        page.name
        for page in pages
        if matrix.who_may(page) != matrix.ANYBODY
        and not is_led_to_the_door(asked(abroad, page, neighbour))
    ]
    assert let_in == []


def test_no_form_works_without_this_browsers_secret(house, neighbour, pages):
    taken = [
        page.name
        for page in pages
        if page.method == "POST"
        and house.owner.post(page.path(neighbour), csrf="invented").status_code != 403
    ]
    assert taken == []


def test_a_page_that_forgets_to_say_is_closed_to_all(app, house, monkeypatch):
    view = app.view_functions["panel.history.index"]
    monkeypatch.delattr(view, "_panel_need")
    assert need_of(view) is None
    for browser in (house.owner, house.manager, house.clerk, house.stranger):
        assert browser.get("/history").status_code == 403


def test_a_page_that_is_opened_too_wide_is_seen(app, house, neighbour, pages, monkeypatch):
    view = app.view_functions["panel.people.index"]
    monkeypatch.setattr(view, "_panel_need", Need(role=Role.CLERK))
    page = next(each for each in pages if each.name == "people.index")
    assert matrix.declared(app, page) != matrix.who_may(page)
    assert offence(page, Role.CLERK, asked(house.clerk, page, neighbour))


def test_a_page_without_a_door_is_seen(app, house, neighbour, pages, monkeypatch):
    view = app.view_functions["panel.overview.show"]
    monkeypatch.setattr(view, "_panel_need", Need(role=None))
    page = next(each for each in pages if each.name == "overview.show")
    monkeypatch.setitem(app.view_functions, page.endpoint, _greets_everybody)
    monkeypatch.setattr(_greets_everybody, "_panel_need", Need(role=None), raising=False)
    assert offence(page, None, asked(house.stranger, page, neighbour))


def _greets_everybody(merchant):
    return f"hello {merchant}"
