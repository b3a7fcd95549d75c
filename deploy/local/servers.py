"""The two servers Kabao stands on, for one machine: yours if you have them, ours if not.

`python -m deploy.local.servers` runs both until Ctrl-C and prints their addresses.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from deploy.local.children import NotStarted
from deploy.local.postgres import postgres
from deploy.local.valkey import valkey

__all__ = ["HOME", "Addresses", "NotStarted", "both", "leave_tidily", "postgres", "valkey"]

HOME = Path(__file__).parents[2] / ".kabao"


class Addresses(NamedTuple):
    """Where the servers are."""

    database: str
    redis: str

    @property
    def env(self) -> dict[str, str]:
        """As the app wants to be told."""
        return {"DATABASE_URL": self.database, "REDIS_URL": self.redis}


@contextmanager
def both(folder: Path = HOME) -> Iterator[Addresses]:
    """Both servers. DATABASE_URL and REDIS_URL, where set, are used instead of our own."""
    with ExitStack() as running:
        redis = os.environ.get("REDIS_URL") or running.enter_context(valkey(folder))
        database = os.environ.get("DATABASE_URL") or running.enter_context(
            postgres(folder, throwaway=False)
        )
        yield Addresses(database=database, redis=redis)


def leave_tidily() -> None:
    """Make `kill` and a closed terminal end us the way Ctrl-C does: through every `finally`."""
    # A shell may have started us deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _exit)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def main() -> None:
    """Run both until told to stop."""
    leave_tidily()
    try:
        with both() as addresses:
            for name, value in addresses.env.items():
                print(f"export {name}='{value}'", flush=True)
            print("# running; Ctrl-C stops them", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print()
    except NotStarted as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
