"""The committed build of the customer's app is made of the sources beside it."""

from deploy.local import api_types
from deploy.local.frontend_stamp import APP, BUILDS, STAMP, stamp_of

MAIN = APP / "src" / "App.vue"
KNOW_THE_PLATFORM = {"App.vue", "main.ts", "site.ts"}


def test_the_build_was_made_of_these_sources():
    assert STAMP.read_text(encoding="utf-8") == stamp_of(APP)


def test_every_build_is_there():
    assert [name for name in BUILDS if not (APP / "dist" / name).is_dir()] == []


def test_the_apps_types_are_those_of_this_api(app):
    assert api_types.told_by(APP) == api_types.digest(api_types.text_of(app))


def test_every_page_and_component_has_styles_of_its_own():
    # Without them the build names a component by the folder in which it was built.
    assert [
        str(path) for path in sources("*.vue") if path != MAIN and "scoped" not in words(path)
    ] == []


def test_every_component_is_one_element_in_wechat():
    # Else WeChat puts another around it, and a row or a list does not reach what is in it.
    components = [path for path in sources("*.vue") if path.name[0].isupper() and path != MAIN]
    assert len(components) > 50
    assert [str(path) for path in components if "virtualHost: true" not in words(path)] == []


def test_only_the_platform_knows_the_platform():
    told = {
        path.relative_to(APP / "src").as_posix() for path in sources("*") if "#ifdef" in words(path)
    }
    assert {place for place in told if not place.startswith("platform/")} <= KNOW_THE_PLATFORM


def sources(pattern):
    return [path for path in sorted((APP / "src").rglob(pattern)) if path.suffix in {".vue", ".ts"}]


def words(path):
    return path.read_text(encoding="utf-8")
