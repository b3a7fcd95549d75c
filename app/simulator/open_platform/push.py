"""What happens in WeChat when a person is asked for leave to be written to."""

from app.simulator.people import User
from app.simulator.pushes import Push
from app.simulator.world import World


def record_popup(
    world: World, *, user: User, appid: str, template_ids: list[str], accept: bool
) -> Push:
    """Push the popup event of a subscribe request, and count the grants. Hold the lock."""
    said = "accept" if accept else "reject"
    openid = user.openids[appid]
    for template_id in template_ids if accept else ():
        world.open_platform.grants[(appid, openid, template_id)] += 1
    answers = [
        {"TemplateId": each, "SubscribeStatusString": said, "PopupScene": "1"}
        for each in template_ids
    ]
    return world.pushes.send(
        app=world.apps[appid],
        openid=openid,
        event="subscribe_msg_popup_event",
        fields={"List": answers},
    )
