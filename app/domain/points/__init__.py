"""Points: earned in lots, spent soonest-expiring first, taken back with a visible debt."""

from app.domain.points.actions import Held, earn, hold, spend, take_back, take_over
from app.domain.points.errors import NotEnoughPoints
from app.domain.points.expiring import expire_due
from app.domain.points.models import PointLot, PointLotUse
from app.domain.points.queries import Balance, PointLine, balance, list_entries
from app.domain.points.rules import member_debt, member_points, points_for

__all__ = [
    "Balance",
    "Held",
    "NotEnoughPoints",
    "PointLine",
    "PointLot",
    "PointLotUse",
    "balance",
    "earn",
    "expire_due",
    "hold",
    "list_entries",
    "member_debt",
    "member_points",
    "points_for",
    "spend",
    "take_back",
    "take_over",
]
