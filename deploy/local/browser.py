"""A Chromium for the tests of pages: one that is there, or one that is installed for them.

`python -m deploy.local.browser` finds or installs it; the tests ask `chromium()` where it is.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.children import NotStarted

NAMED = "KABAO_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Where playwright keeps those that it downloads.
DOWNLOADED = "chromium*/chrome-linux*/*"
PROGRAMS = frozenset({"chrome", "headless_shell", "chrome-headless-shell"})
DOWNLOAD = (sys.executable, "-m", "playwright", "install", "chromium")
PACKAGE = (
    ("apt-get", "update", "--quiet=2"),
    (
        "apt-get",
        "install",
        "--yes",
        "--quiet=2",
        "--no-install-recommends",
        "chromium",
        "fonts-noto-cjk",
    ),
)
NONE = f"The tests of pages need Chromium: apt install chromium, or name one in {NAMED}."


def chromium() -> Path:
    """The program. Raises NotStarted when there is none."""
    found = _find()
    if found is None:
        raise NotStarted(NONE)
    return found


def main() -> int:
    """Have one: by the system's packages for root, else by playwright's download."""
    if _find() is None:
        _install()
    found = _find()
    print(f"browser: {found}" if found else NONE)
    return 0 if found else 1


def _find() -> Path | None:
    named = os.environ.get(NAMED)
    if named:
        return Path(named)
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return next((path for path in sorted(kept.glob(DOWNLOADED)) if path.name in PROGRAMS), None)


def _install() -> None:
    print("installing a browser for the tests of pages")
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in PACKAGE:
            subprocess.run(command, env=env, check=False)
    if _find() is None:
        subprocess.run(DOWNLOAD, check=False)


if __name__ == "__main__":
    sys.exit(main())
