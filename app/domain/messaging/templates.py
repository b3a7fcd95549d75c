"""Which of the platform's templates says which of our messages."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.messaging.channels import NEEDS_GRANT, Channel
from app.domain.messaging.rules import MESSAGES
from app.domain.messaging.typed_fields import type_of
from app.kernel import audit
from app.kernel.db import execute, fetch_all
from app.kernel.errors import Invalid

_KEEP = """
INSERT INTO message_templates (merchant_id, appid, channel, message, template_id, fields, page)
VALUES (%(merchant_id)s, %(appid)s, %(channel)s, %(message)s, %(template_id)s, %(fields)s::jsonb,
  %(page)s)
ON CONFLICT (merchant_id, appid, message, channel) DO UPDATE
SET template_id = EXCLUDED.template_id, fields = EXCLUDED.fields, page = EXCLUDED.page
"""

_FIND = """
SELECT appid, channel, template_id, fields, page FROM message_templates
WHERE merchant_id = %(merchant_id)s AND message = %(message)s AND appid = ANY(%(appids)s)
"""

_LIST = """
SELECT message, channel, appid, template_id, fields, page FROM message_templates
WHERE merchant_id = %(merchant_id)s ORDER BY message, channel, appid
"""

_LIST_IDS = """
SELECT template_id FROM message_templates
WHERE merchant_id = %(merchant_id)s AND appid = %(appid)s AND channel = ANY(%(channels)s)
GROUP BY template_id ORDER BY min(id)
"""

LITERAL = "="
"""A value of a template that begins so is said as it stands, without this sign."""

CARD_FIELDS = frozenset({"cur_status", "product_name", "product_img", "product_count"})
"""What a service card for things that are delivered at once takes, besides its page."""


@dataclass(frozen=True)
class Template:
    """`fields` leads from the platform's field to our word, or to "=" and the value itself."""

    appid: str
    channel: str
    template_id: str
    fields: dict[str, Any]
    page: str | None


@dataclass(frozen=True)
class TemplateLine:
    """A template with the message that it says."""

    message: str
    channel: str
    appid: str
    template_id: str
    fields: dict[str, Any]
    page: str | None


@dataclass(frozen=True)
class _TemplateId:
    template_id: str


def add_template(
    *,
    merchant_id: int,
    appid: str,
    message: str,
    template_id: str,
    fields: Mapping[str, str],
    page: str | None,
    at: datetime,
    channel: Channel = Channel.SUBSCRIBE,
    actor: str = "system",
) -> None:
    """Say `message` with this template from now on. `fields`: {"thing1": "title", …}.

    A service card's id is its kind ("2003": bought and delivered at once), its fields are
    {"cur_status": "=4", "product_name": "title", …} and its page is where a tap leads.
    Raises Invalid for a message, a field type or a word that does not exist.
    """
    _check(message, template_id, fields, channel)
    execute(
        _KEEP,
        {
            "merchant_id": merchant_id,
            "appid": appid,
            "channel": channel.value,
            "message": message,
            "template_id": template_id,
            "fields": json.dumps(dict(fields)),
            "page": page,
        },
    )
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="template.add",
        subject=template_id,
        at=at,
        details={"message": message, "appid": appid, "channel": channel.value},
    )


def note_trial(
    *, merchant_id: int, line: TemplateLine, staff_number: str, actor: str, at: datetime
) -> None:
    """Somebody of the staff was sent this template with made-up words."""
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="template.try",
        subject=line.template_id,
        at=at,
        details={"message": line.message, "appid": line.appid, "to": staff_number},
    )


def templates_to_ask(*, merchant_id: int, appid: str) -> list[str]:
    """Template ids for the app's question "may we tell you?", the oldest first.

    Only those that need an answer: a service card's must not be asked for at all.
    """
    asked = {
        "merchant_id": merchant_id,
        "appid": appid,
        "channels": [channel.value for channel in sorted(NEEDS_GRANT)],
    }
    return [row.template_id for row in fetch_all(_TemplateId, _LIST_IDS, asked)]


def list_templates(*, merchant_id: int) -> list[TemplateLine]:
    """Every template of this merchant."""
    return fetch_all(TemplateLine, _LIST, {"merchant_id": merchant_id})


def find_templates(
    *, merchant_id: int, message: str, appids: Collection[str]
) -> dict[tuple[str, str], Template]:
    """What says this message in these apps, by channel and appid."""
    asked = {"merchant_id": merchant_id, "message": message, "appids": list(appids)}
    found = fetch_all(Template, _FIND, asked)
    return {(template.channel, template.appid): template for template in found}


def _check(message: str, template_id: str, fields: Mapping[str, str], channel: Channel) -> None:
    if message not in MESSAGES:
        raise Invalid("We have no such message.", unknown=message, messages=sorted(MESSAGES))
    if channel == Channel.KF:
        raise Invalid("A customer-service message has no template.")
    if not template_id or not fields:
        raise Invalid("A template has an id and fields.")
    for field, word in fields.items():
        if not _has_field(channel, field):
            raise Invalid("The platform has no such field type.", field=field)
        if not word.startswith(LITERAL) and word not in MESSAGES[message]:
            raise Invalid("This message has no such word.", word=word, words=MESSAGES[message])


def _has_field(channel: Channel, field: str) -> bool:
    if channel == Channel.SERVICE_CARD:
        return field in CARD_FIELDS
    return type_of(field) is not None
