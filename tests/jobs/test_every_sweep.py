"""Every sweep, by hand, for a given time, twice: the second time there is nothing left to do."""

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy.engine import make_url

from app.kernel import clock
from jobs.schedule import SWEEPS, find
from tests.jobs.due import DUE, build
from tests.walks.watching import Watch

# The list of complaints does not tell whether somebody wrote, so what is open is looked at anew.
LOOKS = {"poll_complaints": 1}


@pytest.fixture(scope="module")
def watch(database_url):
    url = make_url(database_url).set(drivername="postgresql")
    watch = Watch(url.render_as_string(hide_password=False))
    yield watch
    watch.close()


def test_every_sweep_of_the_schedule_is_tried_here():
    assert {sweep.name for sweep in SWEEPS} == DUE.keys()


@pytest.mark.parametrize("name", sorted(DUE))
def test_a_sweep_run_again_for_the_same_time_touches_nothing(shop, watch, monkeypatch, name):
    sweep = find(name)
    at = build(name, shop, monkeypatch)

    with shop.house.app.app_context():
        before = watch.look()
        assert sweep.run(at=at) >= 1
        assert watch.changed(since=before)
        with watch.unchanged():
            assert sweep.run(at=at) == LOOKS.get(name, 0)


def test_a_sweep_is_run_by_hand_for_a_day_that_was_missed(shop, flask, monkeypatch):
    at = build("expire_points", shop, monkeypatch)

    told = flask("jobs", "sweep", "expire_points", "--at", at.isoformat())
    again = flask("jobs", "sweep", "expire_points", "--at", at.isoformat())

    assert int(told.split(": ")[1]) >= 1
    assert again == "expire_points: 0\n"


@pytest.mark.parametrize("told", ["yesterday", "2026-05-01T10:00:00"])
def test_an_instant_is_told_with_its_offset(flask, told):
    flask("jobs", "sweep", "expire_points", "--at", told, fails=2)


def test_nobody_sweeps_the_future_of_a_real_shop(app, flask, monkeypatch):
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    flask("jobs", "sweep", "expire_points", "--at", tomorrow)
    live = dataclasses.replace(app.extensions["settings"], is_production=True)
    monkeypatch.setitem(app.extensions, "settings", live)
    flask("jobs", "sweep", "expire_points", "--at", tomorrow, fails=2)
