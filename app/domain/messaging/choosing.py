"""The first way that is open now: known, configured, wanted, fitting, and allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.messaging import grants
from app.domain.messaging.channels import NEEDS_GRANT, ROUTES, Channel, Way
from app.domain.messaging.errors import FieldUnfit
from app.domain.messaging.rules import MESSAGES, TEXTS
from app.domain.messaging.switches import channels_off
from app.domain.messaging.templates import LITERAL, Template, find_templates
from app.domain.messaging.typed_fields import fit, type_of

NO_GRANT = "no_grant"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Who should hear what about which event, and the ways to this person that are open now.

    `words` are exactly those of MESSAGES[message]; their order of trial is that of ROUTES, and
    among ways of one channel the given one.
    """

    merchant_id: int
    member_id: int
    event_key: str
    message: str
    words: Mapping[str, str] = field(repr=False)
    ways: tuple[Way, ...]

    def __post_init__(self) -> None:
        if set(self.words) != set(MESSAGES[self.message]):
            raise ValueError(f"the words of {self.message} are {MESSAGES[self.message]}")


@dataclass(frozen=True, kw_only=True)
class Open:
    """A way with what says the message there; a customer-service text has no template."""

    way: Way
    template: Template | None

    @property
    def template_id(self) -> str:
        return self.template.template_id if self.template else ""

    @property
    def page(self) -> str | None:
        return self.template.page if self.template else None

    @property
    def name(self) -> tuple[str, str]:
        return (self.way.channel.value, self.way.appid)


def open_ways(wish: Wish) -> list[Open]:
    """The ways that have something to say it with and are not switched off, best first."""
    off = channels_off(merchant_id=wish.merchant_id)
    templates = find_templates(
        merchant_id=wish.merchant_id,
        message=wish.message,
        appids={way.appid for way in wish.ways},
    )
    found = []
    for way in _in_order(wish):
        template = templates.get((way.channel.value, way.appid))
        if way.channel not in off and (template or way.channel == Channel.KF):
            found.append(Open(way=way, template=template))
    return found


def fill(wish: Wish, way: Open) -> dict[str, str]:
    """The platform's fields with our values. Raises FieldUnfit."""
    if way.template is None:
        return {"text": TEXTS[wish.message].format_map(wish.words)}
    said = {name: _say(wish, word) for name, word in way.template.fields.items()}
    if way.way.channel == Channel.SERVICE_CARD:
        return said
    return {name: fit(type_of(name) or name, text) for name, text in said.items()}


def miss(wish: Wish, way: Open, *, at: datetime) -> str | None:
    """Why it cannot be said there, or None, and then a grant is used up where one is needed."""
    try:
        fill(wish, way)
    except FieldUnfit as unfit:
        return f"unfit:{unfit.details['field_type']}"
    if way.way.channel not in NEEDS_GRANT:
        return None
    has_grant = grants.spend_one(
        merchant_id=wish.merchant_id,
        member_id=wish.member_id,
        template_id=way.template_id,
        at=at,
    )
    return None if has_grant else NO_GRANT


def _in_order(wish: Wish) -> Iterable[Way]:
    for channel in ROUTES[wish.message]:
        yield from (way for way in wish.ways if way.channel == channel)


def _say(wish: Wish, word: str) -> str:
    return word.removeprefix(LITERAL) if word.startswith(LITERAL) else wish.words[word]
