"""The documentation, made from the code: a route names its words once, and they are published.

    @bp.post("/orders")
    @documented(who=MEMBER, body=PlaceOrder, told={201: PlacedOrder}, refuses=[409], keyed=True)
    def place(merchant: str) -> Response: ...

APIFlask walks the routes and serves the document; here it gets the msgspec words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from apiflask import APIBlueprint, APIFlask

from app.web.errors import Problem
from app.web.parse import KEY_HEADER

MEMBER, STAFF, API_KEY = "member", "staff", "apiKey"
TELLER = (STAFF, API_KEY)
GUEST: tuple[str, ...] = ()

SCHEMES = {
    MEMBER: "A customer's session, from POST /sessions; two hours.",
    STAFF: "A clerk's session at one store, from POST /counter/sessions; two hours.",
    API_KEY: "A cashier system's key (kbk_…), for one store and certain scopes.",
}
JSON = "application/json"
FORM = "multipart/form-data"
COMPONENTS = "#/components/schemas/{name}"
ABOUT = (
    "Everything is under one merchant's number. Amounts are whole fen, times RFC 3339 in UTC. Every "
    "refusal has the same shape: a code that never changes, a message for people, and details. "
    "X-Request-Id comes with each answer; send your own to find it in our log."
)
TAGS = ("Shelf", "Customer", "Orders", "Counter", "Staff")
# Every path begins with the merchant; anything may be asked too often, badly, or at a bad time.
ALWAYS = (404, 429, 500, 503)
IN_PATH = {
    "merchant": ("M", "The merchant's number."),
    "offer": ("G", "The offer's number."),
    "order": ("O", "The order's number."),
    "voucher": ("V", "The voucher's number."),
    "gift": ("Z", "The gift's number."),
    "task": ("J", "The task's number."),
    "given": ("L", "The help's number."),
    "share": ("H", "The share's number."),
    "member": ("U", "The member's number."),
    "redemption": ("D", "The redemption's number."),
    "batch": ("N", "The number of the batch of paper cards."),
    "ticket": ("X", "The complaint's number."),
    "refund": ("Y", "The refund's number."),
    "subscription": ("7", "The monthly card's number."),
    "parcel": ("E", "The parcel's number."),
    "address": ("", "The address's id, from the address book."),
    "channel": ("W", "The pay channel's number."),
}

View = TypeVar("View", bound=Callable[..., Any])
Words = type[msgspec.Struct]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one route takes and tells. `told` maps a status to words, a media type or None.

    `upload` names the field of a form that holds a file.
    """

    who: Sequence[str]
    told: Mapping[int, Words | str | None]
    refuses: Sequence[int] = ()
    body: Words | None = None
    query: Words | None = None
    keyed: bool = False
    upload: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def statuses(self) -> list[int]:
        """Every refusal that this route may answer with."""
        found = {*ALWAYS, *self.refuses}
        if self.who:
            found |= {401, 403}
        if self.body:
            found |= {400, 409, 413, 415}
        if self.upload:
            found |= {400, 409, 413}
        if self.body or self.query or self.keyed or self.upload:
            found |= {422}
        return sorted(found)


OPERATIONS: dict[str, Operation] = {}
_describe = APIBlueprint("description", __name__).doc


def documented(operation: Operation | None = None, **said: Any) -> Callable[[View], View]:
    """Publish a route. Its operation id is its file and its name, such as "orders_place"."""
    operation = operation or Operation(**said)

    def publish(view: View) -> View:
        name = f"{view.__module__.rsplit('.', 1)[-1]}_{view.__name__}"
        if OPERATIONS.setdefault(name, operation) is not operation:
            raise RuntimeError(f"two routes are called {name}")
        summary, _, rest = (view.__doc__ or view.__name__).strip().partition("\n")
        described: View = _describe(
            operation_id=name, summary=summary, description=_unwrapped(rest), responses={200: ""}
        )(view)
        return described

    return publish


