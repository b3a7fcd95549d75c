"""What happens in WeChat when a person is asked for leave to be written to."""

from app.simulator.open_platform.mini.consent_state import Consents
from app.simulator.people import User
from app.simulator.world import World

ALWAYS, NEVER = "always", "never"
SAID = {True: "accept", False: "reject"}
POPUP = "subscribe_msg_popup_event"
CHANGE = "subscribe_msg_change_event"
Wish = bool | str


def ask_leave(
    world: World, *, user: User, appid: str, template_ids: list[str], wishes: dict[str, Wish]
) -> dict[str, str]:
    """What wx.requestSubscribeMessage answers per template; each accept is a grant. Hold the lock.

    A wish is True, False, "always" or "never"; the latter two are kept, and then decide silently.
    A banned template is `ban`, one whose title came before in the same request is `filter`.
    """
    answers = {each: _standing(world, appid, each, template_ids) for each in template_ids}
    openid = user.openids[appid]
    asked = [each for each in template_ids if not answers[each]]
    for template_id in asked:
        accepts = _decide(world, (appid, openid, template_id), wishes.get(template_id, True))
        world.open_platform.grants[(appid, openid, template_id)] += accepts
        answers[template_id] = SAID[accepts]
    if asked:
        _push(world, appid, openid, event=POPUP, said={each: answers[each] for each in asked})
    return answers


def change_setting(world: World, *, user: User, appid: str, template_id: str, accept: bool) -> None:
    """Switch a template in the message settings. Hold the lock.

    Off takes the grants away and is pushed; on is not, as the platform's page says.
    """
    openid = user.openids[appid]
    wish = (appid, openid, template_id)
    world.part(Consents).kept[wish] = accept
    if accept:
        return
    world.open_platform.grants[wish] = 0
    _push(world, appid, openid, event=CHANGE, said={template_id: SAID[False]})


def _standing(world: World, appid: str, template_id: str, template_ids: list[str]) -> str:
    if (appid, template_id) in world.part(Consents).banned:
        return "ban"
    templates = world.apps[appid].templates
    before = template_ids[: template_ids.index(template_id)]
    title = templates[template_id].title
    return "filter" if any(templates[each].title == title for each in before) else ""


def _decide(world: World, wish: tuple[str, str, str], said: Wish) -> bool:
    kept = world.part(Consents).kept
    if wish in kept:
        return kept[wish]
    accepts = said in (True, ALWAYS)
    if said in (ALWAYS, NEVER):
        kept[wish] = accepts
    return accepts


def _push(world: World, appid: str, openid: str, *, event: str, said: dict[str, str]) -> None:
    scene = {"PopupScene": "1"} if event == POPUP else {}
    listed = [{"TemplateId": key, "SubscribeStatusString": said[key], **scene} for key in said]
    world.pushes.send(app=world.apps[appid], openid=openid, event=event, fields={"List": listed})
