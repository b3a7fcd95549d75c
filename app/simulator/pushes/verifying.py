"""The check that an address belongs to the app: a signed GET that must be answered by its echo."""

import secrets
from urllib.parse import urlencode

from app.simulator.post import exchange
from app.simulator.pushes.crypto import signature
from app.simulator.settings import App

OK = 200
NUMBERS = 10**10


def answers_verification(app: App, *, at: float) -> bool:
    """Whether `message_url` answers a true echostr, and does not answer a forged one."""
    return _echoes(app, token=app.message_token, at=at) and not _echoes(
        app, token=secrets.token_hex(8), at=at
    )


def _echoes(app: App, *, token: str, at: float) -> bool:
    timestamp, nonce = str(int(at)), str(secrets.randbelow(NUMBERS))
    echo = str(secrets.randbelow(10**18))
    query = {
        "signature": signature(token, timestamp, nonce),
        "echostr": echo,
        "timestamp": timestamp,
        "nonce": nonce,
    }
    sign = "&" if "?" in app.message_url else "?"
    answer = exchange("GET", f"{app.message_url}{sign}{urlencode(query)}", body=b"", headers={})
    return answer.status == OK and answer.body.strip() == echo
