"""What one person redeemed at one store between two closings."""

from app.domain.shifts.errors import NothingToClose, ShiftClosed
from app.domain.shifts.shifts import Closing, Shift, ShiftLine, Sums, close, current, list_closings

__all__ = [
    "Closing",
    "NothingToClose",
    "Shift",
    "ShiftClosed",
    "ShiftLine",
    "Sums",
    "close",
    "current",
    "list_closings",
]
