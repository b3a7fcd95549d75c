"""Run a command that gets a signal when the process that started it is gone.

usage: python leash.py <pid of the parent> <signal> <command> [argument ...]

A program of its own, because the request must be made after the fork, and Python code between
fork and exec is not safe beside threads. Elsewhere than on Linux it only runs the command.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


def main(parent: int, death_signal: int, command: list[str]) -> None:
    """Become `command`, on a leash."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it went away before we asked
            sys.exit(128 + signal.SIGTERM)
    try:
        os.execvp(command[0], command)  # noqa: S606 - running what we are told is all we do
    except OSError as problem:
        sys.exit(f"{command[0]}: {problem.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
