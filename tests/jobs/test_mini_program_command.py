"""The customer's app, made ready for one shop."""

import json

import pytest

from app.cli import mini_program
from tests.builders.merchants import a_merchant, an_app

API = "https://card.example.com"


@pytest.fixture
def build(tmp_path, monkeypatch):
    folder = tmp_path / "mp-weixin"
    (folder / "pages").mkdir(parents=True)
    (folder / "site.js").write_text(
        'exports.site={api:"https://api.kabao.invalid",merchant:"M0000000000000000"}'
    )
    (folder / "pages" / "home.js").write_text("1")
    (folder / "project.config.json").write_text('{"appid": "touristappid", "setting": {"a": 1}}')
    monkeypatch.setattr(mini_program, "BUILD", folder)
    return folder


@pytest.fixture
def shop(committed):
    return a_merchant()


@pytest.fixture
def export(app, shop, tmp_path, build):
    appid = an_app(merchant=shop).appid

    def run(*more, **other):
        said = {"--merchant": shop.number, "--appid": appid, "--to": str(tmp_path / "out")} | other
        words = [word for pair in said.items() for word in pair]
        return app.test_cli_runner().invoke(args=["mini-program", "export", *words, *more])

    return run


def test_it_speaks_to_this_server_for_this_shop(export, shop, tmp_path, app):
    done = export("--for-development")

    assert done.exit_code == 0, done.output
    out = tmp_path / "out"
    home = app.extensions["settings"].public_url
    assert (out / "site.js").read_text() == (
        f'exports.site={{api:"{home}",merchant:"{shop.number}"}}'
    )
    assert (out / "pages" / "home.js").read_text() == "1"
    config = json.loads((out / "project.config.json").read_text())
    assert config["appid"].startswith("wx")
    assert config["setting"] == {"a": 1}


def test_plain_http_is_for_development_only(export, tmp_path):
    done = export()
    assert done.exit_code != 0
    assert "--for-development" in done.output
    assert not (tmp_path / "out").exists()


def test_what_lies_in_the_folder_is_not_touched(export, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    done = export("--for-development")
    assert (done.exit_code != 0, "not empty" in done.output) == (True, True)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_anothers_app_is_refused(export, tmp_path, committed):
    other = an_app(merchant=a_merchant()).appid
    done = export("--for-development", **{"--appid": other})
    assert (done.exit_code != 0, "no mini-program of this shop" in done.output) == (True, True)


def test_without_a_build_it_says_what_to_do(export, tmp_path, monkeypatch):
    monkeypatch.setattr(mini_program, "BUILD", tmp_path / "nothing")
    done = export("--for-development")
    assert (done.exit_code != 0, "make frontend" in done.output) == (True, True)
