"""The demonstration: the whole house on this machine, and the main job played in it.

`python -m deploy.local.demo` plays the story and stays up until Ctrl-C; with `--story` it plays
and exits, 0 only when every step was seen to happen; with `--no-story` it only stays up.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

from deploy.local.children import NotStarted
from deploy.local.customer import Customer
from deploy.local.economy_act import EconomyAct
from deploy.local.evening_act import EveningAct
from deploy.local.family_act import FamilyAct
from deploy.local.friends_act import FriendsAct, publish_campaign
from deploy.local.house import (
    House,
    forget_invitations,
    furnish,
    leave_settings,
    processes,
    settle_in,
)
from deploy.local.monthly_act import MonthlyAct
from deploy.local.proof import prove
from deploy.local.servers import HOME, both, leave_tidily
from deploy.local.service_act import ServiceAct
from deploy.local.story import Story
from deploy.local.supervisor import Supervisor
from deploy.local.telling import Caller, NotSeen, Telling, expect
from deploy.local.wechat_act import WechatAct

PEOPLE = ("小美", "小张", "小李")
CLERK = "店员小周"
# A chat of all who have a phone on the page: one card in it asks everybody.
GROUP = "周末喝咖啡"
COUNTER = "pages/counter/index"
# What the story's clerk and manager came in by.
ACCEPTED = ("clerk", "manager")


def main(arguments: list[str]) -> int:
    """0 when the story was seen to happen, 1 when not, 2 when something could not start."""
    wanted = _understand(arguments)
    leave_tidily()
    try:
        return _show(play=not wanted.no_story, stay=not wanted.story)
    except NotSeen as missing:
        print(f"\nThe story failed: {missing}\nLogs are in {HOME / 'logs'}", file=sys.stderr)
        return 1
    except NotStarted as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped")
        return 0


def _understand(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="deploy.local.demo", description="The whole house on this machine, with a story."
    )
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--story", action="store_true", help="play the story, and stop")
    either.add_argument("--no-story", action="store_true", help="only stay up until Ctrl-C")
    return parser.parse_args(arguments)


def _show(*, play: bool, stay: bool) -> int:
    began = time.monotonic()
    _say("starting PostgreSQL and Valkey")
    with both() as addresses:
        house = settle_in(addresses)
        _say("opening the demonstration shop")
        shop = furnish(house)
        with Supervisor(processes(house, shop), say=_say):
            _say(f"everything runs after {time.monotonic() - began:.1f} s")
            people: Sequence[str] = PEOPLE
            if not play:
                _open_the_campaign(house, shop)
            if play:
                people = _play(house, shop)
                shop = forget_invitations(house, shop, ACCEPTED)
                _say(f"\nEvery step was seen to happen, {time.monotonic() - began:.1f} s in all.")
            if stay:
                _stay(house, shop, people)
    return 0


def _open_the_campaign(house: House, shop: dict[str, Any]) -> None:
    """As the story does: its words are judged for somebody who was there just now."""
    api = f"{house.web_url}/api/v1/{shop['merchant']}"
    author = Customer(Caller(house.wechat_url), api, appid=shop["appid"], name="小林")
    publish_campaign(house, shop, author=author.member)


def _play(house: House, shop: dict[str, Any]) -> Sequence[str]:
    """Every act; the people whose phones show most afterwards. Raises NotSeen."""
    _say("the story begins\n")
    telling = Telling(_say)
    played = Story(house, shop, telling).play()
    WechatAct(house, shop, telling, played).play()
    FriendsAct(house, shop, telling, played).play()
    customer = EconomyAct(house, shop, telling, played).play()
    MonthlyAct(house, shop, telling, played).play(customer)
    FamilyAct(house, shop, telling, played).play(customer)
    EveningAct(house, shop, telling, played).play()
    ServiceAct(house, shop, telling, played).play()
    prove(house, telling)
    return played.name, customer.name, PEOPLE[-1]


def _stay(house: House, shop: dict[str, Any], people: Sequence[str]) -> None:
    settings = leave_settings(house)
    chat = {"name": GROUP, "people": [*people, CLERK]}
    expect(200, Caller(house.wechat_url).post("/_sim/groups", chat))
    invitations = [f"{role}: {token}" for role, token in shop["invitations"].items()]
    print(
        f"""
{_phones(house, shop, people)}
  panel          {_panel(house, shop)}
  API            {house.web_url}/api/v1/{shop["merchant"]}
  API reference  {house.web_url}/api/docs
  pretend WeChat {house.wechat_url}/phone?people={",".join(people)}   {house.wechat_url}/control
  cashier's key  {shop["api_key"]}
  invitations    {", ".join(invitations)}   (good once)
  app            {shop["appid"]}   phones: {", ".join(people)}; staff: 店主老陈, 店长小林, 店员小周
  logs           {HOME / "logs"}
  commands       . {settings}; .venv/bin/flask --app wsgi catalog offers {shop["merchant"]}

Ctrl-C stops everything.""",
        flush=True,
    )
    signal.pause()


def _phones(house: House, shop: dict[str, Any], people: Sequence[str]) -> str:
    """Where the customer's app is seen: on phones side by side, at the counter, as a web page."""
    if not house.slot_url:
        return "  the app        is not built: make frontend"
    phone, app = f"{house.wechat_url}/phone?people=", f"mp:{shop['appid']}"
    customers, page = ",".join(people), f"{house.web_url}/h5/{shop['merchant']}/"
    counter = f"{app}/{COUNTER}{_invited(shop)}"
    opened = "".join(f"&open={app}" for _ in people)
    return f"""  live it        {phone}{customers},{CLERK}{opened}&open={counter}
                 three customers and the clerk at the counter; what to tap: docs/story.md
  three phones   {phone}{customers}&open={app}
  the clerk's    {phone}{CLERK}&open={counter}
  as a web page  {phone}{people[0]}&open=web:{page}   (in WeChat's browser)
                 {page}   (in any other: to look, not to pay)"""


def _invited(shop: dict[str, Any]) -> str:
    """The clerk brings his invitation along, unless he came in by it already."""
    token = shop["invitations"].get("clerk")
    return f"?invitation={token}" if token else ""


def _panel(house: House, shop: dict[str, Any]) -> str:
    """Where the owner comes in: by his invitation the first time, then by name and password."""
    address = f"{house.web_url}/admin/{shop['merchant']}"
    owner = shop["invitations"].get("owner")
    return f"{address}/invitations#{owner}" if owner else f"{address}/sign-in"


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
