"""Who stands before the camera: people of the demonstration shop to whom everything happened."""

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

from deploy.local.act import Act
from deploy.local.customer import Customer
from deploy.local.economy_act import EconomyAct
from deploy.local.evening_act import EveningAct
from deploy.local.family_act import FamilyAct
from deploy.local.friends_act import publish_campaign
from deploy.local.monthly_act import MonthlyAct
from deploy.local.service_act import ServiceAct
from deploy.local.story import BUNDLE, Story
from deploy.local.telling import Caller, Telling, eventually, expect

LATTE, MONTH, FRIENDS, TICKET = "拿铁兑换券", "咖啡月卡", "好友助力咖啡卡", "会员品鉴会门票"
GIFT_CARD = "50元礼品卡"
COOKIE = "曲奇兑换券"
EVENING = "观赛夜双人套餐"
TASTINGS = (("冬季手冲品鉴会", 3, 12), ("埃塞俄比亚产区之夜", 10, 8))
HELPERS = ("小陈", "阿宁")
OK = 200


@dataclass(kw_only=True)
class Cast:
    """`people`: who is who, with the name in WeChat and the session; `at`: numbers and tokens."""

    merchant: str
    appid: str
    people: dict = field(default_factory=dict)
    at: dict = field(default_factory=dict)

    def links(self):
        """What addresses of pages are made with: numbers, tokens, and queries of links."""
        queries = {
            name[: -len("path")] + "query": path.partition("?")[2]
            for name, path in self.at.items()
            if name.endswith("_path")
        }
        return self.at | queries

    def keep(self, path):
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def kept(cls, path):
        return cls(**json.loads(path.read_text(encoding="utf-8")))


def gather(house, shop, say):
    """Play the acts in which members get everything, and add what they do not show."""
    telling = Telling(lambda _line: None)
    author = Customer(Caller(house.wechat_url), _api(house, shop), appid=shop["appid"], name="作者")
    publish_campaign(house, shop, author=author.member)
    say("the cast: a customer buys, is served, complains")
    played = Story(house, shop, telling).play()
    for act in (EveningAct, ServiceAct):
        act(house, shop, telling, played).play()
    say("the cast: a member with everything")
    member = EconomyAct(house, shop, telling, played).play()
    MonthlyAct(house, shop, telling, played).play(member)
    FamilyAct(house, shop, telling, played).play(member)
    cast = Cast(merchant=shop["merchant"], appid=shop["appid"])
    Preparing(house, shop, telling, played).fill(cast, member)
    return cast


def sign_in(cast, house, name):
    """The session of somebody who has a phone."""
    wechat = Caller(house.wechat_url)
    told = expect(200, wechat.post(f"/_sim/users/{name}/login", {"appid": cast.appid}))
    login = {"appid": cast.appid, "code": told["code"]}
    return expect(201, Caller(f"{house.web_url}/api/v1/{cast.merchant}").post("/sessions", login))


def a_code(house, cast):
    """What the camera reads off the member's phone: a voucher that can be redeemed now."""
    token = cast.people["member"]["session"]["token"]
    phone = Caller(f"{house.web_url}/api/v1/{cast.merchant}", token)
    usable = expect(200, phone.get("/wallet?limit=100"))["items"]
    lattes = [each["voucher"] for each in reversed(usable) if each["card_title"] == MONTH]
    shown = (phone.get(f"/vouchers/{each}/code") for each in lattes if each != cast.at["voucher"])
    return next(each.body["qr_text"] for each in shown if each.status == OK)


def _wallet(member):
    return expect(200, member.phone.get("/wallet?limit=100"))["items"]


def _api(house, shop):
    return f"{house.web_url}/api/v1/{shop['merchant']}"


