import re
from io import BytesIO

import pytest
from PIL import Image

from app.domain import merchants
from app.kernel import audit_search
from app.kernel.audit_search import Wanted
from app.kernel.db import transaction
from tests.builders.merchants import (
    PRIVATE_KEY_PEM,
    PUBLIC_KEY_PEM,
    a_merchant,
    a_pay_channel,
    an_app,
)

SECRET = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
APIV3 = "abcdefghijklmnopqrstuvwxyz012345"
KEYS = {
    "serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    "private_key_pem": PRIVATE_KEY_PEM,
    "apiv3_key": APIV3,
    "public_key_id": "PUB_KEY_ID_0116000000002024",
    "public_key_pem": PUBLIC_KEY_PEM,
}
CHANNEL = {"mode": "direct", "mchid": "1600000001", "sub_mchid": "", **KEYS}
APP = {"kind": "mini_program", "name": "好味小程序", "appid": "wx0123456789abcd", "secret": SECRET}


def channels(house):
    return merchants.list_pay_channels(merchant_id=house.id)


def test_a_shop_without_anything_is_told_what_is_missing(house):
    page = house.owner.get("/settings").text
    assert "还没有微信应用" in page
    assert "还没有支付账户" in page


def test_the_shop_is_renamed_and_the_change_is_written_down(house):
    assert house.owner.post("/settings/shop", {"name": "好味咖啡旗舰"}).status_code == 303
    assert "好味咖啡旗舰" in house.owner.get("/settings").text
    (line,) = audit_search.search(
        merchant_id=house.id, wanted=Wanted(action="merchant.rename")
    ).items
    assert line.details["after"] == {"name": "好味咖啡旗舰"}
    assert house.owner.post("/settings/shop", {"name": " "}).status_code == 422


def test_a_secret_goes_in_and_is_never_shown(house):
    assert house.owner.post("/settings/apps/new", APP).status_code == 303
    found = merchants.get_app(merchant_id=house.id, appid=APP["appid"])
    assert found.secret == SECRET
    path = f"/settings/apps/{APP['appid']}/secret"
    assert house.owner.post(path, {"secret": OTHER}).status_code == 303
    assert merchants.get_app(merchant_id=house.id, appid=APP["appid"]).secret == OTHER
    for page in ("/settings", path, "/history", "/history?action=app.change_secret"):
        text = house.owner.get(page).text
        assert SECRET not in text
        assert OTHER not in text


@pytest.mark.parametrize(
    "wrong", [{"appid": "123"}, {"secret": "short"}, {"secret": ""}, {"name": ""}, {"kind": "x"}]
)
def test_an_app_that_cannot_be_one_is_refused_at_its_field(house, wrong):
    answer = house.owner.post("/settings/apps/new", APP | wrong)
    assert answer.status_code == 422
    assert SECRET not in answer.text


def test_an_app_twice_is_told(house):
    house.owner.post("/settings/apps/new", APP)
    answer = house.owner.post("/settings/apps/new", APP)
    assert (answer.status_code, "已经添加过了" in answer.text) == (422, True)


def test_a_pay_account_collects_and_its_keys_are_never_shown(house):
    assert house.owner.post("/settings/pay/new", CHANNEL).status_code == 303
    (channel,) = channels(house)
    with transaction():
        opened = merchants.default_pay_channel(merchant_id=house.id)
    assert (opened.number, opened.apiv3_key) == (channel.number, APIV3)
    path = f"/settings/pay/{channel.number}/keys"
    fresh = APIV3[::-1]
    assert house.owner.post(path, KEYS | {"apiv3_key": fresh}).status_code == 303
    assert channels(house)[0].version == 2
    for page in ("/settings", path, "/history"):
        text = house.owner.get(page).text
        assert not re.search(f"{APIV3}|{fresh}|c2VjcmV0", text)
    assert house.owner.post(f"/settings/pay/{channel.number}/close").status_code == 303
    assert "已停用" in house.owner.get("/settings").text


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("apiv3_key", "too short"),
        ("private_key_pem", "c2VjcmV0"),
        ("public_key_pem", PRIVATE_KEY_PEM),
        ("serial", "not hex"),
        ("mchid", "abc"),
        ("sub_mchid", "1600000002"),
        ("public_key_id", "X"),
    ],
)
def test_keys_that_cannot_be_ones_are_refused_at_their_field(house, field, said):
    answer = house.owner.post("/settings/pay/new", CHANNEL | {field: said})
    assert answer.status_code == 422
    assert f'id="{field}-said"' in answer.text
    assert channels(house) == []


