"""`python -m tests.phone.pictures`: every screen of the customer's app, looked at and photographed.

A running `make demo` is used when there is one; otherwise the house is started for as long as it
takes. Exits 1 when a screen has a fault. Pictures and what was found go to `.kabao/pictures-app`.
"""

import argparse
import json
import re
import shlex
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

from deploy.local.house import House, answers, furnish, processes, settle_in
from deploy.local.servers import HOME, both, leave_tidily
from deploy.local.supervisor import Supervisor
from tests.admin.chromium import launched, playing
from tests.phone.pictures.album import SCREENS
from tests.phone.pictures.cast import Cast, gather
from tests.phone.pictures.lens import open_lens
from tests.phone.pictures.looks import LOOKS
from tests.phone.pictures.sheet import make

OUT = HOME / "pictures-app"
CAST = OUT / "cast.json"
SETTING = re.compile(r"^export (\w+)=(.*)$")


def main(words):
    wanted = _understand(words)
    leave_tidily()
    OUT.mkdir(parents=True, exist_ok=True)
    with _house(wanted.again) as lived_in, playing() as playwright, launched(playwright) as browser:
        found = (make if wanted.sheet else _take_all)(browser, *lived_in, wanted)
    return 1 if found else 0


def _understand(words):
    parser = argparse.ArgumentParser(prog="tests.phone.pictures", description=__doc__)
    parser.add_argument("--sheet", action="store_true", help="only the contact sheets of docs/")
    parser.add_argument("--again", action="store_true", help="with the people of the last time")
    parser.add_argument("--only", default="", help="names of screens, with commas")
    parser.add_argument("--look", default="", help=f"of {', '.join(each.name for each in LOOKS)}")
    return parser.parse_args(words)


@contextmanager
def _house(again):
    running = _running()
    if running:
        yield running, _cast(running, again)
        return
    with both() as addresses:
        house = settle_in(addresses)
        shop = furnish(house)
        with Supervisor(processes(house, shop), say=lambda _line: None):
            yield house, _cast(house, again, shop)


def _cast(house, again, shop=None):
    if again and CAST.exists():
        return Cast.kept(CAST)
    cast = gather(house, shop or _shop(house), _say)
    cast.keep(CAST)
    return cast


def _shop(house):
    """What a running demo sells; seeding twice only describes it."""
    world = house.folder / "world"
    told = json.loads(house.flask("seed", "--shop", str(world / "shop.json")))
    return told | json.loads((world / "shown-once.json").read_text(encoding="utf-8"))


def _running():
    """The demo that is up in this folder; None when there is none."""
    kept = HOME / "env"
    if not kept.exists():
        return None
    found = (SETTING.match(line) for line in kept.read_text(encoding="utf-8").splitlines())
    env = {each[1]: shlex.split(each[2])[0] for each in found if each}
    ports = [urlsplit(env[name]).port for name in ("KABAO_PUBLIC_URL", "WECHAT_URL")]
    # Where the mini-program runs the phones know themselves.
    house = House(folder=HOME, web_port=ports[0], wechat_port=ports[1], app_port=0, env=env)
    return house if answers(f"{house.web_url}/readyz")() else None


def _take_all(browser, house, cast, wanted):
    only, looks = (set(filter(None, each.split(","))) for each in (wanted.only, wanted.look))
    found = []
    for look in LOOKS:
        if looks and look.name not in looks:
            continue
        screens = [
            each
            for each in SCREENS
            if (not only or each.name in only) and (each.is_main or not look.is_for_main)
        ]
        found += _take(browser, house, cast, look, screens)
    (OUT / "faults.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
    _say(f"{len(found)} faults; pictures are in {OUT}")
    return found


def _take(browser, house, cast, look, screens):
    found, lens, before = [], None, None
    folder = OUT / look.name
    folder.mkdir(exist_ok=True)
    for screen in sorted(screens, key=lambda each: (each.who, each.is_app)):
        who = look.who or screen.who
        # The mini-program remembers where it was, so that each of its screens has a phone of its own.
        if screen.is_app or before != (who, screen.is_app):
            if lens:
                lens.close()
            lens, before = open_lens(browser, look, cast, screen, house), (who, screen.is_app)
        path = folder / f"{screen.name}.png"
        for fault in lens.take(screen, path):
            found.append(f"{look.name}/{screen.name}: {fault}")
            _say(found[-1])
    if lens:
        lens.close()
    return found


def _say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
