"""Pieces of an order that went back whole are for sale again."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import catalog
from app.domain.orders import selling_statements as statements
from app.kernel.db import execute, fetch_all


@dataclass(frozen=True)
class _Line:
    """A line of an order. `gone`: pieces of which everything went back; some may be back before."""

    id: int
    offer_id: int
    member_id: int
    from_stock: bool
    is_counted: bool
    returned_pieces: int
    gone: int


def restock(*, merchant_id: int, order_id: int, is_whole: bool, at: datetime) -> int:
    """Put back to the stock, and to what the buyer may still buy, what went back; how many pieces.

    A piece comes back when each of its vouchers is void, so nothing of it was used, and only while
    its offer is on sale. What is more than vouchers comes back with the whole order (`is_whole`).
    The caller holds the order, and has ended its vouchers. Repeatable.
    """
    which = {"merchant_id": merchant_id, "order_id": order_id, "is_whole": is_whole, "at": at}
    lines = fetch_all(_Line, statements.LINES_TO_RESTOCK, which)
    return sum(_restock(merchant_id, line) for line in lines)


def _restock(merchant_id: int, line: _Line) -> int:
    pieces = line.gone - line.returned_pieces
    catalog.put_back(
        merchant_id=merchant_id,
        offer_id=line.offer_id,
        member_id=line.member_id,
        quantity=pieces,
        limited=line.from_stock,
        counted=line.is_counted,
    )
    back = {"merchant_id": merchant_id, "line_id": line.id, "pieces": line.gone}
    execute(statements.NOTE_RESTOCK, back)
    return pieces
