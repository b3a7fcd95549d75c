"""The committed build of the customer's app is made of the sources beside it."""

from deploy.local import api_types
from deploy.local.frontend_stamp import APP, BUILDS, STAMP, stamp_of


def test_the_build_was_made_of_these_sources():
    assert STAMP.read_text(encoding="utf-8") == stamp_of(APP)


def test_every_build_is_there():
    assert [name for name in BUILDS if not (APP / "dist" / name).is_dir()] == []


def test_the_apps_types_are_those_of_this_api(app):
    assert api_types.told_by(APP) == api_types.digest(api_types.text_of(app))
