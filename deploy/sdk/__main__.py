"""Install the libraries, play every story, print what held."""

import sys
from collections.abc import Sequence

from deploy.local.children import NotStarted
from deploy.local.servers import leave_tidily
from deploy.sdk.installing import install
from deploy.sdk.reporting import Result, table
from deploy.sdk.stage import stage
from deploy.sdk.stories import STORIES, play


def main(wanted: Sequence[str]) -> int:
    """0 when every check held. Words on the command line choose stories by part of their name."""
    leave_tidily()
    chosen = [each for each in STORIES if _is_wanted(each.name, wanted)]
    try:
        tools = install()
        with stage(tools.folder) as set_up:
            results = [play(each, tools=tools, set_up=set_up) for each in chosen]
    except NotStarted as problem:
        print(problem, file=sys.stderr)
        return 2
    return _report(results)


def _is_wanted(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def _report(results: Sequence[Result]) -> int:
    print(table(results))
    held = sum(each.held for each in results)
    failed = sum(each.failed for each in results)
    print(f"{held} passed, {failed} failed")
    return 0 if results and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
