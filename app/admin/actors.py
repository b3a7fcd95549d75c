"""Who did something, in words: an actor reads like "staff:12", "member:5" or "system"."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _

from app.domain import members, merchants

_KINDS = {"system": _("系统"), "api_key": _("接口"), "wechat": _("微信"), "member": _("顾客")}


def told(merchant_id: int, actors: Iterable[str | None]) -> dict[str, str]:
    """A name for each of these actors. Asks at most two questions, inside a transaction."""
    known = {actor for actor in actors if actor}
    staff, people = _ids(known, "staff"), _ids(known, "member")
    names: dict[str, str] = {}
    if staff:
        names |= {
            f"staff:{each.id}": each.name for each in merchants.list_staff(merchant_id=merchant_id)
        }
    if people:
        labels = members.labels_of(merchant_id=merchant_id, member_ids=people)
        names |= {f"member:{label.id}": _name(label) for label in labels}
    return {actor: names.get(actor) or _kind(actor) for actor in known}


def _ids(actors: Iterable[str], kind: str) -> list[int]:
    pairs = (actor.partition(":") for actor in actors)
    return [int(rest) for word, _sign, rest in pairs if word == kind and rest.isdecimal()]


def _name(label: members.Label) -> str:
    return label.nickname or label.number


def _kind(actor: str) -> str:
    kinds: Mapping[str, object] = _KINDS
    return str(kinds.get(actor.partition(":")[0], actor))
