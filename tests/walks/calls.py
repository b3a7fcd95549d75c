"""How a route is called, and by whom: what the tables of the walks are made of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.api.calling import KEY, a_request_key
from tests.simulator.world import APP

API = "/api/v1/<merchant>"
GUEST = ("guest",)
MEMBER = ("member",)
WORKER = ("worker",)
TELLER = ("worker", "cashier")
MANAGER = ("manager", "cashier")


@dataclass(frozen=True)
class Named:
    number: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `parts` fill the path; `status` is what the rightful one is answered."""

    parts: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    body: dict | None = None
    is_keyed: bool = False
    status: int = 200
    more: dict = field(default_factory=dict)

    def path(self, rule, number):
        for name, value in {"merchant": number, **self.parts}.items():
            rule = rule.replace(f"<{name}>", str(value)).replace(f"<path:{name}>", str(value))
        return rule

    def request(self):
        """The rest of what a test client wants to know."""
        headers = {KEY: a_request_key()} if self.is_keyed else {}
        headers |= self.more.get("headers", {})
        said = {"query_string": self.query, **self.more, "headers": headers}
        return said if self.body is None else said | {"json": self.body}


@dataclass(frozen=True, kw_only=True)
class Way:
    """`who` may call the route; `call` makes what it needs in that house, and says how.

    `is_owned`: it speaks of one thing of one member's.
    """

    who: tuple[str, ...]
    call: Callable[..., Call]
    is_owned: bool = False


def signed_in_with(house, phone, **more):
    return {"appid": APP.appid, "code": phone.login_code()} | more


def plain(status=200, **said):
    return lambda _: Call(status=status, **said)


def of_order(status=200):
    return lambda h: Call(parts={"order": h.order()}, status=status)
