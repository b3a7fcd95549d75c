"""A member's address book. Sealed as a whole; what is shown of it is masked."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from app.domain import members
from app.domain.subscriptions.errors import AddressInUse, TooManyAddresses
from app.kernel import audit, keyring, strict
from app.kernel.db import execute, fetch_all, fetch_one
from app.kernel.errors import NotFound

MOST_ADDRESSES = 20
LONGEST = {"name": 30, "phone": 20, "province": 20, "city": 20, "county": 20, "street": 100}

_HOLD_MEMBER = """
SELECT id FROM members WHERE merchant_id = %(merchant_id)s AND id = %(member_id)s
FOR NO KEY UPDATE
"""
_LIST = """
SELECT id, sealed, is_default FROM member_addresses
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
ORDER BY is_default DESC, id
"""
_FIND = """
SELECT id, sealed, is_default FROM member_addresses
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND id = %(id)s
"""
# Whoever sends parcels there holds it against being removed, and the other way round.
_HOLD = _FIND + " FOR KEY SHARE"
_LOCK = _FIND + " FOR UPDATE"
_FIND_ANY = """
SELECT id, sealed, is_default FROM member_addresses
WHERE merchant_id = %(merchant_id)s AND id = %(id)s
"""
_ADD = """
INSERT INTO member_addresses (merchant_id, member_id, sealed, is_default, created_at, changed_at)
VALUES (%(merchant_id)s, %(member_id)s, %(sealed)s, %(is_default)s, %(at)s, %(at)s) RETURNING id
"""
_CHANGE = """
UPDATE member_addresses SET sealed = %(sealed)s, changed_at = %(at)s
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND id = %(id)s
"""
_PREFER = """
UPDATE member_addresses SET is_default = (id = %(id)s)
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s
  AND is_default <> (id = %(id)s)
"""
_IN_USE = """
SELECT id FROM subscriptions WHERE merchant_id = %(merchant_id)s AND address_id = %(id)s
  AND state IN ('active', 'paused') LIMIT 1
"""
_REMOVE = """
WITH loose AS (
  UPDATE subscriptions SET address_id = NULL
  WHERE merchant_id = %(merchant_id)s AND address_id = %(id)s AND state IN ('done', 'stopped')
)
DELETE FROM member_addresses
WHERE merchant_id = %(merchant_id)s AND member_id = %(member_id)s AND id = %(id)s
"""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """As wx.chooseAddress gives it: whom to call, and where he is."""

    name: str
    phone: str
    province: str
    city: str
    county: str
    street: str

    def __repr__(self) -> str:
        return "Address(…)"

    @property
    def region(self) -> str:
        """省市区, a municipality's name once."""
        city = "" if self.city == self.province else self.city
        return f"{self.province}{city}{self.county}"


@dataclass(frozen=True, kw_only=True)
class KnownAddress:
    """What may be shown: 王**, 138****8000, the region, and the first signs of the street."""

    id: int
    name: str
    phone: str
    region: str
    street: str
    is_default: bool


@dataclass(frozen=True)
class _Row:
    id: int
    sealed: bytes = field(repr=False)
    is_default: bool


@dataclass(frozen=True)
class _Id:
    id: int


def list_addresses(*, merchant_id: int, member_id: int) -> list[KnownAddress]:
    """Where this member wants parcels; the preferred one first."""
    rows = fetch_all(_Row, _LIST, {"merchant_id": merchant_id, "member_id": member_id})
    return [_known(merchant_id, row) for row in rows]


def add_address(
    *, merchant_id: int, member_id: int, address: Address, prefer: bool, at: datetime
) -> int:
    """Keep it sealed; its id. The first one is preferred. Raises Invalid, TooManyAddresses."""
    who = {"merchant_id": merchant_id, "member_id": member_id}
    _check(address)
    fetch_one(_Id, _HOLD_MEMBER, who)
    known = fetch_all(_Row, _LIST, who)
    if len(known) >= MOST_ADDRESSES:
        raise TooManyAddresses("收货地址太多了，请先删除不用的", most=MOST_ADDRESSES)
    sealed = seal(address, merchant_id=merchant_id)
    added = fetch_one(_Id, _ADD, {**who, "sealed": sealed, "is_default": not known, "at": at})
    assert added is not None  # noqa: S101 - an INSERT without a conflict clause returns its row
    if prefer:
        execute(_PREFER, {**who, "id": added.id})
    _note(merchant_id, member_id, "address.add", added.id, at)
    return added.id


