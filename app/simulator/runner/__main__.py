"""`python -m app.simulator.runner --folder DIST --port N --api URL --merchant M… --phone URL`."""

import argparse
import contextlib
from pathlib import Path

from app.simulator.runner import Runner, create_runner, start


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="app.simulator.runner", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="what tools/wxrun built")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--api", type=_plain, default="http://127.0.0.1:8080", help="the shop's server, http"
    )
    parser.add_argument("--merchant", required=True, help="the shop's number, M…")
    parser.add_argument("--phone", default="http://127.0.0.1:8090", help="the simulator")
    asked = parser.parse_args()
    runner = Runner(folder=asked.folder, api=asked.api, merchant=asked.merchant, phone=asked.phone)
    running = start(create_runner(runner), port=asked.port)
    print(f"mini-program on {running.slot_url}", flush=True)  # noqa: T201  # a command's output
    with contextlib.suppress(KeyboardInterrupt):
        running.wait()
    running.close()


def _plain(url: str) -> str:
    """What it forwards to is spoken to without TLS."""
    if not url.startswith("http://"):
        raise argparse.ArgumentTypeError("an http address of this machine is needed")
    return url


if __name__ == "__main__":
    main()
