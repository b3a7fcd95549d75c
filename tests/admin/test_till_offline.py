"""Taking vouchers without network, seen from the panel."""

import base64
import secrets
from datetime import timedelta

import pytest

from app.domain import offline
from app.domain.merchants import Role
from app.kernel import clock
from app.kernel.db import db, transaction
from tests.admin.browsing import signed_in
from tests.builders.merchants import a_clerk, a_merchant, a_store
from tests.builders.offline import Signer, rules_on
from tests.builders.orders import a_shop, a_voucher, shown

HTMX = {"HX-Request": "true"}
SETTINGS = {"is_on": "y", "most_minutes": "60", "most_scans": "10", "most_value": "200"}


@pytest.fixture
def shop(house):
    return a_shop(merchant=house.merchant)


@pytest.fixture
def voucher(shop):
    return a_voucher(shop, at=clock.now() - timedelta(minutes=1))


@pytest.fixture
def device(house):
    rules_on(house.id)
    return enrolled(house.clerk)


def send(browser, path, body):
    if not browser.csrf:
        browser.get("/till/")
    headers = {**HTMX, "X-CSRFToken": browser.csrf}
    return browser.client.post(browser.path(path), json=body, headers=headers)


def enrolled(browser):
    signer = Signer()
    told = send(browser, "/till/enrol", {"key": base64.b64encode(signer.public).decode()})
    assert told.status_code == 201, told.text
    signer.handle = told.json["device"]
    return signer


def said(link):
    return {
        "device": link.device,
        "counter": link.counter,
        "previous": link.previous,
        "attempt": link.attempt,
        "code": link.code,
        "spend_fen": link.spend_fen,
        "scanned_ms": link.scanned_ms,
        "signature": base64.b64encode(link.signature).decode(),
    }


def upload(browser, *links):
    return send(browser, "/till/upload", {"links": [said(link) for link in links]})


def link_of(shop, device, voucher):
    now = clock.now()
    found = device.link(shown(shop, voucher, at=now).qr_text, at=now)
    db.session.rollback()
    return found


def test_offline_is_off_and_only_an_owner_turns_it_on(house):
    assert "未开启" in house.manager.get("/till/offline").text
    assert "风险说明" in house.manager.get("/till/offline").text
    assert house.manager.post("/till/offline/rules", SETTINGS).status_code == 403
    assert house.owner.post("/till/offline/rules", SETTINGS).status_code == 303
    page = house.owner.get("/till/offline").text
    assert "已开启" in page
    assert 'value="200.00"' in page


@pytest.mark.parametrize("wrong", [{"most_minutes": "0"}, {"most_scans": "x"}, {"most_value": ""}])
def test_bounds_out_of_bounds_are_told_at_the_field(house, wrong):
    answer = house.owner.post("/till/offline/rules", {**SETTINGS, **wrong})
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text


def test_where_it_is_off_no_device_is_enrolled(house):
    key = base64.b64encode(Signer().public).decode()
    assert send(house.clerk, "/till/enrol", {"key": key}).status_code == 409


@pytest.mark.parametrize("key", ["", "!!!", base64.b64encode(b"nonsense").decode()])
def test_a_key_that_is_none_is_refused(house, key):
    rules_on(house.id)
    assert send(house.clerk, "/till/enrol", {"key": key}).status_code == 422


def test_a_queue_is_uploaded_each_link_once(house, shop, device, voucher):
    link = link_of(shop, device, voucher)
    for _ in range(2):
        told = upload(house.clerk, link)
        assert told.status_code == 200
        (outcome,) = told.json["outcomes"]
        assert outcome["redemption"]
        assert outcome["words"] == ""
    assert voucher.number in house.clerk.get("/till/").text


def a_conflict(house, shop, device, voucher):
    link = link_of(shop, device, voucher)
    online = house.clerk.post(
        "/till/scan", {"code": link.code, "attempt": secrets.token_hex(16)}, headers=HTMX
    )
    assert online.status_code == 200
    (outcome,) = upload(house.clerk, link).json["outcomes"]
    assert outcome["words"] == "此券已核销，请勿重复核销"
    with transaction(merchant=house.id):
        (found,) = offline.list_conflicts(merchant_id=house.id, limit=5).items
    return found


