"""What members are told: which of the platform's templates says it, and which ways are used."""

from collections.abc import Mapping

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length, Regexp

from app.admin import door, pages
from app.admin.forms import Form, Needed, choices
from app.admin.message_samples import misfits, said_with
from app.admin.message_words import CHANNELS, MESSAGES, WORDS
from app.admin.needs import needs
from app.domain import merchants, messaging
from app.domain.merchants import Role, StaffState
from app.domain.messaging import Channel
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import Invalid, NotFound

bp = Blueprint("messages", __name__)
MOST_LINES = 20


class Template(Form):
    """`fields`: a line each, the platform's field and our word: thing1=title."""

    appid = SelectField(_("微信应用"), validate_choice=False)
    channel = SelectField(
        _("发送方式"),
        choices=choices((each.value, CHANNELS[each]) for each in Channel if each != Channel.KF),
    )
    template_id = StringField(
        _("模板 ID"),
        validators=[Needed(), Regexp(r"^[0-9A-Za-z_-]{1,128}$", message=_("请复制完整的模板 ID"))],
    )
    fields = TextAreaField(_("字段对应"), validators=[Needed(), Length(max=2000)])
    page = StringField(_("点击后打开的页面"), validators=[Length(max=200)])


@bp.context_processor
def samples() -> dict[str, object]:
    """What a template would say."""
    return {"said_with": said_with}


@bp.get("/<merchant>/messages")
@needs(Role.MANAGER)
def index(merchant: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    with transaction(merchant=here.merchant_id):
        setup = messaging.setup_of(merchant_id=here.merchant_id)
    said: dict[str, set[str]] = {}
    for line in setup.templates:
        said.setdefault(line.message, set()).add(line.channel)
    return pages.page(
        "messages/index.html",
        messages=MESSAGES,
        channels=CHANNELS,
        off=set(setup.off),
        said=said,
    )


@bp.route("/<merchant>/messages/<message>", methods=["GET", "POST"])
@needs(Role.MANAGER)
def show(merchant: str, message: str) -> Response:  # noqa: ARG001 - the door reads it
    """One message: its words, its templates, and a form to set one."""
    if message not in messaging.MESSAGES:
        raise NotFound("There is no such message.", message=message[:40])
    form = Template()
    if request.method == "POST" and form.validate() and form.does(lambda: _set(message, form)):
        return pages.go("messages.show", message=message, words=_("模板已保存"))
    return show_page(message, form, status=422 if request.method == "POST" else 200)


@bp.post("/<merchant>/messages/ways/<channel>/<any(on,off):state>")
@needs(Role.MANAGER)
def switch(merchant: str, channel: str, state: str) -> Response:  # noqa: ARG001 - the door reads it
    here = door.here()
    if channel not in set(Channel):
        raise NotFound("There is no such way.", channel=channel[:40])
    with transaction(merchant=here.merchant_id):
        messaging.switch_channel(
            merchant_id=here.merchant_id,
            channel=Channel(channel),
            on=state == "on",
            actor=here.actor,
            at=clock.now(),
        )
    return pages.go("messages.index", words=_("已保存"))


def show_page(
    message: str, form: Template, *, status: int, trial_refusal: str | None = None
) -> Response:
    here = door.here()
    with transaction(merchant=here.merchant_id):
        apps = merchants.list_apps(merchant_id=here.merchant_id)
        people = merchants.list_staff(merchant_id=here.merchant_id)
        setup = messaging.setup_of(merchant_id=here.merchant_id)
    form.appid.choices = choices((app.appid, f"{app.name} · {app.appid}") for app in apps)
    words = messaging.MESSAGES[message]
    return pages.page(
        "messages/show.html",
        status=status,
        form=form,
        message=message,
        title=MESSAGES[message],
        words=[(word, WORDS[word]) for word in words],
        example="\n".join(f"thing{n}={word}" for n, word in enumerate(words[:4], start=1)),
        templates=[line for line in setup.templates if line.message == message],
        channels=CHANNELS,
        has_apps=bool(apps),
        people=[each for each in people if each.user_id and each.state == StaffState.ACTIVE],
        trial_refusal=trial_refusal,
    )


def _set(message: str, form: Template) -> None:
    here = door.here()
    fields = _fields(form.fields.data or "")
    with transaction(merchant=here.merchant_id):
        merchants.get_app(merchant_id=here.merchant_id, appid=form.appid.data or "")
        try:
            messaging.add_template(
                merchant_id=here.merchant_id,
                appid=form.appid.data or "",
                message=message,
                template_id=form.template_id.data,
                fields=fields,
                page=form.page.data or None,
                channel=Channel(form.channel.data),
                actor=here.actor,
                at=clock.now(),
            )
        except Invalid as problem:
            raise Invalid(_why(problem.details)) from problem
        if wrong := misfits(fields, Channel(form.channel.data)):
            raise Invalid("；".join(wrong))


def _fields(said: str) -> dict[str, str]:
    """Raises Invalid for a line that is no pair."""
    lines = [line.strip() for line in said.splitlines() if line.strip()][:MOST_LINES]
    pairs = [line.partition("=") for line in lines]
    for line, (name, sign, word) in zip(lines, pairs, strict=True):
        if not (name.strip() and sign and word.strip()):
            raise Invalid(str(_("每行写成 字段=内容：%(line)s", line=line[:40])))
    return {name.strip(): word.strip() for name, _sign, word in pairs}


def _why(details: Mapping[str, object]) -> str:
    """The platform's field types and our words are both closed lists."""
    if "field" in details:
        return str(_("微信没有 %(field)s 这种字段", field=details["field"]))
    if "word" in details:
        return str(_("这条消息没有 %(word)s 这项内容", word=details["word"]))
    return str(_("请检查模板 ID 和字段"))
