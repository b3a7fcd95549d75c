"""Two houses side by side, the database watched from outside, and the log read after each test."""

import pytest
from sqlalchemy.engine import make_url

from app.web import auth, h5, limits, tills
from tests.walks.houses import a_house
from tests.walks.walking import Town
from tests.walks.watching import Watch


@pytest.fixture(scope="session")
def town(app, wechat):
    """Ours and theirs."""
    with app.app_context():
        ours, theirs = (a_house(wechat.url, name=name) for name in ("好味咖啡", "隔壁老王"))
    return Town(app=app, ours=ours, theirs=theirs)


@pytest.fixture(scope="session")
def watch(database_url):
    url = make_url(database_url).set(drivername="postgresql")
    watch = Watch(url.render_as_string(hide_password=False))
    yield watch
    watch.close()


@pytest.fixture(autouse=True)
def _nothing_remembered(app, redis):
    auth.forget()
    tills.forget()
    limits.forget_absence()


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """A web page as small as can be."""
    folder = tmp_path_factory.mktemp("h5")
    (folder / "index.html").write_text("<!doctype html>", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _built(build, monkeypatch):
    monkeypatch.setattr(h5, "BUILD", build)


@pytest.fixture(autouse=True)
def said(capfd, caplog, town):
    """What was logged; in none of it is anybody named or any secret told."""
    printed = []

    def read():
        printed.extend(capfd.readouterr())
        printed.extend(caplog.messages)
        return "\n".join(printed)

    yield read
    everything = read()
    assert {secret for secret in town.secrets() if secret in everything} == set()
