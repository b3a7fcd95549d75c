"""Of what a build is made, and how another one is told from it. No node runs here."""

import json

import pytest

from deploy.local import api_types, frontend
from deploy.local.frontend_stamp import differences, is_installed, stamp_of


def write(path, text="1"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def app(tmp_path):
    for name in ("package.json", "src/main.ts", "tools/wxrun/build.mjs", "tests/a.ts"):
        write(tmp_path / name)
    for name in ("dist/h5/index.html", "node_modules/vue/index.js"):
        write(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["package.json", "src/main.ts", "tools/wxrun/build.mjs"])
def test_a_changed_source_is_seen(app, name):
    before = stamp_of(app)
    write(app / name, "2")
    assert stamp_of(app) != before


@pytest.mark.parametrize("name", ["tests/a.ts", "dist/h5/index.html", "node_modules/vue/index.js"])
def test_what_no_build_is_made_of_is_not_looked_at(app, name):
    before = stamp_of(app)
    write(app / name, "2")
    assert stamp_of(app) == before


def test_a_new_a_lost_and_a_renamed_source_are_seen(app):
    before = stamp_of(app)
    (app / "src/main.ts").rename(app / "src/other.ts")
    renamed = stamp_of(app)
    (app / "src/other.ts").unlink()
    assert len({before, renamed, stamp_of(app)}) == 3


def test_two_builds_are_compared_file_by_file(tmp_path):
    for name, text in {"h5/a": "1", "h5/b": "1", "phone/c": "1"}.items():
        write(tmp_path / "fresh" / name, text)
    for name, text in {"h5/a": "2", "phone/c": "1", "mp-weixin/d": "1"}.items():
        write(tmp_path / "kept" / name, text)

    assert differences(tmp_path / "fresh", tmp_path / "fresh") == []
    assert differences(tmp_path / "fresh", tmp_path / "kept") == [
        "h5/b is missing",
        "mp-weixin/d should not be there",
        "h5/a differs",
    ]


def test_packages_are_there_when_each_has_the_version_of_the_lock(tmp_path):
    locked = {
        "": {},
        "node_modules/vue": {"version": "3.4.21"},
        "node_modules/of-another-system": {"version": "1.0.0", "optional": True},
    }
    write(tmp_path / "package-lock.json", json.dumps({"packages": locked}))
    assert not is_installed(tmp_path)

    note = tmp_path / "node_modules" / ".package-lock.json"
    write(note, json.dumps({"packages": {"node_modules/vue": {"version": "3.4.20"}}}))
    assert not is_installed(tmp_path)

    write(note, json.dumps({"packages": {"node_modules/vue": {"version": "3.4.21"}}}))
    assert is_installed(tmp_path)


def test_types_say_of_which_document_they_were_made(app):
    assert api_types.told_by(app) is None
    types = api_types.place(app)
    write(types, f"// Made by `make frontend` of the OpenAPI document with sha256 {'a' * 64}\n")
    assert api_types.told_by(app) == "a" * 64


@pytest.fixture
def building(app, monkeypatch):
    """Every tool does nothing, but the app's builds write what they are told to."""
    makes = {}

    def run(command, where):
        for name in makes.get(command[-1], ()):
            write(where / "dist" / "build" / name, "new")

    monkeypatch.setattr(frontend, "_run", run)
    monkeypatch.setattr(frontend, "install", lambda _app: None)
    monkeypatch.setattr(frontend, "write_types", lambda _app: None)
    monkeypatch.setattr(frontend.licences, "write", lambda *_words, **_more: None)
    monkeypatch.setattr(frontend.mini_program_rules, "check", lambda _folder: None)
    monkeypatch.setattr(frontend.mini_program_rules, "check_page", lambda _page: None)
    return makes


def test_a_build_takes_the_place_of_the_old_one_and_is_stamped(app, building):
    building |= {
        "build:h5": ["h5/index.html"],
        "build:mp-weixin": ["mp-weixin/app.json"],
        "build:phone": ["phone/index.html"],
    }
    write(app / "dist/h5/old.js")

    frontend.make(app, fast=True)

    assert sorted(path.name for path in (app / "dist").iterdir()) == [
        "STAMP",
        "h5",
        "mp-weixin",
        "phone",
    ]
    assert [path.name for path in (app / "dist/h5").iterdir()] == ["index.html"]
    assert (app / "dist/STAMP").read_text() == stamp_of(app)


def test_a_build_that_is_not_whole_leaves_the_old_one(app, building):
    building |= {"build:h5": ["h5/index.html"]}
    with pytest.raises(frontend.Failed, match="mp-weixin, phone"):
        frontend.make(app, fast=True)
    assert (app / "dist/h5/index.html").read_text() == "1"
    assert not (app / "dist/STAMP").exists()
    assert not (app / "dist/build").exists()
