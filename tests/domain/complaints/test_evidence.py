"""One file that tells all of an order, and nothing that is nobody's business."""

import hashlib
import json
import zipfile
from io import BytesIO

import pytest

from app.domain import complaints
from app.kernel.db import transaction
from app.kernel.errors import NotFound
from tests.builders.catalog import BOSS
from tests.builders.complaints import a_present, a_rule, a_ticket, granted
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