def register(app: APIFlask) -> None:
    """Have the document finished by us before it is served."""
    app.config["AUTO_SERVERS"] = False
    app.config["AUTO_404_RESPONSE"] = False
    app.config["AUTO_VALIDATION_ERROR_RESPONSE"] = False
    app.spec_processor(finish)


def finish(spec: Any) -> dict[str, Any]:
    """Put our words into the document that APIFlask made from the routes."""
    schemas = spec.setdefault("components", {}).setdefault("schemas", {})
    schemas.clear()
    for path in spec["paths"].values():
        for described in path.values():
            _fill(described, OPERATIONS[described["operationId"]], schemas)
    spec["info"]["description"] = ABOUT
    spec["tags"] = [{"name": name} for name in TAGS]
    spec["components"]["securitySchemes"] = {
        name: {"type": "http", "scheme": "bearer", "description": meaning}
        for name, meaning in SCHEMES.items()
    }
    finished: dict[str, Any] = spec
    return finished


def _fill(described: dict[str, Any], operation: Operation, schemas: dict[str, Any]) -> None:
    described["parameters"] = [
        *[_in_path(given["name"]) for given in described["parameters"]],
        *_in_query(operation.query),
        *([_key_header()] if operation.keyed else []),
        *[_header(name, meaning) for name, meaning in operation.headers.items()],
    ]
    described["security"] = [{name: []} for name in operation.who]
    if operation.body:
        content = {JSON: {"schema": _schema(operation.body, schemas)}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.upload:
        described["requestBody"] = {"required": True, "content": _form(operation.upload)}
    told = {str(status): _told(status, words, schemas) for status, words in operation.told.items()}
    refusals = {str(status): _told(status, Problem, schemas) for status in operation.statuses()}
    described["responses"] = refusals | told


def _form(name: str) -> dict[str, Any]:
    """A form with one file, which is all that we take of forms."""
    file = {"type": "string", "format": "binary"}
    schema = {
        "type": "object",
        "properties": {name: file},
        "required": [name],
        "additionalProperties": False,
    }
    return {FORM: {"schema": schema}}


def _told(status: int, words: Words | str | None, schemas: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if isinstance(words, str):
        answer["content"] = {words: {"schema": {"type": "string", "format": "binary"}}}
    elif words:
        answer["content"] = {JSON: {"schema": _schema(words, schemas)}}
    return answer


def _schema(words: Words, schemas: dict[str, Any]) -> dict[str, Any]:
    (reference,), found = msgspec.json.schema_components([words], ref_template=COMPONENTS)
    for name, schema in found.items():
        if schemas.setdefault(name, schema) != schema:
            raise RuntimeError(f"two different sets of words are called {name}")
    return reference


def _in_path(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    letter, meaning = IN_PATH.get(name, ("", name))
    if letter:
        schema["pattern"] = f"^{letter}[2-9A-HJ-NP-Z]{{16}}$"
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": meaning,
        "schema": schema,
    }


def _in_query(words: Words | None) -> list[dict[str, Any]]:
    if words is None:
        return []
    _, found = msgspec.json.schema_components([words], ref_template=COMPONENTS)
    schema = found[words.__name__]
    return [
        {
            "in": "query",
            "name": name,
            "required": name in schema.get("required", []),
            "schema": _without_null(words),
        }
        for name, words in schema["properties"].items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query leaves out what it does not say; it has no word for nothing."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    return choices[0] if len(choices) == 1 else schema


def _key_header() -> dict[str, Any]:
    meaning = (
        "Your name for this attempt. Sent again with the same body, it brings the first answer "
        "instead of a second purchase; with another body it is refused."
    )
    schema = {"type": "string", "minLength": 8, "maxLength": 128, "pattern": "^[!-~]+$"}
    return _header(KEY_HEADER, meaning, schema)


def _header(name: str, meaning: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "in": "header",
        "name": name,
        "required": True,
        "description": meaning,
        "schema": schema or {"type": "string"},
    }


def _unwrapped(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text.strip())
