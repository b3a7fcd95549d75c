"""The very bytes that are sent: the same customers and vouchers to ours and to the floor."""

import json
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from bench.world import Keys, Scale, World

JSON = "application/json"


class Requests:
    """Makes requests for both sides; both get the same headers, so that reading them costs alike."""

    def __init__(self, world: World, keys: Keys, scale: Scale) -> None:
        self._world, self._keys, self._scale = world, keys, scale
        members = range(world.first_member, world.first_member + scale.members)
        clerks = range(world.first_clerk, world.first_clerk + scale.clerks)
        self._members = [(member, keys.of_member(member)) for member in members]
        self._clerks = [(clerk, keys.of_clerk(clerk)) for clerk in clerks]

    def empty(self, count: int) -> list[bytes]:
        return [_get("/empty", self._members[0][1])] * count

    def wallets(self, start: int, count: int, *, bare: bool) -> list[bytes]:
        path = f"/api/v1/{self._world.merchant_number}/wallet"
        chosen = (self._member(i) for i in range(start, start + count))
        return [
            _get(f"/wallet?member={member}" if bare else path, token) for member, token in chosen
        ]

    def orders(self, start: int, count: int, *, bare: bool) -> list[bytes]:
        return [self._order(i, bare=bare) for i in range(start, start + count)]

    def redemptions(self, start: int, count: int, *, bare: bool) -> list[bytes]:
        return [self._redemption(i, bare=bare) for i in range(start, start + count)]

    def notices(self, bills: list[tuple[str, int]], *, bare: bool) -> list[bytes]:
        """`bills` are (payment number, member), still unpaid."""
        return [self._notice(payment, member, bare=bare) for payment, member in bills]

    def claims(self, start: int, count: int, *, bare: bool) -> list[bytes]:
        return [self._claim(i, bare=bare) for i in range(start, start + count)]

    def helps(self, start: int, count: int, *, bare: bool) -> list[bytes]:
        return [self._help(i, bare=bare) for i in range(start, start + count)]

    def _claim(self, i: int, *, bare: bool) -> bytes:
        """The giver's neighbour takes it."""
        member, token = self._member(self._scale.first_given + i + 1)
        if bare:
            said = {"gift": self._world.first_gift + i, "member": member}
            return _post("/claim", said, token, address=_address(i))
        path = f"/api/v1/{self._world.merchant_number}/gift-links/claim"
        return _post(path, {"token": self._world.gifts[i]}, token, address=_address(i))

    def _help(self, i: int, *, bare: bool) -> bytes:
        """The first members ask; everybody after them helps once."""
        member, token = self._member(self._scale.sharers + i)
        if bare:
            said = {"task": self._world.first_task + i, "member": member}
            return _post("/help", said, token, address=_address(i))
        path = f"/api/v1/{self._world.merchant_number}/assist-links/help"
        return _post(path, {"token": self._world.tasks[i]}, token, address=_address(i))

    def _member(self, i: int) -> tuple[int, str]:
        return self._members[i % len(self._members)]

    def _order(self, i: int, *, bare: bool) -> bytes:
        member, token = self._member(i)
        offer, key = i % len(self._world.offer_numbers), secrets.token_hex(12)
        if bare:
            said = {"offer": self._world.first_offer + offer, "member": member, "key": key}
            return _post("/place", said, token, key=key)
        said = {
            "offer": self._world.offer_numbers[offer],
            "quantity": 1,
            "source": {"channel": "group_chat", "scene": "1007"},
        }
        return _post(f"/api/v1/{self._world.merchant_number}/orders", said, token, key=key)

    def _redemption(self, i: int, *, bare: bool) -> bytes:
        clerk, token = self._clerks[i % len(self._clerks)]
        voucher, key = self._world.first_voucher + i, secrets.token_hex(12)
        if bare:
            said = {"voucher": voucher, "staff": clerk, "key": key}
            return _post("/redeem", said, token, key=key)
        path = f"/api/v1/{self._world.merchant_number}/counter/redeem"
        return _post(path, {"code": self._keys.shown(voucher)}, token, key=key)

    def _notice(self, payment: str, member: int, *, bare: bool) -> bytes:
        transaction = "42000" + secrets.token_hex(11)
        envelope = self._keys.notice(payment=payment, member=member, transaction=transaction)
        path = f"/wechat/pay/{self._world.channel_number}/payments"
        if bare:
            said = {"payment": payment, "transaction": transaction, "reference": transaction}
            path = f"/notice?{urlencode(said)}"
        return _request("POST", path, envelope.headers, envelope.body)


def _get(path: str, token: str) -> bytes:
    return _request("GET", path, {"Authorization": f"Bearer {token}"}, b"")


def _post(
    path: str,
    said: Mapping[str, object],
    token: str,
    *,
    key: str | None = None,
    address: str | None = None,
) -> bytes:
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key,
        "X-Forwarded-For": address,
        "Content-Type": JSON,
    }
    given = {name: value for name, value in headers.items() if value}
    return _request("POST", path, given, json.dumps(said).encode())


def _address(i: int) -> str:
    """Everybody comes from somewhere else, as through the one proxy in front of us."""
    return f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: card.example.com"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
