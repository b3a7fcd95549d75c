"""Every route there is, and how the one who may calls it.

A new route needs a line here: `test_every_route_is_walked` fails without it.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from flask import current_app

from app.domain.card_bag import Taken
from app.kernel.db import fetch_one
from tests.api.calling import KEY, a_request_key
from tests.builders.card_bag import set_up
from tests.builders.doors import Door
from tests.builders.members import an_openid
from tests.simulator.world import APP, OFFICIAL
from tests.walks.assisting import a_friends_assist, a_held_help, an_assist
from tests.walks.notices import a_coupon_notice, a_payment_notice, a_refund_notice

API = "/api/v1/<merchant>"
GUEST = ("guest",)
MEMBER = ("member",)
WORKER = ("worker",)
TELLER = ("worker", "cashier")
MANAGER = ("manager", "cashier")


@dataclass(frozen=True)
class Named:
    number: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `parts` fill the path; `status` is what the rightful one is answered."""

    parts: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    body: dict | None = None
    is_keyed: bool = False
    status: int = 200
    more: dict = field(default_factory=dict)

    def path(self, rule, number):
        for name, value in {"merchant": number, **self.parts}.items():
            rule = rule.replace(f"<{name}>", str(value)).replace(f"<path:{name}>", str(value))
        return rule

    def request(self):
        """The rest of what a test client wants to know."""
        headers = {KEY: a_request_key()} if self.is_keyed else {}
        headers |= self.more.get("headers", {})
        said = {"query_string": self.query, **self.more, "headers": headers}
        return said if self.body is None else said | {"json": self.body}


@dataclass(frozen=True, kw_only=True)
class Way:
    """`who` may call the route; `call` makes what it needs in that house, and says how.

    `is_owned`: it speaks of one thing of one member's.
    """

    who: tuple[str, ...]
    call: Callable[..., Call]
    is_owned: bool = False


def signed_in_with(house, phone, **more):
    return {"appid": APP.appid, "code": phone.login_code()} | more


def a_file(house):
    _, folder, name = house.cover.split("/")
    return {"folder": folder, "name": name}


def an_order_placed(house):
    source = {"channel": "group_chat", "scene": "1007", "group": "g1", "referrer": "wx9"}
    source["sharer"] = house.neighbour.who.number
    return {"offer": house.offer.number, "quantity": 1, "source": source}


def an_echo(house):
    door = Door(None, house.merchant)
    return Call(parts={"app": door.number}, more={"query_string": door.letter().query})


def a_push(house):
    door = Door(None, house.merchant)
    letter = door.letter(openid=an_openid())
    said = {"query_string": letter.query, "data": letter.body}
    return Call(parts={"app": door.number}, more=said)


def _page():
    return {"appid": OFFICIAL.appid}


def a_return(house):
    """What WeChat sends a browser back with, and the cookie it left with."""
    browser = current_app.test_client(use_cookies=False)
    way = f"/api/v1/{house.number}/official/{OFFICIAL.appid}/authorize"
    left = browser.get(way)
    back = urlsplit(house.phone.agree(left.headers["Location"]))
    cookie = left.headers["Set-Cookie"].partition(";")[0]
    return Call(
        parts=_page(),
        query=dict(parse_qsl(back.query)),
        more={"headers": {"Cookie": cookie}},
        status=302,
    )


def an_exchange(house):
    """The ticket that a browser came back with, and the cookie that came with it."""
    back = a_return(house)
    way = back.path(f"{API}/official/<appid>/callback", house.number)
    landed = current_app.test_client(use_cookies=False).get(way, **back.request())
    cookies = [each.partition(";")[0] for each in landed.headers.getlist("Set-Cookie")]
    return Call(
        parts=_page(),
        body={"ticket": landed.headers["Location"].partition("#ticket=")[2]},
        more={"headers": {"Cookie": "; ".join(cookies)}},
        status=201,
    )


def in_the_bag(house, **parts):
    """The house's latte and member card stand in WeChat's card bag."""
    benefit = fetch_one(
        Named,
        "SELECT number FROM benefits WHERE merchant_id = %(m)s ORDER BY id LIMIT 1",
        {"m": house.id},
    )
    for number in (benefit.number, None):
        with suppress(Taken):
            card = f"p{house.number}{number}"
            set_up(house, appid=OFFICIAL.appid, benefit_number=number, platform_id=card)
    return Call(parts=parts)


def _plain(status=200, **said):
    return lambda _: Call(status=status, **said)


def _of_order(status=200):
    return lambda h: Call(parts={"order": h.order()}, status=status)


def _of_share():
    return lambda h: Call(parts={"share": h.share().number})


def _of_gift():
    return lambda h: Call(parts={"gift": h.gift()})


def _of_voucher():
    return lambda h: Call(parts={"voucher": h.voucher().number})


