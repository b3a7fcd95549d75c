"""One file that tells all of an order, and nothing that is nobody's business."""

import hashlib
import json
import zipfile
from io import BytesIO

import pytest

from app.domain import complaints, members
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from tests.builders.catalog import BOSS
from tests.builders.complaints import a_present, a_rule, a_ticket, granted
from tests.builders.gifting import a_claim, a_gift
from tests.builders.moments import NOON
from tests.builders.orders import a_buyer, a_paid_order, a_shop, vouchers_of
from tests.builders.redemption import a_redemption

PHONE = "13800138000"


@pytest.fixture
def shop(database):
    return a_shop()


def packed(shop, number, photos=None):
    with transaction():
        found = complaints.collect(merchant_id=shop.id, order_number=number, actor=BOSS, at=NOON)
    return complaints.pack(found, photos=photos or {})


def opened(content):
    archive = zipfile.ZipFile(BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def order(shop):
    buyer = a_buyer(shop, phone=PHONE)
    placed = a_paid_order(shop, buyer=buyer)
    a_redemption(shop, vouchers_of(shop, buyer)[0])
    a_rule(shop)
    ticket = a_ticket(shop, buyer, order_number=placed.order_number)
    granted(a_present(shop, ticket_number=ticket))
    return placed


def test_the_pack_tells_what_was_sold_paid_used_and_said(shop, order):
    files = opened(packed(shop, order.order_number))

    told = {name: json.loads(content) for name, content in files.items()}
    assert told["order.json"]["total_fen"] == 49_00
    assert told["payments.json"][0]["state"] == "received"
    states = [each["state"] for each in told["vouchers.json"]]
    assert sorted(states) == ["active", "redeemed"]
    assert told["vouchers.json"][0]["terms"]["hand_over"] == "给一杯热拿铁"
    (used,) = told["redemptions.json"]
    assert used["store"] == shop.store.name
    assert told["complaints.json"][0]["dialogue"][0]["text"] == "券不能用"
    assert told["goodwill.json"][0]["cost_fen"] == 9_00


def test_the_manifest_proves_every_file(shop, order):
    files = opened(packed(shop, order.order_number, {"M1/complaint-1/abc.png": b"picture"}))

    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["order"] == order.order_number
    assert manifest["files"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    assert files["photos/abc.png"] == b"picture"


def test_equal_evidence_makes_equal_bytes(shop, order):
    assert packed(shop, order.order_number) == packed(shop, order.order_number)


def test_no_phone_and_no_openid_is_in_it(shop, order):
    everything = b"".join(opened(packed(shop, order.order_number)).values())

    assert PHONE.encode() not in everything
    assert b'"o_' not in everything


def test_another_shops_order_is_none(shop, order):
    with pytest.raises(NotFound):
        packed(a_shop(), order.order_number)


def test_the_pack_tells_what_was_booked_and_who_did_what(shop, order):
    files = opened(packed(shop, order.order_number))

    booked = json.loads(files["ledger.json"])
    assert [(b["from"], b["to"], b["amount"]) for b in booked if b["asset"] == "cny"] == [
        ("payers", "prepaid", 49_00),
        ("prepaid", "earned", 24_50),
    ]
    done = {(each["action"], each["actor"]) for each in json.loads(files["audit.json"])}
    assert {("complaint.open", "buyer"), ("goodwill.grant", "staff:7")} <= done
    assert any(action == "voucher.redeem" for action, _ in done)


def test_nothing_of_another_person_is_in_it(shop, order):
    """A friend holds a voucher of the order, used it, complained of it and got a present."""
    giver = a_buyer(shop)
    placed = a_paid_order(shop, buyer=giver)
    friend = a_buyer(shop, phone="13900139000")
    with transaction():
        members.set_nickname(merchant_id=shop.id, member_id=friend.id, nickname="阿珍")
    voucher = vouchers_of(shop, giver)[0]
    a_claim(shop, a_gift(shop, giver=giver, vouchers=[voucher]), friend)
    theirs = a_ticket(shop, friend, voucher_number=voucher.number, text="朋友的话")
    granted(a_present(shop, ticket_number=theirs, actor="staff:99"))
    mine = a_ticket(shop, giver, order_number=placed.order_number, text="买家的话")

    everything = b"".join(opened(packed(shop, placed.order_number)).values()).decode()

    assert mine in everything
    assert "买家的话" in everything
    for secret in ("阿珍", "朋友的话", theirs, friend.number, "13900139000", "139****9000",
                   f'"member:{friend.id}"', "staff:99"):  # fmt: skip
        assert secret not in everything, secret


def test_another_order_of_the_same_buyer_is_not_in_it(shop):
    buyer = a_buyer(shop)
    one, other = a_paid_order(shop, buyer=buyer), a_paid_order(shop, buyer=buyer)
    a_ticket(shop, buyer, order_number=other.order_number, text="另一单")

    everything = b"".join(opened(packed(shop, one.order_number)).values()).decode()

    assert other.order_number not in everything
    assert other.payment_number not in everything
    assert "另一单" not in everything
