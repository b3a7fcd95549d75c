"""The third act: friends. Three of them unlock a voucher, and one is given away.

The rules are shown before anybody confirms; a fourth friend is told that it is full; a gift has
one taker.
"""

import secrets
from typing import Any

import requests

from deploy.local.act import Act
from deploy.local.customer import allow_messages
from deploy.local.house import House
from deploy.local.telling import Caller, eventually, expect, must

HELPERS = 3
GIFT = "满30减5券"


class FriendsAct(Act):
    """Plays on with the same customer and new friends of hers."""

    def play(self) -> None:
        """Raises NotSeen at the first step that did not happen."""
        phone, member = self._sign_in(self._played.name)
        self._publish(member)
        task = self._buy_the_main_card(phone)
        token = self._share_into_the_group(phone, task)
        friends = [self._friend() for _ in range(HELPERS + 1)]
        self._help(friends[:HELPERS], token)
        self._come_too_late(friends[HELPERS], token)
        self._see_unlocked(phone, task)
        self._give(phone, friends[0], friends[1])

    def _publish(self, member: str) -> None:
        number = publish_campaign(self._house, self._shop, author=member)
        if number:
            self._telling.tell(
                f"the campaign {number} passes the linter and WeChat's judge of texts"
            )

    def _buy_the_main_card(self, phone: Caller) -> str:
        allow_messages(phone, self._wechat, name=self._played.name, appid=self._shop["appid"])
        offer = self._shop["offers"][self._shop["friends_offer"]]
        order = expect(201, phone.post("/orders", {"offer": offer}, key=secrets.token_hex(12)))
        signed = expect(200, phone.post(f"/orders/{order['order']}/prepay"))
        paid = expect(200, self._wechat.post(f"{self._person}/pay", signed))
        must(paid["result"] == "requestPayment:ok", f"WeChat says {paid['result']}")
        mine = eventually("the task is there", lambda: expect(200, phone.get("/assists"))["items"])
        self._telling.tell(
            f"{self._played.name} buys {order['title']}: a latte at once, and a locked one that "
            f"{mine[0]['task']['helpers_needed']} friends unlock"
        )
        return str(mine[0]["assist"])

    def _share_into_the_group(self, phone: Caller, task: str) -> str:
        card = expect(200, phone.post(f"/assists/{task}/share"))
        group = f"咖啡群{secrets.token_hex(2)}"
        self._wechat.post("/_sim/groups", {"name": group, "people": [self._played.name]})
        self._wechat.post(
            f"{self._person}/share",
            {
                "appid": self._shop["appid"],
                "to": group,
                "title": card["title"],
                "path": card["path"],
            },
        )
        self._telling.tell(f"she shares it into the group: {card['title']}")
        return str(card["token"])

    def _help(self, friends: list[Caller], token: str) -> None:
        seen = expect(200, friends[0].post("/assist-links/look", {"token": token}))
        self._telling.tell(f"her friends read the rules first: {seen['rules']}")
        for friend in friends:
            expect(200, friend.post("/assist-links/look", {"token": token}))
            helped = friend.post("/assist-links/help", {"token": token})
            must(helped.status in {200, 201}, f"a friend could not help: {helped.body}")
            wallet = expect(200, friend.get("/wallet"))["items"]
            must(wallet, "the friend got nothing")
        self._telling.tell(f"{len(friends)} friends confirm, and each has his voucher at once")

    def _come_too_late(self, friend: Caller, token: str) -> None:
        refused = friend.post("/assist-links/help", {"token": token})
        must(refused.status == requests.codes.conflict, f"the fourth friend got {refused.status}")
        self._telling.tell(
            f"a fourth friend is told: {refused.body['code']}, {refused.body['message']}"
        )

    def _see_unlocked(self, phone: Caller, task: str) -> None:
        found = expect(200, phone.get(f"/assists/{task}"))
        voucher = expect(200, phone.get(f"/vouchers/{found['voucher']}"))
        must(voucher["state"] == "active", f"the locked voucher is {voucher['state']}")
        self._telling.tell(
            f"the locked voucher {found['voucher']} is hers now, until {voucher['valid_until']}"
        )
        self._read_message("助力成功通知")

    def _give(self, phone: Caller, friend: Caller, other: Caller) -> None:
        wallet = expect(200, phone.get("/wallet"))["items"]
        voucher = next(each for each in wallet if each["name"] == GIFT)
        wish = {"vouchers": [voucher["voucher"]], "message": "周末快乐"}
        made = expect(201, phone.post("/gifts", wish, key=secrets.token_hex(12)))
        gift = expect(200, phone.get(f"/gifts/{made['gift']}"))
        token = gift["token"]
        seen = expect(200, Caller(self._api).post("/gift-links/look", {"token": token}))
        self._telling.tell(
            f"she gives {voucher['name']} away: the link shows {seen['giver_name']}, "
            f"“{seen['message']}”, and nobody is remembered for looking"
        )
        taken = expect(200, friend.post("/gift-links/claim", {"token": token}))
        self._telling.tell(f"a friend takes it: gift {taken['gift']}")
        second = other.post("/gift-links/claim", {"token": token})
        must(second.status == requests.codes.conflict, f"a second friend got {second.status}")
        self._telling.add(f"a second one is told: {second.body['code']}, {second.body['message']}")
        self._read_message("礼物领取通知")

    def _friend(self) -> Caller:
        name = f"好友-{secrets.token_hex(3)}"
        self._wechat.post("/_sim/users", {"name": name})
        return self._sign_in(name)[0]

    def _sign_in(self, name: str) -> tuple[Caller, str]:
        appid = self._shop["appid"]
        code = expect(200, self._wechat.post(f"/_sim/users/{name}/login", {"appid": appid}))
        login = {"appid": appid, "code": code["code"]}
        told = expect(201, Caller(self._api).post("/sessions", login))
        return Caller(self._api, told["token"]), told["member"]

    def _read_message(self, title: str) -> None:
        def look() -> dict[str, Any] | None:
            received: list[dict[str, Any]] = expect(
                200, self._wechat.get(f"{self._person}/messages")
            )
            return next((each for each in received if each["title"] == title), None)

        message = eventually(f"the message {title} arrives", look)
        self._telling.tell(f"her phone shows: {title}")
        for field in message["fields"]:
            self._telling.add(f"{field['label']}: {field['value']}")


def publish_campaign(house: House, shop: dict[str, Any], *, author: str) -> str | None:
    """Publish the shop's draft, judged for this member; its number, None when it runs already."""
    campaigns: dict[str, str] = shop["campaigns"]
    number, state = next(iter(campaigns.items()))
    if state != "draft":
        return None
    house.flask(
        *("campaign", "publish", shop["merchant"], number),
        *("--appid", shop["appid"], "--author", author),
    )
    return number
