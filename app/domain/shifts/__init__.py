"""What one person redeemed at one store between two closings."""

from app.domain.shifts.errors import NothingToClose, ShiftClosed
from app.domain.shifts.shifts import Closing, Shift, ShiftLine, close, current, list_closings

__all__ = [
    "Closing",
    "NothingToClose",
    "Shift",
    "ShiftClosed",
    "ShiftLine",
    "close",
    "current",
    "list_closings",
]
