"""An app with a message door, told of things as the pretend WeChat writes them."""

import secrets

from app.domain import following, members, merchants
from app.domain.merchants import AppKind, MessageMode
from app.gateways.push_crypto import open_push
from app.gateways.push_words import read_words
from app.kernel import clock
from app.simulator.pushes.letter import write
from app.simulator.pushes.push import Push
from app.simulator.settings import App
from tests.builders.transactions import joined


class Door:
    """A shop's app, as WeChat knows it, and as we do."""

    def __init__(self, client, merchant, *, kind="oa", mode="secure", welcome=None, reply=None):
        self.client = client
        self.merchant = merchant
        self.app = App(
            appid=f"wx{secrets.token_hex(8)}",
            secret="secret",
            kind=kind,
            original_id=f"gh_{secrets.token_hex(6)}",
            message_mode=mode,
            message_format="json",
            message_token=secrets.token_hex(8),
            message_aes_key=secrets.token_hex(22)[:43],
        )
        is_official = kind == "oa"
        with joined():
            merchants.add_app(
                merchant_id=merchant.id,
                appid=self.app.appid,
                kind=AppKind.OFFICIAL_ACCOUNT if is_official else AppKind.MINI_PROGRAM,
                name="好味咖啡",
                secret="secret",
                at=clock.now(),
            )
            self.number = merchants.open_message_door(
                merchant_id=merchant.id,
                appid=self.app.appid,
                mode=MessageMode(mode),
                token=self.app.message_token,
                aes_key=self.app.message_aes_key,
                original_id=self.app.original_id,
                actor="system",
                at=clock.now(),
            )
            merchants.set_door_words(
                merchant_id=merchant.id,
                appid=self.app.appid,
                welcome=welcome,
                reply=reply,
                actor="system",
                at=clock.now(),
            )
        self.app_id = merchants.get_app(merchant_id=merchant.id, appid=self.app.appid).app_id

    @property
    def path(self):
        return f"/wechat/apps/{self.number}/messages"

    def letter(self, event="subscribe", *, openid="o-ming", at=None, kind="true", **fields):
        at = at or clock.now()
        envelope = {
            "ToUserName": self.app.original_id,
            "FromUserName": openid,
            "CreateTime": int(at.timestamp()),
            "MsgType": "event",
            "Event": event,
        }
        push = Push(number=1, app=self.app, fields=envelope | fields)
        return write(push, app=self.app, at=clock.now().timestamp(), kind=kind)

    def post(self, letter):
        return self.client.post(
            f"{self.path}?{letter.query}", data=letter.body, content_type=letter.content_type
        )

    def tell(self, event="subscribe", **said):
        answer = self.post(self.letter(event, **said))
        assert answer.status_code == 200, answer.text
        return answer

    def say(self, words="你好", **said):
        said = {"MsgId": str(secrets.randbelow(10**12)), **said}
        return self.tell("", MsgType="text", Content=words, **said)

    def opened(self, answer):
        """A sealed reply, as WeChat reads it."""
        sealed = read_words(answer.data)["Encrypt"]
        keys = {"aes_key": self.app.message_aes_key, "appid": self.app.appid}
        return read_words(open_push(sealed, **keys))

    def follower(self, openid="o-ming"):
        return following.find_follower(
            merchant_id=self.merchant.id, app_id=self.app_id, openid=openid
        )

    def member_id(self, openid="o-ming"):
        return members.find_by_openid(
            merchant_id=self.merchant.id, appid=self.app.appid, openid=openid
        )
