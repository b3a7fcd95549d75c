"""The demonstration: the whole house on this machine, and the main job played in it.

`python -m deploy.local.demo` plays the story and stays up until Ctrl-C; with `--story` it plays
and exits, 0 only when every step was seen to happen.
"""

import signal
import sys
import time
from typing import Any

from deploy.local.children import NotStarted
from deploy.local.economy_act import EconomyAct
from deploy.local.evening_act import EveningAct
from deploy.local.family_act import FamilyAct
from deploy.local.friends_act import FriendsAct
from deploy.local.house import House, furnish, processes, settle_in
from deploy.local.monthly_act import MonthlyAct
from deploy.local.proof import prove
from deploy.local.servers import HOME, both, leave_tidily
from deploy.local.service_act import ServiceAct
from deploy.local.story import Story
from deploy.local.supervisor import Supervisor
from deploy.local.telling import NotSeen, Telling
from deploy.local.wechat_act import WechatAct


def main(arguments: list[str]) -> int:
    """0 when the story was seen to happen, 1 when not, 2 when something could not start."""
    leave_tidily()
    try:
        return _show(stay="--story" not in arguments)
    except NotSeen as missing:
        print(f"\nThe story failed: {missing}\nLogs are in {HOME / 'logs'}", file=sys.stderr)
        return 1
    except NotStarted as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped")
        return 0


def _show(*, stay: bool) -> int:
    began = time.monotonic()
    _say("starting PostgreSQL and Valkey")
    with both() as addresses:
        house = settle_in(addresses)
        _say("opening the demonstration shop")
        shop = furnish(house)
        with Supervisor(processes(house), say=_say):
            _say(f"everything runs after {time.monotonic() - began:.1f} s; the story begins\n")
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
            _say(f"\nEvery step was seen to happen, {time.monotonic() - began:.1f} s in all.")
            if stay:
                _stay(house, shop)
    return 0


def _stay(house: House, shop: dict[str, Any]) -> None:
    print(
        f"""
  API            {house.web_url}/api/v1/{shop["merchant"]}
  API reference  {house.web_url}/api/docs
  pretend WeChat {house.wechat_url}/phone?people=小美,小张   {house.wechat_url}/control
  cashier's key  {shop["api_key"]}
  invitations    {", ".join(f"{role}: {token}" for role, token in shop["invitations"].items())}
  app            {shop["appid"]}   phones: 小美, 小张; staff: 店主老陈, 店长小林, 店员小周
  logs           {HOME / "logs"}

Ctrl-C stops everything.""",
        flush=True,
    )
    signal.pause()


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
