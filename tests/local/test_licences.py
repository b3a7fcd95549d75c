"""Whose work is in the app is told with its licence, of what was built."""

import json
import re

import pytest

from deploy.local import licences
from deploy.local.frontend_stamp import APP, BUILDS


@pytest.fixture
def app(tmp_path):
    for name, told, text in (
        ("vue", {"version": "3.4.21", "license": "MIT"}, "Vue's own words"),
        ("@vue/shared", {"version": "3.4.21", "license": "MIT"}, "Vue's own words"),
        ("small", {"version": "1.0.0", "license": "MIT", "author": {"name": "Somebody"}}, None),
    ):
        folder = tmp_path / "node_modules" / name
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps(told))
        if text:
            (folder / "LICENSE").write_text(text)
    return tmp_path


def told_of(app, **inside):
    for build in BUILDS:
        (app / f"{build}.packages.json").write_text(json.dumps(inside.get(build, [])))
    licences.write(app, app, builds=BUILDS)
    return (app / licences.NAME).read_text()


def test_each_package_is_told_with_its_builds_and_words_that_are_the_same_once(app):
    told = told_of(app, h5=["@vue/shared", "vue"], phone=["vue"])

    assert "| vue | 3.4.21 | MIT | h5, phone |" in told
    assert "| @vue/shared | 3.4.21 | MIT | h5 |" in told
    assert told.count("Vue's own words") == 1


def test_a_package_that_only_names_its_licence_is_told_in_that_licences_words(app):
    told = told_of(app, h5=["small"])
    assert "by Somebody" in told
    assert "Permission is hereby granted" in told


def test_a_package_without_a_licence_stops_the_build(app):
    (app / "node_modules/vue/LICENSE").unlink()
    (app / "node_modules/vue/package.json").write_text(json.dumps({"version": "3.4.21"}))
    with pytest.raises(licences.Unlicensed, match="vue"):
        told_of(app, h5=["vue"])


def test_the_committed_page_names_what_the_lock_has():
    """So that an upgrade without a build is seen. What is really inside, `--compare` looks at."""
    locked = json.loads((APP / "package-lock.json").read_text())["packages"]
    page = (APP / licences.NAME).read_text()
    _, *rows = re.findall(r"^\| (\S+) \| (\S+) \| (\S+) \| [a-z0-9, -]+ \|$", page, re.MULTILINE)
    wanted = {"vue", "weixin-js-sdk", "qrcode-generator", "@dcloudio/uni-h5"}
    assert wanted <= {name for name, _, _ in rows}
    for name, version, licence in rows:
        of_lock = locked[f"node_modules/{name}"]
        assert (of_lock["version"], of_lock["license"]) == (version, licence)
