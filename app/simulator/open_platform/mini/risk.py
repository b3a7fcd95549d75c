"""How risky a person is: /wxa/getuserriskrank."""

import ipaddress
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint

from app.simulator.errors import OpenRefused
from app.simulator.open_platform.mini.visitors import visitor
from app.simulator.open_platform.reading import calling_app, json_body
from app.simulator.people import User
from app.simulator.world import World, here

SCENES = (0, 1, 2)
WORST = 4

risk = Blueprint("risk", __name__)


@dataclass(kw_only=True)
class Risks:
    """The rank of a person by name, 0 (none) to 4."""

    ranks: dict[str, int] = field(default_factory=dict)


@risk.post("/wxa/getuserriskrank")
def getuserriskrank() -> dict[str, Any]:
    """risk_rank 0 to 4 of somebody who was here within two hours.

    Fields: appid (its own), openid, scene 0 register, 1 marketing, 2 content, client_ip. Errors:
    40013 appid, 40129 scene, 40097 client_ip, 40003, 43104, 61010 openid.
    """
    world = here()
    with world.lock:
        app = calling_app(world)
        body = json_body()
        if body.get("appid") != app.appid:
            raise OpenRefused(40013)
        if body.get("scene") not in SCENES or isinstance(body["scene"], bool):
            raise OpenRefused(40129)
        _check_address(body.get("client_ip"))
        user = visitor(world, app, body.get("openid"))
        told = {"risk_rank": rank_of(world, user), "unoin_id": user.unionid}
    return {"errcode": 0, "errmsg": "ok", **told}


def rank_of(world: World, user: User) -> int:
    """The rank that was set; of a person under suspicion the worst. Hold the lock."""
    return world.part(Risks).ranks.get(user.name, WORST if user.risk else 0)


def _check_address(address: Any) -> None:
    try:
        ipaddress.ip_address(str(address or ""))
    except ValueError:
        raise OpenRefused(40097, "client_ip") from None
