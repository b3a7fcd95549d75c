"""A phone or a till: real HTTP over one kept connection, with an answer or none."""

import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANSWERS_WITHIN_S = 20.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    @property
    def is_good(self) -> bool:
        return self.status < 300  # noqa: PLR2004 - HTTP's own number

    @property
    def code(self) -> str:
        """Why it was refused."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Wire:
    """One connection to one server, opened again whenever it broke."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWERS_WITHIN_S)

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer | None:
        """None when nobody knows what became of it."""
        sent = b"" if body is None else json.dumps(body).encode()
        told = {"Content-Type": "application/json", **(headers or {})}
        try:
            self._connection.request(method, path, body=sent or None, headers=told)
            answer = self._connection.getresponse()
            heard = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        try:
            return Answer(answer.status, json.loads(heard) if heard else None)
        except ValueError:
            return Answer(answer.status, None)

    def close(self) -> None:
        self._connection.close()


class Phone:
    """Somebody who calls one shop's API, from an address of his own."""

    def __init__(self, wire: Wire, api: str, token: str = "") -> None:
        self._wire, self._api = wire, api
        self._headers = {"X-Forwarded-For": _an_address(), "X-Client-Device": secrets.token_hex(8)}
        self.become(token)

    def become(self, token: str) -> None:
        """Signed in from now on."""
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Answer | None:
        return self._wire.ask("GET", self._api + path, headers=self._headers)

    def post(self, path: str, body: object = None, *, key: str = "") -> Answer | None:
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        return self._wire.ask("POST", self._api + path, body, headers)


def _an_address() -> str:
    return ".".join(["10", *(str(secrets.randbelow(250) + 1) for _ in range(3))])