def test_a_private_key_is_not_written_back_beside_a_refusal(house):
    said = "-----BEGIN PRIVATE KEY-----\nbXkgb3duIGtleQ==\n-----END PRIVATE KEY-----"
    wrong = CHANNEL | {"private_key_pem": said, "serial": "not hex"}
    for path in (
        "/settings/pay/new",
        f"/settings/pay/{a_pay_channel(merchant=house.merchant).number}/keys",
    ):
        answer = house.owner.post(path, wrong)
        assert answer.status_code == 422
        assert "bXkgb3duIGtleQ" not in answer.text


def test_windows_line_ends_do_no_harm(house):
    pem = PRIVATE_KEY_PEM.strip().replace("\n", "\r\n")
    assert (
        house.owner.post("/settings/pay/new", CHANNEL | {"private_key_pem": pem}).status_code == 303
    )


def test_another_shops_keys_are_not_found(house):
    other = a_merchant(name="隔壁")
    app, channel = an_app(merchant=other), a_pay_channel(merchant=other)
    assert (
        house.owner.post(f"/settings/apps/{app.appid}/secret", {"secret": OTHER}).status_code == 404
    )
    assert house.owner.get(f"/settings/pay/{channel.number}/keys").status_code == 404
    assert house.owner.post(f"/settings/pay/{channel.number}/close").status_code == 404
    assert merchants.list_pay_channels(merchant_id=other.id)[0].is_open


def test_only_the_owner_sets(house):
    for browser in (house.manager, house.clerk):
        assert browser.get("/settings").status_code == 403
        assert browser.post("/settings/pay/new", CHANNEL).status_code == 403


def a_logo():
    out = BytesIO()
    Image.new("RGB", (40, 40), "firebrick").save(out, "PNG")
    return out.getvalue()


def hand_in(house, content):
    """The logo's form, by hand: the client's own way would keep a large file."""
    browser = house.owner
    browser.get("/settings")
    line = b"--limit\r\nContent-Disposition: form-data; "
    body = b"".join(
        (
            line + b'name="csrf_token"\r\n\r\n' + browser.csrf.encode() + b"\r\n",
            line + b'name="picture"; filename="logo.png"\r\n',
            b"Content-Type: image/png\r\n\r\n" + content + b"\r\n--limit--\r\n",
        )
    )
    return browser.client.post(
        browser.path("/settings/logo"),
        data=body,
        content_type="multipart/form-data; boundary=limit",
    )


LOOK = {"slogan": "每天一杯", "colour": "plum", "service_phone": "021-60000000"}


def test_a_shop_is_dressed_and_its_log_says_so(house):
    assert house.owner.post("/settings/look", LOOK).status_code == 303
    page = house.owner.get("/settings").text
    assert "每天一杯" in page
    assert 'value="plum" selected' in page or 'selected value="plum"' in page
    assert "更改店面" in house.owner.get("/history").text

    assert house.owner.post("/settings/look", {"colour": "red"}).status_code == 303
    assert "每天一杯" not in house.owner.get("/settings").text


@pytest.mark.parametrize(
    "wrong", [{"colour": "pink"}, {"service_phone": "请打门口"}, {"slogan": "好" * 41}]
)
def test_a_look_that_cannot_be_shown_is_refused(house, wrong):
    assert house.owner.post("/settings/look", LOOK | wrong).status_code == 422
    assert "每天一杯" not in house.owner.get("/history").text


def test_a_logo_is_drawn_anew_and_what_is_no_picture_refused(house):
    assert hand_in(house, b"no picture").status_code == 422
    assert "/files/logo/" not in house.owner.get("/settings").text

    assert hand_in(house, a_logo()).status_code == 303
    assert "/files/logo/" in house.owner.get("/settings").text
