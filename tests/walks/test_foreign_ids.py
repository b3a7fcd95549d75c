"""What belongs to one merchant, told to another: in the path, in the query, in the body."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain import orders
from app.kernel.db import reading
from tests.builders.merchants import a_clerk
from tests.walks.calls import API, Call, signed_in_with
from tests.walks.notices import a_payment_notice, a_refund_notice
from tests.walks.walking import expect_refusal

NOTHING = ()
# A refused scan is written down at the counter where it was tried.
SCAN = ("redemption_refusals",)
# Whoever signs in becomes a member first, whatever he wanted then.
SIGNED_IN = ("members", "users", "wechat_identities")
# What cannot be applied is kept with its reason.
KEPT = ("inbox",)


def _order_their_offer(town):
    return Call(body={"offer": town.theirs.offer.number}, is_keyed=True)


def _order_their_free_offer(town):
    return Call(body={"offer": town.theirs.free.number}, is_keyed=True)


def _grant_their_template(town):
    return Call(body={"answers": {town.theirs.template: "accept"}})


def _scan_their_code(town):
    return Call(body={"code": town.make(town.theirs.code)}, is_keyed=True)


def _look_at_their_code(town):
    return Call(body={"code": town.make(town.theirs.code)})


def _reverse_their_redemption(town):
    number = town.make(town.theirs.redemption)
    return Call(parts={"redemption": number}, body={"reason": "扫错了"}, is_keyed=True)


def _their(part, make):
    return lambda town: Call(parts={part: town.make(make, town.theirs)})


def _their_file(town):
    _, folder, name = town.theirs.cover.split("/")
    return Call(parts={"folder": f"..%2F{town.theirs.number}%2F{folder}", "name": name})


def _accept_their_invitation(town):
    token = town.make(town.theirs.invitation)
    return Call(body=signed_in_with(town.ours, town.ours.newcomer, token=token))


def _open_their_store(town):
    said = signed_in_with(town.ours, town.ours.phone, store=town.theirs.store.number)
    return Call(body=said)


def _as_their_clerk(town):
    """He works there, not here."""
    return Call(body=signed_in_with(town.ours, town.theirs.phone))


def _give_their_voucher(town):
    return Call(body={"vouchers": [town.make(_voucher_of, town.theirs)]}, is_keyed=True)


def _open_their_gift(town):
    return Call(body=town.make(town.theirs.gift_link))


def _order_of(house):
    return house.order()


def _voucher_of(house):
    return house.voucher().number


CASES = [
    ("member", f"POST {API}/orders", _order_their_offer, NOTHING),
    ("member", f"POST {API}/orders", _order_their_free_offer, NOTHING),
    ("member", f"GET {API}/orders/<order>", _their("order", _order_of), NOTHING),
    ("member", f"POST {API}/orders/<order>/prepay", _their("order", _order_of), NOTHING),
    ("member", f"POST {API}/orders/<order>/cancel", _their("order", _order_of), NOTHING),
    ("member", f"GET {API}/vouchers/<voucher>", _their("voucher", _voucher_of), NOTHING),
    ("member", f"GET {API}/vouchers/<voucher>/code", _their("voucher", _voucher_of), NOTHING),
    ("member", f"GET {API}/vouchers/<voucher>/code.png", _their("voucher", _voucher_of), NOTHING),
    ("member", f"POST {API}/gifts", _give_their_voucher, NOTHING),
    ("member", f"GET {API}/gifts/<gift>", _their("gift", lambda h: h.gift()), NOTHING),
    ("member", f"POST {API}/gifts/<gift>/recall", _their("gift", lambda h: h.gift()), NOTHING),
    ("member", f"GET {API}/gifts/<gift>/share", _their("gift", lambda h: h.gift()), NOTHING),
    ("member", f"GET {API}/gifts/<gift>/code.png", _their("gift", lambda h: h.gift()), NOTHING),
    ("member", f"POST {API}/gift-links/claim", _open_their_gift, NOTHING),
    (None, f"POST {API}/gift-links/look", _open_their_gift, NOTHING),
    (None, f"POST {API}/gift-links/decline", _open_their_gift, NOTHING),
    ("member", f"POST {API}/grants", _grant_their_template, NOTHING),
    (None, f"GET {API}/offers/<offer>", _their("offer", lambda h: h.offer.number), NOTHING),
    (None, f"GET {API}/offers", lambda t: Call(query={"category": t.theirs.category}), NOTHING),
    (None, f"GET {API}/files/<folder>/<name>", _their_file, NOTHING),
    (None, f"POST {API}/counter/invitations/accept", _accept_their_invitation, SIGNED_IN),
    (None, f"POST {API}/counter/sessions", _open_their_store, SIGNED_IN),
    (None, f"POST {API}/counter/sessions", _as_their_clerk, SIGNED_IN),
    *[
        case
        for who in ("worker", "manager", "cashier")
        for case in (
            (who, f"POST {API}/counter/quote", _look_at_their_code, NOTHING),
            (who, f"POST {API}/counter/redeem", _scan_their_code, SCAN),
            (
                who,
                f"POST {API}/counter/redemptions/<redemption>/reverse",
                _reverse_their_redemption,
                NOTHING,
            ),
        )
    ],
]


@pytest.mark.parametrize(
    ("who", "route", "build", "but"), CASES, ids=[f"{case[0]} {case[1]}" for case in CASES]
)
def test_what_is_theirs_is_not_to_be_had_here(town, watch, who, route, build, but):
    call = build(town)
    person = getattr(town.ours, who) if who else None
    with watch.unchanged(but=but):
        answer = town.send(route, call, bearer=person and person.bearer)
    expect_refusal(answer, 403, 404, 409)
    private = town.make(town.theirs.private) - _words(call)
    assert not [word for word in private if word in answer.text]


def _words(call):
    return {str(value) for value in {**call.parts, **(call.body or {})}.values()}


def test_a_sharer_of_theirs_is_nobody_here(town):
    """A link that somebody tampered with must not stop a purchase, nor credit a stranger."""
    for sharer in (town.theirs.member.who, town.ours.neighbour.who):
        source = {"channel": "group_chat", "sharer": sharer.number}
        body = {"offer": town.ours.offer.number, "source": source}
        answer = town.send(
            f"POST {API}/orders", Call(body=body, is_keyed=True), bearer=town.ours.member.bearer
        )
        assert answer.status_code == 201
        expected = sharer.id if sharer is town.ours.neighbour.who else None
        assert town.make(_sharer_of, town.ours, answer.json["order"]) == expected


def _sharer_of(house, number):
    query = select(orders.Order.sharer_member_id)
    return reading().scalar(
        query.where(orders.Order.merchant_id == house.id, orders.Order.number == number)
    )


@pytest.mark.parametrize(
    ("route", "key"), [(f"GET {API}/wallet", "voucher"), (f"GET {API}/orders", "order")]
)
def test_a_cursor_of_anothers_leads_only_to_what_is_mine(town, route, key):
    """Our member's place in the list, in the hands of another member and of another merchant's."""
    page = Call(query={"limit": 1})
    for _ in range(2):
        town.make(town.ours.voucher)
    cursor = town.send(route, page, bearer=town.ours.member.bearer).json["next_cursor"]
    assert cursor
    here = Call(query={"cursor": cursor})
    for person, house in ((town.ours.neighbour, town.ours), (town.theirs.member, town.theirs)):
        answer = town.send(route, here, bearer=person.bearer, at=house)
        assert answer.status_code in {200, 422}
        private = town.make(town.ours.private)
        assert not [word for word in private if word in answer.text]
    mine = town.send(route, here, bearer=town.ours.member.bearer)
    assert mine.json["items"][0].keys() >= {key}


@pytest.mark.parametrize(
    ("route", "build"),
    [
        ("POST /wechat/pay/<channel>/payments", a_payment_notice),
        ("POST /wechat/pay/<channel>/refunds", a_refund_notice),
    ],
)
class TestNotices:
    """The signature says that WeChat speaks, not of which shop."""

    def test_money_of_theirs_pays_nothing_here(self, town, watch, route, build):
        said = town.make(build, town.theirs)
        call = Call(parts={"channel": town.ours.channel.number}, more=said)
        with watch.unchanged(but=KEPT):
            expect_refusal(town.send(route, call), 500)
        # At the right door the very same notice is good.
        there = replace(call, parts={"channel": town.theirs.channel.number})
        assert town.send(route, there).status_code == 204

    def test_another_account_pays_nothing(self, town, watch, route, build):
        said = town.make(build, town.ours, mchid="1600000001")
        call = Call(parts={"channel": town.ours.channel.number}, more=said)
        with watch.unchanged(but=KEPT):
            expect_refusal(town.send(route, call), 500)

    def test_a_notice_that_was_touched_leaves_no_trace(self, town, watch, route, build):
        said = town.make(build, town.ours)
        call = Call(parts={"channel": town.ours.channel.number}, more=said)
        for body, headers in _touched(body=said["data"], headers=said["headers"]):
            with watch.unchanged():
                answer = town.send(route, replace(call, more={"data": body, "headers": headers}))
            expect_refusal(answer, 401)
        assert town.send(route, call).status_code == 204
        with watch.unchanged():
            assert town.send(route, call).status_code == 204

    def test_a_notice_at_the_other_kind_of_door_leaves_no_trace(self, town, watch, route, build):
        said = town.make(build, town.ours)
        other = {"payments": "refunds", "refunds": "payments"}[route.rpartition("/")[2]]
        call = Call(parts={"channel": town.ours.channel.number}, more=said)
        with watch.unchanged():
            expect_refusal(town.send(f"POST /wechat/pay/<channel>/{other}", call), 401)

    def test_a_number_of_something_else_is_no_door(self, town, watch, route, build):
        said = town.make(build, town.ours)
        for number in (town.ours.number, town.ours.offer.number, town.ours.channel.number[:-1]):
            with watch.unchanged():
                expect_refusal(town.send(route, Call(parts={"channel": number}, more=said)), 404)


def _touched(*, body, headers):
    yield body[:-2] + b" }", headers
    yield body + b" ", headers
    yield b"", headers
    yield b"[" * 60_000, headers
    yield body, {}
    for name in headers:
        if name.lower().startswith("wechatpay-"):
            yield body, {key: value for key, value in headers.items() if key != name}
            yield body, headers | {name: "1" + headers[name]}


@pytest.mark.parametrize(
    ("mine", "yours"), [("member", "neighbour"), ("worker", "cashier"), ("manager", "worker")]
)
def test_the_name_of_my_attempt_is_not_yours(town, mine, yours):
    """The same Idempotency-Key and body in other hands never bring my answer."""
    route = f"POST {API}/orders" if mine == "member" else f"POST {API}/counter/redeem"
    call = town.call_for(route)
    said = call.request()["headers"]
    first, second = (
        town.send(route, call, bearer=getattr(town.ours, who).bearer, headers=dict(said))
        for who in (mine, yours)
    )
    assert first.status_code == 201
    if mine == "member":
        assert (second.status_code, second.json["order"]) != (201, first.json["order"])
    else:
        assert (second.status_code, second.json["code"]) == (409, "already_redeemed")


def test_another_store_sees_and_undoes_nothing_of_ours(town, watch):
    route = f"POST {API}/counter/redemptions/<redemption>/reverse"
    call = town.call_for(route)
    number = call.parts["redemption"]
    day = Call()
    assert number in town.send(f"GET {API}/counter/today", day, bearer=town.ours.worker.bearer).text
    for person in _people_elsewhere(town):
        with watch.unchanged():
            expect_refusal(town.send(route, call, bearer=person.bearer), 403, 404)
            today = town.send(f"GET {API}/counter/today", day, bearer=person.bearer)
        assert today.status_code == 200
        assert number not in today.text
    assert town.send(route, call, bearer=town.ours.cashier.bearer).status_code == 200


def _people_elsewhere(town):
    """A clerk and a till of our other store, with every right there."""
    house = town.ours
    clerk = town.make(a_clerk, house.elsewhere)
    yield town.make(house.staff_session, clerk, store=house.elsewhere)
    yield town.make(house.key, store=house.elsewhere)


def test_figures_are_for_who_knows_the_token(town):
    for bearer in (None, "", "x", town.ours.manager.bearer, town.ours.cashier.bearer):
        expect_refusal(town.send("GET /metrics", Call(), bearer=bearer), 404)
