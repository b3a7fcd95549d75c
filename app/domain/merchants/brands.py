"""How the shop looks in the customer's app."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime

from app.domain.merchants.models import Colour
from app.domain.merchants.profiles import get_merchant
from app.kernel import audit
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid, NotFound

LONGEST_SLOGAN = 40
PHONE = re.compile(r"\+?[0-9][0-9 -]{1,17}[0-9]")

_GET = "SELECT slogan, colour, logo, service_phone FROM merchants WHERE id = %(merchant_id)s"
_SET = """
UPDATE merchants SET slogan = %(slogan)s, colour = %(colour)s, service_phone = %(service_phone)s
WHERE id = %(merchant_id)s
"""
_SET_LOGO = "UPDATE merchants SET logo = %(logo)s WHERE id = %(merchant_id)s"


@dataclass(frozen=True)
class Brand:
    """`colour` is one of `Colour`; `logo` is a file's key."""

    slogan: str | None
    colour: str
    logo: str | None
    service_phone: str | None


def brand(*, merchant_id: int) -> Brand:
    """Raises NotFound."""
    found = fetch_one(Brand, _GET, {"merchant_id": merchant_id})
    if found is None:
        raise NotFound("There is no such merchant.")
    return found


def set_brand(
    *,
    merchant_id: int,
    slogan: str | None,
    colour: Colour,
    service_phone: str | None,
    actor: str,
    at: datetime,
) -> None:
    """Another slogan, colour and phone for questions; none of the words is none of the thing.

    Raises NotFound, and Invalid for a long slogan or what is no phone.
    """
    slogan = " ".join((slogan or "").split()) or None
    phone = (service_phone or "").strip() or None
    if slogan and len(slogan) > LONGEST_SLOGAN:
        raise Invalid(f"A slogan has {LONGEST_SLOGAN} characters at most.")
    if phone and not PHONE.fullmatch(phone):
        raise Invalid("A phone has 3 to 20 digits, spaces and hyphens.")
    after = {"slogan": slogan, "colour": Colour(colour).value, "service_phone": phone}
    _change(merchant_id, _SET, after, "merchant.brand", actor=actor, at=at)


def set_logo(*, merchant_id: int, logo: str | None, actor: str, at: datetime) -> None:
    """Another picture, by its key, or none. Raises NotFound."""
    _change(merchant_id, _SET_LOGO, {"logo": logo}, "merchant.logo", actor=actor, at=at)


def _change(
    merchant_id: int,
    statement: str,
    after: dict[str, str | None],
    action: str,
    *,
    actor: str,
    at: datetime,
) -> None:
    known = asdict(brand(merchant_id=merchant_id))
    before = {name: known[name] for name in after}
    if before == after:
        return
    execute(statement, {**after, "merchant_id": merchant_id})
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action=action,
        subject=get_merchant(merchant_id=merchant_id).number or "",
        at=at,
        details={"before": before, "after": after},
    )
