"""A member complains in the app."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.complaints import statements
from app.domain.complaints.rules import MOST_PHOTOS, Kind, clocks
from app.kernel import audit, numbers
from app.kernel.db import execute, fetch_one
from app.kernel.errors import Invalid, NotFound


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a member says, and of what. `photos` are keys of files that he handed in."""

    merchant_id: int
    member_id: int
    kind: Kind
    text: str
    order_number: str | None = None
    voucher_number: str | None = None
    photos: Sequence[str] = ()


@dataclass(frozen=True)
class _About:
    order_id: int | None
    voucher_id: int | None


def open_ticket(wish: Wish, *, at: datetime) -> str:
    """The number of the new ticket; its clocks begin to run.

    Raises NotFound for an order or a voucher that is not his; Invalid for too many photos.
    """
    if len(wish.photos) > MOST_PHOTOS:
        raise Invalid(f"At most {MOST_PHOTOS} photos.", photos=["too many"])
    about = _about(wish)
    number = numbers.new(numbers.Kind.TICKET, merchant_id=wish.merchant_id)
    execute(statements.OPEN, _parameters(wish, about, number, at=at))
    audit.record(
        merchant_id=wish.merchant_id,
        actor=f"member:{wish.member_id}",
        action="complaint.open",
        subject=number,
        at=at,
        details={"kind": wish.kind.value},
    )
    return number


def _parameters(wish: Wish, about: _About, number: str, *, at: datetime) -> dict[str, object]:
    return {
        "merchant_id": wish.merchant_id,
        "number": number,
        "kind": wish.kind.value,
        "member_id": wish.member_id,
        "actor": f"member:{wish.member_id}",
        "order_id": about.order_id,
        "voucher_id": about.voucher_id,
        "text": wish.text,
        "photos": json.dumps(list(wish.photos)),
        "at": at,
        **vars(clocks(opened_at=at, asked_at=at)),
    }


def _about(wish: Wish) -> _About:
    order = _find(wish, statements.FIND_ORDER, wish.order_number)
    voucher = _find(wish, statements.FIND_VOUCHER, wish.voucher_number)
    if order.order_id and voucher.order_id and order.order_id != voucher.order_id:
        raise Invalid("The voucher did not come with that order.", voucher=["of another order"])
    return _About(order.order_id or voucher.order_id, voucher.voucher_id)


def _find(wish: Wish, statement: str, number: str | None) -> _About:
    if number is None:
        return _About(None, None)
    named = {"merchant_id": wish.merchant_id, "member_id": wish.member_id, "number": number}
    found = fetch_one(_About, statement, named)
    if found is None:
        raise NotFound("There is nothing of yours under this number.", number=number)
    return found
