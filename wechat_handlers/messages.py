"""WeChat telling us what people do in an app: follow, write, scan, allow, take back, get cards.

The platform waits five seconds and asks three times. A push is verified, kept and applied in one
commit, and answered "success", or with a few words for the person where there is something to say.
What is forged leaves no trace but a count.
"""

from apiflask import APIBlueprint
from flask import Response, request

from app.domain import merchants
from app.gateways.errors import ForgedNotice, StaleNotice
from app.gateways.pushes import (
    Push,
    PushKeys,
    check_echo,
    read_push,
    sealed_reply,
    sealed_reply_xml,
    text_reply,
)
from app.gateways.told import Followed, Said
from app.kernel import clock, inbox, numbers
from app.kernel.db import transaction
from app.kernel.errors import DomainError
from app.web import hearing, metrics
from app.web.answers import PRIVATE, answer
from app.web.errors import AWAY, Problem
from app.web.logs import log
from app.web.memory import Memory

bp = APIBlueprint("wechat_messages", __name__, enable_openapi=False)

DOOR = "/wechat/apps/<app>/messages"
# A door that was changed or closed is noticed after at most this long.
KEPT_SECONDS = 3.0
GREETING = "欢迎来到{shop}！领卡、用券、查积分，都在这里。"

_doors = Memory[merchants.MessageDoor](seconds=KEPT_SECONDS)


@bp.get(DOOR)
def prove(app: str) -> Response:
    """The platform's console asks whether this door is ours."""
    try:
        echo = check_echo(hearing.keys_of(_door_behind(app)), request.args)
    except ForgedNotice as refusal:
        return _refuse(refusal)
    # Plain text, so that a browser runs nothing that somebody put into it.
    return _words(echo)


@bp.post(DOOR)
def told(app: str) -> Response:
    """Something happened."""
    door = _door_behind(app)
    keys = hearing.keys_of(door)
    try:
        push = read_push(keys, request.args, request.get_data(), at=clock.now())
    except (ForgedNotice, StaleNotice) as refusal:
        return _refuse(refusal)
    _keep_and_apply(door, push)
    return _reply(door, keys, push)


def forget() -> None:
    """Ask anew, whatever is remembered."""
    _doors.forget()


def _keep_and_apply(door: merchants.MessageDoor, push: Push) -> None:
    try:
        with transaction():
            is_new = hearing.hear(door, push, at=clock.now())
    except DomainError as refusal:
        # The platform would give up after three times; the sweep does not.
        _keep_unapplied(door, push, failure=refusal.code)
    except AWAY:
        raise
    except Exception as trouble:
        # A mistake of ours must not lose what the platform said and will not say for ever.
        _keep_unapplied(door, push, failure=type(trouble).__name__)
        raise
    else:
        metrics.PUSHES.labels(type(push.told).__name__, "applied" if is_new else "passed").inc()


def _keep_unapplied(door: merchants.MessageDoor, push: Push, *, failure: str) -> None:
    with transaction():
        inbox.keep_unapplied(hearing.notice_of(door, push), failure=failure, at=clock.now())
    metrics.PUSHES.labels(type(push.told).__name__, "kept").inc()
    log.warning("push kept unapplied", push=push.event, reason=failure)


def _door_behind(number: str) -> merchants.MessageDoor:
    """Raises NotFound."""
    merchant_id = numbers.merchant_of(number, numbers.Kind.APP)

    def ask() -> merchants.MessageDoor:
        with transaction():
            return merchants.get_message_door(merchant_id=merchant_id, number=number)

    return _doors.recall_or_learn((merchant_id, number), ask)


def _reply(door: merchants.MessageDoor, keys: PushKeys, push: Push) -> Response:
    """Said again to whoever tells again: only the answer that arrives is ever shown."""
    words = _words_for(door, push)
    if not words:
        return _words("success")
    at = clock.now()
    plain = text_reply(push, words=words, at=at)
    if not push.is_sealed:
        return Response(plain, content_type="application/xml; charset=utf-8")
    sealed = sealed_reply(keys, plain, nonce=request.args.get("nonce", ""), at=at)
    return Response(sealed_reply_xml(sealed), content_type="application/xml; charset=utf-8")


def _words_for(door: merchants.MessageDoor, push: Push) -> str | None:
    """A mini-program takes no words for an answer. An empty greeting greets nobody."""
    if door.kind is not merchants.AppKind.OFFICIAL_ACCOUNT:
        return None
    if isinstance(push.told, Said):
        return door.reply
    if isinstance(push.told, Followed):
        return door.welcome if door.welcome is not None else _greeting(door.merchant_id)
    return None


def _greeting(merchant_id: int) -> str:
    with transaction():
        return GREETING.format(shop=merchants.profile(merchant_id=merchant_id).name)


def _words(text: str) -> Response:
    return Response(
        text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": PRIVATE}
    )


def _refuse(refusal: ForgedNotice | StaleNotice) -> Response:
    metrics.PUSHES.labels("", refusal.code).inc()
    message = "The push was not accepted."
    return answer(Problem(code="push_refused", message=message), 403)
