"""The kinds of values that bodies and queries are made of. Nothing in them is unbounded.

The documentation is made from the same words, so that a caller reads the very limits we check.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

# Text of one line. PostgreSQL keeps no NUL, and people's words have no control characters.
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$(?!\n)"
# The same with something to read in it.
FILLED_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u001f\u007f-\u009f\s][^\u0000-\u001f\u007f-\u009f]*$(?!\n)"
VISIBLE = r"^[!-~]+$(?!\n)"

Line40 = Annotated[str, Meta(min_length=1, max_length=40, pattern=ONE_LINE)]
Line200 = Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)]
Number = Annotated[str, Meta(pattern=r"^[2-9A-Z][2-9A-HJ-NP-Z]{16}$", max_length=17)]
AppId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
WechatCode = Annotated[
    str, Meta(min_length=1, max_length=256, pattern=VISIBLE, description="From wx.login().")
]
Secret = Annotated[str, Meta(min_length=16, max_length=256, pattern=VISIBLE)]
TemplateId = Annotated[str, Meta(min_length=1, max_length=128, pattern=VISIBLE)]
ShownCode = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=ONE_LINE,
        description="What the scanner read: the text of the QR code, or its 18 digits.",
    ),
]
Cursor = Annotated[str, Meta(min_length=1, max_length=200, pattern=VISIBLE)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Position = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Fen = Annotated[int, Meta(ge=0, le=1_000_000_000_00, description="Hundredths of a yuan.")]
Quantity = Annotated[int, Meta(ge=1, le=100)]
Points = Annotated[int, Meta(ge=0, le=1_000_000_000)]


Instant = Annotated[datetime, Meta(tz=True)]
GiftMessage = Annotated[str, Meta(min_length=1, max_length=60, pattern=ONE_LINE)]
GiftCover = Literal["plain", "birthday", "thanks", "festival", "love", "cheer"]
SealedData = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"^[0-9A-Za-z+/=]+$")]
Sealed64 = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z+/=]+$")]
LinkToken = Annotated[
    str, Meta(pattern=r"^[0-9A-Za-z_-]{22}$", max_length=22, description="From the link.")
]


# What people tell each other: lines may break, other control characters may not.
Talk = Annotated[
    str,
    Meta(min_length=1, max_length=1000, pattern=r"^[^\u0000-\u0009\u000b-\u001f\u007f]*$(?!\n)"),
]
PhotoKey = Annotated[
    str,
    Meta(
        max_length=150, pattern=r"^[0-9A-Z]{17}/complaint[a-z0-9-]{0,30}/[0-9a-f]{64}\.(png|webp)$"
    ),
]


class Asked(Struct, kw_only=True, forbid_unknown_fields=True):
    """A body or a query. What it does not name is refused."""


class Told(Struct, kw_only=True):
    """An answer. It may grow; callers ignore what they do not know."""
