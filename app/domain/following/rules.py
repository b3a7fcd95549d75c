"""When an account may write to a person, as WeChat limits it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Opening:
    """So many messages for so long after something the person did."""

    messages: int
    lasts: timedelta


HEARD = Opening(messages=5, lasts=timedelta(hours=48))
"""After the person wrote something."""

TOUCHED = Opening(messages=3, lasts=timedelta(minutes=1))
"""After he followed, scanned a code or chose from the menu."""
