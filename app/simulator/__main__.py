"""`python -m app.simulator --settings FILE --port N`."""

import argparse

from app.simulator import run


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="app.simulator", description=__doc__)
    parser.add_argument("--settings", required=True, help="the JSON file with apps and merchants")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    run(asked.settings, host=asked.host, port=asked.port)


if __name__ == "__main__":
    main()
