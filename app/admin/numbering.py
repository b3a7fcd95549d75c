"""Numbers as they stand in addresses and search fields."""

from app.admin import door
from app.kernel import numbers
from app.kernel.errors import NotFound
from app.kernel.numbers import Kind


def mine(number: str, kind: Kind) -> str:
    """A number of this kind that belongs to this shop. Raises NotFound."""
    if numbers.merchant_of(number, kind) != door.here().merchant_id:
        raise NotFound("There is nothing under this number.", number=number[:40])
    return number


def kind_of(said: str) -> Kind | None:
    """What kind of number of this shop somebody typed; None for any other words."""
    for kind in Kind:
        if said[:1] == kind.value:
            try:
                mine(said, kind)
            except NotFound:
                return None
            return kind
    return None
