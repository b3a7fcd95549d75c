"""What goes wrong on demand. Each fault strikes the next `count` times that its scope fits.

`scope` is the beginning of an API path (`/v3/refund`) for the API kinds, of an event type
(`TRANSACTION.`) for the notice kinds, and of an out_refund_no for the refund kinds; empty fits all.
"""

import itertools
import threading
from dataclasses import asdict, dataclass
from typing import Any

API_KINDS = {
    "slow": "wait `seconds` before the work",
    "status": "answer HTTP `status` (429, 500, 502, ...) without doing the work",
    "error": "refuse with `code` (v3 code or errcode) without doing the work",
    "reset_before": "close the connection without doing the work",
    "reset": "do the work, then close the connection without an answer",
    "forge_answer": "do the work, sign the answer with a key that is not the platform's",
}
# Sent besides the true notice, which follows on the next step of the ladder.
FORGED_KINDS = {
    "forge": "signed with a key that is not the platform's",
    "signtest": "a WECHATPAY/SIGNTEST/ probe signature",
    "foreign_serial": "an unknown Wechatpay-Serial",
    "old_timestamp": "signed ten minutes ago",
    "wrong_key": "sealed with another APIv3 key",
    "wrong_amount": "truly signed, with another amount than was paid",
}
NOTICE_KINDS = {
    "duplicate": "send `times` more copies at once",
    "delay": "send `seconds` later",
    "lose": "never send it",
    "replay": "send the very same bytes again `seconds` after they were acknowledged",
    "reorder": "hold it back until the next one to the same address has gone",
    "clock_skew": "sign it with a clock that is off by `seconds`",
    **FORGED_KINDS,
}
# Sent just before the true push. The last two are inside the seal: not in the plain mode.
FALSE_PUSHES = {
    "forge": "signed with a token that is nobody's",
    "foreign_token": "signed with the token of another account",
    "malformed": "truly signed, with XML or JSON that breaks off",
    "wrong_appid": "truly signed, with another appid inside the seal",
    "bad_padding": "truly signed, with a wrong padding inside the seal",
}
SEALED_ONLY = frozenset({"wrong_appid", "bad_padding"})
REFUND_KINDS = {
    "refund_abnormal": "the refund ends ABNORMAL",
    "refund_closed": "the refund ends CLOSED",
    "refund_held": "the refund stays PROCESSING until it is settled by hand",
}
KINDS = {**API_KINDS, **FALSE_PUSHES, **NOTICE_KINDS, **REFUND_KINDS}


@dataclass(kw_only=True)
class Fault:
    """One thing that will go wrong `count` more times. `seconds` are real seconds."""

    kind: str
    scope: str = ""
    count: int = 1
    seconds: float = 0.0
    times: int = 1
    status: int = 500
    code: str = ""
    number: int = 0


class Faults:
    """The faults in wait."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Lay a fault in wait. Raises ValueError for a kind that does not exist."""
        if fault.kind not in KINDS:
            raise ValueError(fault.kind)
        with self._lock:
            fault.number = next(self._numbers)
            self._waiting.append(fault)
        return fault

    def take(self, kind: str, scope: str) -> Fault | None:
        """The first fault of this kind that fits, used up by one."""
        if not self._waiting:
            return None
        with self._lock:
            for fault in self._waiting:
                if fault.kind == kind and scope.startswith(fault.scope):
                    self._use_up(fault)
                    return fault
        return None

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """What is still in wait."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def _use_up(self, fault: Fault) -> None:
        fault.count -= 1
        if fault.count <= 0:
            self._waiting.remove(fault)
