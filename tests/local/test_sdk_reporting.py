from deploy.sdk.reporting import Result, table
from deploy.sdk.stories import STORIES, _version


def test_a_story_is_counted_line_by_line_and_chatter_is_not():
    result = Result(name="some-sdk", version="1.0")

    held = result.hear('{"check": "an order", "ok": true, "note": ""}')
    failed = result.hear('{"check": "a refund", "ok": false, "note": "saw 500"}')
    chatter = [result.hear(line) for line in ("npm says hello", "[1]", '{"ok": true}')]

    assert (result.held, result.failures) == (1, ["a refund"])
    assert "ok" in held
    assert "saw 500" in failed
    assert all(line.startswith("   ") for line in chatter)


def test_the_table_names_what_did_not_hold():
    good, bad = Result(name="good", version="1.0", held=2), Result(name="bad", version="2.0")
    bad.fail("a refund")

    lines = table([good, bad]).splitlines()

    assert lines[2].split() == ["good", "1.0", "2", "0"]
    assert lines[3].split() == ["bad", "2.0", "0", "1", "a", "refund"]


def test_every_story_has_its_script_and_a_pinned_version():
    from deploy.sdk.installing import NODE, SOURCES

    for story in STORIES:
        folder = NODE if story.script.endswith(".cjs") else SOURCES / "python"
        assert (folder / story.script).exists()
        assert _version(story)[0].isdigit()


def test_no_lock_file_says_where_packages_come_from():
    from deploy.sdk.installing import NODE, REQUIREMENTS

    assert '"resolved"' not in (NODE / "package-lock.json").read_text()
    assert "//" not in REQUIREMENTS.read_text()
