"""Events that the platform pushes to an app's message server. So far they are recorded only."""

from typing import Any

from app.simulator.people import User
from app.simulator.world import World


def record_popup(
    world: World, *, user: User, appid: str, template_ids: list[str], accept: bool
) -> dict[str, Any]:
    """Record the popup event of a subscribe request, and count the grants. Hold the lock."""
    said = "accept" if accept else "reject"
    openid = user.openids[appid]
    for template_id in template_ids if accept else ():
        world.open_platform.grants[(appid, openid, template_id)] += 1
    event = {
        "ToUserName": appid,
        "FromUserName": openid,
        "CreateTime": int(world.clock.now()),
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "List": [
            {"TemplateId": each, "SubscribeStatusString": said, "PopupScene": "1"}
            for each in template_ids
        ],
    }
    world.open_platform.pushes.append(event)
    return event
