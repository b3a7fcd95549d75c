"""The session_key: rotated, checked, reset, and what is sealed with it."""

import base64
import hashlib
import hmac
import json

import pytest
import requests
from wechatpy.crypto import WeChatWxaCrypto

from app.simulator.open_platform.mini.open_data import raw_signature
from tests.simulator.mini import Mini
from tests.simulator.world import APP, MERCHANT

DOCUMENTED_KEY = "HyVFkGl5F5OQWJZZaNzBBg=="
DOCUMENTED_RAW = (
    '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong",'
    '"country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3'
    'w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}'
)


@pytest.fixture
def mini(sim):
    return Mini(sim)


def log_in(mini):
    asked = {
        "appid": APP.appid,
        "secret": APP.secret,
        "js_code": mini.sim.login_code(),
        "grant_type": "authorization_code",
    }
    url = f"{mini.sim.url}/sns/jscode2session"
    return requests.get(url, params=asked, timeout=5).json()["session_key"]


def signed(mini, key, **changes):
    signature = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
    asked = {"openid": mini.sim.openid, "signature": signature, "sig_method": "hmac_sha256"}
    return {"access_token": mini.token, **asked, **changes}


def checked(mini, path, **asked):
    return requests.get(mini.sim.url + path, params=asked, timeout=5).json()


def opened(sealed, key):
    return WeChatWxaCrypto(key, sealed["iv"], APP.appid).decrypt_message(sealed["encryptedData"])


def test_the_documented_signature_of_raw_data_is_ours():
    signature = raw_signature(DOCUMENTED_RAW, session_key=DOCUMENTED_KEY)
    assert signature == "75e81ceda165f4ffa64f4068af58c64b8f54b88c"


def test_a_new_login_kills_the_session_before_it(mini):
    first = log_in(mini)
    assert checked(mini, "/wxa/checksession", **signed(mini, first))["errcode"] == 0
    second = log_in(mini)
    assert checked(mini, "/wxa/checksession", **signed(mini, first))["errcode"] == 87009
    assert checked(mini, "/wxa/checksession", **signed(mini, second))["errcode"] == 0


def test_a_session_is_reset_by_who_knows_it(mini):
    key = log_in(mini)
    path = "/wxa/resetusersessionkey"
    new = checked(mini, path, **signed(mini, key))
    assert new["openid"] == mini.sim.openid
    assert len(base64.b64decode(new["session_key"])) == 16
    assert checked(mini, path, **signed(mini, key))["errcode"] == 87009
    known = new["session_key"]
    assert checked(mini, path, **signed(mini, known, sig_method="md5"))["errcode"] == 87008
    assert checked(mini, path, **signed(mini, known, openid="o-other"))["errcode"] == 40003
    mini.sim.post("/_sim/users/小明/session", expired=True)
    assert checked(mini, path, **signed(mini, known))["errcode"] == 87007


def test_wechatpy_opens_the_group_a_person_comes_from(mini):
    mini.sim.post("/_sim/users", name="小红")
    mini.sim.post("/_sim/groups", name="吃货群", people=["小明", "小红"])
    key = log_in(mini)

    first = opened(mini.sim.post("/_sim/users/小明/group-enter", group="吃货群"), key)
    second = opened(mini.sim.post("/_sim/users/小明/group-enter", group="吃货群"), key)

    assert first["openGId"] == second["openGId"]
    assert first["watermark"]["appid"] == APP.appid


def test_a_sealed_phone_number_is_known_to_the_platform_for_three_days(mini):
    key = log_in(mini)
    sealed = mini.sim.post("/_sim/users/小明/phone-encrypted")
    digest = hashlib.sha256(sealed["encryptedData"].encode()).hexdigest()
    path = "/wxa/business/checkencryptedmsg"

    assert opened(sealed, key)["purePhoneNumber"] == "13800000001"
    answer = mini.post(path, encrypted_msg_hash=digest)
    assert answer["vaild"] is True  # codespell:ignore vaild # as the platform spells it
    assert mini.code(path, encrypted_msg_hash="0" * 64) == 1
    mini.sim.move_clock(3 * 86_400 + 5)
    assert Mini(mini.sim).code(path, encrypted_msg_hash=digest) == 1


def test_a_profile_is_signed_over_its_raw_data(mini):
    key = log_in(mini)
    told = mini.sim.post("/_sim/users/小明/profile")
    assert told["signature"] == raw_signature(told["rawData"], session_key=key)
    assert json.loads(told["rawData"])["nickName"] == "小明"
    assert opened(told, key)["openId"] == mini.sim.openid


def test_who_paid_is_known_for_five_minutes(mini):
    paid, number = mini.paid_order()
    path = "/wxa/getpaidunionid"
    asked = {"access_token": mini.token, "openid": mini.sim.openid}
    by_number = {"mch_id": MERCHANT.mchid, "out_trade_no": number}
    unionid = mini.sim.get("/_sim/users/小明")["unionid"]

    assert checked(mini, path, **asked, transaction_id=paid)["unionid"] == unionid
    assert checked(mini, path, **asked, **by_number)["unionid"] == unionid
    assert checked(mini, path, **asked, transaction_id="42")["errcode"] == 89300
    mini.sim.move_clock(305)
    assert checked(mini, path, **asked, transaction_id=paid)["errcode"] == 89300
