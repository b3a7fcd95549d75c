"""The web page of the official account: its files, for one shop each."""

import re
from dataclasses import replace
from functools import partial

import pytest

from app.web import h5
from tests.builders.merchants import a_merchant


@pytest.fixture
def build(tmp_path, monkeypatch):
    folder = tmp_path / "h5"
    (folder / "assets").mkdir(parents=True)
    (folder / "static").mkdir()
    (folder / "index.html").write_text("<!doctype html>页", encoding="utf-8")
    (folder / "assets" / "index-1a2b.js").write_text("1", encoding="utf-8")
    (folder / "static" / "tab.png").write_bytes(b"png")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(h5, "BUILD", folder)
    return folder


@pytest.fixture
def look(client):
    """Read to the end, as a browser does, so that the file is closed."""
    return partial(client.get, buffered=True)


@pytest.fixture
def home(shop):
    return f"/h5/{shop.merchant.number}/"


def test_the_page_is_asked_about_each_time_and_runs_no_script_but_ours(look, home, build):
    answer = look(home)

    assert (answer.status_code, answer.text) == (200, "<!doctype html>页")
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "script" not in policy["style-src"]


def test_assets_are_kept_for_a_year_and_other_files_are_not(look, home, build):
    asset = look(f"{home}assets/index-1a2b.js")
    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "javascript" in asset.content_type
    assert look(f"{home}static/tab.png").headers["Cache-Control"] == "public, max-age=86400"


def test_what_has_not_changed_is_not_sent_again(look, home, build):
    known = look(home).headers["ETag"]
    assert look(home, headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize(
    "way",
    [
        "../secret.txt",
        "assets/../../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "..%5csecret.txt",
        "assets/",
        "assets",
        "%00",
        "nothing.js",
    ],
)
def test_no_way_leads_out_of_the_folder(look, home, build, way):
    answer = look(home + way)
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_without_its_last_slash_the_address_gets_one_on_this_server(look, home, build):
    answer = look(home.rstrip("/"), headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, home)


@pytest.mark.parametrize("number", ["M2222222222222222", "M1", "x"])
@pytest.mark.parametrize("rest", ["", "/", "/index.html"])
def test_a_shop_that_is_none_is_told_in_words(look, build, committed, number, rest):
    answer = look(f"/h5/{number}{rest}")
    assert answer.status_code == 404
    assert "没有这家店" in answer.text


def test_without_a_number_it_says_what_is_missing(look, build):
    answer = look("/h5/")
    assert (answer.status_code, "店铺编号" in answer.text) == (404, True)


def test_without_a_build_it_says_what_to_do(look, home, tmp_path, monkeypatch):
    monkeypatch.setattr(h5, "BUILD", tmp_path / "nothing")
    answer = look(home)
    assert (answer.status_code, "make frontend" in answer.text) == (503, True)


REAL = {"is_production": True}
REHEARSED = {"is_production": False, "wechat_open_url": "https://open.weixin.qq.com"}


def seen(page):
    """Who may frame it, whose scripts it runs, and the page itself."""
    policy = page.headers["Content-Security-Policy"]
    return (
        re.search(r"frame-ancestors (\S+)", policy)[1],
        re.search(r"script-src ([^;]+)", policy)[1],
        page.text,
    )


def test_the_pretend_wechat_frames_it_and_gives_it_what_wechats_browser_does(
    look, app, home, build
):
    (build / "index.html").write_text("<head><title>页</title></head>", encoding="utf-8")
    pretend = app.extensions["settings"].wechat_open_url

    frame, scripts, text = seen(look(home))

    assert (frame, scripts) == (pretend, f"'self' {pretend}")
    assert f'<script src="{pretend}/_sim/static/jsbridge.js"></script>' in text
    assert text.index("jsbridge") < text.index("<title>")


@pytest.mark.parametrize("elsewhere", [REAL, REHEARSED])
def test_without_a_pretend_wechat_nobody_frames_it_and_its_own_scripts_run_alone(
    look, app, home, build, monkeypatch, elsewhere
):
    (build / "index.html").write_text("<head><title>页</title></head>", encoding="utf-8")
    settings = replace(app.extensions["settings"], **elsewhere)
    monkeypatch.setitem(app.extensions, "settings", settings)

    assert seen(look(home)) == ("'none'", "'self'", "<head><title>页</title></head>")


def test_another_shops_page_is_the_same_page(look, home, build, committed):
    other = a_merchant()
    assert look(f"/h5/{other.number}/").data == look(home).data
