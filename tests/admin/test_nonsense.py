"""Every page, with what no column can hold in all its fields and questions: never a 500."""

from datetime import date

import psycopg
import pytest
from wtforms import DateField, IntegerField, SelectMultipleField

from app.admin.forms import Form
from app.admin.needs import Need
from app.domain.merchants import Role
from tests.admin import matrix, nonsense
from tests.admin.neighbour import a_neighbour

CHANGES_THE_BROWSER = {"security.sign_out", "security.view_as"}


@pytest.fixture(scope="module")
def neighbour(app):
    with app.app_context():
        return a_neighbour()


@pytest.fixture
def pages(app):
    return [each for each in matrix.pages_of(app) if each.name not in CHANGES_THE_BROWSER]


def test_no_address_with_nonsense_in_it_is_found(house, neighbour, pages):
    found = [
        (page.name, path, answer.status_code)
        for page in pages
        for path in nonsense.paths_with_nonsense(page, neighbour)
        if (answer := asked(house, page, path)).status_code not in {404, 422}
    ]
    assert found == []


def asked(house, page, path, **more):
    return house.owner.get(path) if page.method == "GET" else house.owner.post(path, **more)


@pytest.mark.parametrize("value", nonsense.VALUES, ids=repr)
def test_no_field_with_nonsense_in_it_breaks_a_page(app, house, neighbour, pages, value):
    broken = []
    for page in pages:
        said = dict.fromkeys(nonsense.names_on(app.view_functions[page.endpoint]), value)
        answer = _with(house, page, page.path(neighbour), said)
        is_refused = not said or value != nonsense.NUL or answer.status_code in {404, 422}
        if answer.status_code >= 500 or not is_refused:
            broken.append((page.method, page.name, answer.status_code))
    assert broken == []


def _with(house, page, path, said):
    if page.method == "GET":
        return house.owner.client.get(house.owner.path(path), query_string=said)
    return house.owner.post(path, said)


def test_names_are_found(app):
    names = nonsense.names_on(app.view_functions["panel.people.invite"])
    assert {"name", "role", "stores"} <= set(names)


class Everything(Form):
    number = IntegerField()
    numbers = SelectMultipleField(coerce=int, validate_choice=False)
    day = DateField()


@pytest.mark.parametrize(
    ("said", "is_good"),
    [
        ({"number": 2**63 - 1, "numbers": [1], "day": date(2026, 1, 1)}, True),
        ({"number": 2**63}, False),
        ({"number": -(2**63)}, False),
        ({"numbers": [1, 2**63]}, False),
        ({"day": date(1, 1, 1)}, False),
        ({"day": date(9999, 12, 31)}, False),
    ],
)
def test_a_form_holds_what_a_column_can(app, said, is_good):
    with app.test_request_context():
        form = Everything(formdata=None, data=said)
        assert form.validate() == is_good


def test_a_database_that_is_away_is_told_as_that(app, house, monkeypatch):
    monkeypatch.setitem(app.view_functions, "panel.overview.show", _away)
    answer = house.owner.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "系统繁忙" in answer.text
    assert answer.mimetype == "text/html"
    fragment = house.owner.get("/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Retarget"]) == (503, "#notices")


def test_a_database_that_is_away_at_the_door_is_told_as_that(house, monkeypatch):
    monkeypatch.setattr("app.domain.accounts.who", _away)
    assert house.owner.get("/people").status_code == 503


def _away(*_given, **_more):
    raise psycopg.OperationalError("the server closed the connection unexpectedly")


_away._panel_need = Need(role=Role.CLERK)


def test_an_address_without_a_shop_lets_in_nobody_in_particular(app, house, monkeypatch):
    view = app.view_functions["panel.entering.which_shop"]
    assert house.owner.client.get("/admin/").status_code == 200
    monkeypatch.setattr(view, "_panel_need", Need(role=Role.CLERK))
    assert house.owner.client.get("/admin/").status_code == 403
