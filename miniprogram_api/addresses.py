"""Where I want my parcels."""

from typing import Annotated

import msgspec
from apiflask import APIBlueprint
from flask import Response
from msgspec import Meta

from app.domain import subscriptions
from app.domain.subscriptions import Address
from app.kernel import clock
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from app.web import auth, parse
from app.web.answers import answer, nothing
from app.web.openapi import MEMBER, documented
from app.web.words import FILLED_LINE, Asked
from miniprogram_api.presenters.subscriptions import AddressBook, AddressKept, present_address

bp = APIBlueprint("addresses", __name__, url_prefix="/api/v1/<merchant>/addresses", tag="Customer")

LONGEST_ID = 18
Short = Annotated[str, Meta(min_length=1, max_length=20, pattern=FILLED_LINE)]


class AddressGiven(Asked):
    """As wx.chooseAddress gives it.

    In this order: userName, telNumber, provinceName, cityName, countyName, detailInfo.
    """

    name: Annotated[str, Meta(min_length=1, max_length=30, pattern=FILLED_LINE)]
    phone: Annotated[str, Meta(pattern=r"^\+?[0-9-]{5,19}$(?!\n)", max_length=20)]
    province: Short
    city: Short
    county: Short
    street: Annotated[str, Meta(min_length=1, max_length=100, pattern=FILLED_LINE)]
    prefer: bool = False

    def kept(self) -> Address:
        told = msgspec.structs.asdict(self)
        return Address(**{name: told[name].strip() for name in Address.__struct_fields__})


@bp.get("")
@documented(who=[MEMBER], told={200: AddressBook})
def list_mine(merchant: str) -> Response:
    """My addresses, the preferred one first."""
    member = auth.member(merchant)
    with transaction():
        found = subscriptions.list_addresses(
            merchant_id=member.merchant_id, member_id=member.member_id
        )
    return answer(AddressBook(items=[present_address(each) for each in found]))


@bp.post("")
@documented(who=[MEMBER], body=AddressGiven, told={201: AddressKept}, refuses=[409])
def add(merchant: str) -> Response:
    """Keep one more. `prefer` makes it the one that new monthly cards begin with."""
    member, wanted = auth.member(merchant), parse.body(AddressGiven)
    with transaction():
        added = subscriptions.add_address(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            address=wanted.kept(),
            prefer=wanted.prefer,
            at=clock.now(),
        )
    return answer(AddressKept(address=added), 201)


@bp.post("/<address>")
@documented(who=[MEMBER], body=AddressGiven, told={200: AddressKept}, refuses=[409])
def change(merchant: str, address: str) -> Response:
    """Correct it, all of it. Parcels that are being packed keep what it said."""
    member, wanted = auth.member(merchant), parse.body(AddressGiven)
    address_id = id_of(address)
    with transaction():
        subscriptions.change_address(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            address_id=address_id,
            address=wanted.kept(),
            prefer=wanted.prefer,
            at=clock.now(),
        )
    return answer(AddressKept(address=address_id))


@bp.post("/<address>/remove")
@documented(who=[MEMBER], told={204: None}, refuses=[409])
def remove(merchant: str, address: str) -> Response:
    """Forget it, unless a monthly card still sends parcels there."""
    member = auth.member(merchant)
    with transaction():
        subscriptions.remove_address(
            merchant_id=member.merchant_id,
            member_id=member.member_id,
            address_id=id_of(address),
            at=clock.now(),
        )
    return nothing()


def id_of(text: str) -> int:
    """Raises NotFound for what is no id."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise NotFound("There is no such address.")
    return int(text)
