"""A template sent to one of the staff, with made-up words, before customers read it."""

from flask import Response, request
from flask_babel import lazy_gettext as _

from app.admin import door, pages
from app.admin.message_samples import said_with
from app.admin.messages import Template, bp, show_page
from app.admin.needs import needs
from app.domain import members, merchants, messaging
from app.domain.merchants import Role
from app.domain.messaging import Channel, TemplateLine
from app.gateways import App, gateways
from app.gateways.errors import GatewayError, OutcomeUnknown
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound

__all__ = ["bp"]

WHY = {
    "not_subscribed": _("对方还没有同意接收这条消息：请他在小程序里点一次“允许”再试"),
}


@bp.post("/<merchant>/messages/<message>/try")
@needs(Role.MANAGER)
def try_out(merchant: str, message: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    if message not in messaging.MESSAGES:
        raise NotFound("There is no such message.", message=message[:40])
    line = _line(message, request.form.get("appid", ""))
    app, openid = _reader(line, request.form.get("staff", ""))
    if openid is None:
        return _refused(message, str(_("这位员工没有用过这个小程序，发不到他的微信")))
    try:
        gateways().mini_program(app).send(
            openid=openid, template_id=line.template_id, data=said_with(line), page=line.page
        )
    except OutcomeUnknown:
        return _refused(message, str(_("微信没有答复，消息可能已经送到")))
    except GatewayError as failure:
        why = WHY.get(failure.code) or _("微信没有发送：%(code)s", code=failure.code)
        return _refused(message, str(why))
    with transaction(merchant=here.merchant_id):
        messaging.note_trial(
            merchant_id=here.merchant_id,
            line=line,
            staff_number=request.form["staff"],
            actor=here.actor,
            at=clock.now(),
        )
    return pages.go("messages.show", message=message, words=_("已发出，请看手机"))


def _line(message: str, appid: str) -> TemplateLine:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        lines = messaging.setup_of(merchant_id=here.merchant_id).templates
    for line in lines:
        if (line.message, line.appid, line.channel) == (message, appid, Channel.SUBSCRIBE):
            return line
    raise NotFound("There is no such template.", appid=appid[:40])


def _reader(line: TemplateLine, staff_number: str) -> tuple[App, str | None]:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        person = merchants.get_staff(merchant_id=here.merchant_id, number=staff_number)
        keys = merchants.get_app(merchant_id=here.merchant_id, appid=line.appid)
        openid = (
            members.find_openid_of_user(user_id=person.user_id, appid=line.appid)
            if person.user_id
            else None
        )
    return App(appid=keys.appid, secret=keys.secret), openid


def _refused(message: str, why: str) -> Response:
    return show_page(message, Template(formdata=None), status=409, trial_refusal=why)