class Preparing(Act):
    """What the other acts leave open: gifts under way, friends who helped, seats, an unpaid order."""

    def fill(self, cast, member):
        friend, fresh = self._come("小张"), self._come("小李")
        for who, nickname in ((member, "小雅"), (friend, "小张")):
            expect(204, who.phone.post("/profile", {"nickname": nickname}))
        known = {"member": member, "friend": friend, "fresh": fresh}
        for role, who in known.items():
            cast.people[role] = self._someone(cast, who.name)
        for role, begins in (("buyer", "小美-"), ("guest", "小秋-"), ("plaintiff", "小米-")):
            cast.people[role] = self._someone(cast, self._newest(begins))
        cast.people["relative"] = self._someone(cast, self._newest("小陈-"))
        cast.people["clerk"] = self._someone(cast, "店员小周")
        self._buy_more(cast.at, member)
        self._give(cast.at, member, friend)
        self._help(cast, member)
        self._evenings(cast.at, member)
        self._write(cast.at, member)
        self._number(cast.at, cast, member)

    def _someone(self, cast, name):
        return {"name": name, "session": sign_in(cast, self._house, name)}

    def _newest(self, begins):
        every = expect(200, self._wechat.get("/_sim/users"))
        names = [each["name"] for each in every]
        return next(name for name in reversed(names) if name.startswith(begins))

    def _order(self, who, title, **wish):
        return who.order(offer=self._shop["offers"][title], **wish)["order"]

    def _buy_more(self, at, member):
        at["paid"] = self._order(member, MONTH)
        member.pay(at["paid"])
        for title in (EVENING, LATTE, GIFT_CARD):
            member.pay(self._order(member, title))

    def _give(self, at, member, friend):
        lattes = [each["voucher"] for each in _wallet(member) if each["name"] == LATTE]
        month = [each["voucher"] for each in _wallet(member) if each["card_title"] == MONTH]
        at["voucher"] = month[-1]
        gift = {"vouchers": lattes[:2], "message": "生日快乐，请你喝咖啡", "cover": "birthday"}
        made = expect(201, member.phone.post("/gifts", gift, key=secrets.token_hex(12)))
        at["gift"] = made["gift"]
        at["gift_token"] = expect(200, member.phone.get(f"/gifts/{made['gift']}"))["token"]
        taken = {"vouchers": lattes[2:3], "message": "周末快乐", "cover": "cheer"}
        second = expect(201, member.phone.post("/gifts", taken, key=secrets.token_hex(12)))
        token = expect(200, member.phone.get(f"/gifts/{second['gift']}"))["token"]
        expect(200, friend.phone.post("/gift-links/claim", {"token": token}))
        self._share(at, member, friend)
        seat = expect(
            201, member.phone.post("/family/seats", {"name": "妈妈", "monthly_cap_fen": 5000})
        )
        at["seat_path"] = seat["path"]
        card = expect(200, member.phone.get("/gift-cards"))["items"][0]["gift_card"]
        at["gift_card"] = card
        at["gift_card_path"] = expect(200, member.phone.get(f"/gift-cards/{card}/link"))["path"]

    def _share(self, at, member, friend):
        cookies = [each["voucher"] for each in _wallet(member) if each["name"] == COOKIE]
        at["cookie"] = cookies[0]
        shared = expect(201, member.phone.post("/shares", {"voucher": cookies[1]}))
        at["share"], at["share_path"] = shared["share"], shared["path"]
        used = expect(201, member.phone.post("/shares", {"voucher": cookies[2]}))
        expect(200, friend.phone.post("/share-links/claim", {"token": used["token"]}))

    def _help(self, cast, member):
        member.pay(self._order(member, FRIENDS))
        mine = eventually("the task", lambda: expect(200, member.phone.get("/assists"))["items"])
        cast.at["assist"] = mine[0]["assist"]
        token = expect(200, member.phone.post(f"/assists/{mine[0]['assist']}/share"))["token"]
        cast.at["assist_token"] = token
        for name in HELPERS:
            helper = self._come(name)
            expect(204, helper.phone.post("/profile", {"nickname": name}))
            expect(200, helper.phone.post("/assist-links/look", {"token": token}))
            helped = helper.phone.post("/assist-links/help", {"token": token})
            expect(helped.status, helped)
            cast.people["helper"] = self._someone(cast, helper.name)

    def _evenings(self, at, member):
        store = next(iter(self._shop["stores"].values()))
        for title, days, seats in TASTINGS:
            begins = datetime.now(UTC).replace(hour=11, minute=0) + timedelta(days=days)
            moments = (
                ("--starts", begins),
                ("--ends", begins + timedelta(hours=2)),
                ("--changes-until", begins - timedelta(hours=6)),
            )
            made = self._house.flask(
                *("sessions", "add", self._shop["evening"], "--title", title),
                *("--seats", str(seats), "--store", store),
                *(word for name, moment in moments for word in (name, moment.isoformat())),
            ).strip()
            at.setdefault("session", made)
        for _ in range(2):
            member.pay(self._order(member, TICKET))
        tickets = [each["voucher"] for each in _wallet(member) if each["name"] == "品鉴会门票"]
        at["ticket"] = tickets[0]
        wish = {"voucher": tickets[1], "session": at["session"]}
        at["booking"] = expect(201, member.phone.post("/bookings", wish))["booking"]

    def _write(self, at, member):
        said = {"kind": "service", "text": "周六下午等了二十分钟，希望高峰时多一位店员。"}
        at["complaint"] = expect(201, member.phone.post("/complaints", said))["ticket"]

    def _number(self, at, cast, member):
        phone = member.phone
        at["unpaid"] = self._order(member, LATTE)
        at["offer"] = self._shop["offers"][BUNDLE]
        at["evening_offer"] = self._shop["offers"][EVENING]
        at["friends_offer"] = self._shop["offers"][FRIENDS]
        at["latte_offer"] = self._shop["offers"][LATTE]
        at["gift_card_offer"] = self._shop["offers"][GIFT_CARD]
        running = expect(200, phone.get("/campaigns"))["items"]
        kinds = {each["kind"]: each["campaign"] for each in running if each.get("campaign")}
        at["campaign"], at["assist_campaign"] = kinds["sale"], kinds.get("assist", kinds["sale"])
        at["refund"] = self._first(phone, "/refunds")["refund"]
        orders = [each["order"] for each in expect(200, phone.get("/orders?limit=50"))["items"]]
        paid = (each for each in orders if phone.get(f"/value/receipts/{each}").status == OK)
        at["value_order"] = next(paid)
        at["monthly"] = self._first(phone, "/monthly-cards")["subscription"]
        at["address"] = self._first(phone, "/addresses")["address"]
        at["card"] = next(each["card"] for each in _wallet(member) if each["card_title"] == MONTH)
        plaintiff = Caller(self._api, cast.people["plaintiff"]["session"]["token"])
        at["settled"] = self._first(plaintiff, "/complaints")["ticket"]
        guest = Caller(self._api, cast.people["guest"]["session"]["token"])
        at["attended"] = self._first(guest, "/bookings")["booking"]
        buyer = Caller(self._api, cast.people["buyer"]["session"]["token"])
        at["used"] = self._first(buyer, "/wallet?tab=used")["voucher"]

    def _first(self, phone, path):
        return expect(200, phone.get(path))["items"][0]
