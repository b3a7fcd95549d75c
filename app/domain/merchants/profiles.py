"""The merchant himself, and the few facts about him that nearly every request needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.merchants.models import Merchant
from app.kernel import audit, clock, numbers
from app.kernel.db import execute, fetch_one, reading, writing
from app.kernel.errors import Invalid, NotFound

GOOD_FOR = timedelta(seconds=30)
_MOST_KEPT = 10_000
_MOST_POINTS_PER_YUAN, _LONGEST_MONTHS = 10_000, 120

_PROFILE = """
SELECT id, number, name, zone, points_per_yuan, points_valid_months FROM merchants
WHERE id = %(merchant_id)s
"""


@dataclass(frozen=True)
class Profile:
    """What others need to know of a merchant. Points are whole points per whole yuan."""

    id: int
    number: str
    name: str
    zone: str
    points_per_yuan: int
    points_valid_months: int


_kept: dict[int, tuple[float, Profile]] = {}


def add_merchant(
    *,
    name: str,
    at: datetime,
    zone: str = "Asia/Shanghai",
    points_per_yuan: int = 1,
    points_valid_months: int = 12,
) -> Merchant:
    """Open the books of a new merchant. `zone` is an IANA name; raises Invalid."""
    _check(name=name, zone=zone, points_per_yuan=points_per_yuan, months=points_valid_months)
    merchant = Merchant(
        name=name,
        zone=zone,
        points_per_yuan=points_per_yuan,
        points_valid_months=points_valid_months,
        created_at=at,
    )
    writing().add(merchant)
    writing().flush()
    merchant.number = numbers.for_merchant(merchant.id)
    writing().flush()
    audit.record(
        merchant_id=merchant.id,
        actor="system",
        action="merchant.add",
        subject=merchant.number,
        at=at,
    )
    return merchant


def get_merchant(*, merchant_id: int) -> Merchant:
    """Raises NotFound."""
    merchant = reading().get(Merchant, merchant_id)
    if merchant is None:
        raise NotFound("There is no such merchant.")
    return merchant


def rename_merchant(*, merchant_id: int, name: str, actor: str, at: datetime) -> None:
    """The shop's name as customers read it; other processes say it half a minute later.

    Raises Invalid, NotFound.
    """
    if not name.strip():
        raise Invalid("A merchant has a name.")
    merchant = get_merchant(merchant_id=merchant_id)
    before, after = merchant.name, name.strip()
    if before == after:
        return
    execute(
        "UPDATE merchants SET name = %(name)s WHERE id = %(merchant_id)s",
        {"merchant_id": merchant_id, "name": after},
    )
    audit.record(
        merchant_id=merchant_id,
        actor=actor,
        action="merchant.rename",
        subject=merchant.number or "",
        at=at,
        details={"before": {"name": before}, "after": {"name": after}},
    )
    _kept.pop(merchant_id, None)


def profile(*, merchant_id: int) -> Profile:
    """As it was at most thirty seconds ago, kept in this process. Raises NotFound."""
    kept = _kept.get(merchant_id)
    if kept is not None and clock.monotonic() < kept[0]:
        return kept[1]
    found = fetch_one(Profile, _PROFILE, {"merchant_id": merchant_id})
    if found is None:
        raise NotFound("There is no such merchant.")
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[merchant_id] = (clock.monotonic() + GOOD_FOR.total_seconds(), found)
    return found


def merchant_id_of(number: str) -> int:
    """The id behind a merchant's own number. Raises NotFound."""
    merchant_id = numbers.merchant_of(number, numbers.Kind.MERCHANT)
    if profile(merchant_id=merchant_id).number != number:
        raise NotFound("There is no such merchant.")
    return merchant_id


def forget_profiles() -> None:
    """Read every profile anew, for tests that share one process and not one database."""
    _kept.clear()


def _check(*, name: str, zone: str, points_per_yuan: int, months: int) -> None:
    if not name.strip():
        raise Invalid("A merchant has a name.")
    if not 0 <= points_per_yuan <= _MOST_POINTS_PER_YUAN or not 1 <= months <= _LONGEST_MONTHS:
        raise Invalid("Points are 0 to 10,000 a yuan and last 1 to 120 months.")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as unknown:
        raise Invalid("A zone is an IANA name such as Asia/Shanghai.", zone=zone) from unknown
