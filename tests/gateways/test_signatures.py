import json

import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException

from app.gateways import signatures

# WeChat's published examples, but for the card and the coupon plugin, which are our own sums.
TOKEN, AES_KEY, APPID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
PUSHED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
RAW_DATA = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong",'
    '"country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7'
    'bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}'
)
V2_KEY = "192006250b4c09247ec02edce69f6a2d"


@pytest.mark.parametrize(
    ("timestamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_a_push_in_the_clear_is_signed_over_three_parts(timestamp, nonce, signature):
    assert signatures.push_signature(TOKEN, timestamp, nonce) == signature


def test_a_push_in_safe_mode_is_signed_over_its_secret_too():
    signature = signatures.push_signature(TOKEN, "1714112445", "415670741", PUSHED)
    assert signature == "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"


def test_a_secret_reply_is_signed_the_same_way():
    signature = signatures.push_signature(TOKEN, "1713424427", "415670741", REPLY)
    assert signature == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def decrypt(appid=APPID, signature="046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"):
    body = f"<xml><ToUserName>x</ToUserName><Encrypt>{PUSHED}</Encrypt></xml>"
    crypto = WeChatCrypto(TOKEN, AES_KEY, appid)
    return crypto.decrypt_message(body, signature, "1714112445", "415670741")


def test_a_push_in_safe_mode_opens_with_the_library():
    assert json.loads(decrypt()) == {
        "ToUserName": "gh_97417a04a28d",
        "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
        "CreateTime": 1714112445,
        "MsgType": "event",
        "Event": "debug_demo",
        "debug_str": "hello world",
    }


def test_a_push_for_another_app_does_not_open():
    with pytest.raises(InvalidAppIdException):
        decrypt(appid="wx0000000000000000")


def test_a_push_with_another_signature_does_not_open():
    with pytest.raises(InvalidSignatureException):
        decrypt(signature="0" * 40)


def test_open_data_is_bound_to_its_session():
    signature = signatures.raw_data_signature(
        raw_data=RAW_DATA, session_key="HyVFkGl5F5OQWJZZaNzBBg=="
    )
    assert signature == "75e81ceda165f4ffa64f4068af58c64b8f54b88c"


def test_a_web_page_signs_its_address():
    signature = signatures.jssdk_signature(
        ticket=(
            "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
        ),
        nonce="Wm3WZYTPz0wzccnW",
        timestamp=1414587457,
        url="http://mp.weixin.qq.com?params=value",
    )
    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_a_card_is_signed_over_its_sorted_values_and_empty_ones_add_nothing():
    values = [
        "IpK_1T69hDhZkLQTlwsAXtest",
        "1404896688",
        "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
        "1434008071",
        "jonyqin_1434008071",
    ]
    expected = "c852f103d88c05ded2d315f96468655dbc03b57a"
    assert signatures.card_signature(*values) == expected
    assert signatures.card_signature("", *reversed(values)) == expected


def test_the_old_pay_signature():
    fields = {
        "appid": "wxd930ea5d5a258f4f",
        "body": "test",
        "device_info": "1000",
        "mch_id": "10000100",
        "nonce_str": "ibuaiVcKdpRxkhJA",
        "attach": "",
    }
    expected = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
    assert signatures.pay_v2_signature(fields, key=V2_KEY) == expected


@pytest.mark.parametrize(
    ("coupons", "expected"),
    [
        (
            [{"stock_id": "1234567", "out_request_no": "abc123", "coupon_code": ""}],
            "AD7CD2967446E742075BF7A52CEBC5FE1A17A4042ED451A44DAABF9F04FFDD99",
        ),
        (
            [
                {"stock_id": "1234567", "out_request_no": "abc123"},
                {"stock_id": "2345678", "out_request_no": "123abc"},
            ],
            "DE91F5E153D9CBE846E9206FBF94CE2198AB06D618D3A2C0603566091C984E78",
        ),
    ],
)
def test_trap_the_coupon_plugin_drops_empty_values_and_wants_the_old_key(coupons, expected):
    signature = signatures.coupon_plugin_signature(coupons, merchant="10016226", key=V2_KEY)
    assert signature == expected


def test_trap_signatures_are_compared_without_telling_how_much_was_right():
    assert signatures.is_same("abc", "abc")
    assert not signatures.is_same("abc", "abx")
    assert not signatures.is_same("签", "abx")
