"""A mini-program and an official account on one platform, with a message server behind them."""

import dataclasses
import json

import requests
from wechatpy import WeChatClient
from wechatpy.crypto import WeChatCrypto

from app.simulator.fresh import new_app
from app.simulator.settings import Person, Template
from tests.simulator.world import APP, FRESH, Sim, ToSimulator

VOUCHER, STRANGE = "tpl-oa-voucher", "tpl-none"
TEMPLATES = {VOUCHER: Template(title="到账通知", fields={"thing1": "券", "time2": "时间"})}
OA = dataclasses.replace(new_app(kind="oa", templates=TEMPLATES), name="云朵咖啡")
DATA = {"thing1": {"value": "拿铁兑换券"}, "time2": {"value": "2026年5月1日 15:01"}}
SETTINGS = dataclasses.replace(
    FRESH.settings, apps=(APP, OA), people=(Person(name="小明"), Person(name="小红"))
)


def opened(got, app=OA):
    """What wechatpy, unmodified, reads in a sealed push."""
    reader = WeChatCrypto(app.message_token, app.message_aes_key, app.appid)
    query = got.query
    body = got.text if got.content_type == "text/xml" else json.loads(got.text)
    return reader.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])


class Account(Sim):
    """The official account's side of the simulator."""

    def __init__(self, running, receiver, server):
        super().__init__(running, receiver)
        self.server = server
        self.fan = self.openid_of("小明")
        self._tokens = {}

    def openid_of(self, name, app=OA):
        return self.get(f"/_sim/users/{name}")["openids"][app.appid]

    def listen(self, app=OA, **settings):
        """Send the app's pushes to the message server."""
        return self.post(f"/_sim/apps/{app.appid}", message_url=self.server.url, **settings)

    def does(self, doing, name="小明", app=OA, **body):
        return self.post(f"/_sim/users/{name}/{doing}", appid=app.appid, **body)

    def chat(self, name="小明", app=OA):
        return self.get(f"/_sim/users/{name}/chat?appid={app.appid}")

    def pushes(self, event=None):
        told = self.get("/_sim/pushes")
        return [each for each in told if event in (None, each.get("Event"), each["MsgType"])]

    def token(self, app=OA):
        if app.appid not in self._tokens:
            self._tokens[app.appid] = self.stable_token(app)["access_token"]
        return self._tokens[app.appid]

    def stable_token(self, app=OA):
        asked = {"grant_type": "client_credential", "appid": app.appid, "secret": app.secret}
        return requests.post(f"{self.url}/cgi-bin/stable_token", json=asked, timeout=5).json()

    def api(self, path, body=None, *, app=OA, **query):
        """A call with the app's token: GET without a body."""
        method = "GET" if body is None else "POST"
        params = {"access_token": self.token(app), **query}
        answer = requests.request(method, self.url + path, params=params, json=body, timeout=10)
        return answer.json()

    def template(self, **changes):
        body = {"touser": self.fan, "template_id": VOUCHER, "data": DATA, **changes}
        return self.api("/cgi-bin/message/template/send", body)

    def service(self, *, app=OA, **changes):
        touser = self.openid_of("小明", app)
        body = {"touser": touser, "msgtype": "text", "text": {"content": "您好"}, **changes}
        return self.api("/cgi-bin/message/custom/send", body, app=app)

    def official_client(self):
        client = WeChatClient(OA.appid, OA.secret, auto_retry=False)
        client._http.mount("https://api.weixin.qq.com/", ToSimulator(self.url))
        return client
