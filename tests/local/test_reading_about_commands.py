"""What `flask` can do is told before anything is set up; doing it needs the settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


# One process, as each has to read the whole application first.
ASK_ALL = """
import json, sys
from flask.cli import main
for said in json.loads(sys.argv[1]):
    sys.argv[1:] = said
    try:
        main()
    except SystemExit as ended:
        print(f"ended with {ended.code}")
"""
TOLD = {
    "vouchers": ["--help"],
    "sweep": ["jobs", "--help"],
    "MERCHANT": ["cards", "list", "--help"],
}


def python(*said):
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *said],
        env=bare,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_is_shown_without_settings():
    done = python("-c", ASK_ALL, json.dumps(list(TOLD.values())))
    assert (done.returncode, "DATABASE_URL" in done.stderr) == (0, False), done.stderr
    *helps, after = done.stdout.split("ended with 0\n")
    assert (len(helps), after) == (len(TOLD), "")
    for word, told in zip(TOLD, helps, strict=True):
        assert told.startswith("Usage:")
        assert word in told


def test_without_settings_nothing_is_done_and_all_that_is_missing_is_named():
    done = python("-m", "flask", "cards", "list", "M1")
    assert done.returncode != 0
    assert "DATABASE_URL is missing" in done.stderr
    assert "KABAO_SECRET is missing" in done.stderr
