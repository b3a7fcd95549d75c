"""One POST to a merchant, the way the platform does it: five seconds, and no redirects."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.simulator.envelope import Envelope

TIMEOUT_SECONDS = 5
BODY_KEPT = 2000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the merchant said. Status 0 means that nobody answered in time."""

    status: int
    body: str


def post(url: str, envelope: Envelope) -> Answer:
    """Deliver an envelope and read the answer."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST", parts.path or "/", body=envelope.body, headers=dict(envelope.headers)
        )
        response = connection.getresponse()
        return Answer(
            status=response.status, body=response.read(BODY_KEPT).decode(errors="replace")
        )
    except (OSError, http.client.HTTPException) as trouble:
        return Answer(status=0, body=repr(trouble))
    finally:
        connection.close()