def change_address(
    *,
    merchant_id: int,
    member_id: int,
    address_id: int,
    address: Address,
    prefer: bool,
    at: datetime,
) -> None:
    """Parcels that are being packed keep the old one, the next ones go there.

    Raises Invalid, NotFound, CodesFrozen.
    """
    members.code_state(merchant_id=merchant_id, member_id=member_id).require_unfrozen()
    which = {"merchant_id": merchant_id, "member_id": member_id, "id": address_id}
    _check(address)
    sealed = seal(address, merchant_id=merchant_id)
    if not execute(_CHANGE, {**which, "sealed": sealed, "at": at}):
        raise NotFound("There is no such address.")
    if prefer:
        execute(_PREFER, which)
    _note(merchant_id, member_id, "address.change", address_id, at)


def remove_address(*, merchant_id: int, member_id: int, address_id: int, at: datetime) -> None:
    """Nothing of it stays, but for parcels sent there. Raises NotFound, AddressInUse."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "id": address_id}
    if fetch_one(_Row, _LOCK, which) is None:
        raise NotFound("There is no such address.")
    if fetch_one(_Id, _IN_USE, which):
        raise AddressInUse("月卡还要寄到这个地址，请先为月卡换一个地址")
    execute(_REMOVE, which)
    _note(merchant_id, member_id, "address.remove", address_id, at)


def hold_address(*, merchant_id: int, member_id: int, address_id: int) -> None:
    """It stays until commit. Raises NotFound, also for another's."""
    which = {"merchant_id": merchant_id, "member_id": member_id, "id": address_id}
    if fetch_one(_Row, _HOLD, which) is None:
        raise NotFound("There is no such address.")


def find_known(*, merchant_id: int, address_id: int | None) -> KnownAddress | None:
    """Where a card's parcels go, masked."""
    if address_id is None:
        return None
    row = fetch_one(_Row, _FIND_ANY, {"merchant_id": merchant_id, "id": address_id})
    return _known(merchant_id, row) if row else None


def sealed_copy(*, merchant_id: int, address_id: int) -> bytes | None:
    """The address as it is now, sealed, for a parcel to keep."""
    row = fetch_one(_Row, _FIND_ANY, {"merchant_id": merchant_id, "id": address_id})
    return bytes(row.sealed) if row else None


def seal(address: Address, *, merchant_id: int) -> bytes:
    return keyring.seal(msgspec.json.encode(address).decode(), context=_context(merchant_id))


def unseal(sealed: bytes, *, merchant_id: int) -> Address:
    text = keyring.unseal(bytes(sealed), context=_context(merchant_id))
    return msgspec.json.decode(text, type=Address)


def mask_phone(phone: str) -> str:
    """138****8000; a short one shows its last two digits only."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****" + phone[-2:]  # noqa: PLR2004 - three and four digits shown


def masked(address: Address) -> tuple[str, str, str, str]:
    """Name, phone, region and street as others may see them."""
    return (
        f"{address.name[0]}**",
        mask_phone(address.phone),
        address.region,
        f"{address.street[:2]}****",
    )


def _known(merchant_id: int, row: _Row) -> KnownAddress:
    name, phone, region, street = masked(unseal(row.sealed, merchant_id=merchant_id))
    return KnownAddress(
        id=row.id, name=name, phone=phone, region=region, street=street, is_default=row.is_default
    )


def _check(address: Address) -> None:
    told = msgspec.structs.asdict(address)
    for name, longest in LONGEST.items():
        words = told[name].strip()
        has_controls = any(unicodedata.category(letter) == "Cc" for letter in words)
        strict.require(0 < len(words) <= longest and not has_controls, field=name)
    phone = address.phone.removeprefix("+")
    is_phone = phone.isascii() and phone.replace("-", "").isdigit()
    strict.require(is_phone and len(phone) >= 5, field="phone")  # noqa: PLR2004 - the shortest that is a phone


def _note(merchant_id: int, member_id: int, action: str, address_id: int, at: datetime) -> None:
    audit.record(
        merchant_id=merchant_id,
        actor=f"member:{member_id}",
        action=action,
        subject=f"address:{address_id}",
        at=at,
    )


def _context(merchant_id: int) -> str:
    return f"subscriptions.address:{merchant_id}"
