"""Routes: the shelf, the customer, his orders."""

from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from flask import current_app

from app.domain import consents
from app.domain.card_bag import Taken
from app.kernel.db import fetch_one
from tests.builders.card_bag import set_up
from tests.simulator.world import OFFICIAL
from tests.walks.calls import API, GUEST, MEMBER, Call, Named, Way, of_order, plain, signed_in_with
from tests.walks.complaining import a_photo_form


def a_file(house):
    _, folder, name = house.cover.split("/")
    return {"folder": folder, "name": name}


def an_order_placed(house):
    source = {"channel": "group_chat", "scene": "1007", "referrer": "wx9"}
    source["sharer"] = house.neighbour.who.number
    return {"offer": house.offer.number, "quantity": 1, "source": source}


def a_consent(_house):
    revision = consents.get_terms("privacy").revision
    return Call(body={"name": "privacy", "revision": revision}, status=204)


def a_name(house):
    """WeChat judges what is written by somebody who was there lately."""
    house.phone.login_code()
    return Call(body={"nickname": "小明"}, status=204)


def page():
    return {"appid": OFFICIAL.appid}


def a_return(house):
    """What WeChat sends a browser back with, and the cookie it left with."""
    browser = current_app.test_client(use_cookies=False)
    way = f"/api/v1/{house.number}/official/{OFFICIAL.appid}/authorize"
    left = browser.get(way)
    back = urlsplit(house.phone.agree(left.headers["Location"]))
    cookie = left.headers["Set-Cookie"].partition(";")[0]
    return Call(
        parts=page(),
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
        parts=page(),
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


def of_voucher():
    return lambda h: Call(parts={"voucher": h.voucher().number})


CUSTOMER = {
    # The shelf
    f"GET {API}/categories": Way(who=GUEST, call=plain()),
    f"GET {API}/offers": Way(
        who=GUEST, call=lambda h: Call(query={"category": h.category, "words": "拿铁", "limit": 5})
    ),
    f"GET {API}/offers/<offer>": Way(
        who=GUEST, call=lambda h: Call(parts={"offer": h.offer.number})
    ),
    f"GET {API}/files/<folder>/<name>": Way(who=GUEST, call=lambda h: Call(parts=a_file(h))),
    f"GET {API}/shop": Way(who=GUEST, call=plain()),
    f"GET {API}/terms/<name>": Way(who=GUEST, call=plain(parts={"name": "privacy"})),
    # The customer
    f"GET {API}/consents": Way(who=MEMBER, call=plain()),
    f"POST {API}/consents": Way(who=MEMBER, call=a_consent),
    f"POST {API}/profile": Way(who=MEMBER, call=a_name),
    f"POST {API}/profile/avatar": Way(who=MEMBER, call=plain(201, more=a_photo_form())),
    f"POST {API}/sessions": Way(
        who=GUEST, call=lambda h: Call(body=signed_in_with(h, h.newcomer), status=201)
    ),
    f"POST {API}/phone": Way(
        who=MEMBER, call=lambda h: Call(body={"code": h.phone.phone_code()}, status=204)
    ),
    f"GET {API}/me": Way(who=MEMBER, call=plain()),
    f"GET {API}/wallet": Way(who=MEMBER, call=plain(query={"tab": "usable", "limit": 5})),
    f"GET {API}/vouchers/<voucher>": Way(who=MEMBER, call=of_voucher(), is_owned=True),
    f"GET {API}/vouchers/<voucher>/code": Way(who=MEMBER, call=of_voucher(), is_owned=True),
    f"GET {API}/vouchers/<voucher>/code.png": Way(who=MEMBER, call=of_voucher(), is_owned=True),
    f"POST {API}/vouchers/<voucher>/card-bag": Way(
        who=MEMBER, call=lambda h: in_the_bag(h, voucher=h.voucher().number), is_owned=True
    ),
    f"POST {API}/card-bag/membership": Way(who=MEMBER, call=in_the_bag),
    f"GET {API}/checkout/quote": Way(
        who=MEMBER, call=lambda h: Call(query={"offer": h.offer.number, "quantity": 2})
    ),
    f"GET {API}/points": Way(who=MEMBER, call=plain()),
    f"GET {API}/points/entries": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/points/pending": Way(who=MEMBER, call=plain()),
    f"GET {API}/points/mall": Way(who=MEMBER, call=plain(query={"limit": 5})),
    # The official account's pages
    f"GET {API}/official/<appid>/authorize": Way(
        who=GUEST, call=plain(302, parts=page(), query={"return_to": "/h5/"})
    ),
    f"GET {API}/official/<appid>/callback": Way(who=GUEST, call=a_return),
    f"POST {API}/official/<appid>/sessions": Way(who=GUEST, call=an_exchange),
    f"GET {API}/official/<appid>/js-config": Way(
        who=GUEST, call=plain(parts=page(), query={"url": "http://127.0.0.1:9/h5/"})
    ),
    # Orders
    f"POST {API}/orders": Way(
        who=MEMBER, call=lambda h: Call(body=an_order_placed(h), is_keyed=True, status=201)
    ),
    f"GET {API}/orders": Way(who=MEMBER, call=plain(query={"limit": 5})),
    f"GET {API}/orders/<order>": Way(who=MEMBER, call=of_order(), is_owned=True),
    f"POST {API}/orders/<order>/prepay": Way(who=MEMBER, call=of_order(), is_owned=True),
    f"POST {API}/orders/<order>/cancel": Way(who=MEMBER, call=of_order(), is_owned=True),
}