def test_a_conflict_is_listed_and_closed_with_a_reason(house, shop, device, voucher):
    conflict = a_conflict(house, shop, device, voucher)
    house.manager.post("/till/store", {"store": house.store.number})
    assert (
        '<span class="badge bg-red text-red-fg ms-2">1</span>' in house.manager.get("/till/").text
    )
    page = house.manager.get("/till/offline").text
    assert "此券已核销" in page
    assert voucher.number in page
    path = f"/till/offline/conflicts/{conflict.id}/close"
    assert house.manager.post(path, {"reason": ""}).status_code == 422
    assert house.manager.post(path, {"reason": "已补收"}).status_code == 303
    again = house.manager.post(path, {"reason": "再来"})
    assert again.status_code == 422
    assert "已经处理过" in again.text
    assert voucher.number not in house.manager.get("/till/offline").text
    assert "已补收" in house.manager.get("/till/offline?shown=all").text


def test_a_broken_chain_ends_the_device_and_says_so(house, shop, device, voucher):
    device.counter = 4
    told = upload(house.clerk, link_of(shop, device, voucher))
    assert told.status_code == 409
    assert told.json["is_broken"]
    assert "已停用" in house.manager.get("/till/offline").text


def test_a_revoked_devices_scans_become_conflicts(house, shop, device, voucher):
    assert house.manager.post(f"/till/offline/devices/{device.handle}/revoke").status_code == 303
    (outcome,) = upload(house.clerk, link_of(shop, device, voucher)).json["outcomes"]
    assert outcome["words"] == "该设备的离线授权已被撤销"


def test_a_colleague_uploads_nothing_of_mine(app, house, shop, device, voucher):
    colleague = signed_in(app, house.merchant, a_clerk(house.store, name="小李"))
    assert upload(colleague, link_of(shop, device, voucher)).status_code == 403


def test_without_the_forms_secret_nothing_is_uploaded(house, shop, device, voucher):
    house.clerk.csrf = "invented"
    assert upload(house.clerk, link_of(shop, device, voucher)).status_code == 403


@pytest.mark.parametrize("body", [{}, {"links": [{}]}, {"links": "x"}, []])
def test_what_is_no_queue_is_refused(house, body):
    assert send(house.clerk, "/till/upload", body).status_code in {400, 422}


def test_another_merchants_numbers_are_not_there(app, house, shop, device, voucher):
    conflict = a_conflict(house, shop, device, voucher)
    other = a_merchant()
    store = a_store(merchant=other)
    manager = signed_in(app, other, a_clerk(store, role=Role.MANAGER))
    paths = (
        f"/till/offline/conflicts/{conflict.id}/close",
        f"/till/offline/devices/{device.handle}/revoke",
    )
    for path in paths:
        assert manager.post(path, {"reason": "x"}).status_code in {404, 422}
    assert upload(manager, link_of(shop, device, voucher)).status_code == 404
    with transaction(merchant=house.id):
        assert offline.count_open(merchant_id=house.id) == 1
        (line,) = offline.list_devices(merchant_id=house.id, limit=5).items
    assert line.revoked_at is None


def test_a_clerk_manages_nothing(house):
    assert house.clerk.get("/till/offline").status_code == 403
    assert house.clerk.post("/till/offline/devices/x/revoke").status_code == 403
    assert house.clerk.post("/till/offline/conflicts/1/close").status_code == 403


def test_the_page_without_network_names_nobody(house):
    shell = house.clerk.get("/till/shell")
    assert shell.status_code == 200
    assert "csrf" not in shell.text
    assert "clerk" not in shell.text
    assert house.merchant.name not in shell.text
    worker = house.clerk.get("/till/worker.js")
    assert worker.content_type.startswith("text/javascript")
    assert "till-offline.js?v=" in worker.text
    assert house.stranger.get("/till/shell").status_code == 303
