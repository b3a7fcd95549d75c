"""What the chat of one person with one account shows."""

from typing import Any

from app.simulator.open_platform.official.state import official_of
from app.simulator.people import User
from app.simulator.pushes import Push
from app.simulator.settings import App
from app.simulator.world import World

FAILED = "该公众号提供的服务出现故障，请稍后再试"


def chat_of(world: World, *, app: App, user: User) -> list[dict[str, Any]]:
    """Everything in order of time: what was said by "me", the "account" and the "system".

    Hold the lock. An entry has at, by, kind and what its kind has: text of a message, title and
    fields of a template message, content of a service message, reply of a passive reply.
    """
    openid = user.openids[app.appid]
    shown = list(official_of(world).chats[(app.appid, openid)])
    for push in world.pushes.all():
        if push.app.appid == app.appid and push.openid == openid:
            shown += _answers(push)
    return sorted(shown, key=lambda entry: float(entry["at"]))


def _answers(push: Push) -> list[dict[str, Any]]:
    if push.reply is not None:
        kind = f"reply_{push.reply.get('MsgType', 'other')}"
        told = {"by": "account", "kind": kind, "reply": push.reply, "push": push.number}
        return [{"at": push.replied_at, **told}]
    if push.status == "given_up" and push.is_message:
        at = push.attempts[-1]["sent_at"]
        return [{"at": at, "by": "system", "kind": "text", "text": FAILED, "push": push.number}]
    return []
