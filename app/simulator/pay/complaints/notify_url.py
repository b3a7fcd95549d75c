"""Where a merchant wants to hear of complaints."""

from flask import Blueprint, Response

from app.simulator.errors import PayRefused
from app.simulator.pay.addresses import address_in
from app.simulator.pay.complaints.state import Complaints
from app.simulator.pay.reading import json_body, signer
from app.simulator.world import World, here

complaint_notify_url = Blueprint(
    "complaint_notify_url", __name__, url_prefix="/v3/merchant-service/complaint-notifications"
)


@complaint_notify_url.post("")
def make() -> dict[str, str]:
    """{url} -> {mchid, url}. RESOURCE_ALREADY_EXISTS when there is one: change it with PUT."""
    url = address_in(json_body(), name="url")
    world = here()
    with world.lock:
        if signer().mchid in _urls(world):
            raise PayRefused("RESOURCE_ALREADY_EXISTS", "投诉通知回调地址已存在")
        return _keep(world, url)


@complaint_notify_url.get("")
def told() -> dict[str, str]:
    """-> {mchid, url}; RESOURCE_NOT_EXISTS when there is none."""
    world = here()
    with world.lock:
        _require_one(world)
        return {"mchid": signer().mchid, "url": _urls(world)[signer().mchid]}


@complaint_notify_url.put("")
def change() -> dict[str, str]:
    """{url} -> {mchid, url}; RESOURCE_NOT_EXISTS when there is none."""
    url = address_in(json_body(), name="url")
    world = here()
    with world.lock:
        _require_one(world)
        return _keep(world, url)


@complaint_notify_url.delete("")
def forget() -> Response:
    """-> 204: no more notices; RESOURCE_NOT_EXISTS when there is none."""
    world = here()
    with world.lock:
        _require_one(world)
        del _urls(world)[signer().mchid]
    return Response(status=204)


def _urls(world: World) -> dict[str, str]:
    return world.part(Complaints).urls


def _require_one(world: World) -> None:
    if signer().mchid not in _urls(world):
        raise PayRefused("RESOURCE_NOT_EXISTS", "未设置投诉通知回调地址")


def _keep(world: World, url: str) -> dict[str, str]:
    _urls(world)[signer().mchid] = url
    return {"mchid": signer().mchid, "url": url}
