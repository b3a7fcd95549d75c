"""PostgreSQL refuses to run as root. Ways to start it anyway."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.local.children import LEASH, NotStarted

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
ACCOUNTS = ("postgres", "nobody")
ADVICE = (
    "PostgreSQL does not run as root, and this machine allows no user namespaces. "
    "Run the command as an ordinary user, or set DATABASE_URL to a server of yours."
)


@dataclass(frozen=True)
class Disguise:
    """How to run a command so that it does not look like root."""

    prefix: tuple[str, ...] = ()
    user: str | None = None

    def give(self, path: Path) -> None:
        """Hand a file or folder to the account the command will run as."""
        if self.user is None:
            return
        account = pwd.getpwnam(self.user)
        for each in _with_contents(path):
            os.chown(each, account.pw_uid, account.pw_gid, follow_symlinks=False)

    def check(self, *, program: Path, folder: Path) -> None:
        """Refuse early when the account cannot run the program or reach the folder."""
        if self.user is None:
            return
        needs = (("-x", program), ("-x", Path(sys.executable)), ("-r", LEASH), ("-w", folder))
        for test in (["test", how, str(path)] for how, path in needs):
            if subprocess.run(test, user=self.user, check=False).returncode != 0:
                raise NotStarted(f"{ADVICE}\n(The account {self.user!r} cannot use {test[2]}.)")


@cache
def disguise() -> Disguise:
    """Nothing for an ordinary user; a user namespace, else another account, for root."""
    if os.geteuid() != 0:
        return Disguise()
    if _namespaces_work():
        return Disguise(prefix=NAMESPACE)
    for account in ACCOUNTS:
        if _exists(account):
            return Disguise(user=account)
    raise NotStarted(ADVICE)


def _namespaces_work() -> bool:
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _with_contents(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        yield from path.rglob("*")
