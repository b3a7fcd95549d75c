"""One request to a merchant, the way the platform does it: five seconds, and no redirects."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.simulator.envelope import Envelope

TIMEOUT_SECONDS = 5
BODY_KEPT = 2000
BODY_READ = 65_536


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the merchant said. Status 0 means that nobody answered in time."""

    status: int
    body: str


def post(url: str, envelope: Envelope) -> Answer:
    """Deliver an envelope and read the beginning of the answer."""
    answer = exchange("POST", url, body=envelope.body, headers=dict(envelope.headers))
    return Answer(status=answer.status, body=answer.body[:BODY_KEPT])


def exchange(method: str, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One request and its answer, of which at most `BODY_READ` bytes are read."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, target, body=body, headers=dict(headers))
        response = connection.getresponse()
        return Answer(
            status=response.status, body=response.read(BODY_READ).decode(errors="replace")
        )
    except (OSError, http.client.HTTPException) as trouble:
        return Answer(status=0, body=repr(trouble))
    finally:
        connection.close()
