"""Codes of third parties: stocked sealed, given to one voucher each, shown once."""

from app.domain.pools.assigning import Alarm, DuePool, assign, fill, list_due, ring, settle
from app.domain.pools.errors import CodeNotHereYet, NotACodeBenefit, NotRevealable
from app.domain.pools.models import CodePool, PoolCode
from app.domain.pools.queries import MOST_COUNTED, PoolView, list_pools, stock_of, stock_of_offer
from app.domain.pools.revealing import Revealed, reveal
from app.domain.pools.rules import LineRefusal
from app.domain.pools.stocking import Imported, import_codes, watch

__all__ = [
    "MOST_COUNTED",
    "Alarm",
    "CodeNotHereYet",
    "CodePool",
    "DuePool",
    "Imported",
    "LineRefusal",
    "NotACodeBenefit",
    "NotRevealable",
    "PoolCode",
    "PoolView",
    "Revealed",
    "assign",
    "fill",
    "import_codes",
    "list_due",
    "list_pools",
    "reveal",
    "ring",
    "settle",
    "stock_of",
    "stock_of_offer",
    "watch",
]
