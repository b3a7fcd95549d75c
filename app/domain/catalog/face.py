"""What a voucher of each kind is worth at the till: the shape of `face`."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.catalog.models import BenefitKind
from app.domain.catalog.rules import MOST_FEN
from app.kernel import strict
from app.kernel.errors import Invalid
from app.kernel.money import BASIS_POINTS

LONGEST_THING = 60


def _fen(value: object) -> bool:
    return 0 < strict.whole(value, field="face") <= MOST_FEN


def _rate(value: object) -> bool:
    """What the customer still pays: 8,500 basis points are 8.5折."""
    return 0 < strict.whole(value, field="face") < BASIS_POINTS


def _thing(value: object) -> bool:
    return 0 < len(strict.words(value, field="face").strip()) <= LONGEST_THING


def _flag(value: object) -> bool:
    strict.flag(value, field="face")
    return True


_SHAPES: dict[BenefitKind, dict[str, Callable[[object], bool]]] = {
    BenefitKind.CASH: {"off_fen": _fen},
    BenefitKind.DISCOUNT: {"rate_bp": _rate, "cap_fen": _fen},
    BenefitKind.SHIPPING: {"off_fen": _fen},
    BenefitKind.EXCHANGE: {"thing": _thing},
    BenefitKind.RIGHT: {"thing": _thing},
    BenefitKind.DELIVERY: {"thing": _thing},
    BenefitKind.CODE: {"thing": _thing, "is_digital": _flag},
    BenefitKind.BOOKING: {"thing": _thing},
}


def check_face(kind: BenefitKind, face: Mapping[str, Any]) -> None:
    """Raises Invalid for a field that this kind does not have, or a value out of range.

    A draft may leave fields out; publishing asks for those that a customer must know.
    """
    shape = _SHAPES[kind]
    if not face.keys() <= shape.keys():
        raise Invalid(f"The face of {kind} may hold: {', '.join(shape)}.", field="face")
    for name, value in face.items():
        strict.require(shape[name](value), field="face")
