"""`flask sessions` and `flask pools`, as somebody at a terminal uses them."""

import json
from types import SimpleNamespace

import pytest

from tests.builders.bookings import a_club
from tests.builders.merchants import a_merchant
from tests.builders.pools import a_code_benefit

SESSION = (
    "--title", "冬季品鉴会",
    "--starts", "2099-05-02T19:00+08:00",
    "--ends", "2099-05-02T21:00+08:00",
)  # fmt: skip


def lines(said):
    return [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def club(app, committed):
    """The numbers of a merchant, his store, and a benefit that seats are booked with."""
    with app.app_context():
        made = a_club()
        return SimpleNamespace(
            number=made.merchant.number,
            store=made.store.number,
            benefit=made.benefit.benefit_number,
        )


def put_on(flask, club, *more):
    return flask("sessions", "add", club.benefit, *SESSION, *more).strip()


def test_a_session_is_put_on_listed_resized_reported_and_called_off(app, flask, club):
    session = put_on(flask, club, "--seats", 1, "--store", club.store)

    assert [each["number"] for each in lines(flask("sessions", "list", club.number))] == [session]
    assert flask("sessions", "guests", session) == ""
    assert flask("sessions", "resize", session, 3) == "0 seats offered to those who waited\n"
    (report,) = lines(flask("sessions", "report", session))
    assert (report["seating"]["capacity"], report["booked"], report["came_bp"]) == (3, 0, None)
    assert flask("sessions", "call-off", session) == "called off\n"
    assert lines(flask("sessions", "list", club.number))[0]["cancelled_at"]


def test_an_instant_without_its_zone_and_too_few_seats_are_refused(flask, club):
    flask("sessions", "add", club.benefit, *SESSION, "--seats", 0, fails=1)
    naive = ["2099-05-02T19:00" if "19:00" in word else word for word in SESSION]
    flask("sessions", "add", club.benefit, *naive, "--seats", 1, fails=2)
    no_time = ["tonight" if "19:00" in word else word for word in SESSION]
    flask("sessions", "add", club.benefit, *no_time, "--seats", 1, fails=2)
    assert flask("sessions", "list", club.number) == ""


def test_codes_are_tried_first_and_imported_then(app, flask, committed, tmp_path):
    with app.app_context():
        merchant = a_merchant()
        number = merchant.number
        taxi = a_code_benefit(merchant=merchant).benefit_number
    file = tmp_path / "codes.txt"
    file.write_text("TAXI-0001\nTAXI-0002\nTAXI-0001\n")

    tried = flask("pools", "import", taxi, file)
    assert lines(flask("pools", "list", number)) == []
    done = flask("pools", "import", taxi, file, "--really")

    assert tried.splitlines()[-1] == "2 codes would be added"
    assert done.splitlines()[-1] == "2 codes added"
    assert json.loads(done.splitlines()[0])["line"] == 3
    assert "TAXI-0001" not in flask("pools", "list", number)
    assert flask("pools", "watch", taxi, 5) == "watched\n"
    (pool,) = lines(flask("pools", "list", number))
    assert (pool["free"], pool["is_low"]) == (2, True)
