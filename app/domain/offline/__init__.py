"""Vouchers taken without network: signed chains, taken up later, and what did not fit."""

from app.domain.offline.chain import FIRST, Link
from app.domain.offline.conflicts import Conflict, close_conflict, count_open, list_conflicts
from app.domain.offline.devices import DeviceLine, Enrolled, enrol, list_devices, revoke
from app.domain.offline.errors import (
    ChainBroken,
    ConflictClosed,
    DeviceOver,
    DeviceRevoked,
    NotYourDevice,
    OfflineOff,
    ScanTimeWrong,
    ScanTooLate,
    TakingIsOff,
    TooManyScans,
    TooMuchValue,
)
from app.domain.offline.policy import Rules, get_rules, set_rules
from app.domain.offline.taking import Outcome, attempt_key, note_broken, set_aside, take

__all__ = [
    "FIRST",
    "ChainBroken",
    "Conflict",
    "ConflictClosed",
    "DeviceLine",
    "DeviceOver",
    "DeviceRevoked",
    "Enrolled",
    "Link",
    "NotYourDevice",
    "OfflineOff",
    "Outcome",
    "Rules",
    "ScanTimeWrong",
    "ScanTooLate",
    "TakingIsOff",
    "TooManyScans",
    "TooMuchValue",
    "attempt_key",
    "close_conflict",
    "count_open",
    "enrol",
    "get_rules",
    "list_conflicts",
    "list_devices",
    "note_broken",
    "revoke",
    "set_aside",
    "set_rules",
    "take",
]