WAYS = {
    # The shelf
    f"GET {API}/categories": Way(who=GUEST, call=_plain()),
    f"GET {API}/offers": Way(
        who=GUEST, call=lambda h: Call(query={"category": h.category, "words": "拿铁", "limit": 5})
    ),
    f"GET {API}/offers/<offer>": Way(
        who=GUEST, call=lambda h: Call(parts={"offer": h.offer.number})
    ),
    f"GET {API}/files/<folder>/<name>": Way(who=GUEST, call=lambda h: Call(parts=a_file(h))),
    # The customer
    f"POST {API}/sessions": Way(
        who=GUEST, call=lambda h: Call(body=signed_in_with(h, h.newcomer), status=201)
    ),
    f"POST {API}/phone": Way(
        who=MEMBER, call=lambda h: Call(body={"code": h.phone.phone_code()}, status=204)
    ),
    f"GET {API}/me": Way(who=MEMBER, call=_plain()),
    f"GET {API}/wallet": Way(who=MEMBER, call=_plain(query={"tab": "usable", "limit": 5})),
    f"GET {API}/vouchers/<voucher>": Way(who=MEMBER, call=_of_voucher(), is_owned=True),
    f"GET {API}/vouchers/<voucher>/code": Way(who=MEMBER, call=_of_voucher(), is_owned=True),
    f"GET {API}/vouchers/<voucher>/code.png": Way(who=MEMBER, call=_of_voucher(), is_owned=True),
    f"POST {API}/vouchers/<voucher>/card-bag": Way(
        who=MEMBER, call=lambda h: in_the_bag(h, voucher=h.voucher().number), is_owned=True
    ),
    f"POST {API}/card-bag/membership": Way(who=MEMBER, call=in_the_bag),
    f"GET {API}/points": Way(who=MEMBER, call=_plain()),
    f"GET {API}/points/entries": Way(who=MEMBER, call=_plain(query={"limit": 5})),
    f"GET {API}/templates": Way(who=MEMBER, call=_plain()),
    # Friends who help
    f"GET {API}/assists": Way(who=MEMBER, call=_plain(query={"limit": 5})),
    f"GET {API}/assists/<task>": Way(
        who=MEMBER, call=lambda h: Call(parts={"task": an_assist(h).number}), is_owned=True
    ),
    f"POST {API}/assists/<task>/share": Way(
        who=MEMBER, call=lambda h: Call(parts={"task": an_assist(h).number}), is_owned=True
    ),
    f"POST {API}/assist-links/look": Way(
        who=MEMBER, call=lambda h: Call(body={"token": a_friends_assist(h).token})
    ),
    f"POST {API}/assist-links/help": Way(
        who=MEMBER, call=lambda h: Call(body={"token": a_friends_assist(h).token})
    ),
    f"POST {API}/assists/helps/<given>/appeal": Way(
        who=MEMBER,
        call=lambda h: Call(
            parts={"given": a_held_help(h, h.member.who)}, body={"text": "我们是同学"}, status=204
        ),
        is_owned=True,
    ),
    f"GET {API}/counter/reviews": Way(who=("manager",), call=_plain(query={"limit": 5})),
    f"POST {API}/counter/reviews/<given>/approve": Way(
        who=("manager",),
        call=lambda h: Call(parts={"given": a_held_help(h)}, body={"reason": "认识"}),
    ),
    f"POST {API}/counter/reviews/<given>/reject": Way(
        who=("manager",),
        call=lambda h: Call(parts={"given": a_held_help(h)}, body={"reason": "不认识"}),
    ),
    f"POST {API}/grants": Way(
        who=MEMBER, call=lambda h: Call(body={"answers": {h.template: "accept"}}, status=204)
    ),
    # Giving away
    f"POST {API}/gifts": Way(
        who=MEMBER,
        call=lambda h: Call(
            body={"vouchers": [h.voucher().number], "cover": "thanks"}, is_keyed=True, status=201
        ),
    ),
    f"GET {API}/gifts": Way(who=MEMBER, call=_plain(query={"box": "sent", "limit": 5})),
    f"GET {API}/gifts/<gift>": Way(who=MEMBER, call=_of_gift(), is_owned=True),
    f"POST {API}/gifts/<gift>/recall": Way(who=MEMBER, call=_of_gift(), is_owned=True),
    f"GET {API}/gifts/<gift>/share": Way(who=MEMBER, call=_of_gift(), is_owned=True),
    f"GET {API}/gifts/<gift>/code.png": Way(who=MEMBER, call=_of_gift(), is_owned=True),
    f"POST {API}/gift-links/look": Way(who=GUEST, call=lambda h: Call(body=h.gift_link())),
    f"POST {API}/gift-links/claim": Way(
        who=MEMBER, call=lambda h: Call(body=h.gift_link(of=h.neighbour))
    ),
    f"POST {API}/gift-links/decline": Way(
        who=GUEST, call=lambda h: Call(body=h.gift_link(), status=204)
    ),
    # Sharing, and who brought whom
    f"POST {API}/shares": Way(
        who=MEMBER, call=lambda h: Call(body={"voucher": h.shareable().number}, status=201)
    ),
    f"POST {API}/sub-cards": Way(
        who=MEMBER,
        call=lambda h: Call(body={"card": h.shareable().card_number, "uses": 1}, status=201),
    ),
    f"GET {API}/shares": Way(who=MEMBER, call=_plain(query={"box": "given", "limit": 5})),
    f"GET {API}/shares/<share>": Way(who=MEMBER, call=_of_share(), is_owned=True),
    f"POST {API}/shares/<share>/link": Way(who=MEMBER, call=_of_share(), is_owned=True),
    f"POST {API}/shares/<share>/take-back": Way(who=MEMBER, call=_of_share(), is_owned=True),
    f"POST {API}/share-links/look": Way(
        who=MEMBER, call=lambda h: Call(body={"token": h.anothers_share().token})
    ),
    f"POST {API}/share-links/claim": Way(
        who=MEMBER, call=lambda h: Call(body={"token": h.anothers_share().token})
    ),
    f"GET {API}/referrals/mine": Way(who=MEMBER, call=_plain(query={"days": 7})),
    f"GET {API}/counter/referrals": Way(
        who=("manager",), call=lambda h: Call(query={"days": 7, "offer": h.offer.number})
    ),
    f"GET {API}/counter/referrals/<member>": Way(
        who=("manager",),
        call=lambda h: Call(parts={"member": h.neighbour.who.number}, query={"channel": "poster"}),
    ),
    # The official account's pages
    f"GET {API}/official/<appid>/authorize": Way(
        who=GUEST, call=_plain(302, parts=_page(), query={"return_to": "/h5/"})
    ),
    f"GET {API}/official/<appid>/callback": Way(who=GUEST, call=a_return),
    f"POST {API}/official/<appid>/sessions": Way(who=GUEST, call=an_exchange),
    f"GET {API}/official/<appid>/js-config": Way(
        who=GUEST, call=_plain(parts=_page(), query={"url": "http://127.0.0.1:9/h5/"})
    ),
    # Orders
    f"POST {API}/orders": Way(
        who=MEMBER, call=lambda h: Call(body=an_order_placed(h), is_keyed=True, status=201)
    ),
    f"GET {API}/orders": Way(who=MEMBER, call=_plain(query={"limit": 5})),
    f"GET {API}/orders/<order>": Way(who=MEMBER, call=_of_order(), is_owned=True),
    f"POST {API}/orders/<order>/prepay": Way(who=MEMBER, call=_of_order(), is_owned=True),
    f"POST {API}/orders/<order>/cancel": Way(who=MEMBER, call=_of_order(), is_owned=True),
    # Staff
    f"POST {API}/counter/invitations/accept": Way(
        who=GUEST,
        call=lambda h: Call(body=signed_in_with(h, h.somebody(), token=h.invitation()), status=201),
    ),
    f"POST {API}/counter/sessions": Way(
        who=GUEST,
        call=lambda h: Call(body=signed_in_with(h, h.phone, store=h.store.number), status=201),
    ),
    f"GET {API}/counter/stores": Way(who=WORKER, call=_plain()),
    # The counter
    f"POST {API}/counter/quote": Way(
        who=TELLER, call=lambda h: Call(body={"code": h.code(), "spend_fen": 5000})
    ),
    f"POST {API}/counter/redeem": Way(
        who=TELLER,
        call=lambda h: Call(body={"code": h.code(), "spend_fen": 5000}, is_keyed=True, status=201),
    ),
    f"POST {API}/counter/redemptions/<redemption>/reverse": Way(
        who=MANAGER,
        call=lambda h: Call(
            parts={"redemption": h.redemption()}, body={"reason": "扫错了"}, is_keyed=True
        ),
    ),
    f"GET {API}/counter/today": Way(who=TELLER, call=_plain(query={"mine": "true"})),
    # WeChat Pay, which signs instead of carrying a token
    "POST /wechat/pay/<channel>/payments": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_payment_notice(h), status=204
        ),
    ),
    "POST /wechat/pay/<channel>/refunds": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_refund_notice(h), status=204
        ),
    ),
    "POST /wechat/pay/<channel>/coupons": Way(
        who=GUEST,
        call=lambda h: Call(
            parts={"channel": h.channel.number}, more=a_coupon_notice(), status=204
        ),
    ),
    # WeChat's messages, signed as well
    "GET /wechat/apps/<app>/messages": Way(who=GUEST, call=an_echo),
    "POST /wechat/apps/<app>/messages": Way(who=GUEST, call=a_push),
    # The house itself
    "GET /api/openapi.json": Way(who=GUEST, call=_plain()),
    "GET /api/docs": Way(who=GUEST, call=_plain()),
    "GET /api/docs/static/<path:filename>": Way(
        who=GUEST, call=_plain(parts={"filename": "docs.html"})
    ),
    "GET /healthz": Way(who=GUEST, call=_plain()),
    "GET /readyz": Way(who=GUEST, call=_plain()),
    "GET /metrics": Way(
        who=GUEST,
        call=_plain(more={"headers": {"Authorization": "Bearer metrics-token-of-the-tests"}}),
    ),
}
