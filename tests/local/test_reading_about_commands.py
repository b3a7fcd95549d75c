"""What `flask` can do is told before anything is set up; doing it needs the settings."""

import os
import subprocess
import sys

import pytest


def flask(*said):
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "flask", *said],
        env=bare,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--help"], "vouchers"),
        (["jobs", "--help"], "sweep"),
        (["cards", "list", "--help"], "MERCHANT"),
    ],
)
def test_help_is_shown_without_settings(said, told):
    done = flask(*said)
    assert (done.returncode, "DATABASE_URL" in done.stderr) == (0, False), done.stderr
    assert told in done.stdout


def test_without_settings_nothing_is_done_and_all_that_is_missing_is_named():
    done = flask("cards", "list", "M1")
    assert done.returncode != 0
    assert "DATABASE_URL is missing" in done.stderr
    assert "KABAO_SECRET is missing" in done.stderr
