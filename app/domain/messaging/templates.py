"""Which of the platform's templates says which of our messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.messaging.rules import MESSAGES
from app.domain.messaging.typed_fields import type_of
from app.kernel import audit
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import Invalid

_KEEP = """
INSERT INTO message_templates (merchant_id, appid, message, template_id, fields, page)
VALUES (%(merchant_id)s, %(appid)s, %(message)s, %(template_id)s, %(fields)s::jsonb, %(page)s)
ON CONFLICT (merchant_id, appid, message) DO UPDATE
SET template_id = EXCLUDED.template_id, fields = EXCLUDED.fields, page = EXCLUDED.page
"""

_FIND = """
SELECT template_id, fields, page FROM message_templates
WHERE merchant_id = %(merchant_id)s AND appid = %(appid)s AND message = %(message)s
"""

_LIST_IDS = """
SELECT template_id FROM message_templates
WHERE merchant_id = %(merchant_id)s AND appid = %(appid)s
GROUP BY template_id ORDER BY min(id)
"""


@dataclass(frozen=True)
class Template:
    """`fields` leads from the platform's field to our word."""

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
    actor: str = "system",
) -> None:
    """Say `message` with this template from now on. `fields`: {"thing1": "title", …}.

    Raises Invalid for a message, a field type or a word that does not exist.
    """
    _check(message, template_id, fields)
    execute(
        _KEEP,
        {
            "merchant_id": merchant_id,
            "appid": appid,
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
        details={"message": message, "appid": appid},
    )


def templates_to_ask(*, merchant_id: int, appid: str) -> list[str]:
    """Template ids for the app's question "may we tell you?", the oldest first."""
    found = fetch_all(_TemplateId, _LIST_IDS, {"merchant_id": merchant_id, "appid": appid})
    return [row.template_id for row in found]


def find_template(*, merchant_id: int, appid: str, message: str) -> Template | None:
    """The template that says this message in this app, if there is one."""
    who = {"merchant_id": merchant_id, "appid": appid, "message": message}
    return fetch_one(Template, _FIND, who)


def _check(message: str, template_id: str, fields: Mapping[str, str]) -> None:
    if message not in MESSAGES:
        raise Invalid("We have no such message.", unknown=message, messages=sorted(MESSAGES))
    if not template_id or not fields:
        raise Invalid("A template has an id and fields.")
    for field, word in fields.items():
        if type_of(field) is None:
            raise Invalid("The platform has no such field type.", field=field)
        if word not in MESSAGES[message]:
            raise Invalid("This message has no such word.", word=word, words=MESSAGES[message])
