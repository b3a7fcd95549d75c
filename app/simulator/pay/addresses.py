"""Where a merchant wants to be told."""

from typing import Any
from urllib.parse import urlsplit

from app.simulator.pay.fields import Record, Text, check, wrong

LONGEST = 256


def address_in(body: dict[str, Any], *, name: str, others: tuple[str, ...] = ()) -> str:
    """The address under `name`: a full http(s) one without a query, 256 characters at most.

    Loopback over http is let through here, as nowhere else.
    """
    rules = {each: Text(longest=LONGEST) for each in others}
    check(body, Record(fields={**rules, name: Text(longest=LONGEST, required=True)}))
    url = str(body[name])
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise wrong(f"/{name}", url, "应为完整的http(s)地址")
    if parts.query or parts.fragment:
        raise wrong(f"/{name}", url, "不能携带参数")
    return url
