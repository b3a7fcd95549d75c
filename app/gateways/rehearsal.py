"""A pretend customer's phone, where a stand-in on this machine takes WeChat's place.

Only for trying a shop out before it opens: towards the real WeChat there is nobody like him.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from app.gateways._http import PooledSession
from app.gateways.errors import Refused, Unavailable

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_rehearsal(base_url: str) -> bool:
    """Whether WeChat's place is taken by a program on this machine."""
    return urlsplit(base_url).hostname in LOOPBACK


class PretendPhone:
    """Somebody with the name `name`, at the stand-in of that address.

    Raises ValueError for any other machine's address.
    """

    def __init__(self, base_url: str, name: str) -> None:
        if not is_rehearsal(base_url):
            raise ValueError("people are pretended only on this machine")
        self._session, self._name = PooledSession(), name
        self._people = f"{base_url}/_sim/users"

    def join(self) -> None:
        """A new person in WeChat. Raises Unavailable, Refused."""
        self._ask(self._people, {"name": self._name})

    def log_in(self, appid: str) -> str:
        """The code of wx.login() in this app. Raises as `join`."""
        return str(self._ask(f"{self._people}/{quote(self._name)}/login", {"appid": appid})["code"])

    def pay(self, parameters: Mapping[str, Any]) -> str:
        """What wx.requestPayment() says of these signed parameters. Raises as `join`."""
        return str(self._ask(f"{self._people}/{quote(self._name)}/pay", parameters)["result"])

    def _ask(self, address: str, said: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = self._session.post(address, json=dict(said))
        except requests.RequestException as broken:
            raise Unavailable("the stand-in does not answer", code="rehearsal") from broken
        if not answer.ok:
            raise Refused("the stand-in refuses", code="rehearsal", status=answer.status_code)
        told: dict[str, Any] = answer.json()
        return told
